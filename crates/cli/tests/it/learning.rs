//! Networks that learn while they run, and learning from recordings.

use super::contents::contents;
use super::{Desk, alone, root};
use neuropil_record::{Arrays, GradientFile, Table};
use serde_json::{Value, json};

/// Poisson cells drive cells of two types that drive each other; everything is plastic.
const ONLINE: &str = r#"{
  "simulation": {"dt_ms": 1, "duration_ms": 300, "seed": 4, "blocks": 2},
  "populations": {
    "in": {"cells": 20, "model": "poisson_source", "rate_hz": 60},
    "exc": {"cells": 16, "model": "alif", "t_ref_ms": 2, "sign": "excitatory", "cell_type": "Pyr"},
    "inh": {"cells": 6, "model": "alif", "beta": 0.1, "tau_a_ms": 100, "sign": "inhibitory", "cell_type": "Pvalb"}
  },
  "projections": [
    {"from": "in", "to": ["exc", "inh"], "rule": "fixed_probability", "probability": 0.5, "weight": 0.2, "delay_ms": 1,
     "plastic": {"learning_rate": 0.001}},
    {"from": "exc", "to": ["exc", "inh"], "rule": "fixed_probability", "probability": 0.4, "weight": 0.1, "delay_ms": 2,
     "plastic": {"learning_rate": 0.001, "max": 0.2}},
    {"from": "inh", "to": "exc", "rule": "fixed_probability", "probability": 0.4, "weight": -0.1, "delay_ms": 2,
     "plastic": {"learning_rate": 0.002, "optimiser": "adam"}}
  ],
  "learning": {
    "rule": "modprop_type_online", "apply_every_ms": 20, "record_weights_every_ms": 100, "mu": {"kind": "constant", "value": {"Pyr": 0.03, "Pvalb": 0.03}},
    "readout": {"from": "exc", "outputs": 2, "tau_ms": 15, "learning_rate": 0.001},
    "target": {"every_ms": 10, "values": [[0.1, -0.1], [0.2, 0.1], [0.0, 0.3]], "repeats": true}
  }
}"#;

pub(super) fn desk() -> Desk {
    let desk = Desk::new();
    std::fs::write(desk.path("online.json"), ONLINE).unwrap();
    desk
}

fn write(desk: &Desk, name: &str, change: impl FnOnce(&mut Value)) {
    let mut model: Value = serde_json::from_str(ONLINE).unwrap();
    change(&mut model);
    std::fs::write(desk.path(name), model.to_string()).unwrap();
}

pub(super) fn table(desk: &Desk, file: &str, object: &str) -> (Vec<usize>, Vec<f64>) {
    Arrays::open(desk.path(file)).unwrap().f64(object).unwrap()
}

/// What is recorded hangs together: the loss is that of y, weights begin as they were drawn, change and stay in bounds.
#[test]
fn a_run_records_what_it_learned() {
    let desk = desk();
    desk.done(&["run", "online.json", "-q", "-o", "run.h5"]);
    let (shape, y) = table(&desk, "run.h5", "/neuropil/learning/y");
    assert_eq!(shape, [300, 2]);
    let target = [[0.1, -0.1], [0.2, 0.1], [0.0, 0.3]];
    let loss = |steps: std::ops::Range<usize>| -> f64 {
        let one = |step: usize, k: usize| 0.5 * (y[2 * step + k] - target[step / 10 % 3][k]).powi(2);
        steps.map(|step| one(step, 0) + one(step, 1)).sum()
    };
    let (_, losses) = table(&desk, "run.h5", "/neuropil/learning/loss");
    assert_eq!(losses.len(), 15);
    for (index, found) in losses.iter().enumerate() {
        let expected = loss(20 * index..20 * (index + 1));
        assert!((found - expected).abs() < 1e-12 * expected, "{found}, expected {expected}");
    }
    let group = "/neuropil/learning/weights/exc->inh";
    assert_eq!(table(&desk, "run.h5", &format!("{group}/time_ms")).1, [0.0, 100.0, 200.0, 300.0]);
    let (shape, weights) = table(&desk, "run.h5", &format!("{group}/weight"));
    let (_, last) = table(&desk, "run.h5", "/neuropil/weights/exc->inh/weight");
    assert_eq!(weights[3 * shape[1]..], last);
    assert!(weights[..shape[1]] != weights[3 * shape[1]..] && weights.iter().all(|own| (0.0..=0.2).contains(own)));
    desk.done(&["plot", "run.h5", "-o", "run.png"]);
}

