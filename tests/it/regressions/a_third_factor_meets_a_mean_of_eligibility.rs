//! Pages said that a third factor meets a sum of past eligibility, and it meets a mean: ē ← κ ē + (1 − κ) e.
//!
//! The weights of a mean over the past are 1 in sum. So a constant third factor changes weights by η M Σ e whatever the memory
//! is, once all eligibility has passed; of a sum, it would change them 1/(1 − κ) times as much.

use super::small_models::{LEARNS, changed, run};
use neuropil::record::Recording;
use serde_json::json;

/// Changes of all plastic weights at a memory; the senders end long before the run does.
fn changes(tau_e_ms: f64) -> Vec<f64> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.h5");
    let times: Vec<f64> = (0..400).map(|spike| f64::from(5 + spike / 8)).collect();
    let cells: Vec<u32> = (0..400).map(|spike| spike * 7 % 20).collect();
    let model = changed(LEARNS, |model| {
        model["simulation"]["duration_ms"] = json!(600);
        model["populations"]["in"] =
            json!({"cells": 20, "model": "spike_train", "spikes": {"times_ms": times, "cells": cells}});
        model["projections"][2].as_object_mut().unwrap().remove("plastic");
        model["learning"] = json!({"rule": "three_factor", "apply_every_ms": 600, "tau_e_ms": tau_e_ms,
            "third_factor": {"every_ms": 600, "values": [0.5]}});
        model["record"] = json!({"weights": ["exc->exc", "exc->inh"]});
    });
    run(&model, &file);
    let recording = Recording::open(&file).unwrap();
    let changes = recording.weights().unwrap().into_iter().flat_map(|own| {
        let own = recording.weight_data(&own).unwrap();
        let before = own.initial_weights.expect("they were asked for");
        own.weights.into_iter().zip(before).map(|(after, before)| after - before).collect::<Vec<_>>()
    });
    changes.collect()
}

#[test]
fn the_memory_of_eligibility_does_not_change_what_a_constant_factor_makes() {
    let (none, long) = (changes(0.0), changes(20.0));
    let size = none.iter().fold(0.0, |most: f64, own| most.max(own.abs()));
    assert!(size > 1e-3, "weights hardly change: {size}");
    let off = none.iter().zip(&long).map(|(own, other)| (own - other).abs()).fold(0.0, f64::max);
    assert!(off < 1e-6 * size, "{off} of {size}");
}
