//! Arrays that are given: weights, masks, types and constants of tasks; a readout and constants of networks that run.

use super::contents::contents;
use super::{Desk, alone, root};
use neuropil_model::{Document, Model};
use neuropil_record::{Arrays, GradientFile, Table, TrainingFile};
use serde_json::{Value, json};

const SHORT: [&str; 6] =
    ["--set", "training.updates=4", "--set", "training.evaluate_every=2", "--set", "training.batch=8"];

fn short<'w>(words: &[&'w str]) -> Vec<&'w str> {
    [words, &SHORT].concat()
}

fn tables(desk: &Desk, name: &str, tables: Vec<Table>) {
    let _ = std::fs::remove_file(desk.path(name));
    alone(|| GradientFile { tables, ..Default::default() }.write(&desk.path(name), false).unwrap());
}

fn table(desk: &Desk, file: &str, object: &str) -> Table {
    let (shape, values) = Arrays::open(desk.path(file)).unwrap().f64(object).unwrap();
    Table { object: object.into(), shape, values }
}

/// The weights that a seed draws, exported by `trials simulate`, given back as datasets of that file: the learning curve is the same, bit
/// for bit, whatever the seed draws of them; the file of runs lasts without the file of the arrays.
#[test]
fn weights_that_were_exported_learn_the_same() {
    let desk = Desk::new();
    std::fs::copy(root().join("models/tasks/mini_evidence.json"), desk.path("drawn.json")).unwrap();
    desk.done(&short(&["trials", "simulate", "drawn.json", "--seed", "3", "-o", "w.h5"]));
    let mut task: Value = serde_json::from_str(&std::fs::read_to_string(desk.path("drawn.json")).unwrap()).unwrap();
    let dataset = |name: &str| json!({"file": "w.h5", "dataset": format!("weights/{name}")});
    task["input_weights"] = json!({"kind": "given", "values": dataset("w_in"), "mask": "nonzero"});
    task["recurrent_weights"] = json!({"kind": "given", "values": dataset("w_rec"), "mask": dataset("mask")});
    task["readout_weights"] = json!({"kind": "given", "values": dataset("w_out"), "mask": "nonzero"});
    task["readout"]["b_out"] = dataset("b_out");
    task["cells"]["types"] = (0..50).map(|cell| if cell < 10 { "Sst" } else { "Pyr" }).collect();
    task["cells"]["tau_m_ms"] = vec![20; 50].into();
    std::fs::write(desk.path("given.json"), task.to_string()).unwrap();
    for name in ["drawn", "given"] {
        let (task, output) = (format!("{name}.json"), format!("{name}.h5"));
        desk.done(&short(&["train", &task, "--rule", "modprop_type", "--seed", "3", "-q", "-o", &output]));
    }
    let run = |name: &str| {
        let mut run = TrainingFile::read(&desk.path(name)).unwrap().runs.remove(0);
        run.tables.retain(|table| !table.object.starts_with("cost/"));
        run
    };
    assert!(run("drawn.h5").tables.len() > 20);
    // As text: what was not measured is no number, and no number equals none.
    assert_eq!(format!("{:?}", run("drawn.h5")), format!("{:?}", run("given.h5")));
    let kept = TrainingFile::read(&desk.path("given.h5")).unwrap();
    let names: Vec<&str> = kept.data.iter().map(|own| own.object.as_str()).collect();
    let expected = ["arrays/input_weights.values", "arrays/readout_weights.values", "arrays/recurrent_weights.mask"];
    assert!(expected.iter().all(|name| names.contains(name)) && kept.task.contains("fnv1a64:"), "{names:?}");

    // It is no output over its own arrays; trials of it last too.
    let over = desk.run(&short(&["train", "given.json", "--rule", "eprop", "--force", "-o", "w.h5"]));
    assert!(over.code != 0 && over.err.contains("w.h5"), "{}", over.err);
    desk.done(&short(&["trials", "simulate", "given.json", "-o", "trials.h5"]));
    // One number differs: neither `train --resume` nor `compare` goes on, and both say which array it is.
    let bytes = std::fs::read(desk.path("given.h5")).unwrap();
    let mut changed: Vec<Table> =
        ["w_in", "w_rec", "w_out", "b_out", "mask"].map(|name| table(&desk, "w.h5", &format!("weights/{name}"))).into();
    let place = changed[1].values.iter().position(|own| *own != 0.0).unwrap();
    changed[1].values[place] *= 1.0 + 1e-15;
    let good = std::fs::read(desk.path("w.h5")).unwrap();
    tables(&desk, "w.h5", changed);
    for command in [
        &["train", "given.json", "--rule", "modprop_type", "--seed", "3", "--resume", "-o", "given.h5"][..],
        &["compare", "given.json", "--rules", "modprop_type,eprop", "--seeds", "1", "-o", "given.h5"],
    ] {
        let refused = desk.run(&short(command));
        let words = ["has runs of another task, in `recurrent_weights.values.digest`", "fnv1a64:"];
        assert!(refused.code == 3 && words.iter().all(|words| refused.err.contains(words)), "{}", refused.err);
        assert_eq!(std::fs::read(desk.path("given.h5")).unwrap(), bytes);
    }
    let sweep = r#"readout.b_out=[0, 1],{"file": "w.h5", "dataset": "weights/b_out"}"#;
    let swept = desk.run(&short(&[
        "compare",
        "drawn.json",
        "--rules",
        "eprop",
        "--sweep",
        &sweep.replace('/', "\\u002f"),
        "-o",
        "swept.h5",
    ]));
    assert!(swept.code == 3 && swept.err.contains("a file of runs keeps those of one task"), "{}", swept.err);
    std::fs::remove_file(desk.path("w.h5")).unwrap();
    desk.done(&["trials", "learn", "trials.h5", "--rules", "eprop", "-o", "gradients.h5"]);
    assert!(desk.done(&["inspect", "given.h5"]).contains("modprop_type"));
    std::fs::write(desk.path("w.h5"), good).unwrap();
    desk.done(&short(&[
        "compare",
        "given.json",
        "--rules",
        "modprop_type",
        "--seeds",
        "1",
        "--first-seed",
        "3",
        "-o",
        "given.h5",
    ]));
}

