//! Circuits that NEST ran: every spike in the same step. `tests/oracles` says how they were made.

use neuropil_engine::{Runnable, Simulation};
use neuropil_model::Document;
use neuropil_model::circuit::{Circuit, Lowered};
use neuropil_network::Network;
use neuropil_record::Recording;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;

/// Spikes as (step, node), sorted, by recorded population.
type Spikes = BTreeMap<String, Vec<(u64, u64)>>;

fn found(circuit: &Circuit) -> Spikes {
    let Lowered { design, recorded, .. } = circuit.design::<f64>().unwrap();
    let network = Network::build(design, None, 1, &AtomicU64::new(0)).unwrap();
    let first_ids = network.design.first_ids();
    let mut simulation = Simulation::new(network, Vec::new(), 1);
    simulation.advance(circuit.clock.steps(circuit.duration_ms).unwrap()).unwrap();
    let mut spikes = Spikes::new();
    for &(step, id) in &simulation.chunk().spikes {
        let population = first_ids.partition_point(|first| *first <= id) - 1;
        let own = &recorded[population];
        if own.spikes {
            let cell = usize::try_from(id - first_ids[population]).unwrap();
            spikes.entry(own.population.clone()).or_default().push((step, own.ids[cell]));
        }
    }
    spikes.values_mut().for_each(|own| own.sort_unstable());
    spikes
}

/// The circuit of `folder/run.json` gives NEST's spikes, of which there are at least `least`.
fn same_as_nest(folder: &str, run: &str, least: usize) {
    same_in(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/sonata").join(folder), run, least);
}

/// The same of a folder anywhere.
fn same_in(folder: &Path, run: &str, least: usize) {
    let config = folder.join(format!("{run}.json"));
    let document = Document::parse(&config.display().to_string(), std::fs::read_to_string(&config).unwrap()).unwrap();
    let circuit = Circuit::read(&document, None).unwrap();
    let recording = Recording::open(folder.join(format!("output/spikes_{run}.h5"))).unwrap();
    let expected = recording.populations().unwrap().into_iter().map(|population| {
        let spikes = recording.spikes(&population.name).unwrap();
        let steps = spikes.times_ms.iter().map(|time| circuit.clock.steps(*time).unwrap());
        let mut own: Vec<(u64, u64)> = steps.zip(spikes.node_ids.iter().copied()).collect();
        own.sort_unstable();
        (population.name, own)
    });
    let expected: Spikes = expected.collect();
    assert!(expected.values().map(Vec::len).sum::<usize>() >= least);
    assert_eq!(found(&circuit), expected);
}

/// Parameters a cell over those of a file over NEST's defaults, `nsyns`, edges without a delay or with one off the grid,
/// input off the grid, and current clamps each change these spikes.
#[test]
fn alpha_and_exponential_currents() {
    same_as_nest("nest_currents", "config", 400);
    same_as_nest("nest_currents", "fine", 200);
}

/// Node ids in any order, two models in one population, and input as text.
#[test]
fn delta_pulses_and_exponential_currents_in_one_population() {
    same_as_nest("nest_delta", "config", 500);
    same_as_nest("nest_delta", "fine", 300);
}

/// NEST integrates conductances with an adaptive step, within 1e-3 mV of the truth.
#[test]
fn conductances() {
    same_as_nest("nest_conductances", "config", 800);
    same_as_nest("nest_conductances", "fine", 400);
}

/// GLIF cells with each choice of mechanisms and one, two or four receptors in one population, and refractory periods off
/// the grid. Would catch a mechanism that is left out, an order of a step other than NEST's, and a port that is another's.
#[test]
fn generalized_leaky_cells() {
    same_as_nest("nest_glif", "config", 1400);
    same_as_nest("nest_glif", "fine", 700);
}

/// Cells that NEST integrates in parts of a step, with NEST's own error, cells with numbered receptors, and izhikevich with
/// both numerics.
#[test]
fn cells_that_are_integrated_in_parts() {
    same_as_nest("nest_cells", "config", 900);
}

/// GLIF cells as the Allen Cell Types Database writes them, and every model of synapses that NEST and we have; traces of
/// cells with time constants of their own. Would catch a parameter under another name, and a default that is ours.
#[test]
fn plastic_synapses_of_every_model() {
    same_as_nest("nest_synapses", "config", 1500);
}

/// `iaf_psc_exp` as equations.
const IAF_PSC_EXP: &str = "
model lif:
    state:
        V_m mV = E_L
        refractory ms = 0 ms
    parameters:
        C_m pF = 250 pF
        tau_m ms = 10 ms
        E_L mV = -70 mV
        V_th mV = -55 mV
        V_reset mV = -70 mV
        t_ref ms = 2 ms
        tau_exc ms = 2 ms
        tau_inh ms = 2 ms
    equations:
        kernel k_exc = exp(-t / tau_exc)
        kernel k_inh = exp(-t / tau_inh)
        V_m' = (E_L - V_m) / tau_m + (convolve(k_exc, exc) * pA - convolve(k_inh, inh) * pA + I_stim) / C_m
        refractory' = -1
    input:
        exc <- excitatory spike
        inh <- inhibitory spike
        I_stim pA <- continuous
    output:
        spike
    update:
        if refractory > 0 ms:
            integrate_odes(refractory)
        else:
            integrate_odes(V_m)
    onCondition(V_m >= V_th and refractory <= 0 ms):
        refractory = t_ref
        V_m = V_reset
        emit_spike()
";

/// A cell that a file beside the parameters writes has the spikes of NEST's cell of the same equations. Would catch parameters
/// that are not set, a start that is not heard, and ports that are not chosen by sign.
#[test]
fn a_cell_of_a_file_is_the_cell_that_it_writes() {
    let folder = tempfile::tempdir().unwrap();
    let from = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/sonata/nest_delta");
    for part in ["", "cells", "inputs", "network", "output"] {
        std::fs::create_dir_all(folder.path().join(part)).unwrap();
        for entry in std::fs::read_dir(from.join(part)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                std::fs::copy(&path, folder.path().join(part).join(path.file_name().unwrap())).unwrap();
            }
        }
    }
    let write = |file: &str, text: &str| std::fs::write(folder.path().join(file), text).unwrap();
    write("cells/lif.nestml", IAF_PSC_EXP);
    write("cells/own.json", r#"{"tau_m": 12.0, "V_th": -50.0, "E_L": -70.0, "V_reset": -65.0, "V_m": -70.0}"#);
    let head = "node_type_id model_type model_template dynamics_params\n1 point_neuron nest:iaf_psc_delta delta.json\n";
    write("network/cells_node_types.csv", &format!("{head}2 point_neuron nestml:lif.nestml#lif own.json\n"));
    same_in(folder.path(), "config", 500);
}
