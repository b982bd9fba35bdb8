//! Numbers of task files that were rounded, cut or dropped: each is a fault at its key.

use neuropil::model::Document;
use neuropil::train::Setup;
use serde_json::{Value, json};
use std::path::Path;

fn decoded(name: &str, change: impl FnOnce(&mut Value)) -> Result<Setup, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/tasks");
    let mut task: Value = serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap();
    change(&mut task);
    let document = Document::parse("task.json", task.to_string()).unwrap();
    Setup::decode(&document, &folder).map_err(|fault| fault.to_string())
}

fn fault(name: &str, change: impl FnOnce(&mut Value)) -> String {
    match decoded(name, change) {
        Ok(_) => panic!("accepted"),
        Err(fault) => fault,
    }
}

/// Sets a value by its path.
fn set(path: &str, value: Value) -> impl FnOnce(&mut Value) {
    let pointer = format!("/{}", path.replace('.', "/"));
    move |task| {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        task.pointer_mut(parent).unwrap()[key] = value;
    }
}

#[test]
fn what_a_task_cannot_have_is_refused_at_its_key() {
    let cases = [
        ("mini_evidence.json", "delay_ms", json!(1.4), "delay_ms: "),
        ("mini_evidence.json", "loss.last_ms", json!(10.5), "loss.last_ms: "),
        ("mini_evidence.json", "training.decay", json!(0.8), "training.decay: has no effect without `decay_every`"),
        ("mini_evidence.json", "training.decay_every", json!(9), "training.decay_every: has no effect without `decay`"),
        (
            "mini_evidence.json",
            "readout_weights.cells",
            json!(0),
            "readout_weights.cells: found 0, must be between 1 and 50",
        ),
        ("mini_evidence.json", "readout_weights.cells", json!(51), "readout_weights.cells: found 51"),
        (
            "mini_evidence.json",
            "pseudo_derivative",
            json!({"kind": "exponential", "k": 3}),
            "pseudo_derivative.k: has no effect with `exponential`: it is of fast_sigmoid",
        ),
        (
            "small_delayed_xor.json",
            "pseudo_derivative",
            json!({"kind": "relu", "gamma": 0.3}),
            "pseudo_derivative.gamma: has no effect with `relu`",
        ),
        ("mini_evidence.json", "record", json!({"cells": [0]}), "record.cells: has no effect without `trial_every`"),
        (
            "mini_evidence.json",
            "record",
            json!({"synapses": [[0, 1]], "trial_every": 0}),
            "record.synapses: has no effect without `trial_every`",
        ),
        ("mini_evidence.json", "cells.types_per_sign", json!(0), "cells.types_per_sign: found 0"),
        (
            "small_delayed_xor.json",
            "cells.adaptive",
            json!("even"),
            "cells.adaptive: has no effect: cells of `leaky_relu`",
        ),
        ("small_delayed_xor.json", "cells.adaptive_last", json!(3), "cells.adaptive_last: has no effect"),
        (
            "pattern_generation.json",
            "training.stop_at_accuracy",
            json!(0.9),
            "training.stop_at_accuracy: has no effect",
        ),
        ("pattern_generation.json", "task.periods_ms", json!([500, 300]), "task.periods_ms.1: found 300"),
        // Of what is released e^{−5000 k} is left after a field step: levels were 0, and their gain 0/0.
        (
            "mini_evidence.json",
            "carrier.loss_per_ms",
            json!(0.2),
            "carrier.loss_per_ms: found 0.2: of what is released nothing is left after a field step of 5000 ms",
        ),
        ("pattern_generation.json", "task.periods_ms", json!([2000]), "task.periods_ms.0: found 2000"),
    ];
    for (name, path, value, expected) in cases {
        let told = fault(name, set(path, value.clone()));
        assert!(told.contains(expected), "{path} = {value}: {told}");
    }
    let told = fault("mini_evidence.json", |task| {
        task["cells"].as_object_mut().unwrap().remove("adaptive");
        task["cells"]["adaptive_last"] = json!(51);
    });
    assert!(told.contains("cells.adaptive_last: found 51, of 50 cells"), "{told}");
}

#[test]
fn what_a_task_can_have_is_taken() {
    let taken = [
        ("delay_ms", json!(3)),
        ("loss.last_ms", json!(10)),
        ("readout_weights.cells", json!(50)),
        ("carrier.loss_per_ms", json!(0.1)),
    ];
    for (path, value) in taken {
        decoded("mini_evidence.json", set(path, value)).unwrap_or_else(|fault| panic!("{path}: {fault}"));
    }
    decoded("pattern_generation.json", |_| {}).unwrap_or_else(|fault| panic!("333 ms is three cycles: {fault}"));
}
