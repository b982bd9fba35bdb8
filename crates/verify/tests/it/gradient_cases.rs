//! Cases of learning rules that are wrong in one place: a message that names file, place, what was found and what is right.

use neuropil_record::{Arrays, GradientFile, Table};
use neuropil_verify::gradient_case::Case;
use std::path::{Path, PathBuf};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/gradients");
const OBJECTS: [&str; 18] = [
    "inputs/x",
    "inputs/target",
    "inputs/loss_weight",
    "params/W_in",
    "params/W_rec",
    "params/W_out",
    "params/b_out",
    "params/B_random",
    "params/mask_rec",
    "params/sign",
    "params/type_id",
    "params/alpha",
    "params/g",
    "params/vth",
    "params/beta",
    "params/rho",
    "params/ga",
    "types/mu",
];

/// What a case needs, taken from a reference case, to be changed and written.
struct Draft {
    header: String,
    tables: Vec<Table>,
}

impl Draft {
    fn of(name: &str) -> Self {
        Self::of_objects(name, |_| true)
    }

    /// Those objects that the case has and that are wanted.
    fn of_objects(name: &str, wanted: impl Fn(&str) -> bool) -> Self {
        let arrays = Arrays::open(Path::new(FOLDER).join(format!("{name}.h5"))).unwrap();
        let table = |object: &str| {
            let (shape, values) = arrays.f64(object).unwrap();
            Table { object: object.into(), shape, values }
        };
        let header = std::fs::read_to_string(Path::new(FOLDER).join(format!("{name}.json"))).unwrap();
        let objects = OBJECTS.into_iter().filter(|object| wanted(object) && arrays.has(object));
        Self { header, tables: objects.map(table).collect() }
    }

    fn table(&mut self, object: &str) -> &mut Table {
        self.tables.iter_mut().find(|table| table.object == object).unwrap()
    }

    fn says(mut self, from: &str, to: &str) -> Self {
        assert!(self.header.contains(from), "{from}");
        self.header = self.header.replacen(from, to, 1);
        self
    }

    fn write(self, folder: &Path) -> PathBuf {
        std::fs::write(folder.join("own.json"), self.header).unwrap();
        let path = folder.join("own.h5");
        GradientFile { tables: self.tables, ..Default::default() }.write(&path, true).unwrap();
        path
    }

    fn fault(self) -> String {
        let folder = tempfile::tempdir().unwrap();
        Case::open(&self.write(folder.path())).err().expect("a fault").to_string()
    }
}

const P2: &str = "p2_lif_dale_sparse_regression";
const P3: &str = "p3_alif_classification_window";
const P5: &str = "p5_relu_delayed_classification";

fn named(fault: &str, parts: &[&str]) {
    assert!(parts.iter().all(|part| fault.contains(part)), "expected {parts:?} in:\n{fault}");
}

/// What a case needs is enough to run it: results of the reference are not read.
#[test]
fn settings_inputs_params_and_mu_suffice() {
    let folder = tempfile::tempdir().unwrap();
    let case = Case::open(&Draft::of(P2).write(folder.path())).unwrap();
    let outcome = case.run(1).unwrap();
    assert!((outcome.task_loss / 40.5721631566642 - 1.0).abs() < 1e-12, "{}", outcome.task_loss);
    let answer = case.answer(&outcome, &case.rules(), 1).unwrap();
    assert!(answer.tables.iter().any(|table| table.object == "grads/modprop_type_reglocal/dW_rec"));
    assert!(answer.tables.iter().any(|table| table.object == "types/taps" && table.shape == [20, 2, 2]));
}

#[test]
fn missing_datasets_are_named() {
    for object in OBJECTS {
        let mut draft = Draft::of(P2);
        draft.tables.retain(|table| table.object != object);
        named(&draft.fault(), &["own.h5", object, "missing"]);
    }
}

#[test]
fn wrong_shapes_are_named() {
    for object in OBJECTS {
        let mut draft = Draft::of(P2);
        let table = draft.table(object);
        *table.shape.last_mut().unwrap() += 1;
        table.values = vec![0.0; table.shape.iter().product()];
        let shape = format!("of shape {:?}", table.shape);
        named(&draft.fault(), &["own.h5", object, &shape, "expected ["]);
    }
    let mut draft = Draft::of(P2);
    draft.table("params/W_rec").shape = vec![576];
    named(&draft.fault(), &["params/W_rec", "[576]", "[N = 24, N = 24]"]);
}

