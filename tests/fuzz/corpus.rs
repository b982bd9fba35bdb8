//! What damaged files are made of: a small file of every kind that is read, of ours and of other tools, in the folder of its
//! reader.

use neuropil::record::{GradientFile, Table, TaskDataFile, TrainingFile, TrainingRun, TrialFile, kept_data};
use neuropil::session::{Changes, Input, Session, Unwatched};
use std::fs;
use std::path::{Path, PathBuf};

/// Longer texts would only take longer.
const MOST: usize = 20_000;

/// A population of cells of a file, for the tree of models.
const WRITTEN: &str = r#"{
  "simulation": {"dt_ms": 0.1, "duration_ms": 10, "seed": 1},
  "populations": {
    "exc": {"cells": 8, "model": "../cells/adex.nestml", "C_m_pf": {"distribution": "normal", "mean": 281, "std": 20, "min": 200},
            "sign": "excitatory", "initial": {"V_m_mv": -65}, "integration": {"method": "rk4", "substeps": 2}},
    "out": {"cells": 2, "model": "../cells/glif.nestml#glif_3", "positions": {"shape": "box", "size_um": [8, 8, 8]}}
  },
  "projections": [{"from": "exc", "to": "out", "rule": "fixed_in_degree", "in_degree": 3, "receptor": "receptor_1", "weight_pa": 40, "delay_ms": 1.5}],
  "record": {"states": [{"population": "exc", "variables": "V_m_mv", "cells": "0:2", "every_ms": 0.5}]}
}"#;
/// Peptides of one species.
const PEPTIDES: &str = r#"{
  "tissue": {"volume_fraction": 0.2},
  "species": [{"name": "SST-14", "gene": "Sst", "diffusivity_free_um2_per_ms": 0.29, "loss_per_ms": 1e-5}],
  "receptors": [{"name": "Sstr2", "g_class": "Gi", "ligands": [{"species": "SST-14", "k_d_nm": 0.3}]}],
  "cell_types": [
    {"name": "Sst", "releases": [{"species": "SST-14", "molecules_per_vesicle": 5000}]},
    {"name": "Pyr", "expresses": [{"receptor": "Sstr2", "density": 0.6}]}
  ]
}"#;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Copies a file or a tree of the repository to a place below `folder`.
fn copy(own: &str, folder: &Path, place: &str) {
    fn copy_to(from: &Path, to: &Path) {
        if !from.is_dir() {
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(from, to).unwrap();
            return;
        }
        for entry in fs::read_dir(from).unwrap() {
            let from = entry.unwrap().path();
            copy_to(&from, &to.join(from.file_name().unwrap()));
        }
    }
    copy_to(&root().join(own), &folder.join(place));
}

/// The beginning of a long text.
fn copy_start(own: &str, folder: &Path, place: &str) {
    let text = fs::read_to_string(root().join(own)).unwrap();
    let end = text[..text.len().min(MOST)].rfind('\n').unwrap() + 1;
    fs::write(folder.join(place), &text[..end]).unwrap();
}

/// Files below a folder, by their places in it.
pub fn all(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(own) = open.pop() {
        for entry in fs::read_dir(own).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().display().to_string());
            }
        }
    }
    found
}

/// Files of a kind, likewise.
fn of_kind(folder: &Path, end: &str) -> Vec<String> {
    all(folder).into_iter().filter(|place| place.ends_with(end)).collect()
}

/// A run of a model of the repository, of 100 ms with two checkpoints.
fn record(model: &str, scale: f64, place: &Path) {
    let changes = Changes { scale, duration_ms: Some(100.0), ..Changes::default() };
    let input = Input::read(&root().join("models/networks").join(model), &changes).unwrap();
    let session = Session { scale, checkpoint_every_ms: Some(50.0), ..Session::new(&input, place.to_owned()) };
    session.run(input, &Unwatched).unwrap();
}

/// Recordings of spikes, states, weights, fields and learning, with checkpoints; spikes of another simulator.
pub fn recordings(folder: &Path) {
    record("first_network.json", 0.02, &folder.join("spikes.h5"));
    record("evidence_peptides.json", 1.0, &folder.join("peptides.h5"));
    copy("tests/data/sonata/nest_currents/output/spikes_fine.h5", folder, "nest.h5");
}

/// Recordings that a run can go on with.
pub fn checkpoints(folder: &Path) {
    record("first_network.json", 0.02, &folder.join("spikes.h5"));
    record("evidence_peptides.json", 1.0, &folder.join("peptides.h5"));
}

