//! Training as a user does it: task files, rules, seeds, pauses.

use neuropil_model::Document;
use neuropil_plasticity::rule::rule;
use neuropil_record::{Table, TrainingFile};
use neuropil_train::compare::{has_run, is_done, merge, put, same_task};
use neuropil_train::{Setup, TrainError, Trainer, curves};
use std::path::{Path, PathBuf};

mod cascade;
mod controls;
mod faults;
mod given;
mod identify;
mod kept;
mod over_ranks;
mod similar;
mod steps;
mod written;

fn document(name: &str, changes: &[&str]) -> Document {
    let path = tasks().join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut document = Document::parse(name, text).unwrap();
    changes.iter().for_each(|change| document.set(change).unwrap());
    document
}

fn tasks() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/tasks")
}

fn setup(name: &str, changes: &[&str]) -> Setup {
    Setup::decode(&document(name, changes), &tasks()).unwrap()
}

fn trainer<'s>(setup: &'s Setup, name: &str, seed: u64) -> Trainer<'s> {
    Trainer::new(setup, rule(name).unwrap(), seed).unwrap()
}

fn finished(mut trainer: Trainer) -> Trainer {
    while !trainer.advance().unwrap().done {}
    trainer
}

const SHORT: &[&str] = &["training.updates=4", "training.batch=40", "training.evaluate_every=2"];

/// All shipped tasks are sound and begin; two updates of each with the rule of all types.
#[test]
fn shipped_tasks_learn() {
    for entry in std::fs::read_dir(tasks()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let mut setup = setup(&name, &["training.updates=2", "training.batch=2", "training.validation_trials=0"]);
        setup.settings.training.stop_at_accuracy = None;
        let trainer = finished(trainer(&setup, "modprop_type", 1));
        let last = trainer.evaluations().last().unwrap();
        assert!(last.update == 2 && last.loss.is_finite() && last.rate > 0.0, "{name}: {last:?}");
    }
}

/// Three groups on one thread or three: the same bits of all weights and evaluations.
#[test]
fn threads_do_not_change_a_bit() {
    for name in ["mini_evidence.json", "small_delayed_xor.json"] {
        let setup = setup(name, SHORT);
        let of = |threads| finished(trainer(&setup, "modprop_type", 2).with_threads(threads)).record();
        let (one, three) = (of(1), of(3));
        assert!(one.tables.iter().any(|table| table.object == "weights/w_rec"));
        for (one, three) in one.tables.iter().zip(&three.tables) {
            let bits = |table: &Table| table.values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(one), bits(three), "{name}: {}", one.object);
        }
    }
}

/// A run that is written, read and gone on with after every update ends with the bits of a run without pause.
#[test]
fn a_pause_does_not_change_a_bit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let methods = [
        ("mini_evidence.json", "adam"),
        ("mini_evidence.json", "adam_pytorch"),
        ("small_delayed_xor.json", "gradient_descent"),
    ];
    for (name, method) in methods {
        let method = format!("training.optimiser={method}");
        let setup = setup(name, &[SHORT, &[method.as_str()]].concat());
        let whole = finished(trainer(&setup, "modprop_type", 3).with_alignment(true)).record();
        let mut record = trainer(&setup, "modprop_type", 3).record();
        while !is_done(&record) {
            let file = TrainingFile { task: setup.json.clone(), runs: vec![record], ..TrainingFile::default() };
            file.save(&path).unwrap();
            let saved = TrainingFile::read(&path).unwrap();
            same_task(&saved, "run.h5", &setup).unwrap();
            let mut next = trainer(&setup, "modprop_type", 3).with_alignment(true).resume(&saved.runs[0]).unwrap();
            next.advance().unwrap();
            record = next.record();
        }
        for (whole, paused) in whole.tables.iter().zip(&record.tables) {
            let bits = |table: &Table| table.values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(whole), bits(paused), "{name}: {}", whole.object);
        }
    }
}

