//! `neuropil train`, `compare`, `merge`, and `plot` and `inspect` of what they write.

use super::{Desk, alone, root};
use neuropil_record::{Arrays, TrainingFile, TrainingRun};
use serde_json::Value;

const TASK: &str = "small_delayed_xor.json";
const SHORT: [&str; 4] = ["--set", "training.updates=4", "--set", "training.evaluate_every=2"];

fn desk() -> Desk {
    let desk = Desk::new();
    std::fs::copy(root().join("models/tasks").join(TASK), desk.path(TASK)).unwrap();
    desk
}

fn with_short<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &SHORT].concat()
}

/// A run says what came of it, is not overwritten, goes on where nothing is left to do, and is drawn and inspected.
#[test]
fn a_run_is_recorded_drawn_and_inspected() {
    let desk = desk();
    let train = with_short(&["train", TASK, "--rule", "modprop_type", "--seed", "2", "-o", "run.h5", "--align"]);
    let shown = desk.done(&train);
    assert!(shown.contains("modprop_type") && shown.contains("4 updates") && shown.contains("wrote run.h5"), "{shown}");
    let refused = desk.run(&train);
    assert!(refused.code == 4 && refused.err.contains("--force"), "{}", refused.err);
    let before = std::fs::read(desk.path("run.h5")).unwrap();
    let again = desk.run(&[&train[..], &["--resume"]].concat());
    assert!(again.code == 0 && again.err.contains("at its end already"), "{}", again.err);
    let file = TrainingFile::read(&desk.path("run.h5")).unwrap();
    assert_eq!(file.runs.len(), 1);
    assert!(!before.is_empty());
    assert_eq!(file.runs[0].table("evaluations/update").unwrap().values, [0.0, 2.0, 4.0]);
    assert!(file.runs[0].table("evaluations/cosine_rec").unwrap().values.iter().all(|cosine| *cosine > 0.0));
    desk.done(&["plot", "run.h5", "-o", "run.svg"]);
    let svg = std::fs::read_to_string(desk.path("run.svg")).unwrap();
    assert!(["modprop_type", "accuracy", "cosine with exact dW_rec"].iter().all(|words| svg.contains(words)));
    let json: Value = serde_json::from_str(&desk.done(&["inspect", "run.h5", "--json"])).unwrap();
    assert_eq!(json["rules"][0]["done"], 1);
    assert!(desk.done(&["inspect", "run.h5", "--model"]).contains("\"updates\": 4"));
}

/// A file without the run that is to go on is refused, with the command that adds the run on purpose; where there is no file
/// the run begins, and says so.
#[test]
fn only_a_run_that_is_there_goes_on() {
    let desk = desk();
    let train = |rule, seed, more: &[&str]| {
        desk.run(&with_short(
            &[&["train", TASK, "--rule", rule, "--seed", seed, "-o", "run.h5", "--resume"], more].concat(),
        ))
    };
    let first = train("eprop", "1", &[]);
    assert!(first.code == 0 && first.err.contains("run.h5 has no run yet: this one begins"), "{}", first.err);
    for (rule, seed) in [("bptt", "1"), ("eprop", "2")] {
        let other = train(rule, seed, &["--align"]);
        let words = [&format!("no run of {rule}, seed {seed}"), "it has eprop, seed 1", "to add this run to the file"];
        assert!(other.code == 3 && words.iter().all(|words| other.err.contains(*words)), "{}", other.err);
    }
    let told = train("bptt", "7", &["--align"]).err;
    let (_, command) = told.split_once("neuropil compare ").unwrap();
    let words: Vec<&str> = command.trim().split(' ').map(|word| word.trim_matches('\'')).collect();
    desk.done(&[&["compare"], &words[..]].concat());
    let file = TrainingFile::read(&desk.path("run.h5")).unwrap();
    let mut runs: Vec<(&str, u64)> = file.runs.iter().map(|run| (run.rule.as_str(), run.seed)).collect();
    runs.sort_unstable();
    assert_eq!(runs, [("bptt", 7), ("eprop", 1)]);
    assert_eq!(train("bptt", "7", &["--quiet"]).err, "");
}

