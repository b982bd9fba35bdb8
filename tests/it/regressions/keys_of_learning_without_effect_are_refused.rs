//! Keys of the section `learning` that its rule does not use were read and dropped.

use super::small_models::{LEARNS, changed, input, refusal};
use serde_json::{Value, json};

fn learning(change: impl FnOnce(&mut Value)) -> String {
    changed(LEARNS, |model| change(&mut model["learning"]))
}

#[test]
fn a_third_factor_has_no_use_for_what_readouts_need() {
    let third = json!({"rule": "three_factor", "apply_every_ms": 20, "third_factor": {"every_ms": 10, "values": [1]}});
    input(&learning(|own| *own = third.clone()));
    let unused = [
        ("mu", json!({"kind": "constant", "value": 0.1})),
        ("feedback", json!({"kind": "normal", "scale": 1})),
        ("lags", json!(3)),
        ("taps", json!({"kind": "modal", "modes": 2})),
        ("record_credit", json!({"every_ms": 10})),
    ];
    for (key, value) in unused {
        let fault = refusal(&learning(|own| {
            *own = third.clone();
            own[key] = value;
        }));
        assert!(fault.contains(&format!("learning.{key}: has no effect with rule `three_factor`")), "{fault}");
    }
    let fault = refusal(&learning(|own| {
        *own = third.clone();
        own["loss"] = json!({"last_ms": 10});
    }));
    assert!(fault.contains("learning.loss.last_ms: has no effect with rule `three_factor`"), "{fault}");
    let tissue = json!({"kind": "ideal", "box_um": [80, 80, 80], "voxels": [4, 4, 4], "diffusivity_um2_per_ms": 0.1, "loss_per_ms": 1e-4});
    for carrier in [tissue.clone(), json!({"kind": "blur"}), json!({"kind": "ideal", "blur": {"decay": 0.5}})] {
        let fault = refusal(&learning(|own| {
            *own = third.clone();
            own["carrier"] = carrier;
        }));
        assert!(fault.contains("learning.carrier: has no effect with rule `three_factor`"), "{fault}");
    }
    input(&learning(|own| {
        *own = third.clone();
        own["carrier"] = json!({"kind": "ideal"});
    }));
}

/// `k` is of one shape.
#[test]
fn shapes_of_slopes_take_the_constants_that_they_have() {
    let shape = |kind: &str| learning(|own| own["pseudo_derivative"] = json!({"kind": kind, "gamma": 0.5, "k": 2}));
    input(&shape("fast_sigmoid"));
    for kind in ["piecewise_linear", "exponential", "arctan"] {
        let fault = refusal(&shape(kind));
        let expected = format!("learning.pseudo_derivative.k: has no effect with `{kind}`: it is of fast_sigmoid");
        assert!(fault.contains(&expected), "{fault}");
    }
}

/// One file serves several rules, of runs that name one and of `learn`: a word, no fault.
#[test]
fn a_run_notes_what_its_rule_does_not_use() {
    let notes = |change: &dyn Fn(&mut Value)| input(&learning(|own| change(own))).notes().join("\n");
    let eprop = notes(&|own| own["rule"] = json!("eprop"));
    assert!(eprop.contains("note: learning.mu has no effect on a run with rule `eprop`"), "{eprop}");
    let feedback = notes(&|own| own["feedback"] = json!({"kind": "uniform", "scale": 1}));
    assert!(
        feedback.contains("learning.feedback has no effect on a run with rule `modprop_type_online`"),
        "{feedback}"
    );
    let of_learn = "has no effect on a run with rule `modprop_type_online`; rules `*_S` of `neuropil learn` use it";
    for (key, value) in [("lags", json!(3)), ("taps", json!({"kind": "modal", "modes": 2}))] {
        let told = notes(&|own| own[key] = value.clone());
        assert_eq!(told, format!("note: learning.{key} {of_learn}"));
    }
    assert_eq!(notes(&|_| {}), "");
}

/// What nothing of could be recorded, and tissue that no credit of the run passes.
#[test]
fn a_run_notes_credit_that_does_not_travel() {
    let notes = |change: &dyn Fn(&mut Value)| input(&learning(|own| change(own))).notes().join("\n");
    let none = notes(&|own| {
        own["rule"] = json!("eprop");
        own.as_object_mut().unwrap().remove("mu");
        own["record_credit"] = json!({"every_ms": 10, "cells": 3});
    });
    let words = "note: learning.record_credit has no effect on a run with rule `eprop`, which sends no credit from cell to cell";
    assert_eq!(none, words);
    let everywhere = notes(&|own| own["record_credit"] = json!({"every_ms": 10, "cells": 3}));
    assert!(
        everywhere.contains("learning.record_credit.cells has no effect on a run with the carrier `ideal`"),
        "{everywhere}"
    );
    assert_eq!(notes(&|own| own["record_credit"] = json!({"every_ms": 10})), "");
}

#[test]
fn a_target_rate_needs_a_strength() {
    let fault = refusal(&learning(|own| own["loss"] = json!({"rate_target_hz": 5})));
    assert!(fault.contains("learning.loss.rate_target_hz: has no effect without `rate_strength`"), "{fault}");
    input(&learning(|own| own["loss"] = json!({"rate_target_hz": 5, "rate_strength": 0})));
    let fault = refusal(&learning(|own| own["loss"] = json!({"rate_over": "trial", "rate_strength": 1})));
    assert!(
        fault.contains("learning.loss.rate_over: has no effect: a network that runs free has no trials"),
        "{fault}"
    );
}

#[test]
fn the_last_steps_of_trials_need_trials() {
    let fault = refusal(&learning(|own| own["loss"] = json!({"last_ms": 10})));
    assert!(fault.contains("learning.loss.last_ms: has no effect"), "{fault}");
}

#[test]
fn listed_numbers_have_no_dataset() {
    let fault = refusal(&learning(|own| own["target"]["dataset"] = json!("y")));
    assert!(fault.contains("learning.target.dataset: has no effect beside `values`"), "{fault}");
}
