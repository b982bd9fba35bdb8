//! Tasks that ask for a class at each step, and not of a trial.

use super::{document, finished, setup, trainer};
use neuropil_engine::trial::Labels;
use neuropil_record::{Table, TaskDataFile, TrainingRun};
use neuropil_train::Setup;
use std::path::Path;

const TRIALS: usize = 24;
const STEPS: usize = 30;
const SHORT: [&str; 5] = [
    r#"task={"kind": "data", "file": "mine.h5"}"#,
    "training.updates=4",
    "training.batch=20",
    "training.evaluate_every=2",
    "training.validation_trials=0",
];

/// Trials of two inputs, with these labels, of which steps 10 to 19 count.
fn mine(folder: &Path, shape: &[usize], labels: Vec<f64>) -> Result<Setup, String> {
    let table = |object: &str, shape: &[usize], values| Table { object: object.into(), shape: shape.to_vec(), values };
    let x = (0..TRIALS * STEPS * 2).map(|place| (place as f64 * 0.37).sin()).collect();
    let weights = (0..STEPS).map(|step| if (10..20).contains(&step) { 0.1 } else { 0.0 }).collect();
    let tables = vec![
        table("inputs", &[TRIALS, STEPS, 2], x),
        table("labels", shape, labels),
        table("loss_weights", &[STEPS], weights),
    ];
    TaskDataFile { tables, lists: Vec::new() }.write(&folder.join("mine.h5"), true).unwrap();
    let mut own = document("small_delayed_xor.json", &SHORT);
    own.remove("loss.last_ms");
    Setup::decode(&own, folder).map_err(|faults| faults.to_string())
}

fn bits(run: &TrainingRun) -> Vec<(&str, Vec<u64>)> {
    let of = |table: &Table| table.values.iter().map(|value| value.to_bits()).collect();
    let own = run.tables.iter().filter(|table| table.object.starts_with("weights/"));
    own.map(|table| (table.object.as_str(), of(table))).collect()
}

/// The same class at all steps of a trial learns as the class of the trial, bit for bit. Would catch labels of another trial, or of another step.
#[test]
fn one_class_at_all_steps_is_that_of_the_trial() {
    let folder = tempfile::tempdir().unwrap();
    let class = |trial: usize| f64::from(u8::from(trial.is_multiple_of(3)));
    let of_trials = mine(folder.path(), &[TRIALS], (0..TRIALS).map(class).collect()).unwrap();
    let each = (0..TRIALS).flat_map(|trial| vec![class(trial); STEPS]).collect();
    let of_steps = mine(folder.path(), &[TRIALS, STEPS], each).unwrap();
    let [one, other] = [&of_trials, &of_steps].map(|setup| finished(trainer(setup, "bptt", 1)).record());
    assert!(bits(&one).len() > 2);
    assert_eq!(bits(&one), bits(&other));
}

/// The accuracy of steps against readouts and labels that are read one by one; steps that ask for nothing, or do not count, are none. The
/// labels are those of the file: a trial is known by its input.
#[test]
fn accuracy_is_the_share_of_steps() {
    let folder = tempfile::tempdir().unwrap();
    let label = |trial: usize, step: usize| [-1.0, 0.0, 1.0][(trial + step * step) % 3];
    let each: Vec<f64> = (0..TRIALS * STEPS).map(|place| label(place / STEPS, place % STEPS)).collect();
    let setup = mine(folder.path(), &[TRIALS, STEPS], each).unwrap();
    let mut trainer = trainer(&setup, "eprop", 1);
    let drawn = trainer.draw().unwrap();
    let Labels::Steps(labels) = &drawn.labels else { panic!("labels of steps") };
    let (mut right, mut all) = (0, 0);
    for (group, y) in drawn.outcome.readouts.iter().enumerate() {
        for own in 0..y.trials() {
            let first = drawn.outcome.tapes[group].x.step(0)[own];
            let trial = (0..TRIALS).find(|trial| ((trial * STEPS * 2) as f64 * 0.37).sin() == first).unwrap();
            for step in 0..STEPS {
                let expected = label(trial, step);
                let found = labels[(group * 16 + own) * STEPS + step];
                assert_eq!(found.map_or(-1.0, |found| found as f64), expected, "trial {trial}, step {step}");
                if (10..20).contains(&step) && expected >= 0.0 {
                    let says = f64::from(u8::from(y.row(step, 1)[own] > y.row(step, 0)[own]));
                    (right, all) = (right + usize::from(says == expected), all + 1);
                }
            }
        }
    }
    assert!(right > 0 && right < all && all > 100);
    trainer.advance().unwrap();
    let found = trainer.evaluations()[0].accuracy;
    assert!((found - right as f64 / all as f64).abs() < 1e-12, "{found}, {right} of {all}");
}

/// What is no label of a step is told with its place.
#[test]
fn labels_of_steps_that_do_not_fit_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let all = TRIALS * STEPS;
    let mut below = vec![1.0; all];
    below[31] = -2.0;
    for (shape, labels, told) in [
        (vec![TRIALS, STEPS], below, "-1 where nothing is asked"),
        (vec![TRIALS, STEPS], vec![-1.0; all], "at least one step that asks for a class"),
        (vec![TRIALS, STEPS + 1], vec![1.0; all + TRIALS], "labels"),
        (vec![TRIALS, STEPS], vec![0.5; all], "labels"),
    ] {
        let fault = mine(folder.path(), &shape, labels).err().unwrap();
        assert!(fault.contains(told), "{fault}");
    }
}

/// The shipped task: without learning about a quarter of the steps is right, and the loss is about ln 4. Would catch a loss that counts steps
/// which ask for nothing.
#[test]
fn copy_begins_at_chance() {
    let setup = setup("copy.json", &["training.updates=1", "training.validation_trials=0", "training.batch=64"]);
    let first = finished(trainer(&setup, "eprop", 1)).evaluations()[0].clone();
    assert!((first.accuracy - 0.25).abs() < 0.1 && (first.loss - 4.0_f64.ln()).abs() < 0.3, "{first:?}");
}