/// A run that has diverged is marked where runs are listed, with how far it came.
#[test]
fn unfinished_runs_are_told() {
    let desk = desk();
    let compare = with_short(&["compare", TASK, "--rules", "eprop", "--seeds", "1", "-o", "cmp.h5"]);
    desk.done(&compare);
    let mut file = TrainingFile::read(&desk.path("cmp.h5")).unwrap();
    let mut cut = file.runs[0].clone();
    cut.seed = 2;
    for table in &mut cut.tables {
        match table.object.as_str() {
            "state/done" => table.values = vec![0.0],
            "state/updates" => table.values = vec![3.0],
            name if name.starts_with("evaluations/") && name != "evaluations/mu" => {
                table.values.truncate(2);
                table.shape = vec![2];
            }
            _ => {}
        }
    }
    file.runs.push(cut);
    alone(|| file.save(&desk.path("cut.h5")).unwrap());
    let table = desk.done(&["inspect", "cut.h5"]);
    let words = ["1/2", "not at their end: in no number", "eprop, seed 2: 3 of 4 updates"];
    assert!(words.iter().all(|words| table.contains(words)), "{table}");
    let line = |text: &str| text.lines().nth(1).unwrap().replace("1/2", "  1");
    assert_eq!(line(&table), line(&desk.done(&["inspect", "cmp.h5"])), "the same numbers");
    let json: Value = serde_json::from_str(&desk.done(&["inspect", "cut.h5", "--json"])).unwrap();
    assert_eq!(json["rules"][0]["seeds"][1], serde_json::json!({"seed": 2, "updates": 3.0, "done": false}));
    desk.done(&["report", "cut.h5", "-o", "cut.html"]);
    let html = std::fs::read_to_string(desk.path("cut.html")).unwrap();
    assert!(html.contains("<td>3 of 4, unfinished</td>") && html.contains("not at their end are in no number"));
}

/// A measure of all evaluations of a run.
fn evaluated<'r>(run: &'r TrainingRun, measure: &str) -> &'r [f64] {
    &run.table(&format!("evaluations/{measure}")).unwrap().values
}

/// One page with all of a comparison: figures, tables, task, seeds, commands; not over another file, not of a recording.
#[test]
fn a_comparison_becomes_a_page() {
    let desk = desk();
    let compare = ["compare", TASK, "--rules", "bptt,eprop", "--seeds", "2", "-o", "cmp.h5", "--align"];
    desk.done(&with_short(&[&compare[..], &["--set", "training.validation_trials=8"]].concat()));
    assert!(desk.done(&["report", "cmp.h5", "-o", "report.html"]).contains("wrote report.html"));
    let html = std::fs::read_to_string(desk.path("report.html")).unwrap();
    let words = [
        "<h1>cmp: delayed xor</h1>",
        "Small delayed XOR: do two cues match",
        "<svg",
        "cosine with exact dW_rec",
        "<th>last useful progress</th>",
        "<th>last held-out loss</th>",
        "<th>best held-out loss</th>",
        "Beside bptt, seed by seed",
        "eigenvalues of W at the end",
        "training.mu.value",
        "task.delay_ms",
        "seeds 1, 2",
        "compare small_delayed",
        "--rule eprop --seed 2 --align -o eprop_2.h5",
    ];
    for words in words {
        assert!(html.contains(words), "{words}");
    }
    let rows = html.matches("<td>eprop</td>").count();
    assert_eq!(rows, 5, "one of the rule, one beside bptt, two of its runs, one of what it is");
    // Columns of the last evaluation are medians over seeds. Once cosine and progress were means over all evaluations.
    let file = TrainingFile::read(&desk.path("cmp.h5")).unwrap();
    for measure in ["loss", "cosine_rec", "progress"] {
        let own = file.runs.iter().filter(|run| run.rule == "eprop");
        let own: Vec<f64> = own.map(|run| *evaluated(run, measure).last().unwrap()).collect();
        let median = format!("<td>{:.4}</td>", 0.5 * (own[0] + own[1]));
        assert!(own.len() == 2 && html.contains(&median), "{measure}: {median}");
    }
    let refused = desk.run(&["report", "cmp.h5", "-o", "report.html"]);
    assert!(refused.code == 4 && refused.err.contains("exists"), "{}", refused.err);
    let other = desk.run(&["report", "cmp.h5", "-o", "report.pdf"]);
    assert!(other.code == 4 && other.err.contains(".html"), "{}", other.err);
    let case = root().join("tests/data/gradients/published_eprop_regression.h5");
    let other = desk.run(&["report", case.to_str().unwrap()]);
    assert!(other.code == 3 && other.err.contains("no training runs"), "{}", other.err);
}

