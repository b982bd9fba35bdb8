//! Task files and data that are refused, and own data that are not.

use super::{document, finished, trainer};
use neuropil_record::{GradientFile, Table};
use neuropil_train::{Setup, TrainError};
use std::path::Path;

/// Every fault is found at once, by name.
#[test]
fn bad_task_files_are_told() {
    let faults = |name: &str, changes: &[&str]| match Setup::decode(&document(name, changes), Path::new("")) {
        Err(fault) => fault.to_string(),
        Ok(_) => panic!("{changes:?} was taken"),
    };
    let cases: [(&str, &str, &[&str]); 39] = [
        ("mini_evidence.json", "task.kind=evidence", &["task.kind", "delayed_xor"]),
        ("mini_evidence.json", "task.cues=4", &["task.cues", "found 4", "odd"]),
        ("mini_evidence.json", "task.cue_ms=70.5", &["task.cue_ms"]),
        ("mini_evidence.json", "task.cue_rate_hz=2000", &["task.cue_rate_hz", "one spike a step"]),
        ("mini_evidence.json", "task.cue_ms=1e30", &["task.cue_ms"]),
        ("mini_evidence.json", "cells.count=0", &["cells.count", "between 1"]),
        ("mini_evidence.json", "cells.inhibitory=51", &["cells.inhibitory", "of 50 cells"]),
        ("mini_evidence.json", "cells.inhibitory=0", &["recurrent_weights.kind", "normal"]),
        ("mini_evidence.json", "cells.tau_m=20", &["cells.tau_m", "tau_m_ms"]),
        (
            "mini_evidence.json",
            "cells.adaptive_last=3",
            &["cells.adaptive_last", "beside `adaptive`", "one of the two"],
        ),
        ("mini_evidence.json", "readout_weights.probability=0.5", &["readout_weights.cells", "beside `probability`"]),
        (
            "mini_evidence.json",
            "recurrent_weights.local_sigma=0.01",
            &["recurrent_weights.local_sigma", "beside `probability`", "one of the two"],
        ),
        ("mini_evidence.json", "input_weights.inhibitory=3", &["input_weights.kind", "without signs", "`balanced`"]),
        ("evidence_mdgl.json", "input_weights.inhibitory=40", &["input_weights.inhibitory", "found 40, of 40 inputs"]),
        ("small_delayed_xor.json", "input_weights.thinned=true", &["input_weights.thinned", "unknown field"]),
        ("mini_evidence.json", "training.lags=0", &["training.lags", "found 0", "between 1"]),
        ("mini_evidence.json", "training.lags=551", &["training.lags", "found 551", "between 1 and 550"]),
        ("mini_evidence.json", "training.shrink=0.1", &["training.shrink", "no effect", "`clamp`", "`shrink`"]),
        ("evidence_mdgl.json", "training.signs=free", &["training.rewire", "no effect", "`free`", "`rewire`"]),
        (
            "mini_evidence.json",
            "recurrent_weights.local_edges=adjoin",
            &["recurrent_weights.local_edges", "no effect without `local_sigma`"],
        ),
        ("mini_evidence.json", "delay_ms=0.5", &["delay_ms", "found 0.5", "at least one step"]),
        ("mini_evidence.json", "training.updates=0", &["training.updates", "between 1"]),
        ("mini_evidence.json", "training.rate=0.1", &["training.rate", "unknown field"]),
        ("mini_evidence.json", "loss.last_ms=5000", &["loss.last_ms", "550"]),
        ("small_delayed_xor.json", "training.mu.kind=fixed", &["training.mu.kind", "constant"]),
        ("small_delayed_xor.json", "format=other", &["format", "neuropil-task/1"]),
        ("evidence_mdgl.json", "training.rewire.candidates=some", &["training.rewire.candidates", "initial"]),
        ("mini_evidence.json", "training.signs=rewire", &["training", "rewire"]),
        ("mini_evidence.json", "record={\"cells\": [50]}", &["record", "cell 50, of 50 cells"]),
        ("mini_evidence.json", "record={\"synapses\": [[1, 2, 3]]}", &["record.synapses.0", "[post, pre]"]),
        ("store_recall.json", "task.symbols=1", &["task.symbols", "found 1"]),
        ("store_recall.json", "task.command_probability=0", &["task.command_probability", "0.01"]),
        ("delayed_match.json", "task.inputs_per_group=0", &["task.inputs_per_group", "found 0"]),
        ("mnist_rows.json", "task.images=none.gz", &["task.images", "none.gz"]),
        ("mnist_rows.json", "task.reading=columns", &["task.reading", "rows"]),
        ("mnist_pixels_spiking.json", "task.thresholds=1", &["task.thresholds", "between 2"]),
        ("mnist_rows.json", "task.steps_each=16777216", &["task", "469762048 steps", "at most 16777216"]),
        ("mini_evidence.json", "training.batch=16777216", &["training.batch", "16777216 trials", "at most 4294967296"]),
        ("mini_evidence.json", "training.validation_trials=16777216", &["training.validation_trials", "at most"]),
    ];
    for (name, change, words) in cases {
        let message = faults(name, &[change]);
        assert!(words.iter().all(|word| message.contains(word)), "{change}: {message}");
    }
    let both = faults("mini_evidence.json", &["training.updates=0", "task.cues=4"]);
    assert!(both.contains("2 faults"), "{both}");
}

