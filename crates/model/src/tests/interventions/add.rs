//! Synapses that appear and vanish.

use super::*;

fn more() -> Value {
    json!({"from": "exc", "to": "inh", "rule": "list", "sources": [0, 1, 7, 7], "targets": [3, 3, 4, 5], "weight_pa": [900, 800, 700, 600],
        "delay_ms": 1.5})
}

/// Those that are there from 0 to the end are a projection of the file.
#[test]
fn synapses_of_the_whole_run_are_a_projection() {
    let mut whole = network(&json!([]));
    whole["projections"].as_array_mut().unwrap().push(more());
    assert_eq!(edited(json!([{"at_ms": 0, "add": more()}])), run(&whole));
    assert_ne!(run(&whole).0, edited(json!([])).0);
}

/// Before they appear the network is the one without them, then the one with them from the same state, and then again the one without.
#[test]
fn they_appear_and_vanish() {
    let without = network(&json!([]));
    let mut with = network(&json!([]));
    with["projections"].as_array_mut().unwrap().push(more());
    let mut parts = Vec::new();
    let mut state: Option<Snapshot> = None;
    for (text, steps) in [(&without, 200), (&with, 150), (&without, 250)] {
        let mut own = simulation::<f64>(text, 2, 1);
        state.iter().for_each(|state| own.restore(state).unwrap());
        let (spikes, last) = go(&mut own, &[steps]);
        parts.extend(spikes);
        state = Some(last);
    }
    let text = network(&json!([{"at_ms": 20, "add": more(), "until_ms": 35}]));
    let whole = go(&mut simulation::<f64>(&text, 3, 2), &[600]);
    assert_eq!(whole, (parts, state.unwrap()));
    for cut in [100, 200, 275, 350, 400] {
        let mut first = simulation::<f64>(&text, 2, 1);
        let before = go(&mut first, &[cut]).0;
        let mut rest = simulation::<f64>(&text, 3, 2);
        rest.restore(&first.snapshot()).unwrap();
        let after = go(&mut rest, &[600 - cut]);
        assert_eq!((([before, after.0].concat()), after.1), whole, "cut after step {cut}");
    }
}

/// While they are there, other edits speak of them by their name.
#[test]
fn added_synapses_are_edited_while_they_are_there() {
    let named = |edits: Value| {
        let mut add = more();
        add["name"] = "more".into();
        let mut all = vec![json!({"at_ms": 10, "add": add, "until_ms": 50})];
        all.extend(edits.as_array().unwrap().iter().cloned());
        network(&all.into())
    };
    let cut = run(&named(json!([{"at_ms": 10, "cut": "more", "until_ms": 50}])));
    assert_eq!(cut.0, edited(json!([])).0);
    let early =
        decode(&named(json!([{"at_ms": 5, "weights": {"projection": "more", "scale": 2}}])).to_string()).unwrap();
    assert!(early.design::<f64>(3, 1.0).map(|_| ()).unwrap_err().to_string().contains("at the same time"));
}

/// Once an edit behind their end brought them back, since it ended their absence.
#[test]
fn what_has_vanished_does_not_come_back() {
    let named = |edits: Value| {
        let mut add = more();
        add["name"] = "more".into();
        let mut all = vec![json!({"at_ms": 10, "add": add, "until_ms": 30})];
        all.extend(edits.as_array().unwrap().iter().cloned());
        network(&all.into())
    };
    for late in [
        json!({"at_ms": 40, "weights": {"projection": "more", "scale": 1}}),
        json!({"at_ms": 20, "weights": {"projection": "more", "weight_pa": 900}, "until_ms": 40}),
        json!({"at_ms": 30, "weights": {"projection": "more", "scale": 1}}),
        json!({"at_ms": 40, "cut": "more", "until_ms": 50}),
    ] {
        let model = decode(&named(json!([late])).to_string()).unwrap();
        let fault = model.design::<f64>(3, 1.0).map(|_| ()).unwrap_err().to_string();
        let told = if late["at_ms"] == 30 { "say both at once" } else { "what was added has vanished then" };
        assert!(fault.contains("from 30 ms on for good") && fault.contains(told), "{late}: {fault}");
    }
    // One without an end ends where they vanish.
    let open = json!([{"at_ms": 20, "weights": {"projection": "more", "weight_pa": 900}}]);
    let ended = json!([{"at_ms": 20, "weights": {"projection": "more", "weight_pa": 900}, "until_ms": 30}]);
    assert_eq!(run(&named(open)), run(&named(ended)));
}

/// Each is named at its place.
#[test]
fn what_cannot_be_added_is_named() {
    for (field, value, place, words) in [
        ("synapse", json!({"model": "stdp"}), "interventions.0.add.synapse", "are static"),
        ("plastic", json!({"learning_rate": 1}), "interventions.0.add.plastic", "do not learn"),
        ("weight_pa", json!(-3), "interventions.0.add", "excitatory"),
        ("targets", json!([3, 3, 4, 20]), "interventions.0.add", "20"),
        ("sources", json!([3, 3, 4]), "interventions.0.add", "4"),
        ("delay_ms", json!(0.01), "interventions.0.add.delay_ms", "at least dt"),
        ("to", json!("ihn"), "interventions.0.add.to", "did you mean `inh`"),
        ("rule", json!("lists"), "interventions.0.add.rule", "list"),
    ] {
        let mut add = more();
        add[field] = value;
        let text = network(&json!([{"at_ms": 1, "add": add}])).to_string();
        let faults = match decode(&text) {
            Ok(model) => match model.design::<f64>(3, 1.0) {
                Ok(lowered) => {
                    let faults = Network::build(lowered.design, Some(1), 1, &AtomicU64::new(0)).err().expect("refused");
                    assert!(format!("{faults:?}").contains(words), "{faults:?}");
                    continue;
                }
                Err(faults) => faults,
            },
            Err(faults) => faults,
        };
        let told = |fault: &crate::Fault| fault.path.starts_with(place) && fault.message.contains(words);
        assert!(faults.faults.iter().any(told), "{field}: {faults}");
    }
}