/// Poisson cells drive cells of two types, which are read.
const ONLINE: &str = r#"{
  "simulation": {"dt_ms": 1, "duration_ms": 200, "seed": 4},
  "populations": {
    "in": {"cells": 20, "model": "poisson_source", "rate_hz": 60},
    "exc": {"cells": 16, "model": "alif", "t_ref_ms": 2, "sign": "excitatory", "cell_type": "Pyr"},
    "inh": {"cells": 6, "model": "alif", "beta": 0.1, "tau_a_ms": 100, "sign": "inhibitory", "cell_type": "Pvalb"}
  },
  "projections": [
    {"from": "in", "to": ["exc", "inh"], "rule": "fixed_probability", "probability": 0.5, "weight": 0.2, "delay_ms": 1,
     "plastic": {"learning_rate": 0.001}},
    {"from": "exc", "to": ["exc", "inh"], "rule": "fixed_probability", "probability": 0.4, "weight": 0.1, "delay_ms": 2,
     "plastic": {"learning_rate": 0.001}}
  ],
  "learning": {
    "rule": "modprop_type_online", "apply_every_ms": 20, "record_weights_every_ms": 100, "mu": {"kind": "constant", "value": 0.03},
    "readout": {"from": [{"population": "exc", "cells": "4:16"}, "inh"], "outputs": 2, "tau_ms": 15, "learning_rate": 0.001},
    "target": {"every_ms": 10, "values": [[0.1, -0.1], [0.2, 0.1], [0.0, 0.3]], "repeats": true}
  }
}"#;

/// W_out as it is drawn, of the cells that are read.
fn drawn_readout() -> Table {
    let model = Model::decode(Document::parse("online.json", ONLINE.into()).unwrap()).unwrap();
    let design = model.design::<f64>(model.seed, 1.0).unwrap().design;
    let w_out = model.lesson(&design).unwrap().teaching.readout.w_out;
    assert_eq!((w_out.rows(), w_out.columns()), (2, 22));
    let values = (0..2).flat_map(|k| w_out.row(k)[4..].to_vec()).collect();
    Table { object: "w_out".into(), shape: vec![2, 18], values }
}

fn with(desk: &Desk, name: &str, changes: &[(&str, Value)]) {
    let mut model: Value = serde_json::from_str(ONLINE).unwrap();
    for (pointer, value) in changes {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        model.pointer_mut(parent).unwrap()[key] = value.clone();
    }
    std::fs::write(desk.path(name), model.to_string()).unwrap();
}

/// What a run left, without the file that it was made of.
fn left(desk: &Desk, name: &str) -> Vec<(String, String)> {
    let all = contents(&desk.path(name)).into_iter().map(|(name, own)| (name, format!("{own:?}")));
    all.filter(|(name, _)| name.starts_with("/neuropil/learning") || name.starts_with("/spikes")).collect()
}

