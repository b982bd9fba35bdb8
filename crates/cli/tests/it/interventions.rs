//! Edits of a running network from the command line: recorded, shown, drawn, gone on with, repeated.

use super::Desk;
use neuropil_record::{Recording, Spikes};
use serde_json::{Value, json};

const MODEL: &str = r#"{
  "simulation": {"dt_ms": 0.1, "duration_ms": 200, "seed": 5},
  "populations": {
    "exc": {"cells": 40, "model": "lif_exp", "sign": "excitatory"},
    "inh": {"cells": 20, "model": "lif_exp", "sign": "inhibitory"}
  },
  "projections": [
    {"name": "i", "from": "inh", "to": "exc", "rule": "fixed_in_degree", "in_degree": 5, "weight_pa": -90, "delay_ms": 0.8},
    {"name": "e", "from": "exc", "to": "inh", "rule": "fixed_probability", "probability": 0.2, "weight_pa": 60, "delay_ms": 1.5},
    {"name": "s", "from": "exc", "to": "exc", "rule": "fixed_in_degree", "in_degree": 4, "weight_pa": 40, "delay_ms": 1.5, "synapse": {"model": "stdp", "w_max": 90}}
  ],
  "inputs": [{"name": "noise", "kind": "poisson", "to": ["exc", "inh"], "rate_hz": 6000, "weight_pa": 60}],
  "interventions": [
    {"at_ms": 50, "silence": {"population": "exc", "cells": "0:20"}, "until_ms": 75},
    {"at_ms": 60, "weights": {"projection": "i", "scale": 2}},
    {"at_ms": 70, "parameters": {"of": "inh", "v_th_mv": -56, "e_l_mv": -69}},
    {"at_ms": 55, "noise": {"to": "exc", "std_pa": 80, "tau_ms": 5}, "until_ms": 110},
    {"at_ms": 76, "state": {"of": "inh", "v_m_mv": -65}},
    {"at_ms": 65, "add": {"from": "exc", "to": "inh", "rule": "fixed_in_degree", "in_degree": 2, "weight_pa": 90, "delay_ms": 1}, "until_ms": 120},
    {"at_ms": 76, "weights": {"projection": "s", "scale": 0.5}}
  ]
}"#;

fn spikes(desk: &Desk, file: &str) -> [Spikes; 2] {
    let recording = Recording::open(desk.path(file)).unwrap();
    ["exc", "inh"].map(|name| recording.spikes(name).unwrap())
}

/// Would catch an edit that is lost in a checkpoint, done twice, or not kept by the recording.
#[test]
fn edits_are_recorded_resumed_and_repeated() {
    let desk = Desk::new();
    std::fs::write(desk.path("net.json"), MODEL).unwrap();
    desk.done(&["run", "net.json", "-q", "-o", "run.h5"]);
    desk.done(&["run", "net.json", "-q", "--set", "interventions=[]", "-o", "plain.h5"]);
    let whole = spikes(&desk, "run.h5");
    assert_ne!(whole, spikes(&desk, "plain.h5"));
    let silent =
        whole[0].times_ms.iter().zip(&whole[0].node_ids).filter(|(t, id)| **id < 20 && (50.05..75.05).contains(*t));
    assert_eq!(silent.count(), 0);
    for until in ["90", "76"] {
        let file = format!("paused_{until}.h5");
        desk.done(&["run", "net.json", "-q", "--duration-ms", until, "--checkpoint-every-ms", "19", "-o", &file]);
        desk.done(&["resume", &file, "-q", "--until-ms", "200", "--threads", "2"]);
        assert_eq!(spikes(&desk, &file), whole, "{file}");
    }
    desk.done(&["run", "run.h5", "--again", "-q", "--threads", "1"]);
    assert_eq!(spikes(&desk, "run_again.h5"), whole);
    let refused = desk.run(&["run", "run.h5", "--again", "-q", "--seed", "3", "-o", "other.h5"]);
    assert!(refused.code == 3 && refused.err.contains("repeats a run as it was"), "{}", refused.err);
    let told: Value = serde_json::from_str(&desk.done(&["inspect", "run_again.h5", "--json"])).unwrap();
    let edits = &told["interventions"];
    assert_eq!(edits[0]["edit"], json!({"population": "exc", "cells": "0:20"}));
    assert_eq!(
        (&edits[0]["until_ms"], &edits[1]["until_ms"], &edits[1]["kind"]),
        (&json!(75.0), &Value::Null, &json!("weights"))
    );
    let ends: Vec<&Value> = (3..7).map(|row| &edits[row]["until_ms"]).collect();
    assert_eq!(
        ends,
        [&json!(110.0), &json!(76.0), &json!(120.0), &json!(76.0)],
        "what is made at once ends as it begins"
    );
    let text = desk.done(&["inspect", "run.h5"]);
    assert!(text.contains("edited    50 ms to 75 ms: silence exc[0:20]"), "{text}");
    assert!(text.contains("edited    76 ms: state of inh v_m_mv -65"), "{text}");
    desk.done(&["plot", "run.h5", "-o", "run.svg"]);
    let picture = std::fs::read_to_string(desk.path("run.svg")).unwrap();
    assert!(
        picture.contains("state of inh v_m_mv -65") && picture.contains("no room for a name"),
        "edits are named, or counted"
    );
}

