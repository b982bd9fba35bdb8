//! What a circuit's configuration says of reports, and what it must not say.

use neuropil_engine::{Simulation, observer};
use neuropil_model::Document;
use neuropil_model::circuit::{Circuit, CircuitError, Lowered};
use neuropil_network::Network;
use neuropil_record::{Header, Outcome, Recording, RecordingPlan, RunRecorder, Start};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;

/// A circuit of two models in one population, its simulation changed by `change`.
fn circuit(change: impl Fn(&mut serde_json::Value)) -> Result<Circuit, CircuitError> {
    changed("nest_delta", change)
}

fn changed(name: &str, change: impl Fn(&mut serde_json::Value)) -> Result<Circuit, CircuitError> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/sonata").join(name);
    let read = |name: &str| -> serde_json::Value {
        serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap()
    };
    let mut all = read("circuit_config.json");
    for (name, value) in read("simulation_config.json").as_object().unwrap() {
        all[name] = value.clone();
    }
    change(&mut all);
    // The file itself need not exist: its name says where paths begin.
    let file = folder.join("changed.json").display().to_string();
    Circuit::read(&Document::parse(&file, all.to_string()).unwrap(), None)
}

fn record(circuit: &Circuit, path: &Path) -> Recording {
    let Lowered { design, probes, recorded, reports, .. } = circuit.design::<f64>().unwrap();
    let plan = RecordingPlan { probes: probes.clone(), recorded, reports, ..RecordingPlan::default() };
    let mut recorder = RunRecorder::open(Start::New { path, force: false }, &design, plan, Header::default()).unwrap();
    let network = Network::build(design, None, 1, &AtomicU64::new(0)).unwrap();
    let mut simulation = Simulation::new(network, probes, 1);
    observer::run(&mut simulation, 300, 37, &mut [&mut recorder], &|| false).unwrap();
    recorder.finish(Outcome { complete: true, ..Outcome::default() }).unwrap();
    Recording::open(path).unwrap()
}

/// Fails if the cells of one model are missing from a report, stand under the node of another, or if a second report of a
/// variable replaces the first; if a report begins, ends or samples at other times than asked.
#[test]
fn reports_join_the_models_of_a_population_and_keep_to_their_times() {
    let folder = tempfile::tempdir().unwrap();
    let changed = circuit(|all| {
        all["reports"] = serde_json::json!({
            "all": {"cells": "cells", "variable_name": "V_m"},
            "window": {"cells": {"population": "cells", "node_id": [3, 7]}, "dt": 0.4, "start_time": 5.0, "end_time": 8.1},
            "off": {"cells": "nobody", "enabled": false},
        });
    });
    let recording = record(&changed.unwrap(), &folder.path().join("a.h5"));
    let reports = recording.reports().unwrap();
    let [whole, window] = &reports[..] else { panic!("{} reports", reports.len()) };
    let mut nodes = whole.node_ids.clone();
    nodes.sort_unstable();
    assert_eq!(nodes, (0..40).collect::<Vec<u64>>());
    assert_eq!((whole.start_ms, whole.frames), (0.1, 300));
    assert!((window.start_ms - 5.2).abs() < 1e-12 && window.dt_ms == 0.4 && window.frames == 8, "{window:?}");
    let values = recording.report_data(whole, 0..300).unwrap();
    let sampled = recording.report_data(window, 0..8).unwrap();
    for (column, node) in window.node_ids.iter().enumerate() {
        let same = whole.node_ids.iter().position(|own| own == node).unwrap();
        for frame in 0..8 {
            // Frame k of the window ends at 5.2 + 0.4 k ms: step 52 + 4 k, frame 51 + 4 k of the whole.
            assert_eq!(sampled[frame * 2 + column], values[(51 + 4 * frame) * 40 + same], "node {node}, frame {frame}");
        }
    }
}

#[test]
fn entries_of_the_wrong_kind_are_refused_with_their_place() {
    type Change = fn(&mut serde_json::Value);
    let cases: [(Change, &str); 15] = [
        (|all| all["manifest"]["$X"] = 3.into(), "manifest.$X: found 3, expected text"),
        (|all| all["inputs"]["clamp"]["node_set"] = "noise".into(), "the node set \"noise\" holds virtual nodes only"),
        (|all| all["inputs"] = serde_json::json!([1]), "inputs: found [1], expected an object"),
        (|all| all["inputs"]["noise"] = "on".into(), "inputs.noise: found \"on\", expected an object"),
        (|all| all["inputs"]["noise"]["enabled"] = 1.into(), "inputs.noise.enabled: found 1, expected true or false"),
        (|all| all["inputs"]["noise"]["input_file"] = 1.into(), "inputs.noise.input_file: found 1, expected text"),
        (|all| all["inputs"]["noise"]["node_set"] = true.into(), "inputs.noise.node_set: found true"),
        (|all| all["reports"] = "all".into(), "reports: found \"all\", expected an object"),
        (
            |all| all["reports"] = serde_json::json!({"v": {"variable_name": 5}}),
            "reports.v.variable_name: found 5, expected text",
        ),
        (
            |all| all["reports"] = serde_json::json!({"v": {"start_time": 90.0, "end_time": 80.0}}),
            "reports.v.end_time: there is no frame from 90 to 80 ms",
        ),
        (|all| all["run"]["tstart"] = 10.into(), "run.tstart: found 10, runs begin at 0"),
        (
            |all| all["networks"]["nodes"][0]["node_types_file"] = 7.into(),
            "networks.nodes.0.node_types_file: found 7, expected the name of a file",
        ),
        (|all| all["components"]["point_neuron_models_dir"] = 7.into(), "point_neuron_models_dir: found 7"),
        (
            |all| {
                all["node_sets_file"] = serde_json::Value::Null;
                all["node_sets"] = serde_json::json!({"all_cells": ["cells", 4]});
            },
            "node_sets: all_cells: found 4, expected names of node sets",
        ),
        (
            |all| {
                all["node_sets_file"] = serde_json::Value::Null;
                all["node_sets"] = serde_json::json!({"all_cells": {"node_id": {"a": 1}}});
            },
            "node_sets: all_cells.node_id: found {\"a\":1}",
        ),
    ];
    for (change, expected) in cases {
        let message = match circuit(change).map(|circuit| circuit.design::<f64>().map(|_| ())) {
            Err(error) | Ok(Err(error)) => error.to_string(),
            Ok(Ok(())) => panic!("accepted; expected {expected}"),
        };
        assert!(message.contains(expected), "{expected}: {message}");
    }
}

#[test]
fn initial_potentials_of_the_conditions_are_said_to_be_unused() {
    let changed = circuit(|all| all["conditions"] = serde_json::json!({"v_init": -80.0}));
    assert!(changed.unwrap().notes.iter().any(|note| note.contains("conditions.v_init = -80 is not used")));
}

/// They would be lost without a word.
#[test]
fn input_spikes_for_cells_are_refused() {
    let message = changed("nest_currents", |all| all["inputs"]["thalamic"]["node_set"] = "exc".into()).unwrap_err();
    assert!(message.to_string().contains("which is a cell, no virtual node, of population `exc`"), "{message}");
}
