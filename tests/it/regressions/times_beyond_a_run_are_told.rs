//! Currents that never came on, times between two steps, and targets that end before the run were accepted without a word.

use neuropil::model::Document;
use neuropil::session::{Changes, Input};

/// The notes on a network of two cells, or what is wrong with it.
fn notes(sections: &str) -> Result<Vec<String>, String> {
    let text = format!(
        r#"{{"simulation": {{"dt_ms": 0.1, "duration_ms": 50}},
            "populations": {{"exc": {{"cells": 2, "model": "lif_exp"}}}}{sections}}}"#
    );
    let input = Input::of(Document::parse("net.json", text).unwrap(), &Changes::default());
    input.map(|input| input.notes()).map_err(|fault| fault.to_string())
}

fn step(times: &str) -> Result<Vec<String>, String> {
    notes(&format!(r#", "inputs": [{{"kind": "step_current", "to": "exc", "amplitude_pa": 600, {times}}}]"#))
}

#[test]
fn a_current_begins_within_the_run_and_on_the_grid() {
    assert_eq!(step(r#""start_ms": 49.9"#).unwrap(), Vec::<String>::new());
    let told = step(r#""start_ms": 300"#).unwrap();
    assert!(told[0].contains("inputs.0: begins at 300 ms, the run ends at 50 ms: never on"), "{told:?}");
    for (times, place) in [
        (r#""start_ms": -3"#, "inputs.0.start_ms"),
        (r#""start_ms": 10.05"#, "inputs.0.start_ms"),
        (r#""start_ms": 10, "stop_ms": 20.04"#, "inputs.0.stop_ms"),
    ] {
        let fault = step(times).unwrap_err();
        assert!(fault.contains(place) && fault.contains("a multiple of dt = 0.1 ms"), "{times}: {fault}");
    }
}

/// What is sampled more rarely than the run is long has no sample.
#[test]
fn a_record_without_a_sample_is_told() {
    let told = |every_ms: u32| {
        let state = format!(r#"{{"population": "exc", "variables": "v_m_mv", "every_ms": {every_ms}}}"#);
        notes(&format!(r#", "record": {{"states": [{state}]}}"#)).unwrap()
    };
    let rare = told(60).join(" ");
    assert!(
        rare.contains("record.states.0: a sample every 60 ms, the run ends at 50 ms: nothing is recorded"),
        "{rare}"
    );
    assert_eq!(told(50), Vec::<String>::new());
}

#[test]
fn a_target_that_ends_before_the_run_is_told() {
    let learning = |repeats: &str| {
        notes(&format!(
            r#", "projections": [{{"from": "exc", "to": "exc", "rule": "all_to_all", "weight_pa": 10, "delay_ms": 1, "plastic": {{"learning_rate": 0.1}}}}],
                "learning": {{"rule": "eprop", "apply_every_ms": 10, "readout": {{"from": "exc", "outputs": 1}},
                              "target": {{"every_ms": 1, "values": [0, 1]{repeats}}}}}"#
        ))
    };
    let told = learning("").unwrap();
    assert!(told.iter().any(|note| note.contains("learning.target: its values end at 2 ms of 50 ms")), "{told:?}");
    let repeated = learning(r#", "repeats": true"#).unwrap();
    assert!(!repeated.iter().any(|note| note.contains("learning.target")), "{repeated:?}");
}
