//! Input times were rounded to the nearest step, where bmtk's spike generators round them up; and circuits of IntFire1 cells
//! whose times fit no grid were refused without a remedy.

use super::circuits::{changed, data, expected, fault, run};
use serde_json::{Value, json};

const PERTURBED: &str = "bmtk/derived/perturbed.json";

#[test]
fn times_are_rounded_up_and_the_run_says_so() {
    let circuit = changed(PERTURBED, |_| {}).unwrap();
    let told = circuit.notes.iter().any(|note| {
        note.contains("input times off the grid are rounded up to steps of 0.01 ms, as bmtk's spike generators do")
            && note.contains("`neuropil_input_times`: \"nearest\"")
    });
    assert!(told, "{:?}", circuit.notes);
    assert_eq!(run(&circuit), expected(&circuit, &data("bmtk/derived/expected/perturbed.h5")));
}

/// Fails if the other rule is not honoured, or does the same.
#[test]
fn the_other_rule_can_be_asked_for() {
    let nearest = |all: &mut Value| all["neuropil_input_times"] = json!("nearest");
    let circuit = changed(PERTURBED, nearest).unwrap();
    assert!(
        circuit.notes.iter().any(|note| note.contains("rounded to the nearest steps of 0.01 ms")),
        "{:?}",
        circuit.notes
    );
    assert_ne!(run(&circuit), expected(&circuit, &data("bmtk/derived/expected/perturbed.h5")));
    let wrong = fault(changed(PERTURBED, |all| all["neuropil_input_times"] = json!("down")));
    assert!(wrong.contains("neuropil_input_times: found `down`, expected up or nearest"), "{wrong}");
}

/// NEST refuses such times then, and so does the run; on the grid they pass.
#[test]
fn precise_times_false_asks_for_times_on_the_grid() {
    let exact = |all: &mut Value| all["run"]["precise_times"] = json!(false);
    let wrong = fault(changed(PERTURBED, exact));
    assert!(
        wrong.contains("run.precise_times: is false, but") && wrong.contains("lie off the grid of 0.01 ms"),
        "{wrong}"
    );
    let offgrid = |all: &mut Value| {
        exact(all);
        all["run"]["allow_offgrid_spikes"] = json!(true);
    };
    changed(PERTURBED, offgrid).unwrap();
}

/// A circuit of IntFire1 cells whose input times lie on no grid runs on `run.dt`.
#[test]
fn intfire_circuits_round_what_fits_no_grid() {
    let folder = tempfile::tempdir().unwrap();
    let spikes = folder.path().join("spikes.csv");
    std::fs::write(&spikes, "timestamps population node_ids\n1.0000001234 tw 0\n2.04 tw 0\n3.06 tw 0\n").unwrap();
    let circuit = changed("300_intfire/circuit_config.json", |all| {
        all["run"] = json!({"tstop": 10.0, "dt": 0.1});
        all["inputs"] =
            json!({"tw": {"input_type": "spikes", "module": "csv", "node_set": "tw", "input_file": spikes}});
    });
    let circuit = circuit.unwrap();
    let notes = circuit.notes.join("\n");
    assert_eq!(circuit.clock.dt_ms(), 0.1);
    assert!(notes.contains("no grid down to 200 ps holds all input times and delays"), "{notes}");
    assert!(notes.contains("3 input times off the grid are rounded to the nearest steps of 0.1 ms"), "{notes}");
    run(&circuit);
}
