//! Sums of weights that follow spikes, brought to a number.

use super::*;

const STDP: &str = include_str!("../../../../../models/synapses/stdp.nestml");
/// Index of the projection whose weights follow spikes.
const PROJECTION: usize = 3;

/// The network, whose synapses of the source follow spikes by the additive rule; 60 ms.
fn following(synapse: Value, interventions: &Value) -> Value {
    let mut text = network(interventions);
    text["projections"][PROJECTION]["synapse"] = synapse;
    text["projections"][PROJECTION]["weight_pa"] = json!({"distribution": "uniform", "low": 0.1, "high": 0.2});
    text
}

fn rules() -> [Value; 2] {
    let of = |model: Value| {
        let mut own = json!({"learning_rate": 0.001, "mu_plus": 0, "mu_minus": 0, "w_max": 5});
        own.as_object_mut().unwrap().extend(model.as_object().unwrap().clone());
        own
    };
    [of(json!({"model": "stdp"})), of(json!({"model": "own.nestml", "text": STDP}))]
}

/// The receiving cell of every synapse.
fn targets(text: &Value) -> Vec<u32> {
    let model = decode(&text.to_string()).unwrap_or_else(|faults| panic!("{faults}"));
    let design = model.design::<f64>(model.seed, 1.0).unwrap_or_else(|faults| panic!("{faults}")).design;
    let mut targets = Vec::new();
    design.synapses(PROJECTION, &mut |synapse| targets.push(synapse.target)).unwrap();
    targets
}

/// |w| S / Σ|w| over those onto the same cell.
fn expected(weights: &[f64], targets: &[u32], sum: f64) -> Vec<f64> {
    let of = |target: u32| {
        let own = weights.iter().zip(targets).filter(|own| *own.1 == target);
        own.map(|own| own.0).sum::<f64>()
    };
    weights.iter().zip(targets).map(|(weight, target)| weight * sum / of(*target)).collect()
}