/// A comparison makes what is missing; the commands that it lists give the same numbers, joined.
#[test]
fn a_comparison_is_the_sum_of_its_commands() {
    let desk = desk();
    let first = with_short(&["compare", TASK, "--rules", "bptt", "--seeds", "2", "-o", "cmp.h5", "--quiet"]);
    desk.done(&first);
    let kept = TrainingFile::read(&desk.path("cmp.h5")).unwrap();
    let both = with_short(&["compare", TASK, "--rules", "bptt,eprop", "--seeds", "2", "-o", "cmp.h5"]);
    let json: Value = serde_json::from_str(&desk.done(&[&both[..], &["--json"]].concat())).unwrap();
    assert_eq!((&json["rules"][0]["done"], &json["rules"][1]["done"]), (&2.into(), &2.into()));
    let file = TrainingFile::read(&desk.path("cmp.h5")).unwrap();
    assert_eq!(file.runs.len(), 4);
    let mean = |rule: &str, seed: u64| {
        let run = file.runs.iter().find(|run| run.rule == rule && run.seed == seed).unwrap();
        let losses = &run.table("evaluations/loss").unwrap().values;
        losses.iter().sum::<f64>() / losses.len() as f64
    };
    let differences: Vec<f64> = [1, 2].map(|seed| mean("eprop", seed) - mean("bptt", seed)).into();
    let paired = &json["paired"][0];
    assert_eq!((&paired["rule"], &paired["with"]), (&"eprop".into(), &"bptt".into()));
    assert_eq!(paired["differences"], serde_json::json!(differences));
    let p = if differences[0] * differences[1] > 0.0 { 0.5 } else { 1.0 };
    assert_eq!(paired["p"], p);
    let weights = |file: &TrainingFile, rule: &str, seed: u64| {
        let run = file.runs.iter().find(|run| run.rule == rule && run.seed == seed).unwrap();
        run.table("weights/w_rec").unwrap().clone()
    };
    assert_eq!(weights(&file, "bptt", 2), weights(&kept, "bptt", 2));
    let listed = desk.done(&[&both[..], &["--list"]].concat());
    let mut outputs = Vec::new();
    for line in listed.lines() {
        let words: Vec<&str> = line.split(' ').map(|word| word.trim_matches('\'')).skip(1).collect();
        desk.done(&words);
        outputs.push((*words.last().unwrap()).to_owned());
    }
    assert_eq!(outputs.len(), 4, "{listed}");
    let files: Vec<&str> = outputs.iter().map(String::as_str).collect();
    desk.done(&[&["merge"], &files[..], &["-o", "all.h5"]].concat());
    let all = TrainingFile::read(&desk.path("all.h5")).unwrap();
    for (rule, seed) in [("bptt", 1), ("bptt", 2), ("eprop", 1), ("eprop", 2)] {
        assert_eq!(weights(&all, rule, seed), weights(&file, rule, seed), "{rule} {seed}");
    }
    // Runs that two files have are one, and are counted.
    let twice = desk.done(&["merge", "all.h5", "cmp.h5", files[0], "-o", "twice.h5"]);
    assert!(twice.contains("(4 runs; 5 of 9 were of a rule, seed and point that another has"), "{twice}");
}

