//! SONATA circuits: a published one gives its published spikes, and what cannot be run is refused by name.

use neuropil_engine::{Runnable, Simulation};
use neuropil_model::Document;
use neuropil_model::circuit::{Circuit, CircuitError, Lowered, is_circuit};
use neuropil_network::Network;
use neuropil_record::Recording;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;

fn published() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/sonata/300_intfire")
}

fn read(config: &Path) -> Result<Circuit, CircuitError> {
    read_until(config, None)
}

fn read_until(config: &Path, until_ms: Option<f64>) -> Result<Circuit, CircuitError> {
    let text = std::fs::read_to_string(config).unwrap();
    let document = Document::parse(&config.display().to_string(), text).unwrap();
    assert!(is_circuit(&document));
    Circuit::read(&document, until_ms)
}

/// Spikes of the first `until_ms`, as (time, node id), of all recorded cells.
fn run(circuit: &Circuit, until_ms: f64) -> Vec<(f64, u64)> {
    let Lowered { design, recorded, .. } = circuit.design::<f64>().unwrap();
    let network = Network::build(design, None, 1, &AtomicU64::new(0)).unwrap();
    let first_ids = network.design.first_ids();
    let mut simulation = Simulation::new(network, Vec::new(), 1);
    simulation.advance(circuit.clock.steps(until_ms).unwrap()).unwrap();
    let mut spikes = Vec::new();
    for &(step, id) in &simulation.chunk().spikes {
        let population = first_ids.partition_point(|first| *first <= id) - 1;
        if recorded[population].spikes {
            let cell = usize::try_from(id - first_ids[population]).unwrap();
            spikes.push((circuit.clock.time_ms(step), recorded[population].ids[cell]));
        }
    }
    spikes
}

/// Any error in weights, signs, delays, input times, order of events or refractoriness changes these spikes within a
/// few milliseconds.
#[test]
fn the_published_intfire_circuit_gives_its_published_spikes() {
    let circuit = read(&published().join("config.json")).unwrap();
    assert_eq!(circuit.clock.dt_ms(), 1e-3, "the coarsest grid that holds the input times");
    assert_eq!(circuit.duration_ms, 3000.0);
    let notes = circuit.notes.join("\n");
    assert!(notes.contains("not used here: components.morphologies_dir, components.mechanisms_dir\n"), "{notes}");
    assert!(notes.contains("not used here: target_simulator, output, run.dL, run.spike_threshold,"), "{notes}");
    assert!(notes.contains("conditions.celsius; spikes and reports go into one recording\n"), "{notes}");
    assert!(notes.contains("IntFire1 cells know no time step: running on 0.001 ms"), "{notes}");
    assert_eq!(circuit.notes.len(), 3, "{notes}");
    let found = run(&circuit, 600.0);
    let expected = Recording::open(published().join("output/spikes.h5")).unwrap().spikes("v1").unwrap();
    let expected: Vec<(f64, u64)> =
        expected.times_ms.into_iter().zip(expected.node_ids).take_while(|(time, _)| *time <= 600.0).collect();
    assert!(expected.len() > 300, "{} published spikes", expected.len());
    let by_microsecond = |spikes: &[(f64, u64)]| {
        let mut keys: Vec<(String, u64)> = spikes.iter().map(|(time, id)| (format!("{time:.6}"), *id)).collect();
        keys.sort();
        keys
    };
    assert_eq!(by_microsecond(&found), by_microsecond(&expected));
}

/// A copy of the circuit in which one file is changed.
fn changed(file: &str, from: &str, to: &str) -> (tempfile::TempDir, Result<Circuit, CircuitError>) {
    let folder = tempfile::tempdir().unwrap();
    let root = published().parent().unwrap().to_owned();
    for part in [
        "300_intfire",
        "300_intfire/network",
        "300_intfire/inputs",
        "shared_components",
        "shared_components/point_neuron_models_dir",
        "shared_components/synaptic_models",
    ] {
        std::fs::create_dir_all(folder.path().join(part)).unwrap();
        for entry in std::fs::read_dir(root.join(part)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                std::fs::copy(&path, folder.path().join(part).join(path.file_name().unwrap())).unwrap();
            }
        }
    }
    let path = folder.path().join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    std::fs::write(&path, text.replace(from, to)).unwrap();
    let config = folder.path().join("300_intfire/config.json");
    let circuit = read(&config);
    (folder, circuit)
}