fn far(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// The weights of a run without the edit, scaled by the formula; then they follow spikes again. Would catch spikes that are met twice or never
/// where all are brought up to date, an action a step early or late, and a sum over other cells.
#[test]
fn weights_are_scaled_at_the_time_and_go_on_from_there() {
    for rule in rules() {
        let edit = json!([{"at_ms": 30.1, "normalise": {"projection": "s->e", "sum_pa": 3}}]);
        let (plain, edited) = (following(rule.clone(), &json!([])), following(rule, &edit));
        let targets = targets(&plain);
        let [mut without, mut with] = [&plain, &edited].map(|text| simulation::<f64>(text, 3, 2));
        for own in [&mut without, &mut with] {
            own.advance(300).unwrap();
        }
        assert_eq!(with.weights(PROJECTION), without.weights(PROJECTION));
        let start = without.weights(PROJECTION);
        for own in [&mut without, &mut with] {
            own.advance(1).unwrap();
        }
        let (before, after) = (without.weights(PROJECTION), with.weights(PROJECTION));
        assert!(far(&after, &expected(&before, &targets, 3.0)) < 1e-12);
        assert!(far(&after, &before) > 0.05, "it does something");
        with.advance(299).unwrap();
        assert!(far(&with.weights(PROJECTION), &after) > 1e-3 && far(&before, &start) > 0.0, "they follow spikes");
    }
}

/// Would catch an action that is lost or doubled at a chunk's end or in a checkpoint, and sums that depend on the division.
#[test]
fn sums_have_the_same_bits_for_any_blocks_threads_chunks_and_resume() {
    let edits =
        json!([{"at_ms": 10, "every_ms": 12.5, "until_ms": 47.5, "normalise": {"projection": "s->e", "sum_pa": 400}}]);
    for mut rule in rules() {
        rule["w_max"] = json!(300);
        let mut text = following(rule, &edits);
        text["projections"][PROJECTION]["weight_pa"] = json!({"distribution": "uniform", "low": 20, "high": 80});
        let whole = go(&mut simulation::<f64>(&text, 1, 1), &[600]);
        assert_eq!(go(&mut simulation::<f64>(&text, 5, 2), &[600]), whole);
        assert_eq!(go(&mut simulation::<f64>(&text, 3, 2), &[1, 99, 50, 33, 17, 25, 125, 250]), whole);
        for cut in [0, 100, 101, 225, 226, 350, 475, 476] {
            let mut first = simulation::<f64>(&text, 2, 1);
            let before = if cut == 0 { Vec::new() } else { go(&mut first, &[cut]).0 };
            let mut rest = simulation::<f64>(&text, 3, 2);
            rest.restore(&first.snapshot()).unwrap();
            let after = go(&mut rest, &[600 - cut]);
            assert_eq!((([before, after.0].concat()), after.1), whole, "cut after step {cut}");
        }
        // One edit for each time that is told.
        let each =
            [10.0, 22.5, 35.0].map(|at| json!({"at_ms": at, "normalise": {"projection": "s->e", "sum_pa": 400}}));
        let mut single = text.clone();
        single["interventions"] = json!(each);
        assert_eq!(go(&mut simulation::<f64>(&single, 2, 2), &[600]), whole);
        single["interventions"] = json!(each[..2]);
        assert_ne!(go(&mut simulation::<f64>(&single, 2, 2), &[600]), whole);
    }
}

/// A weight stays within the bound of its model; where a file only says what may not be, the run ends and names it.
#[test]
fn bounds_hold() {
    let edit = json!([{"at_ms": 20, "normalise": {"projection": "s->e", "sum_pa": 400}}]);
    let [built_in, file] = rules().map(|rule| following(rule, &edit));
    let mut own = simulation::<f64>(&built_in, 2, 1);
    own.advance(200).unwrap();
    assert!(own.weights(PROJECTION).iter().all(|weight| *weight == 5.0), "8 synapses a cell, each of 5 pA at most");
    own.advance(10).unwrap();
    let mut own = simulation::<f64>(&file, 2, 1);
    own.advance(200).unwrap();
    let fault = own.advance(1).unwrap_err().to_string();
    assert!(fault.contains("`s->e` cannot be normalised at 20 ms") && fault.contains("w <= w_max"), "{fault}");
}

/// One weight that its synapse may not have: nothing of all edits of that moment is made, in no block. Blocks before it were normalised, and states
/// and weights put in.
#[test]
fn what_is_made_at_once_is_made_whole_or_not_at_all() {
    let [_, rule] = rules();
    let targets = targets(&following(rule.clone(), &json!([])));
    let at_start = |edits: &Value| {
        let mut own = simulation::<f64>(&following(rule.clone(), edits), 5, 2);
        own.advance(200).unwrap();
        own
    };
    let weights = at_start(&json!([])).weights(PROJECTION);
    // The sum at which the greatest weight onto a cell is 5 pA; the cell at which it is least must lie behind the first block.
    let most = |cell: u32| {
        let own = || weights.iter().zip(&targets).filter(move |own| *own.1 == cell).map(|own| own.0);
        5.0 * own().sum::<f64>() / own().copied().fold(0.0, f64::max)
    };
    let cells: Vec<(u32, f64)> = (0..80).map(|cell| (cell, most(cell))).filter(|own| own.1 > 0.0).collect();
    let [first, last] = [0..20, 60..80].map(|part: std::ops::Range<u32>| {
        cells.iter().filter(|own| part.contains(&own.0)).map(|own| own.1).fold(f64::INFINITY, f64::min)
    });
    assert!(last < first, "the last cells are refused, the first are not: {last} {first}");
    let edits = json!([
        {"at_ms": 20, "state": {"of": "exc", "v_m_mv": -60}},
        {"at_ms": 20, "normalise": {"projection": "s->e", "sum_pa": 0.5 * (first + last)}}
    ]);
    let mut own = at_start(&edits);
    let (weights, before) = (own.weights(PROJECTION), own.snapshot());
    for _ in 0..2 {
        assert!(own.advance(1).unwrap_err().to_string().contains("w <= w_max"));
        assert_eq!((own.step(), own.weights(PROJECTION)), (200, weights.clone()));
        assert_eq!(own.snapshot().populations, before.populations);
    }
}

/// A factor that is no number, of weights so small that none makes the sum of them: built-in models took their bounds for it.
#[test]
fn sums_that_no_factor_makes_are_refused() {
    let [built_in, _] = rules();
    let mut text = following(built_in, &json!([{"at_ms": 0, "normalise": {"projection": "s->e", "sum_pa": 3}}]));
    text["projections"][PROJECTION]["weight_pa"] = json!(1e-320);
    let fault = simulation::<f64>(&text, 2, 1).advance(1).unwrap_err().to_string();
    assert!(fault.contains("no finite factor > 0 makes 3 of it"), "{fault}");
}

/// A list has a rate for each cell: the spikes are those of an edit for each.
#[test]
fn a_list_of_rates_is_an_edit_for_each_cell() {
    let rates: Vec<f64> = (0..40).map(|cell| f64::from(cell * 10)).collect();
    let each: Vec<Value> = rates
        .iter()
        .enumerate()
        .map(|(cell, rate)| json!({"at_ms": 20, "rate": {"source": {"population": "src", "cells": [cell]}, "rate_hz": rate}, "until_ms": 40}))
        .collect();
    let list = json!([{"at_ms": 20, "rate": {"source": "src", "rate_hz": rates}, "until_ms": 40}]);
    assert_eq!(edited(list), edited(json!(each)));
    // Of a part, in the order of its cells; of an input, a rate for each train.
    let part = json!({"population": "src", "cells": "5:8"});
    let some = json!([{"at_ms": 20, "rate": {"source": part, "rate_hz": [50, 60, 70]}, "until_ms": 40}]);
    let each = json!(each[5..8]);
    assert_eq!(edited(some), edited(each));
    let noise: Vec<f64> = (0..20).map(|cell| 5.0 + f64::from(cell)).collect();
    let one = |cell: usize| json!({"at_ms": 10, "rate": {"input": "noise", "to": {"population": "inh", "cells": [cell]}, "rate_hz": noise[cell]}});
    let each: Vec<Value> = (0..20).map(one).collect();
    let list = json!([{"at_ms": 10, "rate": {"input": "noise", "to": "inh", "rate_hz": noise}}]);
    assert_eq!(edited(list), edited(json!(each)));
}

/// Each is named with its place, what was found and what was expected.
#[test]
fn what_cannot_be_normalised_is_refused() {
    let own = |more: Value, normalise: Value| {
        let mut edit = json!({"at_ms": 10, "normalise": {"projection": "s->e"}});
        edit.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        edit["normalise"].as_object_mut().unwrap().extend(normalise.as_object().unwrap().clone());
        json!([edit])
    };
    let sound = json!({"sum_pa": 3});
    let once = own(json!({}), sound.clone())[0].clone();
    let flows = "model flows:\n    state:\n        w real = 1\n    equations:\n        w' = -w / (1000 ms)\n    input:\n        pre_spikes <- spike\n    output:\n        spike\n    update:\n        integrate_odes()\n    onReceive(pre_spikes):\n        emit_spike(w)\n";
    let [built_in, _] = rules();
    for (rule, edits, words) in [
        (&built_in, own(json!({"every_ms": 0.05}), sound.clone()), "multiple of dt = 0.1 ms"),
        (&built_in, own(json!({"every_ms": 0}), sound.clone()), "one step at least"),
        (&built_in, own(json!({"until_ms": 30}), sound.clone()), "an end needs `every_ms`"),
        (&built_in, json!([{"at_ms": 10, "every_ms": 5, "silence": "exc"}]), "only `normalise` acts again and again"),
        (&built_in, own(json!({}), json!({})), "expected one of sum_mv, sum_pa, sum_ns, sum"),
        (&built_in, own(json!({}), json!({"sum_pa": 1, "sum_ns": 1})), "found sum_pa and sum_ns"),
        (&built_in, own(json!({}), json!({"sum_pa": 0})), "must be > 0"),
        (&built_in, own(json!({}), json!({"sum_ns": 3})), "found sum_ns, but weights of `s->e` are sum_pa"),
        (&built_in, own(json!({}), json!({"sum_pa": 3, "projection": "s-e"})), "did you mean `s->e`"),
        (&built_in, own(json!({}), json!({"sum_pa": 3, "projection": "e->e"})), "do not follow spikes"),
        (&built_in, own(json!({}), json!({"sum_pa": 3, "to": "exc"})), "unknown field `to`"),
        (&built_in, json!([once, once]), "at the same time"),
        (&json!({"model": "own.nestml", "text": flows}), json!([once]), "moves weights between spikes"),
        (
            &built_in,
            json!([{"at_ms": 1, "rate": {"source": "src", "rate_hz": [1, 2]}}]),
            "found 2 rates for `src`, expected one for each of the 40",
        ),
        (
            &built_in,
            json!([{"at_ms": 1, "rate": {"source": {"population": "src", "cells": "0:2"}, "rate_hz": [1, -2]}}]),
            "found -2, must be >= 0",
        ),
        (&built_in, json!([{"at_ms": 1, "rate": {"input": "noise", "rate_hz": [1, 2]}}]), "of one population"),
    ] {
        let text = following(rule.clone(), &edits).to_string();
        let faults = match decode(&text) {
            Ok(model) => match model.design::<f64>(3, 1.0) {
                Ok(_) => panic!("{edits} is not refused"),
                Err(faults) => faults,
            },
            Err(faults) => faults,
        };
        assert!(faults.faults.iter().any(|own| own.message.contains(words)), "{edits}: {faults}");
    }
}