/// A sweep makes a run for each value, and one of the rule that sees no tissue; its listed commands give the same, joined.
/// The stages of an update go from file to file, and say what they miss.
#[test]
fn credit_is_carried_swept_and_staged() {
    let desk = desk();
    const FIELD: &str = "mini_evidence.json";
    std::fs::copy(root().join("models/tasks").join(FIELD), desk.path(FIELD)).unwrap();
    let tiny = ["--set", "training.updates=1", "--set", "training.batch=2", "--set", "carrier.step_ms=25"];
    let sweep = ["--sweep", "carrier.loss_per_ms=0.0001,0.001", "--rules", "eprop,modprop_type+field", "--seeds", "1"];
    let compare = [&["compare", FIELD, "-o", "sweep.h5"], &sweep[..], &tiny].concat();
    let shown = desk.done(&compare);
    assert!(shown.contains("modprop_type+field carrier.loss_per_ms=0.001"), "{shown}");
    let file = TrainingFile::read(&desk.path("sweep.h5")).unwrap();
    let labels: Vec<String> = file.runs.iter().map(TrainingRun::label).collect();
    let expected =
        ["eprop", "modprop_type+field carrier.loss_per_ms=0.0001", "modprop_type+field carrier.loss_per_ms=0.001"];
    assert_eq!(labels, expected);
    assert_ne!(file.runs[1].table("weights/w_rec"), file.runs[2].table("weights/w_rec"));
    let mut outputs = Vec::new();
    for line in desk.done(&[&compare[..], &["--list"]].concat()).lines() {
        let words: Vec<&str> = line.split(' ').map(|word| word.trim_matches('\'')).skip(1).collect();
        desk.done(&words);
        outputs.push((*words.last().unwrap()).to_owned());
    }
    let files: Vec<&str> = outputs.iter().map(String::as_str).collect();
    desk.done(&[&["merge"], &files[..], &["-o", "all.h5"]].concat());
    let all = TrainingFile::read(&desk.path("all.h5")).unwrap();
    assert_eq!(all.runs.len(), file.runs.len());
    for (one, other) in all.runs.iter().zip(&file.runs) {
        assert!(one.is_same(other) && one.table("weights/w_rec") == other.table("weights/w_rec"), "{}", one.label());
    }
    desk.done(&["plot", "sweep.h5", "-o", "sweep.svg"]);

    desk.done(&["trials", "simulate", FIELD, "--set", "training.batch=2", "-o", "s.h5"]);
    assert_eq!(desk.done(&["trials", "diffuse", "s.h5", "--set", "carrier.step_ms=25", "-q", "-o", "d.h5"]), "");
    let shown =
        desk.done(&["trials", "learn", "d.h5", "--rules", "modprop_type+field,modprop_type,eprop,bptt", "-o", "w.h5"]);
    assert!(shown.contains("cosine with bptt") && shown.contains("1.0000, 1.0000"), "{shown}");
    desk.done(&["trials", "simulate", TASK, "-o", "x.h5"]);
    let cases: [(&[&str], i32, &[&str]); 9] = [
        (
            &["trials", "learn", "s.h5", "--rules", "modprop_type+field", "-o", "v.h5"],
            3,
            &["modprop_type+field", "diffuse"],
        ),
        (&["trials", "diffuse", "x.h5", "-o", "y.h5"], 3, &["x.h5", "`carrier`"]),
        (&["trials", "diffuse", "s.h5", "--seed", "2", "-o", "y.h5"], 2, &["--seed"]),
        (&["trials", "learn", "s.h5", "-o", "y.h5"], 2, &["--rules"]),
        (&["trials", "diffuse", "s.h5", "--set", "cells.count=3", "-o", "y.h5"], 3, &["cells.count", "carrier"]),
        (&["diffuse", "s.h5", "-o", "y.h5"], 3, &["s.h5", "neuropil trials diffuse"]),
        (&["learn", "s.h5", "-o", "y.h5"], 3, &["s.h5", "neuropil trials learn"]),
        (&["trials", "simulate", FIELD, "-o", "s.h5"], 4, &["s.h5", "--force"]),
        (
            &["compare", FIELD, "--rules", "eprop", "--sweep", "carrier", "-o", "y.h5"],
            3,
            &["--sweep carrier", "path=value"],
        ),
    ];
    for (arguments, code, words) in cases {
        let run = desk.run(arguments);
        assert!(run.code == code && words.iter().all(|word| run.err.contains(word)), "{arguments:?}: {}", run.err);
    }
}

