//! Ports of files that take the sizes of inhibitory weights: tables of weights that change held sizes, so that bounds and
//! recordings had the wrong sign.

use super::small_models::{LEARNS, changed, refusal, run};
use neuropil::record::Recording;
use serde_json::{Value, json};

/// `LEARNS` with cells of a file, whose inhibition is a conductance.
fn conductances(change: impl FnOnce(&mut Value)) -> String {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/models/cells/lif_cond_alpha.nestml");
    let text = std::fs::read_to_string(file).unwrap();
    changed(LEARNS, |model| {
        for (population, sign) in [("exc", "excitatory"), ("inh", "inhibitory")] {
            model["populations"][population] =
                json!({"cells": 12, "model": "lif_cond_alpha.nestml", "text": text, "sign": sign, "I_e_pa": 350});
        }
        for (projection, weight) in [(0, 4.0), (1, 2.0), (2, -4.0)] {
            let own = model["projections"][projection].as_object_mut().unwrap();
            own.remove("weight");
            own.insert("weight_ns".into(), json!(weight));
        }
        for projection in [1, 2] {
            model["projections"][projection]["plastic"] = json!({"learning_rate": 0.5});
        }
        model["learning"]["mu"]["value"] = json!(0.0001);
        change(model);
    })
}

/// Both excitation and inhibition learn, and stay on their side of 0 as they are in the model file.
#[test]
fn inhibitory_conductances_learn_and_are_recorded_as_they_are_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    run(&conductances(|_| {}), &path);
    let recording = Recording::open(&path).unwrap();
    let records = recording.weights().unwrap();
    for (name, start) in [("exc->exc", 2.0), ("inh->exc", -4.0)] {
        let own = records.iter().find(|own| own.name == name).unwrap();
        let weights = recording.weight_data(own).unwrap().weights;
        assert!(weights.iter().all(|weight| weight * start >= 0.0), "{name}: {weights:?}");
        assert!(weights.iter().any(|weight| (weight - start).abs() > 1e-6), "{name} learned");
    }
}

/// A slope is for networks that learn.
#[test]
fn a_slope_without_learning_is_refused() {
    let fault = refusal(&conductances(|model| {
        model["populations"]["exc"]["jacobian_limit"] = json!(3);
        model.as_object_mut().unwrap().remove("learning");
        for projection in [1, 2] {
            model["projections"][projection].as_object_mut().unwrap().remove("plastic");
        }
    }));
    assert!(fault.contains("populations.exc.jacobian_limit: has no effect"), "{fault}");
    let slip = refusal(&conductances(|model| model["populations"]["exc"]["spike"] = json!({"of": "V_n_mv"})));
    assert!(slip.contains("nothing is called `V_n_mv`"), "{slip}");
}