#[test]
fn what_cannot_be_run_is_refused_by_name() {
    let cases = [
        ("300_intfire/network/v1_node_types.csv", "nrn:IntFire1", "nrn:IntFire4", "model_template is `nrn:IntFire4`"),
        ("300_intfire/network/v1_node_types.csv", "point_process", "biophysical", "model_type is `biophysical`"),
        ("300_intfire/network/v1_node_types.csv", "IntFire1_inh_1.json", "lost.json", "lost.json"),
        ("300_intfire/network/v1_node_types.csv", "node_type_id", "type", "expected `node_type_id`"),
        ("300_intfire/network/v1_v1_edge_types.csv", "wmax", "gaussianLL", "weight_function `gaussianLL`"),
        ("300_intfire/circuit_config.json", "v1_nodes.h5", "v2_nodes.h5", "v2_nodes.h5"),
        ("300_intfire/simulation_config.json", "\"lgn\"", "\"lgm\"", "neither a node set nor a population `lgm`"),
        ("300_intfire/simulation_config.json", "\"h5\"", "\"bin\"", "inputs.LGN_spikes.module: found `bin`"),
        ("300_intfire/simulation_config.json", "3000.0", "\"long\"", "run.tstop: found \"long\", expected a number"),
        ("300_intfire/simulation_config.json", "lgn_spikes.h5", "tw_nodes.h5", "tw_nodes.h5"),
        (
            "300_intfire/network/v1_v1_edge_types.csv",
            "2.0 wmax 0.01",
            "2,0 wmax 0.01",
            "line 2: delay is `2,0`, expected",
        ),
        (
            "300_intfire/network/v1_v1_edge_types.csv",
            "wmax 0.01",
            "wmax heavy",
            "line 2: syn_weight is `heavy`, expected",
        ),
        (
            "300_intfire/network/v1_v1_edge_types.csv",
            "syn_weight",
            "syn_wieght",
            "column `syn_wieght`, expected `syn_weight`",
        ),
        (
            "300_intfire/simulation_config.json",
            "\"inputs\"",
            "\"inptus\"",
            "inptus: unknown member; did you mean `inputs`?",
        ),
        ("shared_components/point_neuron_models_dir/IntFire1_exc_1.json", "refrac", "refract", "parameter `refract`"),
        ("shared_components/point_neuron_models_dir/IntFire1_exc_1.json", "0.024", "-0.024", "must be > 0"),
    ];
    for (file, from, to, expected) in cases {
        let (_folder, circuit) = changed(file, from, to);
        let message = match circuit.map(|circuit| circuit.design::<f64>().map(|_| ())) {
            Err(error) | Ok(Err(error)) => error.to_string(),
            Ok(Ok(())) => panic!("{file}: {to} was accepted"),
        };
        assert!(message.contains(expected), "{file}: {to}: {message}");
    }
}

#[test]
fn members_of_other_tools_are_noted() {
    let (_folder, circuit) = changed("300_intfire/simulation_config.json", "\"run\"", "\"made_by\": \"us\", \"run\"");
    let notes = circuit.unwrap().notes;
    let expected = "simulation_config.json: `made_by` has no meaning here and is not used";
    assert!(notes.iter().any(|note| note.contains(expected)), "{notes:?}");
}

