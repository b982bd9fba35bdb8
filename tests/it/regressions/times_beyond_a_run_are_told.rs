//! Currents that never came on, times between two steps, and targets that end before the run were accepted without a word.

use super::small_models::{LEARNS, changed, input};
use super::small_tissue::{changed_tissue, notes_with};
use neuropil::model::Document;
use neuropil::session::{Changes, Input};
use serde_json::json;

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

/// Would catch a change at the very end of the run that is taken for none.
#[test]
fn weights_that_would_change_after_the_run_are_told() {
    let told = |every_ms: u32| {
        let text = changed(LEARNS, |model| {
            model["simulation"]["duration_ms"] = json!(300);
            model["learning"]["apply_every_ms"] = json!(every_ms);
        });
        input(&text).notes()
    };
    let late = told(400);
    assert!(
        late.len() == 1
            && late[0].contains("learning.apply_every_ms: 400 ms, the run ends at 300 ms: no weight changes"),
        "{late:?}"
    );
    assert_eq!(told(300), Vec::<String>::new());
}

#[test]
fn spikes_and_rates_beyond_the_end_are_told() {
    let sources = |times: &str| {
        notes(&format!(
            r#", "inputs": [{{"kind": "poisson", "to": "exc", "weight_pa": 1, "rate_hz": {{"times_ms": [0, {times}], "rates_hz": [5, 9]}}}}]"#
        ))
        .unwrap()
    };
    assert_eq!(sources("49.9"), Vec::<String>::new());
    let late = sources("50");
    assert!(
        late.len() == 1 && late[0].contains("inputs.0.rate_hz: rates from 50 ms on, the run ends at 50 ms"),
        "{late:?}"
    );
    let train = |last: f64| {
        let text = format!(
            r#"{{"simulation": {{"dt_ms": 0.1, "duration_ms": 50}},
                "populations": {{"in": {{"cells": 1, "model": "spike_train", "spikes": {{"times_ms": [10, {last}, {last}], "cells": [0, 0, 0]}}}}}}}}"#
        );
        Input::of(Document::parse("net.json", text).unwrap(), &Changes::default()).unwrap().notes()
    };
    assert_eq!(train(50.0), Vec::<String>::new());
    let late = train(50.1);
    let words = "populations.in.spikes: 2 of 3 are later than the end of the run at 50 ms, from 50.1 ms on: never sent";
    assert!(late.len() == 1 && late[0].contains(words), "{late:?}");
}

/// A row acts in the field step in which it begins; that step must end within the run.
#[test]
fn releases_beyond_the_last_field_step_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let told = |time_ms: f64| {
        let table = folder.path().join(format!("drive_{time_ms}.csv"));
        let rows = format!("time_ms,population,cell,species,molecules_per_ms\n0,v,*,VIP,10\n{time_ms},v,*,VIP,0\n");
        std::fs::write(&table, rows).unwrap();
        let model = changed_tissue(|model| model["peptides"]["drive"] = table.to_string_lossy().into());
        notes_with(&model, "peptides.drive")
    };
    assert_eq!([told(190.0), told(199.0)], [Vec::<String>::new(), Vec::new()]);
    let late = told(200.0);
    assert!(
        late.len() == 1 && late[0].contains("peptides.drive: 1 row begins later than the last field step"),
        "{late:?}"
    );
    assert!(late[0].contains("the first in line 3: never in force"), "{late:?}");
}
