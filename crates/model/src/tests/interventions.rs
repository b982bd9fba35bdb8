//! Hands on a running network: what each edit is the same as, bit for bit, and what is refused.

mod add;
mod noise;
mod normalise;
mod refused;
mod state;
mod timed;
mod windows;

use super::decode;
use crate::Model;
use neuropil_engine::{Runnable, Simulation, Snapshot};
use neuropil_network::{Network, Scalar};
use serde_json::{Value, json};
use std::sync::atomic::AtomicU64;

/// Two populations that excite and inhibit each other, driven by trains and a source; 60 ms.
fn network(interventions: &Value) -> Value {
    let delay = json!({"distribution": "uniform", "low": 0.5, "high": 3});
    let joined = |name: &str, from: &str, to: &str, weight: Value| {
        json!({"name": name, "from": from, "to": to, "rule": "fixed_probability", "probability": 0.2,
            "weight_pa": weight, "delay_ms": delay})
    };
    let exc = json!({"distribution": "normal", "mean": 60, "std": 20, "min": 0});
    json!({
        "simulation": {"duration_ms": 60, "seed": 3},
        "populations": {
            "exc": {"cells": 80, "model": "lif_exp", "sign": "excitatory"},
            "inh": {"cells": 20, "model": "lif_exp", "sign": "inhibitory", "v_th_mv": -57},
            "src": {"cells": 40, "model": "poisson_source", "rate_hz": 40, "sign": "excitatory"},
        },
        "projections": [
            joined("e->e", "exc", "exc", exc.clone()), joined("e->i", "exc", "inh", exc.clone()),
            joined("i->e", "inh", "exc", json!(-200)), joined("s->e", "src", "exc", exc),
        ],
        "inputs": [{"name": "noise", "kind": "poisson", "to": ["exc", "inh"], "rate_hz": 8, "in_degree": 1000, "weight_pa": 30}],
        "interventions": interventions,
    })
}

fn simulation<R: Scalar>(text: &Value, blocks: u32, threads: usize) -> Simulation<R> {
    let model = decode(&text.to_string()).unwrap_or_else(|faults| panic!("{faults}"));
    let lowered = model.design::<R>(model.seed, 1.0).unwrap_or_else(|faults| panic!("{faults}"));
    let own: Vec<_> = lowered.interventions.into_iter().map(|placed| placed.own).collect();
    let network = Network::build(lowered.design, Some(blocks), threads, &AtomicU64::new(0)).unwrap();
    Simulation::new(network, Vec::new(), threads).with_interventions(&own).unwrap()
}

/// The spikes and the last state.
type Course = (Vec<(u64, u32)>, Snapshot);

/// In chunks, whose ends fall on times of edits and elsewhere.
fn go<R: Scalar>(simulation: &mut Simulation<R>, chunks: &[u64]) -> Course {
    let mut spikes = Vec::new();
    for steps in chunks {
        simulation.advance(*steps).unwrap();
        spikes.extend_from_slice(&simulation.chunk().spikes);
    }
    let mut last = simulation.snapshot();
    // Entries of weight 0 are delivered too.
    last.events = 0;
    (spikes, last)
}

fn run(text: &Value) -> Course {
    go(&mut simulation::<f64>(text, 1, 1), &[600])
}

fn edited(interventions: Value) -> Course {
    run(&network(&interventions))
}

