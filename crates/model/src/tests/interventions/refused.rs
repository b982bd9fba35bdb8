//! What cannot be edited is refused at its place, and what lies behind the end is told.

use super::*;

/// What is left when an edit ends must be parameters that cells can have.
#[test]
fn parameters_that_an_end_leaves_are_checked() {
    let text = network(&json!([
        {"at_ms": 0, "parameters": {"of": "inh", "v_th_mv": -40}, "until_ms": 20},
        {"at_ms": 10, "parameters": {"of": "inh", "v_reset_mv": -45}}
    ]));
    let model = decode(&text.to_string()).unwrap_or_else(|faults| panic!("{faults}"));
    let faults = model.design::<f64>(3, 1.0).map(|_| ()).unwrap_err();
    assert!(faults.faults.iter().any(|own| own.path == "interventions.0"), "{faults}");
}

/// A run may be made longer, so that what begins behind its end is told, and what ends there goes on to it.
#[test]
fn what_lies_behind_the_end_is_told() {
    let edits = json!([
        {"at_ms": 20, "silence": "exc", "until_ms": 900},
        {"at_ms": 61, "cut": "e->e"}, {"at_ms": 60, "cut": "e->i"}
    ]);
    let model = decode(&network(&edits).to_string()).unwrap_or_else(|faults| panic!("{faults}"));
    let told = "interventions.1: begins at 61 ms, the run ends at 60 ms: never in force (1 more begin so late)";
    assert_eq!(model.notes, [told]);
    assert_eq!(edited(edits), edited(json!([{"at_ms": 20, "silence": "exc"}])));
}

/// Each is named with its place, what was found and what was expected.
#[test]
fn what_cannot_be_done_is_refused_at_its_place() {
    let whole = json!({"at_ms": 1, "silence": "exc"});
    for (edits, place, words) in [
        (json!([{"at_ms": 0.05, "silence": "exc"}]), "interventions.0.at_ms", "a multiple of dt = 0.1 ms"),
        (json!([{"at_ms": -1, "silence": "exc"}]), "interventions.0.at_ms", "from 0 ms on"),
        (json!([{"at_ms": 2, "silence": "exc", "until_ms": 2}]), "interventions.0.until_ms", "later than at_ms = 2"),
        (json!([{"silence": "exc"}]), "interventions.0", "`at_ms` is missing"),
        (json!([{"at_ms": 1}]), "interventions.0", "nothing that is edited"),
        (json!([{"at_ms": 1, "silense": "exc"}]), "interventions.0.silense", "did you mean `silence`"),
        (json!([{"at_ms": 1, "silence": "exc", "cut": "e->e"}]), "interventions.0", "found silence and cut"),
        (json!([{"at_ms": 1, "silence": "exk"}]), "interventions.0.silence", "did you mean `exc`"),
        (
            json!([{"at_ms": 1, "silence": {"population": "exc", "cells": "70:90"}}]),
            "interventions.0.silence.cells",
            "80",
        ),
        (json!([whole, whole]), "interventions.1", "at the same time"),
        (
            json!([{"at_ms": 1, "current": {"to": "src", "amplitude_pa": 1}}]),
            "interventions.0.current.to",
            "no current",
        ),
        (json!([{"at_ms": 1, "current": {"to": "exc", "amplitude": 1}}]), "interventions.0.current", "amplitude_pa"),
        (json!([{"at_ms": 1, "rate": {"input": "noize", "rate_hz": 1}}]), "interventions.0.rate.input", "`noise`"),
        (
            json!([{"at_ms": 1, "rate": {"source": "exc", "rate_hz": 1}}]),
            "interventions.0.rate.source",
            "poisson_source",
        ),
        (
            json!([{"at_ms": 1, "rate": {"input": "noise", "to": "src", "rate_hz": 1}}]),
            "interventions.0.rate.to",
            "not reach",
        ),
        (json!([{"at_ms": 1, "rate": {"source": "src", "rate_hz": -1}}]), "interventions.0.rate.rate_hz", ">= 0"),
        (json!([{"at_ms": 1, "rate": {"source": "src", "rate_hz": 1e9}}]), "interventions.0", "spikes a step"),
        (json!([{"at_ms": 1, "weights": {"projection": "e-e", "scale": 1}}]), "interventions.0", "did you mean `e->e`"),
        (
            json!([{"at_ms": 1, "weights": {"projection": "e->e", "scale": -1}}]),
            "interventions.0.weights.scale",
            ">= 0",
        ),
        (json!([{"at_ms": 1, "weights": {"projection": "e->e", "weight_pa": -1}}]), "interventions.0", "excitatory"),
        (json!([{"at_ms": 1, "weights": {"projection": "i->e", "weight_pa": 1}}]), "interventions.0", "inhibitory"),
        (json!([{"at_ms": 1, "weights": {"projection": "e->e", "weight_mv": 1}}]), "interventions.0", "are weight_pa"),
        (json!([{"at_ms": 1, "weights": {"projection": "e->e", "weight_pa": [1, 2]}}]), "interventions.0", "2 weights"),
        (json!([{"at_ms": 1, "weights": {"projection": "e->e"}}]), "interventions.0.weights", "expected one of scale"),
        (json!([{"at_ms": 1, "cut": {"projection": "e->e", "to": "inh"}}]), "interventions.0", "no synapse of `e->e`"),
        (
            json!([{"at_ms": 1, "parameters": {"of": "exc", "v_thr_mv": 1}}]),
            "interventions.0.parameters.v_thr_mv",
            "did you mean `v_th_mv`",
        ),
        (json!([{"at_ms": 1, "parameters": {"of": "exc"}}]), "interventions.0.parameters", "found no parameter"),
        (json!([{"at_ms": 1, "parameters": {"of": "exc", "tau_m_ms": -1}}]), "interventions.0", "tau_m_ms"),
        (json!([{"at_ms": 1, "parameters": {"of": "exc", "v_th_mv": -80}}]), "interventions.0", "v_reset_mv"),
        (json!([{"at_ms": 1, "parameters": {"of": "exc", "t_ref_ms": 0.05}}]), "interventions.0", "multiple of dt"),
        (
            json!([{"at_ms": 1, "parameters": {"of": "exc", "reset": "never"}}]),
            "interventions.0.parameters.reset",
            "one of",
        ),
        (
            json!([{"at_ms": 1, "parameters": {"of": "src", "v_th_mv": 1}}]),
            "interventions.0.parameters.of",
            "only sends",
        ),
        (
            json!([{"at_ms": 1, "block": {"cell_type": "Sst", "receptor": "Npy1r"}}]),
            "interventions.0.block",
            "no `peptides`",
        ),
        (
            json!([{"at_ms": 1, "species": {"species": "NPY", "loss_per_ms": 1}}]),
            "interventions.0.species",
            "no `peptides`",
        ),
        (json!([{"at_ms": 1, "cut": 3}]), "interventions.0.cut", "the name of a projection"),
        (json!({"at_ms": 1}), "interventions", "expected a list"),
    ] {
        let text = network(&edits).to_string();
        let faults = match decode(&text) {
            Ok(model) => match model.design::<f64>(3, 1.0) {
                Ok(_) => panic!("{edits} is not refused"),
                Err(faults) => faults,
            },
            Err(faults) => faults,
        };
        let told = |fault: &&crate::Fault| fault.path == place && fault.message.contains(words);
        assert!(faults.faults.iter().any(|fault| told(&fault)), "{edits}: {faults}");
    }
}