#[test]
fn values_that_are_no_numbers_are_named() {
    for object in OBJECTS.into_iter().filter(|object| !object.ends_with("_id") && !object.ends_with("mask_rec")) {
        let mut draft = Draft::of(P2);
        draft.table(object).values[3 % OBJECTS.len().min(2)] = f64::NAN;
        named(&draft.fault(), &["own.h5", object, "NaN", "expected"]);
    }
}

/// A dataset, the value that is put first, and what the message says.
fn with(name: &str, object: &str, value: f64, parts: &[&str]) {
    let mut draft = Draft::of(name);
    draft.table(object).values[0] = value;
    named(&draft.fault(), &[&["own.h5", object], parts].concat());
}

#[test]
fn values_out_of_range_are_named() {
    with(P3, "inputs/target", 2.0, &["[0] is 2", "a label below K = 2"]);
    with(P3, "inputs/target", -1.0, &["[0] is -1"]);
    with(P3, "inputs/target", 0.5, &["[0] is 0.5", "whole number"]);
    with(P2, "params/type_id", 2.0, &["[0] is 2", "a type below C = 2"]);
    with(P2, "params/sign", 3.0, &["[0] is 3", "1, -1 or 0"]);
    with(P2, "params/mask_rec", 2.0, &["[0, 0] is 2", "1 or 0"]);
    with(P2, "params/mask_rec", 1.0, &["1 at [0, 0]", "must be 0", "no autapses"]);
    with(P2, "inputs/loss_weight", -0.5, &["-0.5 at [0]", "must be >= 0"]);
    with(P2, "params/W_rec", 0.5, &["0.5 at [0, 0]", "no synapse"]);
    with(P2, "params/alpha", 1.5, &["1.5 for cell 0", "in [0, 1]"]);
    with(P5, "params/beta", 0.1, &["0.1 for cell 0", "do not adapt"]);
    let mut draft = Draft::of(P2);
    draft.table("params/vth").values[4] = -0.1;
    named(&draft.fault(), &["own.h5", "params", "cell 4", "v_th = -0.1", "> 0"]);
    let mut draft = Draft::of(P2);
    draft.table("params/type_id").values.fill(0.0);
    named(&draft.fault(), &["params/type_id", "no cell of type 1"]);
}

/// The entry along each axis, not its place in the file.
#[test]
fn entries_of_matrices_are_named_by_axis() {
    let mut draft = Draft::of(P2);
    draft.table("params/W_rec").values[24 * 2 + 5] = f64::NAN;
    named(&draft.fault(), &["params/W_rec[2, 5] is NaN"]);
    let mut draft = Draft::of(P2);
    let shape = draft.table("inputs/x").shape.clone();
    draft.table("inputs/x").values[shape[2] * (shape[1] + 3) + 1] = f64::INFINITY;
    named(&draft.fault(), &["inputs/x[1, 3, 1] is inf"]);
}

/// A weight that its cell cannot send would take the other receptor, or change sides at the first update.
#[test]
fn weights_keep_the_sign_of_their_cell() {
    let mut draft = Draft::of(P2);
    let weights = draft.table("params/W_rec").values.clone();
    let (index, weight) = weights.iter().enumerate().find(|(_, weight)| **weight < 0.0).unwrap();
    let (post, pre) = (index / 24, index % 24);
    draft.table("params/sign").values[pre] = 1.0;
    let at = weights.iter().enumerate().position(|(index, weight)| index % 24 == pre && *weight < 0.0).unwrap();
    assert_eq!(at, post * 24 + pre, "the first of its cell");
    let found = format!("params/W_rec: found {weight} at [{post}, {pre}], must be >= 0");
    named(&draft.fault(), &["own.h5", &found, &format!("params/sign[{pre}] is 1")]);
}

const P7: &str = "p7_rflo_tanh_regression";
const PUBLISHED: &str = "published_eprop_regression";

/// Layouts without mask: a mask would be lost, and a published run has no autapses.
#[test]
fn synapses_of_other_layouts_are_checked() {
    let draft = |name: &str| Draft::of_objects(name, |object| object.starts_with("params/"));
    let mut rflo = draft(P7);
    rflo.tables.push(Table { object: "params/mask_rec".into(), shape: vec![15, 15], values: vec![0.0; 225] });
    named(&rflo.fault(), &["own.h5", "params/mask_rec", "found in layout rflo", "only layout case"]);
    let mut run = draft(PUBLISHED);
    run.table("params/W_rec").values[303] = 0.7;
    named(&run.fault(), &["own.h5", "params/W_rec", "found 0.7 at [3, 3]", "must be 0", "no autapses"]);
}