const EACH: &str = r#"[
    {"at_ms": 10, "silence": {"population": "exc", "cells": "0:30"}, "until_ms": 20},
    {"at_ms": 12, "current": {"to": "inh", "amplitude_pa": 150}, "until_ms": 30},
    {"at_ms": 15, "rate": {"input": "noise", "rate_hz": 12}, "until_ms": 25},
    {"at_ms": 20, "rate": {"source": {"population": "src", "cells": "3:20"}, "rate_hz": 200}},
    {"at_ms": 18, "weights": {"projection": "e->e", "scale": 1.5, "to": {"population": "exc", "cells": "10:50"}}, "until_ms": 40},
    {"at_ms": 22, "weights": {"projection": "e->i", "weight_pa": 90}},
    {"at_ms": 35, "cut": "i->e", "until_ms": 45},
    {"at_ms": 14, "parameters": {"of": {"population": "exc", "cells": "20:60"}, "v_th_mv": -58, "e_l_mv": -68}, "until_ms": 33},
    {"at_ms": 24, "parameters": {"of": "inh", "tau_m_ms": 15}},
    {"at_ms": 18, "noise": {"to": {"population": "exc", "cells": "5:70"}, "mean_pa": 60, "std_pa": 150, "tau_ms": 4}, "until_ms": 39},
    {"at_ms": 19, "noise": {"to": ["inh", "exc"], "std_pa": 300, "hold_ms": 0.3}},
    {"at_ms": 20, "state": {"of": {"population": "exc", "cells": "0:3"}, "v_m_mv": [-56, -57.5, -49], "i_syn_exc_pa": 300}},
    {"at_ms": 35, "state": {"of": ["exc", "inh"], "v_m_mv": -58, "i_syn_inh_pa": -10}}
]"#;

fn each() -> Value {
    serde_json::from_str(EACH).unwrap()
}

/// Every kind acts, or the other tests say nothing.
#[test]
fn every_edit_changes_the_spikes() {
    let plain = edited(json!([]));
    for edit in each().as_array().unwrap() {
        assert_ne!(edited(json!([edit])).0, plain.0, "{edit}");
    }
}

/// Would catch state of an edit that is lost or doubled at a chunk's end, in a checkpoint, in another division or precision.
#[test]
fn edits_have_the_same_bits_for_any_blocks_threads_chunks_and_resume() {
    let text = network(&each());
    let whole = run(&text);
    assert_eq!(go(&mut simulation::<f64>(&text, 5, 2), &[600]), whole);
    assert_eq!(go(&mut simulation::<f64>(&text, 3, 2), &[1, 99, 50, 33, 17, 150, 50, 200]), whole);
    for cut in [100, 101, 180, 199, 200, 350, 400] {
        let mut first = simulation::<f64>(&text, 2, 1);
        let before = go(&mut first, &[cut]).0;
        let mut rest = simulation::<f64>(&text, 3, 2);
        rest.restore(&first.snapshot()).unwrap();
        let after = go(&mut rest, &[600 - cut]);
        assert_eq!((([before, after.0].concat()), after.1), whole, "cut after step {cut}");
    }
    let single = go(&mut simulation::<f32>(&text, 1, 1), &[600]);
    assert_eq!(go(&mut simulation::<f32>(&text, 4, 2), &[250, 350]), single);
}

/// Silence from 0 on is a network whose population is not heard: the same spikes of all others, and the same states of all cells.
#[test]
fn silence_is_a_population_without_output() {
    let mut deaf = network(&json!([]));
    let projections = deaf["projections"].as_array_mut().unwrap();
    // Random streams are numbered by place: a weight of 0 keeps them.
    projections.iter_mut().filter(|own| own["from"] == "exc").for_each(|own| own["weight_pa"] = 0.into());
    let (mut spikes, unheard) = run(&deaf);
    spikes.retain(|(_, id)| *id >= 80);
    let (silent, last) = edited(json!([{"at_ms": 0, "silence": "exc"}]));
    assert_eq!(silent, spikes);
    assert_eq!(last.populations, unheard.populations);
}

#[test]
fn silence_of_sources_and_of_parts_leaves_the_others() {
    let plain = edited(json!([])).0;
    let silent = edited(json!([{"at_ms": 20, "silence": {"population": "src", "cells": "5:10"}, "until_ms": 40}])).0;
    let of_source = |spikes: &[(u64, u32)]| spikes.iter().filter(|own| own.1 >= 100).copied().collect::<Vec<_>>();
    let mut expected = of_source(&plain);
    expected.retain(|(step, id)| !((201..=400).contains(step) && (105..110).contains(id)));
    assert_eq!(of_source(&silent), expected);
    assert!(of_source(&plain).len() > expected.len());
}

