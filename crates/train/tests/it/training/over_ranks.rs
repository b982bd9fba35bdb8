//! Training by several ranks: the bits of one process, whatever their number, and one fault for all.

use super::{document, setup, tasks, trainer};
use neuropil_engine::ranks::{Local, Rank};
use neuropil_record::{GradientFile, Table, TrainingRun};
use neuropil_train::{Setup, TrainError, Trainer};

/// Four groups of trials, of which the last is smaller; the two that are held out leave ranks without one.
const BRIEF: &[&str] =
    &["training.updates=3", "training.batch=56", "training.evaluate_every=2", "training.validation_trials=20"];

/// What each of some ranks makes of `work`.
fn over<T: Send>(ranks: usize, work: impl Fn(Rank) -> T + Sync) -> Vec<T> {
    std::thread::scope(|scope| {
        let spawn = |exchange: Local| {
            let work = &work;
            scope.spawn(move || work(Rank::new(Box::new(exchange))))
        };
        let all: Vec<_> = Local::ranks_of(ranks).into_iter().map(spawn).collect();
        all.into_iter().map(|own| own.join().unwrap()).collect()
    })
}

fn begun<'s>(setup: &'s Setup, name: &str, threads: usize) -> Trainer<'s> {
    Trainer::new(setup, setup.rule(name).unwrap(), 2).unwrap().with_threads(threads).with_alignment(true)
}

/// Goes on from `older`, if there is one, for so many updates at most.
fn learned(mut trainer: Trainer<'_>, older: Option<&TrainingRun>, updates: usize) -> Result<TrainingRun, TrainError> {
    if let Some(run) = older {
        trainer = trainer.resume(run)?;
    }
    for _ in 0..updates {
        if trainer.advance()?.done {
            break;
        }
    }
    Ok(trainer.record())
}

/// Names and bits of all that was recorded; wall times are not.
fn bits(run: &TrainingRun) -> Vec<(&str, Vec<u64>)> {
    let of = |table: &Table| table.values.iter().map(|value| value.to_bits()).collect();
    run.tables.iter().map(|table| (table.object.as_str(), of(table))).collect()
}

fn value(run: &TrainingRun, name: &str) -> f64 {
    run.tables.iter().find(|own| own.object == name).unwrap().values[0]
}

/// What differs between a run and the same by one process.
fn wrong<'r>(found: &'r TrainingRun, expected: &TrainingRun) -> Vec<&'r str> {
    assert_eq!(found.tables.len(), expected.tables.len());
    let pairs = bits(found).into_iter().zip(bits(expected));
    pairs.filter(|(own, other)| own != other).map(|(own, _)| own.0).collect()
}

/// All ranks of each (number of ranks, number of threads) come to the run of one process.
fn same_over(setup: &Setup, name: &str, cases: impl Iterator<Item = (usize, usize)>, older: Option<&TrainingRun>) {
    let whole = learned(begun(setup, name, 1), None, 9).unwrap();
    assert_eq!(value(&whole, "state/updates"), 3.0, "{name}");
    for (ranks, threads) in cases {
        let of = |rank| learned(begun(setup, name, threads).with_rank(Some(rank)), older, 9).unwrap();
        for (rank, found) in over(ranks, of).iter().enumerate() {
            let wrong = wrong(found, &whole);
            assert!(wrong.is_empty(), "{name}, rank {rank} of {ranks}, {threads} threads: {wrong:?}");
        }
    }
}

/// A rule with credit by cell type and one that reads the losses of trials, over several updates with evaluations: every dataset. Would catch sums
/// in the order of ranks, groups that nobody or two have run, and evaluations of a part of the trials.
#[test]
fn neither_ranks_nor_threads_change_a_bit() {
    let pairs = r#"training.perturbation={"size": 1e-2, "pairs": 2}"#;
    let cases = || (1..=4).flat_map(|ranks| [(ranks, 1), (ranks, 2)]);
    same_over(&setup("mini_evidence.json", BRIEF), "modprop_type", cases(), None);
    same_over(&setup("small_delayed_xor.json", &[BRIEF, &[pairs]].concat()), "node_perturbation", cases(), None);
}

/// The other ways to a gradient: the exact one; weights that are moved; signs that are drawn by the number of a trial; credit that a field carries; and
/// cells of a file, whose intermediate means all ranks add. Would catch trials that are numbered from a rank's first on, and means of a part of them.
#[test]
fn every_kind_of_gradient_is_that_of_one_process() {
    let pairs = r#"training.perturbation={"size": 1e-2, "pairs": 2}"#;
    let by_trial = r#"loss={"last_ms": 50, "rate_strength": 0.5, "rate_over": "trial"}"#;
    for (task, name, more) in [
        ("small_delayed_xor.json", "bptt", &[][..]),
        ("mini_evidence.json", "weight_perturbation", &[pairs]),
        ("mini_evidence.json", "uoro", &["cells.count=20", "cells.inhibitory=4", "task.cues=1"]),
        ("mini_evidence.json", "modprop_type", &["carrier.kind=field", by_trial]),
        ("copy.json", "modprop_type", &["cells.count=20"]),
        ("adex_evidence.json", "modprop_type", &["cells.count=6", "task.cues=1", "task.delay_ms=50"]),
    ] {
        same_over(&setup(task, &[BRIEF, more].concat()), name, [(3, 1), (4, 2)].into_iter(), None);
    }
}