/// The readout that was drawn, given one by one, in the text or as a dataset: the same run, bit for bit; likewise constants by
/// cell. A run goes on with the numbers it began with, or not at all.
#[test]
fn a_readout_that_was_drawn_given_back_is_the_same() {
    let desk = Desk::new();
    let weights = drawn_readout();
    let rows: Vec<&[f64]> = weights.values.chunks(18).collect();
    let constant = Table { object: "t/ref".into(), shape: vec![16], values: vec![2.0; 16] };
    tables(&desk, "w.h5", vec![weights.clone(), constant.clone()]);
    with(&desk, "drawn.json", &[]);
    with(
        &desk,
        "listed.json",
        &[("/learning/readout/weight", json!(rows)), ("/learning/readout/b_out", json!([0, 0]))],
    );
    let dataset = json!({"file": "w.h5", "dataset": "w_out"});
    let by_cell = json!({"file": "w.h5", "dataset": "t/ref"});
    let stored = [("/learning/readout/weight", dataset), ("/populations/exc/t_ref_ms", by_cell)];
    with(&desk, "stored.json", &stored);
    for name in ["drawn", "listed", "stored"] {
        desk.done(&["run", &format!("{name}.json"), "-q", "-o", &format!("{name}.h5")]);
    }
    let drawn = left(&desk, "drawn.h5");
    assert!(
        drawn.iter().any(|own| own.0 == "/neuropil/learning/y"),
        "{:?}",
        drawn.iter().map(|own| &own.0).collect::<Vec<_>>()
    );
    assert_eq!(left(&desk, "listed.h5"), drawn);
    assert_eq!(left(&desk, "stored.h5"), drawn);
    with(
        &desk,
        "other.json",
        &[("/learning/readout/weight", json!(rows)), ("/learning/readout/b_out", json!([0, 0.5]))],
    );
    desk.done(&["run", "other.json", "-q", "-o", "other.h5"]);
    assert_ne!(left(&desk, "other.h5"), drawn, "b is heard");

    let cut = ["run", "stored.json", "-q", "-o", "parts.h5", "--checkpoint-every-ms", "50", "--duration-ms", "100"];
    desk.done(&cut);
    let first = std::fs::read(desk.path("w.h5")).unwrap();
    let mut others = weights;
    others.values[7] += 1e-9;
    tables(&desk, "w.h5", vec![others, constant]);
    let bytes = std::fs::read(desk.path("parts.h5")).unwrap();
    let refused = desk.run(&["resume", "parts.h5", "-q", "--until-ms", "200"]);
    assert!(refused.code == 3 && refused.err.contains("learning.readout.weight.digest"), "{}", refused.err);
    assert!(refused.err.contains("they are not those that are meant here"), "{}", refused.err);
    assert_eq!(std::fs::read(desk.path("parts.h5")).unwrap(), bytes);
    std::fs::write(desk.path("w.h5"), first).unwrap();
    desk.done(&["resume", "parts.h5", "-q", "--until-ms", "200"]);
    assert_eq!(left(&desk, "parts.h5"), drawn);
}

/// What does not fit is refused before anything runs, with the place and what was expected.
#[test]
fn arrays_of_a_network_that_do_not_fit_are_refused() {
    let desk = Desk::new();
    let hole = Table {
        object: "hole".into(),
        shape: vec![2, 18],
        values: [vec![0.0; 20], vec![f64::NAN], vec![0.0; 15]].concat(),
    };
    tables(&desk, "w.h5", vec![hole, Table { object: "cube".into(), shape: vec![2, 2, 1], values: vec![0.0; 4] }]);
    let dataset = |name: &str| json!({"file": "w.h5", "dataset": name});
    let readout = "/learning/readout/weight";
    for (pointer, value, expected) in [
        (readout, json!([[1, 2], [3, 4]]), "[readouts][cells], found 2 x 2, expected 2 x 18"),
        (readout, dataset("hole"), "found NaN at [1, 2], expected finite numbers"),
        (readout, dataset("none"), "none"),
        (readout, json!({"file": "w.h5"}), "`dataset`, its name"),
        (
            readout,
            json!({"dataset": "hole", "digest": "fnv1a64:0"}),
            "`file` is missing: the array is known by its digest",
        ),
        (
            readout,
            json!({"file": "w.h5", "dataset": "cube", "digest": "fnv1a64:0"}),
            "they are not those that are meant here",
        ),
        ("/learning/readout/b_out", json!([1]), "[readouts], found 1, expected 2"),
        ("/populations/exc/t_ref_ms", dataset("cube"), "[cells], found 2 x 2 x 1, expected 16"),
        ("/populations/exc/t_ref_ms", json!({"flie": "w.h5"}), "`distribution` is missing"),
        ("/projections/0/probability", dataset("cube"), "[to][from], found 2 x 2 x 1, expected 2 x 1"),
    ] {
        with(&desk, "wrong.json", &[(pointer, value)]);
        let refused = desk.run(&["run", "wrong.json", "-o", "wrong.h5"]);
        assert!(refused.code == 3 && refused.err.contains(expected), "{expected}: {}", refused.err);
        assert!(!desk.exists("wrong.h5"));
    }
    let somewhere = json!([{"population": "exc", "cells": {"x_um": [0, 1]}}]);
    let places = json!({"shape": "box", "size_um": [2, 1, 1]});
    with(
        &desk,
        "wrong.json",
        &[("/populations/exc/positions", places), ("/learning/readout/from", somewhere), (readout, json!([[1], [2]]))],
    );
    let refused = desk.run(&["check", "wrong.json"]);
    assert!(refused.code == 3 && refused.err.contains("weights one by one need cells by number"), "{}", refused.err);
}