/// A circuit of a network that learned would be the untrained one.
#[test]
fn a_network_that_learned_is_not_exported_untrained() {
    let desk = desk();
    desk.done(&["run", "online.json", "-q", "-o", "run.h5"]);
    for form in ["sonata", "csv"] {
        let done = desk.run(&["export", "run.h5", "--to", form, "-o", form]);
        assert_eq!(done.code, 0, "{}", done.err);
        assert!(done.err.contains("the network is not exported: the run changed its weights"), "{}", done.err);
        assert!(!desk.exists(&format!("{form}/network")) && !desk.exists(&format!("{form}/edges.csv")));
    }
}

/// A run in parts is the run without pause, whatever the threads; checkpoints fall within windows.
#[test]
fn learning_goes_on_from_a_checkpoint() {
    let desk = desk();
    let cut = ["run", "online.json", "-q", "-o", "parts.h5", "--checkpoint-every-ms", "50", "--threads", "1"];
    // A regulariser counts the spikes of all windows between two changes of weights, 128 and 12 steps.
    let rates = ["--set", r#"learning.loss={"rate_strength":5}"#, "--set", "learning.apply_every_ms=140"];
    let rates = [&rates[..], &["--set", "learning.record_weights_every_ms=140"]].concat();
    desk.done(&[&["run", "online.json", "-q", "-o", "whole.h5"][..], &rates].concat());
    desk.done(&[&cut[..], &rates, &["--duration-ms", "130"]].concat());
    desk.done(&["resume", "parts.h5", "-q", "--until-ms", "215", "--threads", "2"]);
    desk.done(&["resume", "parts.h5", "-q", "--until-ms", "300"]);
    let (whole, parts) = (contents(&desk.path("whole.h5")), contents(&desk.path("parts.h5")));
    assert!(whole.iter().any(|own| own.0 == "/neuropil/learning/y"));
    assert_eq!(parts, whole);
}

/// Our own recording, replayed with fixed weights, says what the run said; rules are compared with the exact gradient.
#[test]
fn a_recording_of_ours_is_learned_from() {
    let desk = desk();
    let still = ["--set", "projections.0.plastic.learning_rate=0", "--set", "projections.1.plastic.learning_rate=0"];
    let still = [&still[..], &["--set", "projections.2.plastic.learning_rate=0"]].concat();
    let still = [&still[..], &["--set", "learning.readout.learning_rate=0"]].concat();
    desk.done(&[&["run", "online.json", "-q", "-o", "run.h5"][..], &still].concat());
    let rules = "bptt,eprop,modprop_type,modprop_type_online,mdgl_type_all";
    let told = desk.done(&["learn", "run.h5", "--rules", rules, "-o", "w.h5", "--json"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    let own = told["rules"][0]["cosine_with_bptt"].as_f64().unwrap();
    assert_eq!((&told["steps"], (own - 1.0).abs() < 1e-12), (&json!(300), true));
    let bits = |(_, values): (Vec<usize>, Vec<f64>)| values.into_iter().map(f64::to_bits).collect::<Vec<_>>();
    assert_eq!(bits(table(&desk, "w.h5", "y")), bits(table(&desk, "run.h5", "/neuropil/learning/y")));
    let (_, weights) = table(&desk, "run.h5", "/neuropil/weights/exc->exc/weight");
    for object in ["synapses/exc->exc/eligibility", "rules/modprop_type/exc->exc/weight_change"] {
        let (_, values) = table(&desk, "w.h5", object);
        assert!(values.len() == weights.len() && values.iter().any(|value| *value != 0.0), "{object}");
    }
    // Taps of S lags: 5 unless it is said, whole unless it is said.
    let lags = |name: &str, more: &[&str]| {
        let told = desk.done(&[&["learn", "run.h5", "--rules", "modprop_type_S", "--json", "-o", name], more].concat());
        serde_json::from_str::<Value>(&told).unwrap()["rules"][0]["norm"].as_f64().unwrap()
    };
    let whole = lags("five.h5", &[]);
    assert_eq!(lags("said.h5", &["--set", "learning.lags=5", "--set", "learning.taps={\"kind\": \"whole\"}"]), whole);
    assert_ne!(lags("two.h5", &["--set", "learning.lags=3"]), whole);
    assert_ne!(lags("modal.h5", &["--set", "learning.taps={\"kind\": \"modal\", \"modes\": 1}"]), whole);
    let differ = |rule: &str| bits(table(&desk, "w.h5", &format!("rules/{rule}/exc->exc/weight_change")));
    assert!(differ("eprop") != differ("bptt") && differ("modprop_type") != differ("eprop"));
    desk.done(&["plot", "w.h5", "-o", "w.svg"]);
    let drawn = std::fs::read_to_string(desk.path("w.svg")).unwrap();
    for words in ["\nexc\n", "\ninh\n", "\ndirect_credit\n"] {
        assert!(drawn.contains(words), "{words}: populations are told apart, and names are whole");
    }
    let again = desk.run(&["learn", "run.h5", "-o", "w.h5"]);
    assert_eq!((again.code, again.err.contains("--force")), (4, true), "{}", again.err);
    // Half of the recording.
    let told = desk.done(&["learn", "run.h5", "--from-s", "0.1", "--to-s", "0.25", "-o", "part.h5", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&told).unwrap()["steps"], 150);
}

/// What was recorded of a readout, or of its errors, is the learning signal: our own gives the bits of the cells' readout; for
/// another one errors are by hand, in a window and with a gap. Would catch rows that are a step off.
#[test]
fn a_recorded_readout_is_the_learning_signal() {
    let desk = desk();
    let still = |index: usize| format!("projections.{index}.plastic.learning_rate=0");
    let [a, b, c] = [0, 1, 2].map(still);
    let rest = ["--set", &a, "--set", &b, "--set", &c, "--set", "learning.readout.learning_rate=0"];
    desk.done(&[&["run", "online.json", "-q", "-o", "run.h5"][..], &rest].concat());
    let learn =
        |more: &[&str]| desk.done(&[&["learn", "run.h5", "--rules", "eprop,modprop_type", "--json"], more].concat());
    learn(&["-o", "w.h5"]);
    learn(&["--readout", "run.h5", "-o", "own.h5"]);
    learn(&["--error", "w.h5", "-o", "err.h5"]);
    let bits =
        |file: &str, object: &str| -> Vec<u64> { table(&desk, file, object).1.into_iter().map(f64::to_bits).collect() };
    for object in ["err", "rules/eprop/in->exc/weight_change", "rules/modprop_type/exc->inh/weight_change"] {
        for file in ["own.h5", "err.h5"] {
            assert_eq!(bits(file, object), bits("w.h5", object), "{file} {object}");
        }
    }
    assert!(table(&desk, "err.h5", "target").1.iter().all(|asked| asked.is_nan()));

    let said = |row: usize, k: usize| if row == 120 { f64::NAN } else { 0.01 * row as f64 - k as f64 };
    let values = (0..300).flat_map(|row| [said(row, 0), said(row, 1)]).collect();
    let wide = Table { object: "wide".into(), shape: vec![200, 3], values: vec![0.0; 600] };
    let none = Table { object: "none".into(), shape: vec![300, 2], values: vec![f64::NAN; 600] };
    let mut endless = Table { object: "endless".into(), shape: vec![200, 2], values: vec![0.0; 400] };
    endless.values[399] = f64::INFINITY;
    let tables = vec![Table { object: "lab/y".into(), shape: vec![300, 2], values }, wide, none, endless];
    alone(|| GradientFile { tables, ..Default::default() }.write(&desk.path("said.h5"), false).unwrap());
    let window = ["--readout", "said.h5:lab/y", "--from-s", "0.1", "--to-s", "0.25"];
    let rules = ["learn", "run.h5", "--rules", "eprop,modprop_type", "--json", "-o", "other.h5"];
    let done = desk.run(&[&rules[..], &window, &["--set", "projections.0.plastic.learning_rate=5"]].concat());
    let missing = "note: what was recorded of the readout or its errors has no numbers in 1 of 150 steps";
    assert!(done.code == 0 && done.err.contains(missing), "{}", done.err);
    let unused =
        "note: projections.0.plastic.learning_rate has no effect here: a recording is learned from by gradients";
    assert!(done.err.contains(unused), "{}", done.err);
    let told: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!((&told["steps"], &told["unknown_steps"]), (&json!(150), &json!(1)));
    let target = [[0.1, -0.1], [0.2, 0.1], [0.0, 0.3]];
    let (err, y) = (table(&desk, "other.h5", "err").1, table(&desk, "other.h5", "y").1);
    let mut loss = 0.0;
    for (step, k) in (0..150).flat_map(|step| [(step, 0), (step, 1)]) {
        let said = said(100 + step, k);
        let expected = if said.is_nan() { 0.0 } else { said - target[(100 + step) / 10 % 3][k] };
        assert_eq!(err[2 * step + k], expected, "step {step}");
        assert!(y[2 * step + k].to_bits() == said.to_bits() || said.is_nan());
        loss += 0.5 * expected * expected;
    }
    assert!((told["loss"].as_f64().unwrap() - loss).abs() < 1e-12 * loss);

    let refused = |more: &[&str], parts: &[&str]| {
        let done = desk.run(&[&["learn", "run.h5", "-o", "no.h5"], more].concat());
        assert!(done.code != 0 && !desk.exists("no.h5"), "{more:?}");
        assert!(parts.iter().all(|part| done.err.contains(part)), "{more:?}: {}", done.err);
    };
    refused(&["--readout", "said.h5:wide"], &["said.h5", "wide", "[200, 3]", "[point, 2]"]);
    refused(&["--readout", "said.h5:none"], &["learning.y", "no number in any of the 300 steps"]);
    refused(&["--readout", "said.h5:nothing"], &["said.h5", "nothing"]);
    refused(&["--readout", "lost.h5"], &["lost.h5"]);
    refused(&["--readout", "said.h5:lab/y", "--from-s", "-0.1"], &["--from-s", "-0.1", ">= 0"]);
    refused(&["--error", "said.h5:endless"], &["said.h5", "endless", "inf at point 199", "NaN"]);
    refused(
        &["--readout", "said.h5:lab/y", "--from-s", "0.2", "--to-s", "0.3", "--set", "learning.y.from_ms=300"],
        &["learning.y", "end at 300 ms"],
    );
    refused(
        &["--readout", "said.h5:lab/y", "--set", "learning.y.from_ms=0.5"],
        &["learning.y.from_ms", "multiple of 1 ms"],
    );
    refused(&["--readout", "run.h5", "--error", "w.h5"], &["--error"]);
    refused(
        &["--readout", "run.h5", "--set", "learning.err={\"every_ms\": 1, \"values\": [[0, 0]]}"],
        &["learning.y", "`err`"],
    );

    // While a network runs, errors are those of what was recorded too.
    desk.done(&[
        "run",
        "online.json",
        "-q",
        "-o",
        "led.h5",
        "--set",
        "learning.y={\"file\": \"said.h5\", \"dataset\": \"lab/y\", \"every_ms\": 1}",
    ]);
    let losses = table(&desk, "led.h5", "/neuropil/learning/loss").1;
    let one = |row: usize, k: usize| 0.5 * (said(row, k) - target[row / 10 % 3][k]).powi(2);
    let expected: f64 = (0..20).map(|row| one(row, 0) + one(row, 1)).sum();
    assert!((losses[0] - expected).abs() < 1e-12 * expected, "{} {expected}", losses[0]);
}

/// What a network asks for is on the clock of the session, with its own network and with another; numbers that begin
/// elsewhere say so. Would catch targets that go from 0 where spikes go from the window.
#[test]
fn targets_are_on_the_clock_of_the_session() {
    let desk = desk();
    let values: Vec<Value> = (0..300).map(|row| json!([f64::from(row), -f64::from(row)])).collect();
    write(&desk, "course.json", |model| model["learning"]["target"] = json!({"every_ms": 1, "values": values}));
    desk.done(&["run", "course.json", "-q", "-o", "run.h5"]);
    let first = |more: &[&str]| {
        desk.done(&[&["learn", "run.h5", "--rules", "eprop", "-o", "w.h5", "--force"], more].concat());
        table(&desk, "w.h5", "target").1[0]
    };
    let window = ["--from-s", "0.1", "--to-s", "0.25"];
    assert_eq!(first(&window), 100.0);
    assert_eq!(first(&[&window[..], &["--network", "course.json"]].concat()), 100.0);
    let elsewhere = [&window[..], &["--network", "course.json", "--target-from-s", "0.06"]].concat();
    assert_eq!(first(&elsewhere), 40.0);
    // The 300 numbers would end at 0.24 s.
    let late = [&window[..], &["--network", "course.json", "--target-from-s", "-0.06"]].concat();
    let done = desk.run(&[&["learn", "run.h5", "-o", "no.h5"], &late[..]].concat());
    assert!(done.code == 3 && done.err.contains("ends 0.14 s behind"), "{}", done.err);
}

/// A run that replayed spikes is learned from like any other: the recording has what was sent. What it does not have is
/// replayed on the clock of the session, and nothing is said of populations that nobody asked for.
#[test]
fn a_run_with_a_replay_is_learned_from() {
    let desk = desk();
    desk.done(&["run", "online.json", "-q", "-o", "first.h5"]);
    desk.done(&["run", "online.json", "-q", "-o", "run.h5", "--replay", "in=first.h5"]);
    let learn = |file: &str, more: &[&str]| {
        let done = desk.run(&[&["learn", file, "--rules", "eprop", "-o", "w.h5", "--force"], more].concat());
        assert_eq!(done.code, 0, "{}", done.err);
        let change = table(&desk, "w.h5", "rules/eprop/in->exc/weight_change").1;
        (done.err, change.into_iter().map(f64::to_bits).collect::<Vec<_>>())
    };
    let (_, expected) = learn("first.h5", &["--from-s", "0.1"]);
    let (said, found) = learn("run.h5", &["--from-s", "0.1"]);
    assert!(found == expected && !said.contains("not in the recording"), "{said}");
    // Spikes of the cells alone were recorded.
    let bare = ["--set", "record.spikes=[\"exc\", \"inh\"]"];
    desk.done(&[&["run", "online.json", "-q", "-o", "bare.h5", "--replay", "in=first.h5"][..], &bare].concat());
    let (said, found) = learn("bare.h5", &["--from-s", "0.1"]);
    assert!(found == expected && said.contains("`in` sends what the model replays"), "{said}");
    let (said, _) = learn("first.h5", &["--population", "exc"]);
    assert!(said.contains("`inh` is not held to the recording: its cells run free"), "{said}");
}

/// A session of NWB and spikes of a SONATA circuit, made by others, with gaps, foreign times and silent cells told.
#[test]
fn recordings_of_others_are_learned_from() {
    let desk = desk();
    let session = root().join("tests/data/nwb/session.nwb");
    let told = desk.run(&[
        "learn",
        session.to_str().unwrap(),
        "--network",
        "online.json",
        "--population",
        "exc",
        "--from-s",
        "1",
        "--to-s",
        "3",
        "--rules",
        "eprop,modprop_type",
        "-o",
        "nwb.h5",
    ]);
    assert_eq!(told.code, 0, "{}", told.err);
    for part in
        ["replay: `exc` sends", "rounded to the nearest step", "`inh` is not held to the recording", "held silent"]
    {
        assert!(told.err.contains(part), "{part}: {}", told.err);
    }
    assert_eq!(table(&desk, "nwb.h5", "cells/psi").0, [2000, 22]);

    write(&desk, "many.json", |model| {
        model["simulation"]["duration_ms"] = 500.into();
        model["populations"]["exc"]["cells"] = 450.into();
        model["projections"].as_array_mut().unwrap().remove(0);
        for projection in model["projections"].as_array_mut().unwrap() {
            projection["probability"] = 0.05.into();
        }
    });
    let spikes = root().join("tests/data/sonata/450cells_replay/output_full/spikes.h5");
    let spikes = spikes.to_str().unwrap();
    let learn = ["learn", spikes, "--network", "many.json", "--population", "exc", "--from-s", "1", "--to-s", "1.5"];
    let told = desk.run(&[&learn[..], &["-o", "sonata.h5"]].concat());
    assert_eq!(told.code, 0, "{}", told.err);
    let (shape, z) = table(&desk, "sonata.h5", "cells/z");
    assert!(shape == [500, 456] && z.iter().sum::<f64>() > 100.0);
}

/// Wrong input is named, and leaves nothing behind.
#[test]
fn what_cannot_be_learned_is_refused() {
    let desk = desk();
    desk.done(&["run", "online.json", "-q", "-o", "run.h5", "--duration-ms", "60"]);
    desk.done(&["run", "small.json", "-q", "-o", "small.h5"]);
    let session = root().join("tests/data/nwb/session.nwb");
    let session = session.to_str().unwrap();
    let learn = |more: &[&str]| desk.run(&[&["learn"], more, &["-o", "w.h5"]].concat());
    for (arguments, parts) in [
        (&["none.h5"][..], &["none.h5", "no such file"][..]),
        (&[session], &["does not say which network was recorded", "--network"]),
        (&["small.h5"], &["add a section `learning`"]),
        (&["run.h5", "--rules", "hebb"], &["no rule `hebb`"]),
        (&["run.h5", "--from-s", "5", "--to-s", "6"], &["no spike in this window"]),
        (&["run.h5", "--from-s", "2", "--to-s", "1"], &["--to-s 1", "later than --from-s 2"]),
        (
            &["run.h5", "--set", "learning.target.repeats=false", "--network", "online.json"],
            &["learning.target", "ends 0.03 s", "0.3 s long", "--target-from-s"],
        ),
        (&["run.h5", "--from-s", "100"], &["--from-s 100.0: the recording ends at 0.06 s"]),
        (&["run.h5", "--from-s", "nan"], &["--from-s NaN: must be a finite number of seconds"]),
        (&["run.h5", "--from-s", "-1"], &["--from-s -1", "before the target", ">= 0"]),
        (&["run.h5", "--from-s", "0.01", "--target-from-s", "0.02"], &["--from-s 0.01", "--target-from-s", ">= 0.02"]),
        (&["run.h5", "--population", "nobody"], &["there is no population `nobody`"]),
        (
            &["run.h5", "--set", r#"learning.mu={"kind":"constant","value":{}}"#, "--rules", "modprop_type"],
            &["rule `modprop_type`", "mu"],
        ),
        (&["run.h5", "--set", "learning.taps={\"kind\": \"chain\"}"], &["learning.taps", "learning.carrier"]),
        (&["run.h5", "--set", "learning.taps={\"kind\": \"modal\"}"], &["learning.taps", "`modes` is missing"]),
        (&["run.h5", "--set", "projections.1.delay_ms=3"], &["delays of", "trials have one"]),
    ] {
        let done = learn(arguments);
        assert_eq!(done.code, 3, "{arguments:?}: {}", done.err);
        assert!(parts.iter().all(|part| done.err.contains(part)), "{arguments:?}: {}", done.err);
        assert!(!desk.exists("w.h5"), "{arguments:?}");
    }
    // What grew without bound is no gradient.
    let grown = learn(&["run.h5", "--set", "learning.mu.value.Pyr=1e200", "--rules", "modprop_type"]);
    assert_eq!(grown.code, 5, "{}", grown.err);
    assert!(grown.err.contains("rule `modprop_type`: its gradient is not finite"), "{}", grown.err);
    assert!(!desk.exists("w.h5"));
    let set = |what: &str| desk.run(&["run", "online.json", "-q", "-o", "a.h5", "--set", what]);
    for (what, parts) in [
        ("learning.rule=hebb", &["learning.rule", "there is no rule `hebb`"][..]),
        ("learning.rule=bptt", &["learning.rule", "cannot run online"]),
        ("learning.rule=modprop_type", &["learning.rule", "`modprop_type_online`"]),
        (r#"learning.mu={"kind":"constant","value":{}}"#, &["learning.mu", "needs mu of cell type `Pyr`"]),
        ("learning.mu.value.Pyr=100", &["spectral radius"]),
        ("learning.apply_every_ms=0.5", &["learning.apply_every_ms", "multiple of 1 ms"]),
        ("learning.record_weights_every_ms=30", &["record_weights_every_ms", "multiple of 20 ms"]),
        ("learning.target.values=[[1]]", &["learning.target.values.0", "found 1 numbers, expected 2"]),
        ("learning.target={\"every_ms\": 1, \"file\": \"none.h5\"}", &["learning.target.file", "none.h5"]),
        ("learning.readout.from=in", &["learning.readout.from", "only send"]),
        ("populations.inh.model=leaky_relu", &["populations.inh"]),
        ("simulation.precision=single", &["simulation.precision", "double precision"]),
        ("projections.0.plastic.learning_rat=1", &["did you mean `learning_rate`"]),
    ] {
        let done = set(what);
        assert_eq!(done.code, 3, "{what}: {}", done.err);
        assert!(parts.iter().all(|part| done.err.contains(part)), "{what}: {}", done.err);
        assert!(!desk.exists("a.h5") && !desk.exists("a.h5.part"), "{what}");
    }
}