#[test]
fn a_current_is_a_step_current_of_the_same_times() {
    let mut stepped = network(&json!([]));
    let part = json!({"population": "exc", "cells": "0:40"});
    let step = json!({"kind": "step_current", "to": part, "amplitude_pa": 200, "start_ms": 12.3, "stop_ms": 40});
    stepped["inputs"].as_array_mut().unwrap().push(step);
    let current = json!([{"at_ms": 12.3, "current": {"to": part, "amplitude_pa": 200}, "until_ms": 40}]);
    let (spikes, mut last) = run(&stepped);
    // The design has one current more, which remembers nothing.
    assert_eq!(std::mem::take(&mut last.currents), [Vec::<f64>::new()]);
    assert_eq!(edited(current), (spikes, last));
}

#[test]
fn a_rate_that_was_there_changes_no_bit_and_a_new_one_is_that_of_steps() {
    let plain = edited(json!([]));
    assert_eq!(edited(json!([{"at_ms": 5, "rate": {"input": "noise", "rate_hz": 8}}])), plain);
    assert_eq!(
        edited(json!([{"at_ms": 5, "rate": {"source": {"population": "src", "cells": 7}, "rate_hz": 40}}])),
        plain
    );
    let mut stepped = network(&json!([]));
    stepped["inputs"][0]["rate_hz"] = json!({"times_ms": [0, 10, 30], "rates_hz": [8, 12, 8]});
    let rate = json!([{"at_ms": 10, "rate": {"input": "noise", "rate_hz": 12}, "until_ms": 30}]);
    assert_eq!(edited(rate), run(&stepped));
}

#[test]
fn weights_times_one_change_no_bit_and_times_zero_are_those_of_a_network_with_zeros() {
    assert_eq!(edited(json!([{"at_ms": 0, "weights": {"projection": "e->e", "scale": 1}}])), edited(json!([])));
    for (name, index) in [("e->e", 0), ("i->e", 2)] {
        let mut without = network(&json!([]));
        without["projections"][index]["weight_pa"] = if name == "i->e" { json!(-0.0) } else { json!(0) };
        assert_eq!(edited(json!([{"at_ms": 0, "cut": name}])), run(&without), "{name}");
    }
}

/// A cut at t goes on as a network without the projection does from the same state.
#[test]
fn a_cut_is_a_network_without_the_projection_from_then_on() {
    let mut before = simulation::<f64>(&network(&json!([])), 2, 1);
    before.advance(300).unwrap();
    let mut without = network(&json!([]));
    without["projections"][0]["weight_pa"] = 0.into();
    let mut after = simulation::<f64>(&without, 1, 1);
    after.restore(&before.snapshot()).unwrap();
    let cut = go(&mut simulation::<f64>(&network(&json!([{"at_ms": 30, "cut": "e->e"}])), 3, 2), &[600]);
    let expected = go(&mut after, &[300]);
    assert_eq!(cut.1, expected.1);
    assert_eq!(cut.0.iter().filter(|own| own.0 > 300).copied().collect::<Vec<_>>(), expected.0);
}

/// One weight a synapse, in the order in which they are drawn, whatever the blocks.
#[test]
fn weights_of_each_synapse_go_to_their_synapses() {
    let text = network(&json!([]));
    let own = simulation::<f64>(&text, 1, 1).weights(0);
    let twice: Vec<f64> = own.iter().map(|weight| 2.0 * weight).collect();
    let each = network(&json!([{"at_ms": 20, "weights": {"projection": "e->e", "weight_pa": twice}}]));
    let scaled = edited(json!([{"at_ms": 20, "weights": {"projection": "e->e", "scale": 2}}]));
    assert_eq!(go(&mut simulation::<f64>(&each, 4, 2), &[600]), scaled);
    let mut half = simulation::<f64>(&each, 4, 2);
    half.advance(200).unwrap();
    assert_eq!(half.weights(0), twice, "in the next step");
}