/// A run goes on with another number of ranks, and ends as one without a pause.
#[test]
fn a_run_goes_on_with_other_numbers_of_ranks() {
    let setup = setup("mini_evidence.json", BRIEF);
    let name = "modprop_type";
    let half = learned(begun(&setup, name, 2), None, 1).unwrap();
    assert_eq!(value(&half, "state/updates"), 1.0);
    same_over(&setup, name, [(4, 1), (2, 2)].into_iter(), Some(&half));
    let of_four = over(4, |rank| learned(begun(&setup, name, 1).with_rank(Some(rank)), None, 1).unwrap());
    assert!(wrong(&of_four[0], &half).is_empty());
    same_over(&setup, name, [(1, 1), (3, 1)].into_iter(), Some(&of_four[0]));
}

/// What a task records of trials is that of the first rank, and all of it, also where there are more ranks than groups.
#[test]
fn the_first_rank_keeps_what_is_recorded_of_trials() {
    let kept = [r#"record={"trial_every": 2, "cells": [0, 1], "synapses": [[0, 1]]}"#, "training.batch=20"];
    let setup = setup("mini_evidence.json", &[BRIEF, &kept].concat());
    let whole = learned(begun(&setup, "modprop_type", 1), None, 9).unwrap();
    assert!(whole.tables.iter().any(|own| own.object.starts_with("trials/update_2/")));
    let all = over(3, |rank| learned(begun(&setup, "modprop_type", 1).with_rank(Some(rank)), None, 9).unwrap());
    assert!(wrong(&all[0], &whole).is_empty());
}

/// A trial that only the second of three ranks runs, whose input leaves the range of numbers, ends all of them by the words of one process; so do weights with which no trial
/// is finite. Would catch ranks that go on without the one that has ended, and a trial that is counted from a rank's first on.
#[test]
fn a_fault_of_one_rank_is_that_of_all() {
    let folder = tempfile::tempdir().unwrap();
    let (trials, steps) = (64, 20);
    let mut x = vec![0.0; trials * steps];
    let held_out = |trial: usize| trial >= 16;
    // The twenty-first of those that are held out.
    x[(16 + 20) * steps..][..steps].fill(f64::MAX);
    let table = |object: &str, shape: &[usize], values| Table { object: object.into(), shape: shape.to_vec(), values };
    let of = |value: &dyn Fn(usize) -> bool| (0..trials).map(|trial| f64::from(u8::from(value(trial)))).collect();
    let tables = vec![
        table("inputs", &[trials, steps, 1], x),
        table("labels", &[trials], of(&|trial| trial % 2 == 1)),
        table("split", &[trials], of(&held_out)),
    ];
    let file = GradientFile { tables, numbers: vec![], command: String::new() };
    file.write(&folder.path().join("mine.h5"), true).unwrap();
    let mine = r#"task={"kind": "data", "file": "mine.h5"}"#;
    let changes = [mine, "training.updates=3", "training.batch=48", "training.validation_trials=48"];
    let setup = Setup::decode(&document("small_delayed_xor.json", &changes), folder.path()).unwrap();
    let fault = |rank: Option<Rank>| {
        let begun = trainer(&setup, "modprop_type", 2).with_rank(rank);
        learned(begun, None, 9).unwrap_err().to_string()
    };
    let one = fault(None);
    assert!(one.contains("training diverged at update 0") && one.contains("trial 20"), "{one}");
    assert_eq!(over(3, |rank| fault(Some(rank))), vec![one; 3]);

    let setup = Setup::decode(&document("small_delayed_xor.json", BRIEF), &tasks()).unwrap();
    let mut record = trainer(&setup, "modprop_type", 2).record();
    let weights = record.tables.iter_mut().find(|own| own.object == "weights/w_in").unwrap();
    weights.values.iter_mut().for_each(|own| *own = 1e308);
    let wild = |rank: Option<Rank>| {
        let begun = trainer(&setup, "modprop_type", 2).with_rank(rank);
        learned(begun, Some(&record), 9).unwrap_err().to_string()
    };
    let one = wild(None);
    assert!(one.contains("training diverged at update 0"), "{one}");
    assert_eq!(over(3, |rank| wild(Some(rank))), vec![one; 3]);
}
