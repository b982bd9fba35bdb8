//! The point-neuron circuits of bmtk gave other spikes than bmtk, or ran although a part of them was not understood. Each of
//! their configurations has bmtk's spikes, or is refused by a message that says what is missing.

use super::circuits::{data, expected, fault, read, run};

/// 1,197 spikes; input times, weights, delays, initial potentials and the order of events all decide them.
#[test]
fn the_published_circuit_has_all_spikes() {
    let circuit = read(&data("bmtk/point_120cells/config.simulation.json")).unwrap();
    let spikes = run(&circuit);
    assert_eq!(spikes.values().map(Vec::len).sum::<usize>(), 1197);
    assert_eq!(spikes, expected(&circuit, &data("bmtk/point_120cells/expected/bmtk_1.2.0_spikes.h5")));
}

/// A list of amplitudes that replace each other, a table of them, edges left out, and a duration before tstop.
#[test]
fn clamps_and_disabled_edges_are_those_of_bmtk() {
    for name in ["list", "table", "sources"] {
        let circuit = read(&data(&format!("bmtk/derived/{name}.json"))).unwrap();
        let spikes = run(&circuit);
        assert!(spikes.values().any(|own| !own.is_empty()));
        assert_eq!(spikes, expected(&circuit, &data(&format!("bmtk/derived/expected/{name}.h5"))), "{name}");
    }
}

/// `stdp_synapse`, under the name that a recorder of weights gives to it.
#[test]
fn the_published_circuit_that_learns_has_all_spikes() {
    for (run_of, spikes_of) in [("iclamp", 1072), ("virtual", 415)] {
        let circuit = read(&data(&format!("bmtk/point_stdp/config.simulation_{run_of}.json"))).unwrap();
        let noted = circuit.notes.iter().any(|note| note.contains("weights are not recorded at every spike"));
        assert!(noted, "{:?}", circuit.notes);
        let spikes = run(&circuit);
        assert_eq!(spikes.values().map(Vec::len).sum::<usize>(), spikes_of, "{run_of}");
        assert_eq!(spikes, expected(&circuit, &data(&format!("bmtk/derived/expected/stdp_{run_of}.h5"))), "{run_of}");
    }
}

/// 0.15 to 0.2 pA fire no cell, in bmtk either.
#[test]
fn published_clamps_run() {
    for kind in ["", ".aslist", ".csv"] {
        let circuit = read(&data(&format!("bmtk/point_120cells/config.simulation_iclamp{kind}.json"))).unwrap();
        assert!(run(&circuit).is_empty(), "{kind}");
    }
}

#[test]
fn what_is_not_there_or_not_understood_is_named() {
    let cases = [
        ("point_120cells/config.simulation_perturbations.json", vec!["thalamus_spikes.csv", "No such file"]),
        (
            "point_120cells/config.simulation_iclamp.nwb.json",
            vec!["inputs.current_clamp_1.file", "483111427_ephys.nwb` does not exist"],
        ),
    ];
    for (config, parts) in cases {
        let said = fault(read(&data("bmtk").join(config)));
        for part in parts {
            assert!(said.contains(part), "{config}: `{part}` is not in\n{said}");
        }
    }
}