/// Would catch a configuration that a run may write over, and a clamp of another kind that runs as IClamp.
#[test]
fn joined_files_are_inputs_and_other_clamps_are_refused() {
    let config = published().parent().unwrap().join("nest_currents/config.json");
    let files = read(&config).unwrap().files();
    for name in ["circuit_config.json", "simulation_config.json"] {
        assert!(files.iter().any(|file| file.ends_with(name)), "{name}: {files:?}");
    }
    let text = std::fs::read_to_string(config.with_file_name("simulation_config.json")).unwrap();
    let circuit = std::fs::read_to_string(config.with_file_name("circuit_config.json")).unwrap();
    let (folder, base) = (tempfile::tempdir().unwrap(), config.parent().unwrap().canonicalize().unwrap());
    let base_dir = |text: &str| text.replace("\"$BASE_DIR\": \".\"", &format!("\"$BASE_DIR\": {base:?}"));
    std::fs::write(folder.path().join("circuit.json"), base_dir(&circuit)).unwrap();
    std::fs::write(folder.path().join("run.json"), base_dir(&text).replace("IClamp", "SEClamp")).unwrap();
    let own = folder.path().join("config.json");
    std::fs::write(&own, r#"{"network": "circuit.json", "simulation": "run.json"}"#).unwrap();
    let fault = match read(&own).map(|circuit| circuit.design::<f64>().map(|_| ())) {
        Err(error) | Ok(Err(error)) => error.to_string(),
        Ok(Ok(())) => panic!("SEClamp was accepted"),
    };
    assert!(fault.contains("inputs.clamp.module: found `SEClamp`, expected IClamp"), "{fault}");
}

/// Fails if a name that is no node set is not taken for a population, or if a set of that name takes its place.
#[test]
fn a_population_may_stand_where_a_node_set_should() {
    let (_folder, circuit) =
        changed("300_intfire/node_sets.json", "\"population\": \"tw\"", "\"population\": \"tw\", \"node_id\": [0]");
    let spikes = run(&circuit.unwrap(), 570.0);
    assert!(!spikes.is_empty());
    let (_folder, whole) = changed("300_intfire/node_sets.json", "TW", "TX");
    assert_eq!(spikes, run(&whole.unwrap(), 570.0), "the configuration names the population `tw`, no set");
    let (_folder, fewer) = changed(
        "300_intfire/node_sets.json",
        "\"LGN\": {\n    \"population\": \"lgn\"",
        "\"lgn\": {\n    \"population\": \"lgn\", \"node_id\": [0, 1]",
    );
    assert_ne!(spikes, run(&fewer.unwrap(), 570.0), "two of the inputs are not all of them");
}

#[test]
fn node_sets_in_a_ring_and_impossible_durations_are_refused() {
    let ring = "\"LGN\": [\"TW\"], \"TW\": [\"LGN\"], \"rest\"";
    let (folder, _) = changed("300_intfire/node_sets.json", "\"LGN\"", ring);
    let text = std::fs::read_to_string(folder.path().join("300_intfire/node_sets.json")).unwrap();
    std::fs::write(folder.path().join("300_intfire/node_sets.json"), text.replace("\"TW\": {", "\"other\": {"))
        .unwrap();
    let path = folder.path().join("300_intfire/simulation_config.json");
    let config = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, config.replace("\"node_set\": \"lgn\"", "\"node_set\": \"LGN\"")).unwrap();
    let message = read(&folder.path().join("300_intfire/config.json")).unwrap_err().to_string();
    assert!(message.contains("the node sets LGN, TW, LGN name each other"), "{message}");

    let (_folder, circuit) = changed("300_intfire/simulation_config.json", "3000.0", "-5");
    let message = circuit.unwrap_err().to_string();
    assert!(message.contains("run.tstop") || message.contains("inputs"), "{message}");
}