fn data(folder: &Path, changes: impl Fn(&mut Vec<Table>)) {
    let (trials, steps, inputs) = (48, 30, 3);
    let label = |trial: usize| trial % 2;
    let mut x = vec![0.0; trials * steps * inputs];
    for trial in 0..trials {
        for step in 5..15 {
            x[(trial * steps + step) * inputs + label(trial)] = 1.0 + 0.01 * trial as f64;
        }
    }
    let table = |object: &str, shape: &[usize], values: Vec<f64>| Table {
        object: object.into(),
        shape: shape.to_vec(),
        values,
    };
    let mut tables = vec![
        table("inputs", &[trials, steps, inputs], x),
        table("labels", &[trials], (0..trials).map(|trial| label(trial) as f64).collect()),
        table("split", &[trials], (0..trials).map(|trial| f64::from(u8::from(trial >= 32))).collect()),
    ];
    changes(&mut tables);
    let file = GradientFile { tables, numbers: vec![], command: String::new() };
    file.write(&folder.join("mine.h5"), true).unwrap();
}

fn of_user(folder: &Path) -> Result<Setup, TrainError> {
    let changes = [
        "task={\"kind\": \"data\", \"file\": \"mine.h5\"}",
        "training.updates=60",
        "training.validation_trials=16",
        "training.learning_rate=0.01",
    ];
    Setup::decode(&document("small_delayed_xor.json", &changes), folder)
}

/// More trials than the data hold out, or any where they hold none, were cut without a word; so was `loss.last_ms` beside weights.
#[test]
fn own_data_have_what_is_asked_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let task = "task={\"kind\": \"data\", \"file\": \"mine.h5\"}";
    let told = |change: &str| match Setup::decode(&document("small_delayed_xor.json", &[task, change]), folder.path()) {
        Ok(_) => panic!("{change} was taken"),
        Err(fault) => fault.to_string(),
    };
    data(folder.path(), |_| ());
    let more = told("training.validation_trials=17");
    assert!(more.contains("training.validation_trials") && more.contains("found 17, of 16 trials"), "{more}");
    data(folder.path(), |tables| drop(tables.remove(2)));
    let none = told("training.validation_trials=1");
    assert!(none.contains("training.validation_trials") && none.contains("holds no trials out"), "{none}");
    data(folder.path(), |tables| {
        tables.push(Table { object: "loss_weights".into(), shape: vec![30], values: vec![1.0; 30] });
    });
    let twice = told("training.validation_trials=0");
    assert!(twice.contains("loss.last_ms: has no effect"), "{twice}");
}

/// Own data in HDF5 are learned and judged on the trials held out; what is wrong with them is told by name.
#[test]
fn own_data_are_learned() {
    let folder = tempfile::tempdir().unwrap();
    data(folder.path(), |_| ());
    let setup = of_user(folder.path()).unwrap();
    let learned = finished(trainer(&setup, "eprop", 1));
    let last = learned.evaluations().last().unwrap();
    assert!(last.accuracy == 1.0 && last.validation[1] == 1.0, "{last:?}");
    type Change = fn(&mut Vec<Table>);
    fn weights(values: Vec<f64>) -> Table {
        Table { object: "loss_weights".into(), shape: vec![values.len()], values }
    }
    fn targets(first: f64, outputs: usize) -> Table {
        let mut values = vec![0.5; 48 * 30 * outputs];
        values[(2 * 30 + 4) * outputs] = first;
        Table { object: "targets".into(), shape: vec![48, 30, outputs], values }
    }
    // Groups of a file are its owner's.
    data(folder.path(), |tables| {
        tables[1] = targets(0.0, 2);
        tables.push(Table { object: "session/spilt".into(), shape: vec![1], values: vec![1.0] });
    });
    assert!(finished(trainer(&of_user(folder.path()).unwrap(), "eprop", 1)).evaluations()[0].accuracy.is_nan());
    let cases: [(Change, &[&str]); 13] = [
        (|tables| tables[1] = targets(f64::NAN, 1), &["targets[2, 4, 0]", "NaN", "finite"]),
        (|tables| tables[1].shape = vec![24, 2], &["labels", "[24, 2]", "trials = 48"]),
        (|tables| tables.push(weights(vec![0.1; 29])), &["loss_weights", "[29]", "steps = 30"]),
        (|tables| tables.push(weights(vec![0.0; 30])), &["loss_weights", "0 at all steps", "one step that counts"]),
        (|tables| tables.push(weights([vec![1.0; 29], vec![-1.0]].concat())), &["loss_weights", "-1 at step 29"]),
        (|tables| tables[2].object = "spilt".into(), &["spilt", "not read", "loss_weights; did you mean `split`?"]),
        (|tables| tables.push(targets(0.0, 2)), &["labels", "beside targets", "not both"]),
        (|tables| tables[1].object = "answers".into(), &["answers", "inputs, labels, targets, split, loss_weights"]),
        (|tables| tables[0].values[7] = f64::NAN, &["inputs[0, 2, 1]", "NaN", "finite"]),
        (|tables| tables[1].values[3] = -1.0, &["labels", "-1"]),
        (|tables| tables[2].values.fill(1.0), &["split", "at least one trial to learn from"]),
        (|tables| drop(tables.remove(1)), &["targets", "missing"]),
        (|tables| tables[0].shape = vec![48 * 30, 3], &["inputs", "[trial, step, input]"]),
    ];
    for (change, words) in cases {
        data(folder.path(), change);
        let Err(fault) = of_user(folder.path()) else { panic!("{words:?} was taken") };
        let message = fault.to_string();
        assert!(message.contains("task.file") && words.iter().all(|word| message.contains(word)), "{message}");
    }
}