/// What layout `rflo` does not have is refused, and what it has otherwise by nature may stand there.
#[test]
fn settings_that_rflo_does_not_have_are_refused() {
    let header = |line: &str| Draft::of_objects(P7, |_| true).says("\"tau\": 10.0", &format!("\"tau\": 10.0, {line}"));
    named(&header("\"kappa\": 0.5").fault(), &["own.json", "kappa", "found 0.5", "must be 0", "no memory"]);
    named(&header("\"readout_scale\": 2").fault(), &["readout_scale", "found 2", "must be 1"]);
    named(&header("\"recurrent_delay_steps\": 2").fault(), &["recurrent_delay_steps", "found 2", "must be 1"]);
    named(&header("\"n_ref\": 3").fault(), &["n_ref", "found 3", "must be 0"]);
    let loss = Draft::of_objects(P7, |_| true).says("\"kind\": \"mse\"", "\"kind\": \"mse\", \"c_reg\": 3");
    named(&loss.fault(), &["loss.c_reg", "found 3", "must be 0 in layout rflo", "no regulariser"]);
    let folder = tempfile::tempdir().unwrap();
    Case::open(&header("\"kappa\": 0, \"readout_scale\": 1").write(folder.path())).unwrap();
}

/// `tau_out` is told, not read: it is no misspelt `tau_m`.
#[test]
fn a_missing_time_constant_is_told_as_missing() {
    let draft = Draft::of_objects(PUBLISHED, |_| true).says("\"tau_m\": 30.0,", "");
    let fault = draft.fault();
    named(&fault, &["own.json", "`tau_m` is missing", "1 fault"]);
    assert!(!fault.contains("tau_out"), "{fault}");
}

#[test]
fn the_file_that_was_named_is_told_first() {
    let fault = Case::open(Path::new("/nowhere/own.h5")).err().unwrap().to_string();
    named(&fault, &["cannot read `/nowhere/own.h5`", "NAME.json"]);
    let fault = Case::open(Path::new("/nowhere/own.json")).err().unwrap().to_string();
    named(&fault, &["cannot read `/nowhere/own.json`", "NAME.h5"]);
}

#[test]
fn settings_are_named_with_their_line() {
    let faults: [(&str, &str, &[&str]); 14] = [
        ("\"kappa\":", "\"kapa\":", &["own.json", "`kappa` is missing", "did you mean `kappa`"]),
        ("\"gamma\":", "\"gama\":", &["surrogate", "did you mean `gamma`"]),
        ("\"kind\": \"spiking\"", "\"kind\": \"spikes\"", &["own.json:7:", "\"spikes\"", "spiking, relu"]),
        ("\"piecewise_linear\"", "\"piecewise\"", &["surrogate.kind", "did you mean `piecewise_linear`"]),
        ("\"recurrent_delay_steps\": 1", "\"recurrent_delay_steps\": 0", &["recurrent_delay_steps", "found 0"]),
        ("\"n_ref\": 3", "\"n_ref\": -3", &["n_ref", "found -3", "whole number"]),
        ("\"kappa\": 0.9672161004820059", "\"kappa\": 1.0", &["kappa", "found 1", "in [0, 1)"]),
        ("\"reset_gradient\": \"detached\"", "\"reset_gradient\": \"off\"", &["reset_gradient", "detached, attached"]),
        ("\"subtract vth\"", "\"none\"", &["reset", "subtract vth"]),
        ("\"window\": \"all\"", "\"window\": \"first\"", &["loss.window", "number of last steps"]),
        ("\"c_reg\": 30.0", "\"c_reg\": -1", &["loss.c_reg", "found -1", ">= 0"]),
        ("\"T\": 60", "\"T\": 0", &["T", "found 0", "at least 1", "between 1"]),
        ("\"layout\": \"case\"", "\"layout\": \"cases\"", &["layout", "did you mean `case`"]),
        ("neuropil-gradients/1", "neuropil-gradients/2", &["format", "neuropil-gradients/1"]),
    ];
    for (from, to, parts) in faults {
        let fault = Draft::of(P2).says(from, to).fault();
        let any = ["at least 1"];
        let parts: Vec<&str> = parts.iter().copied().filter(|part| !any.contains(part)).collect();
        named(&fault, &parts);
    }
    let fault = Draft::of(P2).says("\"layout\": \"case\"", "\"layout\": \"trajectory\"").fault();
    named(&fault, &["own.json", "layout is trajectory", "case, rflo or published_run"]);
    named(&Draft::of(P2).says("{", "[").fault(), &["own.json:", "not valid JSON"]);
    let none = Draft::of(P2).says("\"readout_scale\": 0.0327838995179941", "\"readout_scale\": 0");
    named(&none.fault(), &["own.json:", "readout_scale", "found 0", "other than 0"]);
}