/// The same where a connector draws source by source: every synapse has the weight of its place, whatever the blocks.
#[test]
fn weights_of_each_synapse_do_not_hang_on_blocks() {
    let mut text = network(&json!([]));
    let projection = &mut text["projections"][0];
    *projection = json!({"name": "e->e", "from": projection["from"], "to": projection["to"], "rule": "fixed_out_degree", "out_degree": 5,
        "weight_pa": 40, "delay_ms": projection["delay_ms"]});
    let count = simulation::<f64>(&text, 1, 1).weights(0).len();
    let ramp: Vec<f64> = (0..count).map(|own| 400.0 * own as f64 / count as f64).collect();
    text["interventions"] = json!([{"at_ms": 0, "weights": {"projection": "e->e", "weight_pa": ramp}}]);
    let one = go(&mut simulation::<f64>(&text, 1, 1), &[600]);
    assert_eq!(go(&mut simulation::<f64>(&text, 4, 2), &[600]).0, one.0);
}

/// Parameters from 0 on are those of a network that was built with them, values that were there before change no bit, and a membrane stays where
/// it is when its resting potential moves.
#[test]
fn parameters_are_those_of_cells_built_with_them() {
    let mut built = network(&json!([]));
    built["populations"]["inh"]["v_th_mv"] = (-60).into();
    built["populations"]["inh"]["tau_syn_exc_ms"] = 3.into();
    let edit = json!([{"at_ms": 0, "parameters": {"of": "inh", "v_th_mv": -60, "tau_syn_exc_ms": 3}}]);
    assert_eq!(edited(edit), run(&built));
    let same =
        json!([{"at_ms": 20, "parameters": {"of": {"population": "exc", "cells": 9}, "tau_m_ms": 10, "e_l_mv": -70}}]);
    assert_eq!(edited(same), edited(json!([])));
    let moved = network(&json!([{"at_ms": 20, "parameters": {"of": "exc", "e_l_mv": -66}, "until_ms": 30}]));
    let mut simulation = simulation::<f64>(&moved, 2, 1);
    simulation.advance(200).unwrap();
    let before = simulation.observe(0, 0);
    simulation.advance(1).unwrap();
    let after = simulation.observe(0, 0);
    let jump = before.iter().zip(&after).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(jump < 16.0 && before.iter().zip(&after).filter(|(a, b)| (*a - *b).abs() > 1.0).count() < 20, "{jump}");
}

/// Cells of a file have other parameters too.
#[test]
fn cells_of_a_file_change_their_parameters() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/cells/adex.nestml");
    let text = |edits: Value| json!({"simulation": {"duration_ms": 40}, "populations": {"a": {"cells": 3, "model": file}}, "interventions": edits});
    let parameters = json!({"of": {"population": "a", "cells": 1}, "I_e_pa": 900});
    let spikes = |edits: Value| go(&mut simulation::<f64>(&text(edits), 1, 1), &[400]).0;
    let (plain, lower) = (spikes(json!([])), spikes(json!([{"at_ms": 5, "parameters": parameters}])));
    let of = |spikes: &[(u64, u32)], cell| spikes.iter().filter(|own| own.1 == cell).count();
    assert!(of(&lower, 0) > of(&plain, 0) && of(&lower, 1) == of(&plain, 1), "{lower:?} {plain:?}");
}

/// An edit made while the network runs is the same as one of the file.
#[test]
fn an_edit_made_between_steps_is_one_of_the_file() {
    let text = network(&each());
    let model: Model = decode(&text.to_string()).unwrap();
    let lowered = model.design::<f64>(3, 1.0).unwrap();
    let mut live = simulation::<f64>(&network(&json!([])), 2, 2);
    let mut all: Vec<_> = lowered.interventions.into_iter().map(|placed| placed.own).collect();
    all.sort_by_key(|own| own.from);
    let mut spikes = Vec::new();
    for own in all {
        live.advance(own.from - live.step()).unwrap();
        spikes.extend_from_slice(&live.chunk().spikes);
        live.intervene(vec![own.clone()]).unwrap();
        let past = neuropil_engine::Intervention { from: own.from - 1, ..own };
        assert!(live.intervene(vec![past]).unwrap_err().to_string().contains("are over"));
    }
    let rest = 600 - live.step();
    let (last, state) = go(&mut live, &[rest]);
    assert_eq!((([spikes, last].concat()), state), run(&text));
}