/// The first update of Adam is η g/(|g| + ε), with ε = 1e-8 as in PyTorch, or 1e-8/√(1 − β₂) as in TensorFlow: what one makes of
/// a gradient gives the gradient, and so what the other makes. Would catch a word that another form of Adam follows.
#[test]
fn both_forms_of_adam_are_what_their_words_say() {
    let (rate, inside, outside) = (0.005, 1e-8, 1e-8 / 0.001_f64.sqrt());
    let change = |method: &str| {
        let method = format!("training.optimiser={method}");
        let at_rate = format!("training.learning_rate={rate}");
        // Signs are no matter here, and errors are so small that ε is not.
        let changes = [
            method.as_str(),
            at_rate.as_str(),
            "training.signs=free",
            "loss.rate_strength=1e-7",
            "loss.rate_target_hz=20",
        ];
        let setup = setup("mini_evidence.json", &changes);
        let mut trainer = trainer(&setup, "eprop", 1);
        let before = trainer.learner().w_rec.values().to_vec();
        trainer.advance().unwrap();
        before.iter().zip(trainer.learner().w_rec.values()).map(|(old, new)| (old - new) / rate).collect::<Vec<f64>>()
    };
    let (tensorflow, pytorch) = (change("adam"), change("adam_pytorch"));
    let mut seen = 0;
    for (tensorflow, pytorch) in
        tensorflow.into_iter().zip(pytorch).filter(|(own, _)| (0.001..0.9).contains(&own.abs()))
    {
        let gradient = outside * tensorflow / (1.0 - tensorflow.abs());
        let expected = gradient / (gradient.abs() + inside);
        assert!((pytorch - expected).abs() < 1e-8, "{tensorflow}: {pytorch} in place of {expected}");
        seen += 1;
    }
    assert!(seen > 10, "{seen} synapses with small gradients");
}

/// Real digits, row by row: known ones are learned, and others are answered better than by chance.
#[test]
fn digits_are_learned() {
    let changes = ["training.updates=60", "training.evaluate_every=60", "training.learning_rate=0.005"];
    let setup = setup("mnist_rows.json", &changes);
    let trainer = finished(trainer(&setup, "bptt", 1).with_threads(2));
    let last = trainer.evaluations().last().unwrap();
    assert!(last.validation[1] > 0.3, "{last:?}");
}

/// All rules of a seed begin with the same weights and see the same trials; another seed does not.
#[test]
fn rules_begin_alike() {
    let setup = setup("mini_evidence.json", &["training.updates=1", "training.evaluate_every=1"]);
    let first = |name: &str, seed| {
        let mut trainer = trainer(&setup, name, seed);
        let learner = trainer.learner().clone();
        let loss = trainer.advance().unwrap().evaluation.unwrap().loss;
        (learner, loss)
    };
    let (learner, loss) = first("bptt", 1);
    for name in ["modprop_cell", "modprop_type", "mdgl_type_connected", "eprop", "eprop_random"] {
        assert_eq!(first(name, 1), (learner.clone(), loss), "{name}");
    }
    let other = first("bptt", 2);
    assert!(other.0.w_in != learner.w_in && other.0.w_rec != learner.w_rec && other.1 != loss);
}

/// What the task says of its network: signs, connectivity, balance, radius, which cells are read. Each from its formula.
#[test]
fn initial_weights_are_those_of_the_task() {
    let setup = setup("mini_evidence.json", &[]);
    let learner = trainer(&setup, "bptt", 5).learner().clone();
    let mut present = 0.0;
    for post in 0..50 {
        let row = learner.w_rec.row(post);
        assert_eq!(row[post], 0.0);
        assert!(row[..10].iter().all(|weight| *weight <= 0.0) && row[10..].iter().all(|weight| *weight >= 0.0));
        present += row.iter().filter(|weight| **weight != 0.0).count() as f64;
        if row[..10].iter().any(|weight| *weight < 0.0) && row[10..].iter().any(|weight| *weight > 0.0) {
            assert!(row.iter().sum::<f64>().abs() < 1e-12);
        }
    }
    assert!((present - 0.2 * 2450.0).abs() < 4.0 * (2450.0f64 * 0.16).sqrt(), "{present} synapses");
    let radius = neuropil_plasticity::stability::radius(&learner.w_rec.to_nalgebra());
    assert!((radius - 1.0).abs() < 1e-9, "spectral radius {radius}");
    let read = |k: usize| -> Vec<usize> { (0..50).filter(|cell| learner.readout.w_out[(k, *cell)] != 0.0).collect() };
    assert_eq!(read(0).len(), 10);
    assert_eq!(read(0), read(1));
    let square = learner.w_in.values().iter().map(|weight| weight * weight).sum::<f64>() / 400.0;
    assert!((square * 8.0 - 1.0).abs() < 0.35, "variance of input weights {square}, expected 1/8");
}

