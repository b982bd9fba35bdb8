//! Weights, masks, signs, types and constants that are given instead of drawn.

use super::{document, finished, setup, tasks, trainer};
use neuropil_model::Document;
use neuropil_plasticity::{Learner, Matrix};
use neuropil_record::{Table, TaskDataFile, TrainingRun};
use neuropil_train::{Setup, TrainError};
use std::path::Path;

const SHORT: [&str; 4] =
    ["training.updates=6", "training.batch=8", "training.evaluate_every=2", "training.validation_trials=0"];

/// The rows of a matrix as JSON.
fn rows(matrix: &Matrix) -> String {
    let row = |row: usize| format!("[{}]", listed(matrix.row(row)));
    format!("[{}]", (0..matrix.rows()).map(row).collect::<Vec<_>>().join(", "))
}

fn listed(values: &[f64]) -> String {
    values.iter().map(f64::to_string).collect::<Vec<_>>().join(", ")
}

/// The task with all that was drawn, given back.
fn given_back(name: &str, learner: &Learner) -> Document {
    let mut own = document(name, &SHORT);
    let mask = learner.mask.as_ref().unwrap();
    let values =
        |matrix: &Matrix, mask: &str| format!(r#"{{"kind": "given", "values": {}, "mask": {mask}}}"#, rows(matrix));
    own.set(&format!("input_weights={}", values(&learner.w_in, "\"nonzero\""))).unwrap();
    own.set(&format!("recurrent_weights={}", values(&learner.w_rec, &rows(mask)))).unwrap();
    own.set(&format!("readout_weights={}", values(&learner.readout.w_out, "\"nonzero\""))).unwrap();
    own.set(&format!("cells.types={:?}", learner.type_id)).unwrap();
    if learner.sign.iter().any(|sign| *sign != 0) {
        own.remove("cells.inhibitory");
        own.set(&format!("cells.signs={:?}", learner.sign)).unwrap();
    }
    own
}

/// Everything that a run leaves, bit by bit: some of it is no number.
fn run(setup: &Setup, rule: &str) -> Vec<(String, Vec<u64>)> {
    let run: TrainingRun = finished(trainer(setup, rule, 3)).record();
    let bits = |table: Table| (table.object, table.values.into_iter().map(f64::to_bits).collect());
    run.tables.into_iter().map(bits).collect()
}

/// Where two runs differ; nowhere, if they are the same.
fn apart(one: &[(String, Vec<u64>)], other: &[(String, Vec<u64>)]) -> Vec<String> {
    assert!(one.len() > 20 && one.len() == other.len());
    one.iter().zip(other).filter(|(one, other)| one != other).map(|(one, _)| one.0.clone()).collect()
}

const NOWHERE: [&str; 0] = [];

/// What was drawn, given back, learns the same, bit for bit: weights, evaluations, μ, moments. Half of the cells adapt, signs are
/// clamped or synapses rewired. Would catch a weight that is rounded, a mask that is forgotten by an optimiser, a sign that is
/// drawn where one is known, and types in another order.
#[test]
fn what_was_drawn_given_back_learns_the_same() {
    for name in ["mini_evidence.json", "evidence_mdgl.json", "small_delayed_xor.json"] {
        let drawn = setup(name, &SHORT);
        let back = given_back(name, trainer(&drawn, "modprop_type", 3).learner());
        let given = Setup::decode(&back, &tasks()).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        for rule in ["modprop_type", "bptt"] {
            assert_eq!(apart(&run(&drawn, rule), &run(&given, rule)), NOWHERE, "{name} {rule}");
        }
        let other = trainer(&drawn, "bptt", 4);
        let same = trainer(&given, "bptt", 4);
        assert!(
            other.learner().w_rec != given_start(&given) && same.learner().w_rec == given_start(&given),
            "no seed moves it"
        );
    }
}

fn given_start(setup: &Setup) -> Matrix {
    trainer(setup, "bptt", 3).learner().w_rec.clone()
}

/// Constants that are the same for all cells, given one by one, are the constants; others are heard by the cells they are of.
#[test]
fn constants_by_cell_are_heard() {
    let name = "mini_evidence.json";
    let one = run(&setup(name, &SHORT), "modprop_type");
    let by_cell = |field: &str, values: &[f64]| {
        let mut own = document(name, &SHORT);
        own.set(&format!("cells.{field}=[{}]", listed(values))).unwrap();
        Setup::decode(&own, &tasks()).unwrap()
    };
    for (field, value) in [("tau_m_ms", 20.0), ("v_th", 0.03), ("beta", 1.8)] {
        assert_eq!(apart(&run(&by_cell(field, &[value; 50]), "modprop_type"), &one), NOWHERE, "{field}");
    }
    // Of cells 0, 2, 4, ... β is heard, as `adaptive` is `even`.
    let beta: Vec<f64> = (0..50).map(|cell| if cell % 2 == 0 { 1.8 } else { 7.0 }).collect();
    assert_eq!(apart(&run(&by_cell("beta", &beta), "modprop_type"), &one), NOWHERE);
    let mut v_th = [0.03; 50];
    v_th[11] = 1e6;
    let silent = by_cell("v_th", &v_th);
    let drawn = trainer(&silent, "eprop", 3).draw().unwrap();
    let spikes = |cell: usize| -> f64 {
        let tapes = &drawn.outcome.tapes;
        tapes.iter().map(|tape| (0..tape.steps()).map(|t| tape.z.row(t, cell).iter().sum::<f64>()).sum::<f64>()).sum()
    };
    assert!(spikes(11) == 0.0 && (0..50).filter(|cell| spikes(*cell) > 0.0).count() > 30);
}

fn file(folder: &Path, name: &str, tables: Vec<Table>) -> String {
    let file = TaskDataFile { tables, lists: Vec::new() }.write(&folder.join(name), true).unwrap();
    file.to_string_lossy().into_owned()
}

fn table(object: &str, matrix: &Matrix) -> Table {
    Table { object: object.into(), shape: vec![matrix.rows(), matrix.columns()], values: matrix.values().to_vec() }
}

/// The same numbers in a file, or in the text, are the same task, which is kept by their digest: it is known again wherever they
/// lie, and other numbers are refused by name.
#[test]
fn a_task_is_known_by_its_numbers() {
    let name = "mini_evidence.json";
    let start = setup(name, &SHORT);
    let start = trainer(&start, "bptt", 3);
    let learner = start.learner();
    let listed = Setup::decode(&given_back(name, learner), &tasks()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mask = learner.mask.as_ref().unwrap();
    let weights = file(
        folder.path(),
        "w.h5",
        vec![table("in", &learner.w_in), table("rec/w", &learner.w_rec), table("rec/mask", mask)],
    );
    let mut own = given_back(name, learner);
    let dataset = |name: &str| format!(r#"{{"file": "{weights}", "dataset": "{name}"}}"#);
    own.set(&format!("input_weights.values={}", dataset("in"))).unwrap();
    own.set(&format!("recurrent_weights.values={}", dataset("rec/w"))).unwrap();
    own.set(&format!("recurrent_weights.mask={}", dataset("rec/mask"))).unwrap();
    let of_file = Setup::decode(&own, &tasks()).unwrap();
    assert_eq!((&of_file.json, of_file.data()), (&listed.json, listed.data()));
    assert_eq!(of_file.data_files.len(), 3);
    assert!(listed.json.contains("fnv1a64:") && listed.json.len() < 10_000, "{}", listed.json.len());
    assert_eq!(apart(&run(&of_file, "bptt"), &run(&listed, "bptt")), NOWHERE);
    // Read again from what a file of runs keeps.
    let kept = file(folder.path(), "kept.h5", listed.data());
    let mut again = Document::parse("kept", listed.json.clone()).unwrap();
    let alone = Setup::decode(&again, &tasks()).err().unwrap().to_string();
    assert!(alone.contains("`file` is missing: the array is known by its digest"), "{alone}");
    neuropil_model::given::attach(&mut again, &kept);
    let again = Setup::decode(&again, Path::new("")).unwrap();
    assert_eq!((&again.json, again.data()), (&listed.json, listed.data()));
    // One number more than one ulp away is another task.
    let mut other = learner.w_rec.clone();
    let place = other.values().iter().position(|weight| *weight != 0.0).unwrap();
    other.values_mut()[place] *= 1.0 + 1e-15;
    file(folder.path(), "w.h5", vec![table("in", &learner.w_in), table("rec/w", &other), table("rec/mask", mask)]);
    let changed = Setup::decode(&own, &tasks()).unwrap();
    assert_ne!(changed.json, listed.json);
    let held = neuropil_record::TrainingFile { task: listed.json, ..Default::default() };
    let refused = neuropil_train::compare::same_task(&held, "runs.h5", &changed).unwrap_err().to_string();
    assert!(refused.contains("recurrent_weights.values"), "{refused}");
}

/// What is wrong with arrays, and how it is told.
#[test]
fn arrays_that_do_not_fit_are_refused_by_name() {
    let name = "mini_evidence.json";
    let start = setup(name, &SHORT);
    let start = trainer(&start, "bptt", 3);
    let good = start.learner();
    let row = |count: usize, value: &str| format!("[{}]", vec![value; count].join(", "));
    let square = |place: usize, value: &str| {
        let mut values = vec!["0".to_owned(); 2500];
        values[place] = value.into();
        let rows: Vec<String> = values.chunks(50).map(|row| format!("[{}]", row.join(", "))).collect();
        format!("[{}]", rows.join(", "))
    };
    let types = |labels: &str| format!("cells.types={labels}");
    let cases = [
        (vec!["cells.tau_m_ms=[20, 20]".into()], "expected one number for each of the 50 cells"),
        (vec![format!("cells.v_th={}", row(50, "-1"))], "v_th"),
        (vec![r#"cells.tau_m_ms={"distribution": "uniform", "low": 10, "high": 30}"#.into()], "nothing is drawn here"),
        (
            vec![format!("recurrent_weights.values={}", rows(&Matrix::zeros(50, 49)))],
            "[cells][cells], found 50 x 49, expected 50 x 50",
        ),
        (vec!["input_weights.values=[[1, 2], [3]]".into()], "found a list of 1, expected a list of 2, as before it"),
        (vec![r#"input_weights.values=[[1, "x"]]"#.into()], "found \"x\", expected a number"),
        (
            vec![format!("recurrent_weights.values={}", square(50, "0.5"))],
            "found 0.5 at [1, 0]: cell 0 inhibits, must be <= 0",
        ),
        (vec![format!("recurrent_weights.values={}", square(49 * 50 + 40, "-0.5"))], "cell 40 excites, must be >= 0"),
        (
            vec![format!("recurrent_weights.values={}", square(51, "0.5"))],
            "at [1, 1]: no cell of a task reaches itself",
        ),
        (vec![format!("recurrent_weights.mask={}", square(3, "0.5"))], "found 0.5 at [0, 3], must be 0 or 1"),
        (vec![format!("recurrent_weights.mask={}", square(3, "true"))], "where `mask` has no synapse"),
        (vec!["recurrent_weights.mask=\"al\"".into()], "did you mean `all`"),
        (
            vec![format!("readout_weights={{\"kind\": \"given\", \"values\": [{}, {}]}}", row(50, "0"), row(50, "1"))],
            "found 50 zeros",
        ),
        (vec!["readout.b_out=[1, 2, 3]".into()], "[readouts], found 3, expected 2"),
        (vec![format!("cells.signs={}", row(50, "0"))], "must be -1 (inhibits) or 1 (excites)"),
        (vec!["cells.inhibitory=3".into()], "whose place it takes"),
        (vec![types("[1, 2]")], "[cells], found 2, expected 50"),
        (vec![types(&row(50, "2"))], "no cell has the type `0`"),
        (
            vec![types(&row(50, "\"Sts\"")), r#"cells.type_names=["Pyr", "Sst"]"#.into()],
            "there is no type `Sts`, that of cell 0; did you mean `Sst`?",
        ),
        (vec!["cells.types_per_sign=2".into()], "whose place it takes"),
        (vec![r#"input_weights.values={"file": "none.h5", "dataset": "w"}"#.into()], "none.h5"),
        (vec!["input_weights.gain=2".into()], "unknown field `gain`"),
    ];
    for (changes, expected) in cases {
        let mut own = given_back(name, good);
        changes.iter().for_each(|change: &String| own.set(change).unwrap());
        let fault = Setup::decode(&own, &tasks()).err().unwrap_or_else(|| panic!("not refused: {expected}"));
        assert!(
            matches!(fault, TrainError::Task(_)) && fault.to_string().contains(expected),
            "{fault}\nexpected: {expected}"
        );
    }
}

/// Probabilities by pair of types: all alike they draw the mask of one number; else each pair has its share, and none where it is
/// 0. By name and as a matrix they are the same.
#[test]
fn pairs_of_types_have_their_own_probability() {
    let name = "mini_evidence.json";
    let with = |changes: &[String]| {
        let mut own = document(name, &SHORT);
        own.set("cells.count=300").unwrap();
        own.set("cells.inhibitory=100").unwrap();
        let label = |cell: usize| ["\"Pvalb\"", "\"Sst\"", "\"Pyr\""][cell.div_euclid(50).min(2)];
        own.set(&format!("cells.types=[{}]", (0..300).map(label).collect::<Vec<_>>().join(", "))).unwrap();
        own.remove("carrier");
        changes.iter().for_each(|change| own.set(change).unwrap());
        Setup::decode(&own, &tasks())
    };
    let mask = |setup: &Setup| trainer(setup, "bptt", 3).learner().mask.clone().unwrap();
    let weights = |setup: &Setup| trainer(setup, "bptt", 3).learner().clone();
    let recurrent = |p: &str| format!("recurrent_weights.probability={p}");
    let alike = with(&[recurrent("[[0.2, 0.2, 0.2], [0.2, 0.2, 0.2], [0.2, 0.2, 0.2]]")]).unwrap();
    assert_eq!(weights(&alike).w_rec, weights(&with(&[]).unwrap()).w_rec);
    let p = [[0.5, 0.0, 0.3], [0.1, 0.4, 0.2], [0.05, 0.25, 0.15]];
    let own = with(&[recurrent(&format!("{p:?}"))]).unwrap();
    let mask = mask(&own);
    let first = |cell: usize| cell.div_euclid(50).min(2);
    for (target, row) in p.iter().enumerate() {
        for (source, p) in row.iter().enumerate() {
            let pairs = (0..300 * 300).map(|pair| (pair / 300, pair % 300));
            let pairs: Vec<_> =
                pairs.filter(|(post, pre)| (first(*post), first(*pre)) == (target, source) && post != pre).collect();
            let share = pairs.iter().filter(|pair| mask[**pair] == 1.0).count() as f64 / pairs.len() as f64;
            let sd = (p * (1.0 - p) / pairs.len() as f64).sqrt();
            assert!((share - p).abs() <= 4.0 * sd, "{target} from {source}: {share}, expected {p}");
        }
    }
    let named = r#"{"Pvalb": {"Pvalb": 0.5, "Sst": 0, "Pyr": 0.3}, "Pyr": {"Pyr": 0.15, "Sst": 0.25, "Pvalb": 0.05},
        "Sst": {"Pvalb": 0.1, "Sst": 0.4, "Pyr": 0.2}}"#;
    assert_eq!(weights(&with(&[recurrent(named)]).unwrap()).w_rec, weights(&own).w_rec);
    // Inputs and readouts have no types: one number a type of the cells.
    let ends = with(&["input_weights.probability=[1, 0, 0.5]".into(), "readout_weights.cells=null".into()]);
    assert!(ends.is_err(), "null is no number");
    let mut ends = document(name, &SHORT);
    ends.remove("readout_weights.cells");
    ends.set("cells.types_per_sign=1").unwrap();
    ends.set("input_weights.probability=[1, 0.5]").unwrap();
    ends.set(r#"readout_weights.probability={"0": 0, "1": 1}"#).unwrap();
    let ends = Setup::decode(&ends, &tasks()).unwrap();
    let ends = weights(&ends);
    let there = |row: &[f64]| row.iter().filter(|weight| **weight != 0.0).count();
    assert!((0..10).all(|cell| there(ends.w_in.row(cell)) == 20) && there(ends.w_in.row(30)) < 20);
    assert!(ends.readout.w_out.row(0)[..10].iter().all(|w| *w == 0.0) && there(ends.readout.w_out.row(1)) == 40);
    for (wrong, expected) in [
        ("[[0.2, 0.2, 0.2], [0.2, 0.2, 0.2]]", "[target type][source type], found 2 x 3, expected 3 x 3"),
        (
            "[[0.2, 0.2, 0.2], [0.2, 0.2, 1.2], [0.2, 0.2, 0.2]]",
            "found 1.2 from `Pyr` to `Sst`, must be between 0 and 1",
        ),
        (r#"{"Pvalb": {"Pvalb": 0.5, "Sst": 0, "Pyr": 0.3}}"#, "`Sst` is missing"),
        (r#"{"Pvalb": {"Pvalb": 0.5, "Sst": 0, "Pyr": 0.3}, "Sts": {}, "Sst": {}, "Pyr": {}}"#, "unknown field `Sts`"),
    ] {
        let fault = with(&[recurrent(wrong)]).err().unwrap().to_string();
        assert!(fault.contains(expected), "{fault}");
    }
}

/// A mask that is given is that of drawn weights too; μ may be said by the names of types.
#[test]
fn masks_and_mu_take_arrays_and_names() {
    let name = "mini_evidence.json";
    let start = setup(name, &SHORT);
    let start = trainer(&start, "bptt", 3);
    let mask = start.learner().mask.clone().unwrap();
    let mut own = document(name, &SHORT);
    own.remove("recurrent_weights.probability");
    own.set(&format!("recurrent_weights.mask={}", rows(&mask))).unwrap();
    let drawn = trainer(&Setup::decode(&own, &tasks()).unwrap(), "bptt", 3).learner().clone();
    assert_eq!((drawn.w_rec, drawn.mask.unwrap()), (start.learner().w_rec.clone(), mask));
    own.set("recurrent_weights.probability=0.2").unwrap();
    assert!(Setup::decode(&own, &tasks()).err().unwrap().to_string().contains("whose place it takes"));
    own.remove("recurrent_weights.probability");
    let label = |cell: usize| if cell < 10 { "\"Sst\"" } else { "\"Pyr\"" };
    own.set(&format!("cells.types=[{}]", (0..50).map(label).collect::<Vec<_>>().join(", "))).unwrap();
    own.set(r#"training.mu={"kind": "constant", "value": {"Pyr": 0.02, "Sst": 0.05}}"#).unwrap();
    let setup = Setup::decode(&own, &tasks()).unwrap();
    let mut trainer = trainer(&setup, "modprop_type", 3);
    let _ = trainer.advance().unwrap();
    assert_eq!(trainer.learner().mu, [0.05, 0.02]);
    own.set(r#"training.mu.value={"Pyr": 0.02, "Sts": 0.05}"#).unwrap();
    assert!(Setup::decode(&own, &tasks()).err().unwrap().to_string().contains("did you mean `Sst`?"));
}
