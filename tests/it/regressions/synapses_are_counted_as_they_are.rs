//! A check told the number of synapses to expect as if it had counted them; `multapses` passed where it has no effect; a
//! projection without synapses was missing among the recorded weights.

use super::small_models::{changed, finished, input, refusal};
use neuropil::record::Recording;
use neuropil::session::Session;
use serde_json::{Value, json};

const JOINED: &str = r#"{
  "simulation": {"dt_ms": 0.1, "duration_ms": 10, "seed": 5},
  "populations": {"a": {"cells": 30, "model": "lif_exp", "i_e_pa": 600}},
  "projections": [
    {"name": "w", "from": "a", "to": "a", "rule": "fixed_probability", "probability": 0.2, "weight_pa": 1, "delay_ms": 1}
  ]
}"#;

fn joined(rule: Value) -> String {
    changed(JOINED, |model| {
        let own = model["projections"][0].as_object_mut().unwrap();
        own.remove("probability");
        own.extend(rule.as_object().unwrap().clone());
    })
}

#[test]
fn a_check_counts_what_the_run_has() {
    let folder = tempfile::tempdir().unwrap();
    let count = |seed: u64| {
        let text = changed(JOINED, |model| model["simulation"]["seed"] = json!(seed));
        let read = input(&text);
        let checked = Session::new(&read, "none.h5".into()).check(read).unwrap();
        let run = finished(&text, &folder.path().join(format!("run_{seed}.h5")), false);
        assert_eq!((checked.synapses, checked.synapses_are_expected), (run.synapses, false));
        run.synapses
    };
    // 0.2 x 30 x 29 are to be expected.
    assert!([1, 2, 3].map(count).iter().any(|synapses| *synapses != 174));
}

/// Would catch a rule that takes it and is left out of those which do.
#[test]
fn several_synapses_of_a_pair_are_for_rules_that_make_them() {
    let placed = json!({"shape": "box", "size_um": [9, 9, 9]});
    for (rule, more) in [
        ("all_to_all", json!({})),
        ("one_to_one", json!({"autapses": true})),
        ("fixed_probability", json!({"probability": 0.1})),
        ("by_distance", json!({"p_max": 0.1, "kernel": "gaussian", "length_um": 5})),
    ] {
        let mut own = json!({"rule": rule});
        own.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let with = |multapses: Option<bool>| {
            let own = joined(own.clone());
            changed(&own, |model| {
                model["populations"]["a"]["positions"] = placed.clone();
                if let Some(multapses) = multapses {
                    model["projections"][0]["multapses"] = json!(multapses);
                }
            })
        };
        [None, Some(false)].iter().for_each(|multapses| drop(input(&with(*multapses))));
        let fault = refusal(&with(Some(true)));
        let expected =
            format!("projections.0.multapses: found true, but rule `{rule}` makes at most one synapse of a pair");
        assert!(fault.contains(&expected), "{fault}");
    }
    for rule in [
        json!({"rule": "fixed_in_degree", "in_degree": 3}),
        json!({"rule": "fixed_out_degree", "out_degree": 3}),
        json!({"rule": "fixed_total_number", "synapses": 30}),
        json!({"rule": "list", "sources": [0, 0], "targets": [1, 1]}),
    ] {
        input(&changed(&joined(rule), |model| model["projections"][0]["multapses"] = json!(true)));
    }
}

/// The other projections keep their random numbers.
#[test]
fn a_projection_without_synapses_has_no_weights_and_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let weights = |text: &str, name: &str| {
        let path = folder.path().join(name);
        finished(&changed(text, |model| model["record"] = json!({"weights": true})), &path, false);
        let recording = Recording::open(&path).unwrap();
        let all = recording.weights().unwrap();
        all.iter().map(|own| (own.name.clone(), recording.weight_data(own).unwrap())).collect::<Vec<_>>()
    };
    let alone = weights(JOINED, "alone.h5");
    let beside = changed(JOINED, |model| {
        let mut none = model["projections"][0].clone();
        none["name"] = json!("none");
        none["probability"] = json!(0);
        let own = model["projections"].as_array_mut().unwrap();
        own.insert(0, none);
    });
    let beside = weights(&beside, "beside.h5");
    let of = |name: &str| &beside.iter().find(|own| own.0 == name).unwrap().1;
    assert_eq!(of("none").weights.len(), 0);
    assert_eq!(of("w"), &alone[0].1);
}
