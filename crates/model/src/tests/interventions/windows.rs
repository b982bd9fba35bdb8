//! Hands on inputs that are on for a time only, and beside currents that remember.

use super::{edited, go, network, run, simulation};
use crate::tests::decode;
use neuropil_engine::{Runnable, Snapshot};
use serde_json::{Value, json};

/// Trains are on from 10 to 40 ms, and the cells of `inh` have an Ornstein-Uhlenbeck current.
fn windowed(interventions: &Value) -> Value {
    let mut text = network(interventions);
    let window = |own: &mut Value| {
        own["start_ms"] = 10.into();
        own["stop_ms"] = 40.into();
    };
    window(&mut text["inputs"][0]);
    window(&mut text["populations"]["src"]);
    let fluctuating = json!({"kind": "ou_current", "to": "inh", "mean_pa": 200, "std_pa": 150, "tau_ms": 5});
    text["inputs"].as_array_mut().unwrap().push(fluctuating);
    text
}

/// Would catch another rate that forgets the window of its trains, of inputs and of sources.
#[test]
fn another_rate_holds_within_the_window_only() {
    let rate = |interventions: Value| run(&windowed(&interventions));
    // Rates that show in a single step.
    for (whose, rate_hz) in [(json!({"input": "noise"}), 25), (json!({"source": "src"}), 2000)] {
        let edit = |from: f64, until: f64| {
            let mut own = whose.clone();
            own["rate_hz"] = rate_hz.into();
            json!([{"at_ms": from, "rate": own, "until_ms": until}])
        };
        let whole = rate(edit(0.0, 60.0));
        assert_eq!(whole, rate(edit(10.0, 40.0)));
        assert_ne!(whole, rate(json!([])));
        assert_ne!(whole, rate(edit(10.1, 40.0)));
        assert_ne!(whole, rate(edit(10.0, 39.9)));
        let mut built = windowed(&json!([]));
        if whose["input"].is_null() {
            built["populations"]["src"]["rate_hz"] = rate_hz.into();
        } else {
            built["inputs"][0]["rate_hz"] = rate_hz.into();
        }
        assert_eq!(whole, run(&built));
    }
}

#[test]
fn another_rate_outside_the_window_is_refused() {
    for (at_ms, until_ms, whose) in [
        (40.0, 60.0, json!({"input": "noise", "rate_hz": 9})),
        (0.0, 10.0, json!({"input": "noise", "to": {"population": "exc", "cells": "0:9"}, "rate_hz": 9})),
        (50.0, 55.0, json!({"source": {"population": "src", "cells": 3}, "rate_hz": 9})),
    ] {
        let text = windowed(&json!([{"at_ms": at_ms, "rate": whose, "until_ms": until_ms}]));
        let model = decode(&text.to_string()).unwrap_or_else(|faults| panic!("{faults}"));
        let Err(faults) = model.design::<f64>(3, 1.0) else { panic!("{whose} is not refused") };
        let faults = faults.to_string();
        assert!(faults.contains("interventions.0") && faults.contains("on from 10 to 40 ms only"), "{faults}");
    }
}

/// A current that is laid on adds to one that fluctuates, and what that remembers is left alone.
#[test]
fn a_current_adds_to_one_that_fluctuates() {
    let current = json!([{"at_ms": 12.3, "current": {"to": "inh", "amplitude_pa": 300}, "until_ms": 40}]);
    let (spikes, last) = run(&windowed(&current));
    let mut stepped = windowed(&json!([]));
    let step = json!({"kind": "step_current", "to": "inh", "amplitude_pa": 300, "start_ms": 12.3, "stop_ms": 40});
    stepped["inputs"].as_array_mut().unwrap().push(step);
    let (expected, stepped) = run(&stepped);
    assert_eq!(spikes, expected);
    let plain = run(&windowed(&json!([])));
    assert_ne!(spikes, plain.0);
    assert_eq!(last.currents, plain.1.currents);
    assert_eq!(last.currents[0].len(), 20);
    assert_eq!(last, Snapshot { currents: last.currents.clone(), ..stepped });
    assert_ne!(plain.0, edited(json!([])).0);
}

/// Would catch what a current remembers if it is lost, doubled or given to other cells: when edits begin and end, at the end of a chunk, in
/// a checkpoint and in another division.
#[test]
fn currents_that_remember_have_the_same_bits_under_edits() {
    let text = windowed(&json!([
        {"at_ms": 5, "current": {"to": {"population": "inh", "cells": "3:9"}, "amplitude_pa": 150}, "until_ms": 25},
        {"at_ms": 7, "current": {"to": "exc", "amplitude_pa": 90}, "until_ms": 13},
        {"at_ms": 15, "rate": {"input": "noise", "rate_hz": 12}, "until_ms": 50},
        {"at_ms": 20, "silence": {"population": "inh", "cells": "0:5"}, "until_ms": 30},
        {"at_ms": 22, "parameters": {"of": "inh", "tau_m_ms": 15}},
    ]));
    let whole = run(&text);
    assert_eq!(go(&mut simulation::<f64>(&text, 5, 2), &[600]), whole);
    assert_eq!(go(&mut simulation::<f64>(&text, 3, 2), &[1, 49, 100, 99, 51, 300]), whole);
    for cut in [1, 60, 130, 250, 421] {
        let mut first = simulation::<f64>(&text, 2, 1);
        let before = go(&mut first, &[cut]).0;
        let mut rest = simulation::<f64>(&text, 3, 2);
        rest.restore(&first.snapshot()).unwrap();
        let after = go(&mut rest, &[600 - cut]);
        assert_eq!(([before, after.0].concat(), after.1), whole, "cut after step {cut}");
    }
}
