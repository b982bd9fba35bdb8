//! The JSON Schema of task files, made from the tables that they are read with.

use super::{given, parameter, populations, positions, reference, with};
use crate::catalogue::PLACEMENTS;
use crate::sections::carrier::{BlurSection, ReceptorSection, SignedSection};
use crate::sections::table::{Section, SectionTable, object, of_tables, schema};
use crate::sections::task_cells::{AdaptiveCells, TaskCells, models};
use crate::sections::task_file::{TaskFile, carrier_tables};
use crate::sections::training::{RewireSection, TrainingRecord, TrainingSection};
use crate::sections::weights::WeightMatrix;
use crate::sections::{
    CascadeSection, FeedbackSection, LossSection, MuSection, PerturbationSection, PpPropSection, STllrSection,
    TaskReadout, TaskSlope,
};
use crate::taps::TapSection;
use crate::task::KINDS;
use neuropil_network::neuron::ModelInfo;
use serde_json::{Map, Value, json};

/// The schema as text.
pub fn text() -> String {
    serde_json::to_string_pretty(&file()).unwrap_or_default()
}

/// The schema.
pub fn file() -> Value {
    let mut root = schema::<TaskFile>();
    root["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    root["title"] = "neuropil task".into();
    root["$defs"] = Value::Object(definitions());
    super::about::describe(&mut root["$defs"]);
    root
}

fn definitions() -> Map<String, Value> {
    let tasks: Vec<SectionTable> = KINDS.iter().filter_map(|kind| crate::task::table(kind.name)).collect();
    let sections = [
        ("task", of_tables("task", &tasks)),
        ("cells", json!({"oneOf": cells()})),
        ("readout", schema::<TaskReadout>()),
        ("loss", schema::<LossSection>()),
        ("pseudo_derivative", schema::<TaskSlope>()),
        ("carrier", of_tables("carrier", &carrier_tables())),
        ("signed", schema::<SignedSection>()),
        ("receptors", schema::<ReceptorSection>()),
        ("blur", schema::<BlurSection>()),
        ("training", schema::<TrainingSection>()),
        ("rewire", schema::<RewireSection>()),
        ("mu", schema::<MuSection>()),
        ("feedback", schema::<FeedbackSection>()),
        ("taps", schema::<TapSection>()),
        ("cascade", schema::<CascadeSection>()),
        ("perturbation", schema::<PerturbationSection>()),
        ("s_tllr", schema::<STllrSection>()),
        ("pp_prop", schema::<PpPropSection>()),
        ("record", schema::<TrainingRecord>()),
        ("positions", json!({"oneOf": PLACEMENTS.iter().map(|shape| positions(shape)).collect::<Value>()})),
        ("probability", probability()),
        ("mask", mask()),
        ("labels", labels()),
    ];
    let weights = WeightMatrix::ALL.map(|own| (own.name().to_owned(), of_tables(own.name(), &own.tables())));
    let named = sections.map(|(name, own)| (name.to_owned(), own));
    named.into_iter().chain(weights).chain(given::definitions()).collect()
}

/// Cells of each model, and of a file of equations.
fn cells() -> Vec<Value> {
    let built_in = models().map(|entry| of_model(entry.info));
    built_in.chain([of_file()]).collect()
}

fn properties(tables: Vec<SectionTable>) -> Value {
    Value::Object(tables.iter().flat_map(SectionTable::properties).collect())
}

fn of_model(info: &ModelInfo) -> Value {
    let own = info.parameters.iter().map(|row| (row.name(), constant(parameter(row))));
    let own = with(
        with(json!({"model": {"const": info.name}}), properties(TaskCells::tables())),
        Value::Object(own.collect()),
    );
    let adapts = info.parameters.iter().any(|row| row.symbol == "beta");
    let own = if adapts { with(own, properties(AdaptiveCells::tables())) } else { own };
    let mut cells = object("cells", own, &["model", "count"]);
    cells["title"] = info.summary.into();
    cells
}

/// A parameter that is not drawn: one number, or one for each cell.
fn constant(mut parameter: Value) -> Value {
    if let Some(forms) = parameter.get_mut("anyOf").and_then(Value::as_array_mut) {
        forms.retain(|form| form["$ref"] != "#/$defs/distribution");
    }
    parameter
}

fn of_file() -> Value {
    let own = with(populations::equations(), properties(TaskCells::tables()));
    let mut cells = object("cells", own, &["model", "count"]);
    cells["title"] = "Cells that a file writes as equations; its parameters by their names with units".into();
    cells["additionalProperties"] = true.into();
    cells
}

/// One probability, or one for each pair of types: in the order of the types, or by their names.
fn probability() -> Value {
    let one = json!({"type": "number", "minimum": 0, "maximum": 1});
    let list = json!({"type": "array", "items": {"anyOf": [one, {"type": "array", "items": one}]}});
    let named = json!({"type": "object", "additionalProperties": {"anyOf": [one, {"type": "object", "additionalProperties": one}]}});
    json!({"anyOf": [{"type": "number", "exclusiveMinimum": 0, "maximum": 1}, list, reference("dataset"), named]})
}

/// A matrix of 0 and 1, or of false and true.
fn mask() -> Value {
    let row = json!({"type": "array", "items": {"enum": [0, 1, false, true]}});
    json!({"anyOf": [{"type": "array", "items": row}, reference("dataset")]})
}

/// A name or a number for each cell.
fn labels() -> Value {
    let label = json!({"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 0}]});
    json!({"anyOf": [{"type": "array", "items": label}, reference("dataset")]})
}
