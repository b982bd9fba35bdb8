//! Populations of cells that a file writes as equations.

use super::*;
use neuropil_engine::{Runnable, Simulation};
use neuropil_network::{Kind, Network};
use std::sync::atomic::AtomicU64;

const CELL: &str = "model leaky:
    state:
        V_m mV = V_reset
        refr_t ms = 0 ms
    equations:
        kernel k = exp(-t / tau_syn)
        V_m' = -(V_m - E_L) / tau_m + (convolve(k, exc) * pA - convolve(k, inh) * pA + I_stim + I_e) / C_m
        refr_t' = -1
    parameters:
        E_L mV = -70 mV
        V_reset mV = E_L
        C_m pF = 0.25 nF [[ C_m > 0 pF ]]
        tau_m ms = 10 ms @homogeneous
        tau_syn ms = 2 ms
        I_e nA = 0 nA
        leaks boolean = true
    input:
        exc <- excitatory spike
        inh <- inhibitory spike
        I_stim pA <- continuous
    output:
        spike
    update:
        if refr_t > 0 ms:
            integrate_odes(refr_t)
        else:
            integrate_odes(V_m)
    onCondition(refr_t <= 0 ms and V_m >= -50 mV):
        V_m = V_reset
        refr_t = 2 ms
        emit_spike()
";

/// A folder with the cell, and the model file that would lie beside it.
fn beside(text: &str) -> (tempfile::TempDir, Result<Model, Faults>) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("leaky.nestml"), CELL).expect("a file");
    let file = folder.path().join("net.json");
    let document = Document::parse(&file.display().to_string(), text.into()).expect("JSON");
    (folder, Model::decode(document))
}

fn faults_of(population: &str) -> String {
    let text = format!("{{\"populations\": {{\"exc\": {{\"cells\": 3, {population}}}}}}}");
    let (_folder, model) = beside(&text);
    match model {
        Err(faults) => faults.to_string(),
        Ok(model) => model.design::<f64>(1, 1.0).err().map(|faults| faults.to_string()).unwrap_or_default(),
    }
}

/// Would catch a parameter that is not set, one that is derived of another and does not follow it, and a unit that is lost.
#[test]
fn parameters_reach_the_cells() {
    let (_folder, model) = beside(
        r#"{"populations": {"exc": {"cells": 3, "model": "leaky.nestml", "C_m_pf": 200, "E_L_mv": [-70, -65, -60],
            "I_e_na": 0.4, "leaks": false, "initial": {"V_m_mv": -55}}}}"#,
    );
    let model = model.expect("a sound model");
    let design = model.design::<f64>(1, 1.0).expect("a design").design;
    let Kind::Neurons(cells) = &design.populations[0].kind else { panic!("neurons") };
    let names: Vec<String> = cells.info().parameters.iter().map(neuropil_core::Parameter::name).collect();
    assert_eq!(names, ["E_L_mv", "V_reset_mv", "C_m_pf", "tau_m_ms", "tau_syn_ms", "I_e_na", "leaks"]);
    assert_eq!(cells.parameters(1), [-65.0, -65.0, 200.0, 10.0, 2.0, 0.4, 0.0]);
    assert_eq!(design.populations[0].initial[0].values, [-55.0; 3]);
}

/// Cells of a file in a network: driven, they fire at the rate of their equation, and what they send arrives.
#[test]
fn cells_of_a_file_run_in_a_network() {
    let (_folder, model) = beside(
        r#"{"simulation": {"dt_ms": 0.1}, "populations": {
            "exc": {"cells": 1, "model": "leaky.nestml"},
            "out": {"cells": 2, "model": "leaky.nestml#leaky"}},
          "projections": [{"from": "exc", "to": "out", "rule": "all_to_all", "weight_pa": 4000, "delay_ms": 1.5},
            {"from": "exc", "to": "out", "receptor": "inh", "rule": "all_to_all", "weight_pa": -1, "delay_ms": 1}],
          "inputs": [{"kind": "step_current", "to": "exc", "amplitude_pa": 600}]}"#,
    );
    let model = model.expect("a sound model");
    let design = model.design::<f64>(1, 1.0).expect("a design").design;
    let network = Network::build(design, None, 1, &AtomicU64::new(0)).expect("a network");
    let mut simulation = Simulation::new(network, Vec::new(), 1);
    simulation.advance(2000).expect("finite");
    let spikes = simulation.chunk().spikes.clone();
    let first: Vec<u64> = spikes.iter().filter(|(_, id)| *id == 0).map(|(step, _)| *step).collect();
    // -70 + 24 (1 - e^{-t/10}) reaches -50 after 10 ln 6 = 17.918 ms, then 2 ms at rest: every 20.0 ms on the grid.
    assert_eq!(&first[..2], [180, 380]);
    assert!(spikes.iter().any(|(_, id)| *id > 0), "what arrives drives the others");
}

/// Would catch a name that is not told apart, and an option that is taken and does nothing.
#[test]
fn faults_say_what_was_meant() {
    for (population, expected) in [
        (r#""model": "leaky.nestml", "C_m": 200"#, "did you mean `C_m_pf`?"),
        (r#""model": "leaky.nestml", "C_m_pf": -1"#, "guard `C_m > 0 pF` of line 12 does not hold"),
        (r#""model": "leaky.nestml", "tau_m_ms": [1, 2, 3]"#, "@homogeneous"),
        (r#""model": "leaky.nestml", "leaks": 3"#, "populations.exc.leaks"),
        (r#""model": "leaky.nestml#lacky""#, "the file has no model `lacky`; did you mean `leaky`?"),
        (r#""model": "laeky.nestml""#, "laeky.nestml"),
        (r#""model": "leaky.nestml", "ports": {"ampa": "excitatory"}"#, "no such spike port"),
        (r#""model": "leaky.nestml", "ports": {"exc": "excitatory"}"#, "says already"),
        (r#""model": "leaky.nestml", "integration": {"method": "rk5"}"#, "did you mean `rk4`?"),
        (r#""model": "leaky.nestml", "integration": {"method": "rk4", "tolerance": 1}"#, "tolerance"),
        (r#""model": "leaky.nestml", "initial": {"V_mv": -60}"#, "V_m_mv"),
    ] {
        let found = faults_of(population);
        assert!(found.contains(expected), "{population}: {found}");
    }
    let (folder, _) = beside(r#"{"populations": {}}"#);
    std::fs::write(folder.path().join("leaky.nestml"), CELL.replace("/ tau_m", "/ tau_mm")).expect("a file");
    let file = folder.path().join("net.json").display().to_string();
    let text = r#"{"populations": {"exc": {"cells": 1, "model": "leaky.nestml"}}}"#;
    let faults = Model::decode(Document::parse(&file, text.into()).expect("JSON")).expect_err("a fault").to_string();
    assert!(faults.contains("leaky.nestml:7:31: nothing is called `tau_mm`"), "{faults}");
}
