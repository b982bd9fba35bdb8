//! The schema of task files says what the reader does.

use super::read;
use neuropil_model::fields::Reader;
use neuropil_model::schema::task;
use neuropil_model::{CellFile, Document};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn tasks() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/tasks")
}

/// A shipped task with changes.
fn document(name: &str, changes: &[&str]) -> Document {
    let mut document = Document::parse(name, std::fs::read_to_string(tasks().join(name)).unwrap()).unwrap();
    changes.iter().for_each(|change| document.set(change).unwrap());
    document
}

/// Changes of shipped tasks that use the rest of what may be said; arrays of `none.h5` are named, and are not there.
const REST: [(&str, &str); 25] = [
    ("mini_evidence.json", r#"record={"weights_every": 1, "trial_every": 1, "cells": [0], "synapses": [[0, 1]]}"#),
    ("mini_evidence.json", r#"carrier.positions={"shape": "sphere", "radius_um": 1, "center_um": [1, 1, 1]}"#),
    (
        "mini_evidence.json",
        r#"carrier.positions={"shape": "slab", "size_x_um": 1, "size_y_um": 1, "z_min_um": 0, "z_max_um": 1}"#,
    ),
    ("mini_evidence.json", r#"carrier.positions={"shape": "grid", "shape_cells": [5, 5, 2], "spacing_um": [1, 1, 1]}"#),
    ("mini_evidence.json", r#"carrier.positions={"shape": "recorded", "file": "none.h5"}"#),
    ("mini_evidence.json", r#"carrier.positions={"shape": "list", "points_um": {"file": "none.h5"}}"#),
    ("mini_evidence.json", r#"carrier.signed={"kind": "baseline", "credit": 1}"#),
    ("mini_evidence.json", r#"carrier.receptors={"kind": "linear"}"#),
    (
        "mini_evidence.json",
        r#"carrier.receptors={"kind": "binding", "k_d_nm": 1, "k_on_per_nm_per_ms": 1, "nm_per_credit": 1}"#,
    ),
    ("mini_evidence.json", r#"training.cascade={"stages": 2, "delay_ms": 1}"#),
    ("mini_evidence.json", r#"training.perturbation={"size": 0.001, "pairs": 2}"#),
    ("mini_evidence.json", r#"training.s_tllr={"pre": 1, "post": -0.2, "pre_decay": 0.8, "post_decay": 0.5}"#),
    ("mini_evidence.json", r#"training.pp_prop={"decay": 0.9, "corrected": true}"#),
    ("mini_evidence.json", r#"training.taps={"kind": "modal", "modes": 2}"#),
    ("mini_evidence.json", r#"recurrent_weights.probability={"0": {"0": 1, "1": 0.5}, "1": {"0": 0, "1": 1}}"#),
    (
        "mini_evidence.json",
        r#"cells={"model": "alif", "count": 2, "signs": [-1, 1], "types": ["a", "b"], "type_names": ["a", "b"]}"#,
    ),
    ("mini_evidence.json", r#"recurrent_weights={"kind": "given", "values": {"file": "none.h5"}, "mask": "nonzero"}"#),
    ("mini_evidence.json", r#"readout_weights={"kind": "given", "values": [[1]]}"#),
    (
        "mini_evidence.json",
        r#"readout_weights={"kind": "normal", "mask": {"file": "none.h5", "dataset": "m", "digest": "d"}}"#,
    ),
    ("mini_evidence.json", r#"input_weights={"kind": "given", "values": [[1]], "signs": [1]}"#),
    ("mini_evidence.json", r#"task={"kind": "data", "file": "none.h5"}"#),
    ("small_delayed_xor.json", r#"cells={"model": "rflo_tanh", "count": 60}"#),
    ("adex_evidence.json", r#"cells.integration={"method": "auto"}"#),
    ("adex_evidence.json", r#"cells.integration={"method": "rk4", "substeps": 2}"#),
    ("adex_evidence.json", r#"cells.spike={"width": 1}"#),
];

/// All shipped tasks, and the rest.
fn covering() -> Vec<Document> {
    let shipped = std::fs::read_dir(tasks()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let rest = REST.iter().map(|(name, change)| document(name, &[change]));
    shipped.map(|name| document(&name, &[])).chain(rest).collect()
}

/// (kind, name) of every property of every object of the schema.
fn described(value: &Value, found: &mut BTreeSet<(String, String)>) {
    match value {
        Value::Object(members) => {
            if let (Some(kind), Some(properties)) = (members.get("$comment"), members.get("properties")) {
                let kind = kind.as_str().unwrap().to_owned();
                found.extend(properties.as_object().unwrap().keys().map(|name| (kind.clone(), name.clone())));
            }
            members.values().for_each(|value| described(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| described(value, found)),
        _ => {}
    }
}

/// The names of the parameters of a file of cells.
fn parameters(file: &str) -> Vec<String> {
    let text = CellFile::text_of(&tasks().join("../cells").join(file)).unwrap();
    let read = CellFile::parse(file, text, None, false).unwrap();
    read.cells[0].parameters.iter().map(|own| own.name.column.clone()).collect()
}

fn has_parameter(model: &str, name: &str) -> bool {
    neuropil_network::neuron::model(model).unwrap().info.parameters.iter().any(|row| row.name() == name)
}

/// Would catch a field that is read and in no table, and one in a table that nobody reads.
#[test]
fn the_schema_has_every_name_that_is_read_and_no_other() {
    let mut asked = BTreeSet::new();
    for document in covering() {
        let reader = Reader::keeping(&document, &tasks());
        reader.object(&document.root, "", "task_file").and_then(|fields| read(fields, &document, &tasks()));
        asked.extend(reader.asked());
    }
    // Cell types have the names of the user.
    asked.retain(|(kind, _)| kind != "probability");
    // Names of a cell of a file are the file's own.
    let of_file: Vec<String> =
        ["adex.nestml", "lif_cond_alpha.nestml"].iter().flat_map(|file| parameters(file)).collect();
    let built_in = |name: &str| ["alif", "leaky_relu", "rflo_tanh"].iter().any(|own| has_parameter(own, name));
    asked.retain(|(kind, name)| kind != "cells" || !of_file.contains(name) || built_in(name));
    let mut known = BTreeSet::new();
    described(&task::file(), &mut known);
    known.retain(|(_, name)| !["$schema", "description"].contains(&name.as_str()));
    let unknown: Vec<_> = asked.difference(&known).collect();
    let unread: Vec<_> = known.difference(&asked).collect();
    assert!(unknown.is_empty() && unread.is_empty(), "read but not in the schema: {unknown:?}; not read: {unread:?}");
}

#[test]
fn shipped_and_covering_tasks_are_valid() {
    let validator = jsonschema::validator_for(&task::file()).unwrap();
    for document in covering() {
        let value: Value = serde_json::from_str(&document.to_json()).unwrap();
        if let Err(fault) = validator.validate(&value) {
            panic!("{}: {}: {fault}", document.file, fault.instance_path());
        }
    }
}

/// What the reader refuses by its tables, the schema refuses as well.
#[test]
fn the_schema_refuses_what_is_wrong() {
    let validator = jsonschema::validator_for(&task::file()).unwrap();
    for change in [
        "dt_ms=0",
        "format=neuropil-task/2",
        "cells.count=0",
        "cells.model=alf",
        "cells.tau_m=20",
        "cells.adaptive=odd",
        "task.cues=16",
        "task.kind=evidence",
        "training.updates=0",
        "training.lags=0",
        "training.rate=1",
        "training.signs=clmp",
        "training.mu.kind=fixed",
        "training.stop_at_accuracy=2",
        "input_weights.kind=norml",
        "input_weights.cells=3",
        "recurrent_weights.synapses=3",
        "recurrent_weights.probability=2",
        "record={\"synapses\": [[1, 2, 3]]}",
        "readout.tau_ms=-1",
        "loss.last=5",
        "carrier.blur={\"spread\": \"far\"}",
    ] {
        let document = document("mini_evidence.json", &[change]);
        let value: Value = serde_json::from_str(&document.to_json()).unwrap();
        assert!(!validator.is_valid(&value), "the schema takes {change}");
        let reader = Reader::keeping(&document, &tasks());
        let setup = reader.object(&document.root, "", "task_file").and_then(|fields| read(fields, &document, &tasks()));
        assert!(setup.is_none() || !reader.is_sound(), "the reader takes {change}");
    }
}