/// Training runs, trials, gradients, tables of a task.
pub fn runs(folder: &Path) {
    let table = |object: &str| Table { object: object.into(), shape: vec![2, 3], values: vec![0.5; 6] };
    let tables = || vec![table("a/b/c"), table("a/d")];
    let run = |rule: &str, point: &str| TrainingRun {
        rule: rule.into(),
        seed: 3,
        point: point.into(),
        source: "python3.12:0123".into(),
        tables: tables(),
    };
    let training = TrainingFile {
        task: "{}".into(),
        command: "here".into(),
        data: kept_data(&[table("inputs")]),
        runs: vec![run("eprop", ""), run("bptt", "training.mu=1")],
        ..TrainingFile::default()
    };
    training.save(&folder.join("training.h5")).unwrap();
    let trials = TrialFile { task: "{}".into(), seed: 3, command: "here".into(), tables: tables() };
    trials.write(&folder.join("trials.h5"), false).unwrap();
    GradientFile { tables: tables(), ..GradientFile::default() }.write(&folder.join("gradients.h5"), false).unwrap();
    let task = TaskDataFile { tables: tables(), lists: vec![("labels", vec![0, 1])] };
    task.write(&folder.join("task.h5"), false).unwrap();
    copy("tests/data/gradients/p1_lif_regression.h5", folder, "p1.h5");
    copy("tests/data/weights/two_cells.h5", folder, "weights.h5");
}

/// A session of NWB.
pub fn nwb(folder: &Path) {
    copy("tests/data/nwb/session.nwb", folder, "session.nwb");
}

/// Two circuits with all their files.
pub fn circuits(folder: &Path) {
    for own in ["nest_delta", "nest_currents"] {
        for part in ["config.json", "circuit_config.json", "simulation_config.json", "node_sets.json"] {
            copy(&format!("tests/data/sonata/{own}/{part}"), folder, &format!("{own}/{part}"));
        }
        for part in ["cells", "network", "inputs"] {
            copy(&format!("tests/data/sonata/{own}/{part}"), folder, &format!("{own}/{part}"));
        }
    }
}

/// Images and labels, bare and compressed.
pub fn images(folder: &Path) {
    let two = [&[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2][..], &[7; 8]].concat();
    fs::write(folder.join("two.idx"), two).unwrap();
    fs::write(folder.join("labels.idx"), [&[0, 0, 8, 1, 0, 0, 0, 4][..], &[0, 1, 2, 3]].concat()).unwrap();
    copy("tests/data/mnist/t10k-labels-idx1-ubyte.gz", folder, "labels.gz");
    copy("tests/data/mnist/t10k-images-idx3-ubyte.gz", folder, "images.gz");
}

/// Tables of spikes, types, positions, releases, gene expression and edges.
pub fn tables(folder: &Path) {
    copy_start("tests/data/sonata/nest_delta/inputs/noise.csv", folder, "spikes.csv");
    copy("tests/data/sonata/nest_currents/network/inh_exc_edge_types.csv", folder, "edge_types.csv");
    copy("tests/data/sonata/nest_delta/network/cells_node_types.csv", folder, "node_types.csv");
    copy("tests/data/peptides/two_cells.csv", folder, "positions.csv");
    copy("models/peptides/data/np_cognate_pairs.csv", folder, "pairs.csv");
    copy("models/peptides/data/np_expression_by_type.csv", folder, "expression.csv");
    copy_start("models/peptides/data/celegans_np_short_range_edges.csv", folder, "edges.csv");
}

/// Model files, with the files that they name.
pub fn models(folder: &Path) {
    for part in ["networks", "cells", "synapses", "peptides/cortex.json", "peptides/cck.json", "peptides/dopamine.json"]
    {
        copy(&format!("models/{part}"), folder, &format!("models/{part}"));
    }
    copy("tests/data/sonata/450cells_replay", folder, "tests/data/sonata/450cells_replay");
    fs::write(folder.join("models/networks/written.json"), WRITTEN).unwrap();
}

/// Those of them that are changed.
pub fn changed_models(folder: &Path) -> Vec<String> {
    // Cells that stand beside a network are files of cells.
    let models = all(&folder.join("models/networks")).into_iter().filter(|place| place.ends_with(".json"));
    models.map(|place| format!("models/networks/{place}")).collect()
}

/// Task files.
pub fn tasks(folder: &Path) {
    copy("models/tasks", folder, "models/tasks");
    copy("models/cells", folder, "models/cells");
    copy("models/peptides/cortex.json", folder, "models/peptides/cortex.json");
    copy("tests/data/mnist", folder, "tests/data/mnist");
}

/// Those of them that are changed.
pub fn changed_tasks(folder: &Path) -> Vec<String> {
    of_kind(folder, ".json").into_iter().filter(|place| place.starts_with("models/tasks")).collect()
}

/// Peptide models.
pub fn peptides(folder: &Path) {
    copy("models/peptides/cortex.json", folder, "cortex.json");
    fs::write(folder.join("one.json"), PEPTIDES).unwrap();
}

/// Cells as equations: the library, and one file with all of the language.
pub fn cells(folder: &Path) {
    copy("models/cells", folder, "");
    fs::remove_file(folder.join("README.md")).unwrap();
    copy("crates/equations/src/tests/features.nestml", folder, "features.nestml");
}