/// Spikes of a session enter a circuit: units on nodes in order, what was not observed told.
#[test]
fn units_of_a_session_drive_virtual_nodes() {
    let session = published().join("../../nwb/session.nwb").canonicalize().unwrap().display().to_string();
    let (folder, circuit) =
        changed("300_intfire/simulation_config.json", "\"$INPUT_DIR/lgn_spikes.h5\"", &format!("\"{session}\""));
    let circuit = circuit.unwrap();
    let notes = circuit.notes.join("\n");
    assert!(notes.contains("`lgn` sends the 6 units of") && !notes.contains("nothing was observed"), "{notes}");
    // The session has three spikes in the first second, the published input of `lgn` has hundreds.
    let whole = read(&published().join("config.json")).unwrap();
    assert!(run(&circuit, 600.0).len() < run(&whole, 600.0).len());
    let (_other, circuit) = changed("300_intfire/simulation_config.json", "\"module\": \"h5\"", "\"module\": \"nwb\"");
    circuit.expect("the content decides what a file is");
    // A set of two nodes has no room for six units.
    let sets = folder.path().join("300_intfire/node_sets.json");
    let text = std::fs::read_to_string(&sets).unwrap();
    let fewer = text.replace("\"LGN\": {\n    \"population\"", "\"lgn\": {\n    \"node_id\": [0, 1], \"population\"");
    assert_ne!(text, fewer);
    std::fs::write(&sets, fewer).unwrap();
    let message = read(&folder.path().join("300_intfire/config.json")).unwrap_err().to_string();
    assert!(
        message.contains("inputs.LGN_spikes.input_file") && message.contains("6 units for the 2 nodes of `lgn`"),
        "{message}"
    );
}

/// A run that goes on after the end of its session is not silently without input; nor is one of a session that does not
/// tell when it was observed.
#[test]
fn what_of_a_run_was_not_observed_is_told() {
    let session = published().join("../../nwb/session.nwb").canonicalize().unwrap();
    let input = |path: &Path| format!("\"{}\"", path.display());
    let (folder, _) = changed("300_intfire/simulation_config.json", "\"$INPUT_DIR/lgn_spikes.h5\"", &input(&session));
    let config = folder.path().join("300_intfire/config.json");
    let notes = |until_ms: f64| read_until(&config, Some(until_ms)).unwrap().notes.join("\n");
    assert!(
        notes(7000.0).contains("silent where nothing was observed: unit 23 from 4 s to 6 s\n"),
        "{}",
        notes(7000.0)
    );
    let past = notes(12000.0);
    assert!(past.contains("unit 23 from 4 s to 6 s, 6 units from 10 s to 12 s"), "{past}");

    let mut bytes = std::fs::read(&session).unwrap();
    let name = b"obs_intervals";
    for place in 0..bytes.len() - name.len() {
        if bytes[place..].starts_with(name) {
            bytes[place + 2] = b'z';
        }
    }
    let unknown = folder.path().join("unknown.nwb");
    std::fs::write(&unknown, bytes).unwrap();
    let path = folder.path().join("300_intfire/simulation_config.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace(&input(&session), &input(&unknown))).unwrap();
    let told = notes(1000.0);
    assert!(told.contains("when the units of `lgn` were observed is unknown (no obs_intervals)"), "{told}");
}

/// Text is judged as HDF5 is: spikes of several other populations are a fault, none at all are worth a word, and so
/// are those before time 0.
#[test]
fn text_without_spikes_of_the_population_is_told() {
    let with = |text: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spikes.csv");
        std::fs::write(&path, text).unwrap();
        let new = format!("\"{}\"", path.display());
        changed("300_intfire/simulation_config.json", "\"$INPUT_DIR/lgn_spikes.h5\"", &new).1
    };
    let fault = |text: &str| with(text).unwrap_err().to_string();
    let notes = |text: &str| with(text).unwrap().notes.join("\n");
    let head = "timestamps population node_ids\n";
    let other = fault(&format!("{head}1 v2 0\n2 v3 0\n"));
    assert!(
        other.contains("inputs.LGN_spikes.input_file") && other.contains("spikes of v2, v3, expected `lgn`"),
        "{other}"
    );
    assert!(fault(head).contains("has spikes of no population, expected `lgn`"));
    assert!(notes("timestamps node_ids\n").contains("`lgn` sends nothing"));
    assert!(notes(&format!("{head}1 v2 0\n")).contains("`lgn` sends the spikes of `v2`, the only ones in"));
    assert!(notes(&format!("{head}-1 lgn 0\n-2 lgn 0\n5 lgn 1\n")).contains("2 spikes before time 0 of"));
}