/// After updates weights keep their signs, and synapses that do not exist stay away.
#[test]
fn updates_keep_signs_and_synapses() {
    for name in ["mini_evidence.json", "small_delayed_xor.json"] {
        let setup = setup(name, &["training.updates=6", "training.learning_rate=0.2"]);
        let before = trainer(&setup, "bptt", 1).learner().clone();
        let after = finished(trainer(&setup, "bptt", 1)).learner().clone();
        assert!(before.w_rec != after.w_rec && before.w_in != after.w_in && before.readout != after.readout);
        let n = before.cells();
        for (post, pre) in (0..n).flat_map(|post| (0..n).map(move |pre| (post, pre))) {
            assert!(f64::from(before.sign[pre]) * after.w_rec[(post, pre)] >= 0.0);
            assert!(before.exists(post, pre) || after.w_rec[(post, pre)] == 0.0);
        }
        for (before, after) in before.w_in.values().iter().zip(after.w_in.values()) {
            assert!(*before != 0.0 || *after == 0.0);
        }
        for (before, after) in before.readout.w_out.values().iter().zip(after.readout.w_out.values()) {
            assert!(*before != 0.0 || *after == 0.0);
        }
    }
}

/// b of the readout begins as 0, and is learned where the task says so.
#[test]
fn a_bias_is_learned_where_there_is_one() {
    for (bias, learned) in [("readout.bias=false", false), ("readout.bias=true", true)] {
        let setup = setup("pattern_generation.json", &["training.updates=2", bias]);
        let trainer = finished(trainer(&setup, "eprop_random", 1));
        assert_eq!(trainer.learner().readout.b[0] != 0.0, learned);
    }
}

/// A run that leaves the range of numbers says when, and keeps what it was.
#[test]
fn divergence_is_told_and_nothing_lost() {
    let setup = setup("pattern_generation.json", &["training.learning_rate=1e200", "training.evaluate_every=1"]);
    let mut trainer = trainer(&setup, "bptt", 1);
    let fault = loop {
        match trainer.advance() {
            Ok(progress) => assert!(progress.updates < 10),
            Err(fault) => break fault,
        }
    };
    assert!(matches!(fault, TrainError::Diverged { update: 1.., .. }), "{fault}");
    let message = fault.to_string();
    assert!(message.contains("bptt, seed 1: training diverged at update"), "{message}");
    assert!(!trainer.record().table("evaluations/loss").unwrap().values.is_empty());
}

/// Files of one task join, the longer run of two wins; files of two tasks do not, and the line that differs is named.
#[test]
fn files_join() {
    let setup = setup("small_delayed_xor.json", SHORT);
    let file = |runs| TrainingFile { task: setup.json.clone(), runs, ..TrainingFile::default() };
    let mut short = trainer(&setup, "eprop", 1);
    short.advance().unwrap();
    let long = finished(trainer(&setup, "eprop", 1));
    let (short, long) = (short.record(), long.record());
    let other = finished(trainer(&setup, "bptt", 1)).record();
    let merged = |a, b| merge(vec![("a".into(), file(vec![a])), ("b".into(), file(vec![b]))]).unwrap().runs;
    for (a, b) in [(&short, &long), (&long, &short)] {
        let runs = merged(a.clone(), b.clone());
        assert!(runs.len() == 1 && runs[0].table("weights/w_in") == long.table("weights/w_in"));
    }
    let mut both = file(merged(long.clone(), other));
    assert_eq!(both.runs.len(), 2);
    put(&mut both, short);
    assert_eq!(both.runs.len(), 2);
    let rows = curves::table(&both, &["eprop".into(), "bptt".into()]);
    assert_eq!((rows[0].runs, rows[1].runs), ([1, 0], [1, 1]));
    let eprop = rule("eprop").unwrap();
    assert!(has_run(&both, "both", (eprop, 1)).is_ok() && has_run(&file(vec![]), "none", (eprop, 3)).is_ok());
    let fault = has_run(&both, "both.h5", (eprop, 3)).unwrap_err().to_string();
    assert!(fault.contains("`both.h5` has no run of eprop, seed 3") && fault.contains("bptt, seed 1"), "{fault}");
    let foreign = TrainingFile { task: both.task.replace("0.001", "0.002"), ..file(vec![]) };
    let fault = merge(vec![("a".into(), file(vec![])), ("b".into(), foreign)]).unwrap_err().to_string();
    assert!(fault.contains("`b`") && fault.contains("\"learning_rate\": 0.002"), "{fault}");
}