/// A name that two items have, written or derived, might mean either: it is refused, and the numbered one is one of them. One item
/// of several projections is meant as a whole. A wrong unit is one fault.
#[test]
fn a_name_of_several_projections_is_refused() {
    let faults = |projections: &[Value], edit: Value| -> Vec<String> {
        let mut text = network(&json!([edit]));
        text["projections"] = json!(projections);
        let model = decode(&text.to_string()).unwrap();
        let design = model.design::<f64>(3, 1.0);
        design.err().map_or_else(Vec::new, |own| own.faults.into_iter().map(|fault| fault.message).collect())
    };
    let joined = |name: Option<&str>, to: Value| {
        let mut own = json!({"from": "exc", "to": to, "rule": "one_to_one", "weight_pa": 1, "delay_ms": 1});
        own["name"] = json!(name);
        own.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        own["rule"] = json!("all_to_all");
        own
    };
    let cut = |name: &str| json!({"at_ms": 1, "cut": name});
    let scale = |name: &str| json!({"at_ms": 1, "weights": {"projection": name, "scale": 0.5}});
    let twice = [joined(Some("x"), json!("exc")), joined(Some("x"), json!("inh"))];
    let unnamed = [joined(None, json!("inh")), joined(None, json!("inh"))];
    let taken = [joined(None, json!("inh")), joined(Some("exc->inh"), json!("exc"))];
    for (projections, name, others) in [
        (&twice, "x", "`x`, `x#2`"),
        (&unnamed, "exc->inh", "`exc->inh`, `exc->inh#2`"),
        (&taken, "exc->inh", "`exc->inh#2`"),
    ] {
        for edit in [cut(name), scale(name)] {
            let found = faults(projections, edit);
            assert!(
                found.len() == 1 && found[0].contains("several projections") && found[0].contains(others),
                "{found:?}"
            );
        }
        let numbered = format!("{name}#2");
        assert!(faults(projections, cut(&numbered)).is_empty(), "{numbered}");
    }
    let whole = [joined(Some("x"), json!(["exc", "inh"]))];
    assert!(faults(&whole, cut("x")).is_empty());
    assert!(faults(&whole, cut("x:exc->inh")).is_empty());
    let unit = json!({"at_ms": 1, "weights": {"projection": "x", "weight_ns": 1}});
    let found = faults(&whole, unit);
    assert!(found.len() == 2 && found.iter().all(|fault| fault.contains("weight_ns")), "{found:?}");
}

/// Weights that learn by a rule are left to it, and its cells too.
#[test]
fn weights_that_change_are_not_edited() {
    let refused = |edit: Value| {
        let mut learning = network(&json!([edit]));
        learning["projections"][0]["plastic"] = json!({"learning_rate": 1});
        learning["projections"][3]["synapse"] = json!({"model": "stdp", "w_max": 1000});
        learning["learning"] =
            json!({"rule": "three_factor", "apply_every_ms": 1, "third_factor": {"every_ms": 1, "values": [0]}});
        let model = decode(&learning.to_string()).unwrap_or_else(|faults| panic!("{faults}"));
        model.design::<f64>(3, 1.0).map(|_| ()).unwrap_err().to_string()
    };
    let faults = refused(json!({"at_ms": 1, "cut": "i->e"}));
    assert!(faults.contains("counts with those of the beginning"), "{faults}");
    let faults = refused(json!({"at_ms": 1, "cut": "s->e"}));
    assert!(faults.contains("`s->e` cannot be edited") && faults.contains("counts with those"), "{faults}");
    let faults = refused(json!({"at_ms": 1, "silence": "exc"}));
    assert!(faults.contains("`exc` learn by a rule"), "{faults}");
}