/// A run that is cut short and goes on has the edits of the whole run, and says which it had not.
#[test]
fn edits_behind_the_end_are_told_and_wait() {
    let desk = Desk::new();
    std::fs::write(desk.path("net.json"), MODEL).unwrap();
    desk.done(&["run", "net.json", "-q", "-o", "whole.h5"]);
    let cut = ["run", "net.json", "--duration-ms", "40", "--checkpoint-every-ms", "20", "-o", "run.h5"];
    let done = desk.run(&cut);
    assert!(done.code == 0 && done.err.contains("the run ends at 40 ms: never in force"), "{}", done.err);
    desk.done(&["plot", "run.h5", "-o", "run.svg"]);
    desk.done(&["resume", "run.h5", "-q", "--until-ms", "200"]);
    assert_eq!(spikes(&desk, "run.h5"), spikes(&desk, "whole.h5"));
}

/// A file that the model names has changed: the run that is repeated would be another one.
#[test]
fn a_run_of_other_files_is_not_repeated() {
    let desk = Desk::new();
    std::fs::write(desk.path("trains.csv"), "timestamps,node_ids\n10,0\n20,1\n").unwrap();
    let model = r#"{"simulation": {"duration_ms": 50}, "populations": {"a": {"cells": 2, "model": "lif_exp"}},
        "replay": [{"population": "a", "file": "trains.csv"}]}"#;
    std::fs::write(desk.path("net.json"), model).unwrap();
    desk.done(&["run", "net.json", "-q", "-o", "run.h5"]);
    desk.done(&["run", "run.h5", "--again", "-q", "-o", "same.h5"]);
    std::fs::write(desk.path("trains.csv"), "timestamps,node_ids\n10,0\n30,1\n").unwrap();
    let done = desk.run(&["run", "run.h5", "--again", "-q", "-o", "other.h5"]);
    assert!(done.code == 3 && done.err.contains("trains.csv") && done.err.contains("has changed"), "{}", done.err);
    assert!(!desk.path("other.h5").exists());
}

/// Would catch a sum that is lost or made twice where a run goes on, one that the recording does not know, and weights of the end that
/// are not those that were summed.
#[test]
fn sums_of_weights_are_recorded_resumed_and_repeated() {
    let desk = Desk::new();
    let mut model: Value = serde_json::from_str(MODEL).unwrap();
    model["projections"][1]["synapse"] = json!({"model": "stdp", "w_max": 200, "learning_rate": 0.02});
    model["interventions"] =
        json!([{"at_ms": 50, "every_ms": 30, "normalise": {"projection": "e", "sum_pa": 600}, "until_ms": 190}]);
    std::fs::write(desk.path("net.json"), model.to_string()).unwrap();
    desk.done(&["run", "net.json", "-q", "-o", "run.h5"]);
    let weights = |file: &str| {
        let recording = Recording::open(desk.path(file)).unwrap();
        let own = recording.weights().unwrap().into_iter().find(|own| own.name == "e").unwrap();
        recording.weight_data(&own).unwrap()
    };
    let whole = weights("run.h5");
    desk.done(&["run", "net.json", "-q", "--set", "interventions=[]", "-o", "plain.h5"]);
    assert_ne!(weights("plain.h5").weights, whole.weights);
    for until in ["80", "110", "111"] {
        let file = format!("paused_{until}.h5");
        desk.done(&["run", "net.json", "-q", "--duration-ms", until, "--checkpoint-every-ms", "19", "-o", &file]);
        desk.done(&["resume", &file, "-q", "--until-ms", "200", "--threads", "2"]);
        assert_eq!((weights(&file), spikes(&desk, &file)), (whole.clone(), spikes(&desk, "run.h5")), "{file}");
    }
    desk.done(&["run", "run.h5", "--again", "-q", "--threads", "1"]);
    assert_eq!(weights("run_again.h5"), whole);
    let text = desk.done(&["inspect", "run.h5"]);
    assert!(text.contains("edited    50 ms to 190 ms: normalise e sum_pa 600 every_ms 30"), "{text}");
}