/// Fails if a run that goes further than its configuration says has another grid, or is told the wrong field.
#[test]
fn the_time_to_reach_may_be_another_than_that_of_the_configuration() {
    let config = published().join("config.json");
    let longer = read_until(&config, Some(4000.5)).unwrap();
    assert_eq!((longer.duration_ms, longer.clock.dt_ms()), (4000.5, 1e-3));
    let off = read_until(&config, Some(1.00005)).unwrap_err();
    assert!(matches!(off, CircuitError::Until(_)), "{off}");
    let endless = read_until(&config, Some(1e300)).unwrap_err().to_string();
    assert_eq!(endless, "1e300 ms is not a duration");
}

/// A copy of the circuit of GLIF cells in which one file is changed.
fn glif_changed(file: &str, from: &str, to: &str) -> Result<Circuit, CircuitError> {
    fn copy(from: &Path, to: &Path) {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            let target = to.join(path.file_name().unwrap());
            if path.is_dir() {
                copy(&path, &target);
            } else {
                std::fs::copy(&path, &target).unwrap();
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    copy(&published().parent().unwrap().join("nest_glif"), folder.path());
    let path = folder.path().join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
    read(&folder.path().join("config.json"))
}

/// Would catch a parameter, a mechanism or a port of another cell that passes, or a list that is cut to fit.
#[test]
fn parameters_and_ports_of_templates_are_used_or_refused_by_name() {
    let cases = [
        (
            "cells/glif_1.json",
            "\"C_m\"",
            "\"C_n\"",
            "parameter `C_n` is not one of the model's (glif_psc); did you mean `C_m`?",
        ),
        ("cells/glif_1.json", "60.0", "-60.0", "C_m"),
        ("cells/two_ports.json", "\n    3.0,\n    6.0\n  ", "", "tau_syn has 0 values, expected 1 to 16"),
        (
            "cells/glif_5.json",
            "\"after_spike_currents\": true",
            "\"after_spike_currents\": false",
            "adapting_threshold is true",
        ),
        ("cells/glif_3.json", "true", "2", "after_spike_currents is 2, expected true or false"),
        ("cells/glif_3.json", "0.003,\n    0.08", "0.003", "asc_decay has 1 values, expected 2 as ASCurrents has"),
        ("cells/double.json", "0.3,\n    0.4", "0.3", "amp_slow has 1 values, expected 2 as tau_syn_fast has"),
        (
            "network/v1_node_types.csv",
            "glif_psc ",
            "glif_psx ",
            "model_template is `nest:glif_psx`; can be run: nrn:IntFire1",
        ),
        ("synapses/port_1.json", "1", "5", "receptor_type of `port_1.json` is 5, expected 1"),
        ("synapses/port_1.json", "1", "0", "receptor_type of `port_1.json` is 0, expected 1"),
        ("synapses/port_1.json", "1", "1.5", "receptor_type is 1.5, expected the number of a port"),
    ];
    for (file, from, to, expected) in cases {
        let message = match glif_changed(file, from, to).map(|circuit| circuit.design::<f64>().map(|_| ())) {
            Err(error) | Ok(Err(error)) => error.to_string(),
            Ok(Ok(())) => panic!("{file}: {to} was accepted"),
        };
        assert!(message.contains(expected), "{file}: {to}: {message}");
    }
    let noted = glif_changed("cells/glif_3.json", "0.0,\n    0.0", "1.0,\n    0.0").unwrap().notes;
    assert!(noted.iter().any(|note| note.contains("asc_init has no effect, as in NEST")), "{noted:?}");
}