/// Data that a task reads are no output, also where files may be replaced.
#[test]
fn data_of_a_task_are_kept() {
    let desk = desk();
    std::fs::copy(root().join("tests/data/mnist/train-images-idx3-ubyte.gz"), desk.path("images.gz")).unwrap();
    let before = std::fs::read(desk.path("images.gz")).unwrap();
    let (task, images) = (root().join("models/tasks/mnist_rows.json"), desk.path("images.gz"));
    let images = format!("task.images={}", images.display());
    let asked = ["train", task.to_str().unwrap(), "--rule", "eprop", "--set", &images, "-o", "images.gz", "--force"];
    let refused = desk.run(&asked);
    assert!(refused.code == 4 && refused.err.contains("is an input"), "{} {}", refused.code, refused.err);
    assert!(std::fs::read(desk.path("images.gz")).unwrap() == before);
}

/// What cannot be trained is told: no such rule, another task, a faulty file, training that diverges.
#[test]
fn what_cannot_be_trained_is_told() {
    let desk = desk();
    let cases: [(&[&str], i32, &[&str]); 6] = [
        (&["train", TASK, "--rule", "backprop"], 3, &["no rule `backprop`", "bptt"]),
        (&["compare", TASK, "--rules", "bptt,modprop_tpye", "-o", "x.h5"], 3, &["did you mean `modprop_type`?"]),
        (&["train", "small.json", "--rule", "bptt"], 3, &["small.json", "`format` is missing"]),
        (&["train", TASK, "--rule", "rflo_random"], 3, &["rflo_random", TASK]),
        (&["train", TASK, "--rule", "bptt", "--set", "training.batch=0"], 3, &["training.batch", "between 1"]),
        (&["train", "none.json", "--rule", "bptt"], 3, &["none.json"]),
    ];
    for (arguments, code, words) in cases {
        let done = desk.run(arguments);
        assert!(done.code == code && words.iter().all(|word| done.err.contains(word)), "{arguments:?}: {}", done.err);
    }
    desk.done(&with_short(&["train", TASK, "--rule", "eprop", "-o", "run.h5"]));
    let other = desk.run(&["compare", TASK, "--rules", "eprop", "--set", "training.updates=3", "-o", "run.h5"]);
    assert!(
        other.code == 3 && other.err.contains("another task") && other.err.contains("\"updates\": 3"),
        "{}",
        other.err
    );
    let pattern = root().join("models/tasks/pattern_generation.json");
    let pattern = pattern.to_str().unwrap();
    let arguments = ["train", pattern, "--rule", "eprop", "--set", "training.learning_rate=1e200", "-o", "far.h5"];
    let far = desk.run(&arguments);
    assert!(far.code == 5 && far.err.contains("diverged at update"), "{}", far.err);
    let kept = TrainingFile::read(&desk.path("far.h5")).unwrap();
    assert_eq!(kept.runs[0].table("evaluations/update").unwrap().values, [0.0]);
}

/// `bench` measures updates of a task by name or file, in parts that make the whole; what it exports for other programs has
/// the loss that training begins with, the shapes of the task and a gradient. Would catch an update that is not that of
/// training, and an export of other trials.
#[test]
fn an_update_is_measured_and_exported() {
    let desk = desk();
    let small = ["bench", TASK, "--rule", "eprop", "--set", "training.batch=3"];
    let json: Value =
        serde_json::from_str(&desk.done(&[&small[..], &["--updates", "1", "--threads", "1"]].concat())).unwrap();
    let seconds = |part: &str| json["seconds_per_update"][part].as_f64().unwrap();
    let sum: f64 = ["drawing", "running", "gradient", "update"].into_iter().map(seconds).sum();
    assert!((sum / seconds("all") - 1.0).abs() < 1e-9 && json["trials"] == 3 && json["cells"] == 60, "{json}");
    let exported: Value = serde_json::from_str(&desk.done(&[&small[..], &["--export", "update.h5"]].concat())).unwrap();
    assert_eq!(exported["task_loss"], json["first_loss"]);
    let arrays = Arrays::open(desk.path("update.h5")).unwrap();
    assert_eq!(arrays.f64("inputs/x").unwrap().0[0], 3);
    assert_eq!(arrays.f64("params/W_rec").unwrap().0, [60, 60]);
    assert!(arrays.f64("grads/eprop/dW_rec").unwrap().1.iter().any(|value| *value != 0.0));
    let refused = desk.run(&[&small[..], &["--export", "update.h5"]].concat());
    assert_eq!(refused.code, 4, "{}", refused.err);
    assert!(desk.done(&["bench", "--list"]).contains("mdgl_evidence"));
}
