//! Hands on synapses whose weights follow spikes.

use super::*;

/// The network, whose first projection follows spikes.
fn plastic(interventions: &Value) -> Value {
    let mut text = network(interventions);
    text["projections"][0]["synapse"] = json!({"model": "stdp", "w_max": 150, "learning_rate": 0.02});
    text
}

fn edits() -> Value {
    let part = json!({"population": "exc", "cells": "10:50"});
    json!([
        {"at_ms": 10, "weights": {"projection": "e->e", "scale": 1.5, "to": part}},
        {"at_ms": 20, "cut": {"projection": "e->e", "from": part, "to": {"population": "exc", "cells": "0:30"}}, "until_ms": 30},
        {"at_ms": 20, "weights": {"projection": "e->e", "weight_pa": 40, "from": part}},
        {"at_ms": 40.1, "weights": {"projection": "e->e", "scale": 0.5}}
    ])
}

/// Would catch an edit that is lost or doubled at a chunk's end or in a checkpoint, or that hangs on blocks, threads or precision.
#[test]
fn weights_that_follow_spikes_are_edited_with_the_same_bits() {
    let text = plastic(&edits());
    let whole = run(&text);
    for edit in edits().as_array().unwrap() {
        assert_ne!(run(&plastic(&json!([edit]))).0, run(&plastic(&json!([]))).0, "{edit}");
    }
    assert_eq!(go(&mut simulation::<f64>(&text, 3, 2), &[100, 1, 99, 100, 101, 199]), whole);
    for cut in [100, 101, 200, 250, 401, 402] {
        let mut first = simulation::<f64>(&text, 2, 1);
        let before = go(&mut first, &[cut]).0;
        let mut rest = simulation::<f64>(&text, 3, 2);
        rest.restore(&first.snapshot()).unwrap();
        let after = go(&mut rest, &[600 - cut]);
        assert_eq!((([before, after.0].concat()), after.1), whole, "cut after step {cut}");
    }
    let single = go(&mut simulation::<f32>(&text, 1, 1), &[600]);
    assert_eq!(go(&mut simulation::<f32>(&text, 4, 2), &[401, 199]), single);
}

/// What is put in is read before the next step, synapse for synapse, and is one of the file.
#[test]
fn what_is_put_in_by_hand_is_one_of_the_file() {
    let text = plastic(&json!([]));
    let mut live = simulation::<f64>(&text, 3, 2);
    live.advance(300).unwrap();
    let own = live.weights(0);
    let half: Vec<f64> = own.iter().map(|weight| 0.5 * weight).collect();
    let edit = json!([{"at_ms": 30, "weights": {"projection": "e->e", "weight_pa": half}}]);
    let model = decode(&plastic(&edit).to_string()).unwrap();
    let placed = model.design::<f64>(3, 1.0).unwrap().interventions;
    live.intervene(placed.into_iter().map(|placed| placed.own).collect()).unwrap();
    assert_eq!(live.weights(0), half);
    let scale = json!([{"at_ms": 30, "weights": {"projection": "e->e", "scale": 0.5}}]);
    let by_scale = run(&plastic(&scale));
    assert_eq!(run(&plastic(&edit)), by_scale);
    assert_eq!(go(&mut live, &[300]).1, by_scale.1);
}

/// Weights of a file's synapses are edited too.
#[test]
fn synapses_of_a_file_are_edited() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/synapses/stdp.nestml");
    let written = |edits: &Value| {
        let mut text = network(edits);
        text["projections"][0]["synapse"] = json!({"model": file, "w_max": 150});
        text
    };
    let mut half =
        simulation::<f64>(&written(&json!([{"at_ms": 30, "weights": {"projection": "e->e", "weight_pa": 40}}])), 3, 2);
    half.advance(300).unwrap();
    assert!(half.weights(0).iter().all(|weight| *weight == 40.0));
    assert_eq!(
        go(&mut half, &[300]).1,
        run(&written(&json!([{"at_ms": 30, "weights": {"projection": "e->e", "weight_pa": 40}}]))).1
    );
}

/// An end, and weights that the synapses cannot have.
#[test]
fn what_such_weights_cannot_be_is_named() {
    for (edit, words) in [
        (json!({"at_ms": 1, "weights": {"projection": "e->e", "scale": 2}, "until_ms": 5}), "leave out `until_ms`"),
        (json!({"at_ms": 1, "weights": {"projection": "e->e", "weight_pa": 151}}), "at most 150"),
        (json!({"at_ms": 1, "weights": {"projection": "e->e", "weight_pa": -1}}), "excitatory"),
    ] {
        let model = decode(&plastic(&json!([edit])).to_string()).unwrap_or_else(|faults| panic!("{faults}"));
        let faults = model.design::<f64>(3, 1.0).map(|_| ()).unwrap_err().to_string();
        assert!(faults.contains(words), "{faults}");
    }
}

/// Where no bound holds a scale back, weights that are no numbers are refused and none is put in. They were put in without a word.
#[test]
fn a_scale_that_leaves_no_number_is_refused() {
    let rule = include_str!("../../../../../models/synapses/stdp.nestml").replacen(" [[ w <= w_max ]]", "", 1);
    let mut text = network(&json!([{"at_ms": 30, "weights": {"projection": "e->e", "scale": 1e308}}]));
    text["projections"][0]["synapse"] = json!({"model": "own.nestml", "text": rule, "w_max": 1e300});
    let mut own = simulation::<f64>(&text, 3, 2);
    own.advance(300).unwrap();
    let before = own.weights(0);
    for _ in 0..2 {
        let fault = own.advance(1).unwrap_err().to_string();
        assert!(fault.contains("`e->e` cannot be scaled at 30 ms") && fault.contains("no finite number"), "{fault}");
        assert_eq!((own.step(), own.weights(0)), (300, before.clone()));
    }
}
