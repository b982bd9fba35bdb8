//! Interventions, as files say them: what is edited of a running network, and when.
//!
//! ```text
//! {"at_ms": 500, "silence": {"population": "exc", "cells": "0:100"}, "until_ms": 700}
//! ```
//! A kind is the name of its field: its file here, its line in [`KINDS`], its arm in `read`, and its definition in the schema.

mod add;
mod current;
mod noise;
mod normalise;
mod parameters;
mod rate;
mod receptor;
mod spec;
mod species;
mod state;
mod weights;

use crate::cells::some_chosen;
use crate::document::{Node, join, plain};
use crate::fields::{ALWAYS, Fields, Reader, shown};
use crate::model::{InputKind, InputSpec, KindSpec, Model, PopulationSpec};
use neuropil_core::Clock;
use neuropil_network::neuron::ModelInfo;
use neuropil_neuromod::Peptides;
use serde_json::json;

pub(crate) use spec::{ChangeSpec, EditSpec, InterventionSpec, RateOfSpec};
pub(crate) use weights::UNITS;

/// The kinds, each the name of the field that says what is edited.
pub const KINDS: &[&str] = &[
    "silence",
    "current",
    "noise",
    "rate",
    "weights",
    "normalise",
    "cut",
    "parameters",
    "state",
    "add",
    "block",
    "open",
    "species",
];

/// Fields beside the edit.
const TIMES: [&str; 3] = ["at_ms", "until_ms", "every_ms"];

/// What interventions may speak of.
#[derive(Clone, Copy)]
pub(crate) struct Known<'k> {
    pub populations: &'k [PopulationSpec],
    pub inputs: &'k [InputSpec],
    pub peptides: Option<&'k Peptides>,
    /// Steps in a field step, at whose end edits of peptides act.
    pub field_steps: u64,
    pub clock: Clock,
}

/// All interventions of a list.
pub(crate) fn interventions(reader: &Reader<'_>, node: &Node, known: Known<'_>) -> Vec<InterventionSpec> {
    let items = reader.array(node, "interventions").unwrap_or_default();
    let read = |(index, item)| intervention(reader, item, &format!("interventions.{index}"), known);
    items.iter().enumerate().filter_map(read).collect()
}

pub(crate) fn intervention(reader: &Reader<'_>, node: &Node, path: &str, known: Known<'_>) -> Option<InterventionSpec> {
    let mut fields = reader.object(node, path, "intervention")?;
    let from = fields.require("at_ms").and_then(|node| time(reader, node, &fields.path_of("at_ms"), known));
    let until = fields.get("until_ms").map(|node| time(reader, node, &fields.path_of("until_ms"), known));
    let every = fields.get("every_ms").map(|node| period(reader, node, &fields.path_of("every_ms"), known));
    let edit = edit(&mut fields, known);
    fields.finish();
    let (from, until) = (from?, until.map_or(Some(None), |until| until.map(Some))?);
    let every = every.map_or(Some(None), |every| every.map(Some))?;
    let clock = known.clock;
    if let Some(until) = until.filter(|until| *until <= from) {
        let times = [until, from].map(|step| shown(clock.time_ms(step)));
        reader.fault(
            &join(path, "until_ms"),
            format!("found {} ms, must be later than at_ms = {} ms: it would never be in force", times[0], times[1]),
        );
        return None;
    }
    let own = InterventionSpec { path: path.into(), from, until, every, edit: edit? };
    if let Some((field, message)) = misplaced(&own) {
        reader.fault(&join(path, field), message);
        return None;
    }
    if let Some(until) = until.filter(|until| own.is_between_field_steps(*until, known.field_steps)) {
        let [from, until] = [from, until].map(|step| shown(clock.time_ms(step)));
        let grid = shown(clock.time_ms(known.field_steps));
        let message = format!(
            "found {until} ms, after at_ms = {from} ms: edits of peptides act at the ends of field steps, multiples of \
             peptides.step_ms = {grid} ms, and none lies between: it would never act"
        );
        reader.fault(&join(path, "until_ms"), message);
        return None;
    }
    Some(own)
}

/// A time on the grid of the run, as a step.
fn time(reader: &Reader<'_>, node: &Node, path: &str, known: Known<'_>) -> Option<u64> {
    let (time_ms, dt_ms) = (reader.number(node, path)?, known.clock.dt_ms());
    let fault = match known.clock.steps(time_ms) {
        // A run may be made longer: what lies behind its end is told, not refused.
        Ok(step) if time_ms >= 0.0 => return Some(step),
        _ => format!("must be a time from 0 ms on, a multiple of dt = {dt_ms} ms"),
    };
    reader.fault(path, format!("found {} ms, {fault}", shown(time_ms)));
    None
}

/// A time between two actions, in steps.
fn period(reader: &Reader<'_>, node: &Node, path: &str, known: Known<'_>) -> Option<u64> {
    let (time_ms, dt_ms) = (reader.number(node, path)?, known.clock.dt_ms());
    match known.clock.steps(time_ms) {
        Ok(steps) if time_ms > 0.0 && steps > 0 => return Some(steps),
        _ => {}
    }
    reader
        .fault(path, format!("found {} ms, must be a multiple of dt = {dt_ms} ms, one step at least", shown(time_ms)));
    None
}

/// The time that an edit of its kind does not have, and why.
fn misplaced(own: &InterventionSpec) -> Option<(&'static str, &'static str)> {
    match (&own.edit, own.until, own.every) {
        (EditSpec::State { .. }, Some(_), _) => {
            Some(("until_ms", "a state is written once, at `at_ms`, and cells go on from there: it has no end"))
        }
        (EditSpec::Normalise { .. }, Some(_), None) => {
            Some(("until_ms", "it acts once, at `at_ms`: an end needs `every_ms`"))
        }
        (EditSpec::Normalise { .. }, ..) | (.., None) => None,
        (EditSpec::State { .. } | EditSpec::Add(_), ..) => {
            Some(("every_ms", "only `normalise` acts again and again; this edit is made once"))
        }
        _ => Some(("every_ms", "only `normalise` acts again and again; this edit stays in force")),
    }
}

/// The one edit of an intervention.
fn edit(fields: &mut Fields<'_, '_>, known: Known<'_>) -> Option<EditSpec> {
    let present: Vec<&str> = KINDS.iter().copied().filter(|kind| fields.get(kind).is_some()).collect();
    let [kind] = present.as_slice() else {
        let known = |key: &str| TIMES.contains(&key) || ALWAYS.contains(&key);
        let strange = fields.members().iter().any(|own| !known(&own.key));
        // A name that is none is a fault of its own.
        if !present.is_empty() || !strange {
            let found = if present.is_empty() { "nothing that is edited".into() } else { present.join(" and ") };
            fields.reader.fault(&fields.path, format!("found {found}, expected one of {}", KINDS.join(", ")));
        }
        return None;
    };
    match *kind {
        "silence" => some_chosen(fields, "silence", known.populations).map(EditSpec::Silence),
        "current" => current::read(fields.section("current")?, known),
        "add" => add::read(fields.reader, fields.get("add")?, &fields.path_of("add"), known),
        "noise" => noise::read(fields.section("noise")?, known),
        "rate" => rate::read(fields.section("rate")?, known),
        "weights" => weights::read(fields.section("weights")?, known),
        "state" => state::read(fields.section("state")?, known),
        "normalise" => normalise::read(fields.section("normalise")?),
        "parameters" => parameters::read(fields.section("parameters")?, known),
        "block" => receptor::read(fields.section("block")?, known, 0.0),
        "open" => receptor::read(fields.section("open")?, known, 1.0),
        "species" => species::read(fields.section("species")?, known),
        _ => weights::cut(fields, known),
    }
}

/// An item of the list, as the file says it.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Begin, ms.
    pub at_ms: f64,
    /// End, ms, where the file says one.
    pub until_ms: Option<f64>,
    /// Its kind.
    pub kind: String,
    /// What is edited, as JSON.
    pub edit: String,
}

/// The items of a sound model file.
pub fn items(model_json: &str) -> Vec<Item> {
    let model: serde_json::Value = serde_json::from_str(model_json).unwrap_or_default();
    let item = |own: &serde_json::Value| {
        let kind = KINDS.iter().find(|kind| own.get(kind).is_some())?;
        let mut edit = own[*kind].clone();
        if let (Some(every), Some(members)) = (own.get("every_ms"), edit.as_object_mut()) {
            members.insert("every_ms".into(), every.clone());
        }
        let (at_ms, until_ms) = (own["at_ms"].as_f64()?, own["until_ms"].as_f64());
        Some(Item { at_ms, until_ms, kind: (*kind).into(), edit: edit.to_string() })
    };
    model["interventions"].as_array().into_iter().flatten().filter_map(item).collect()
}

impl Model {
    /// What an environment may answer, by name: the kind of the edit, what it says beside the number, and the name of the number.
    pub fn answers(&self) -> serde_json::Value {
        let mut answers = serde_json::Map::new();
        for own in &self.populations {
            let name = own.name.as_str();
            let current = own.info().and_then(ModelInfo::current_unit).map(|unit| unit.name_of("amplitude"));
            match (&own.kind, current) {
                (KindSpec::Poisson(_), _) => answers.insert(name.into(), json!(["rate", {"source": name}, "rate_hz"])),
                (_, Some(amplitude)) => answers.insert(name.into(), json!(["current", {"to": name}, amplitude])),
                _ => None,
            };
        }
        for (index, own) in self.inputs.iter().enumerate() {
            let Some(name) = &own.name else { continue };
            let InputKind::Current { .. } = own.kind else {
                answers.insert(name.clone(), json!(["rate", {"input": name}, "rate_hz"]));
                continue;
            };
            let node = self.document.find(&format!("inputs.{index}.to")).map(|own| plain(own.0));
            let unit = self.populations[own.to[0].population].info().and_then(ModelInfo::current_unit);
            if let (Some(to), Some(unit)) = (node, unit) {
                answers.insert(name.clone(), json!(["current", {"to": to}, unit.name_of("amplitude")]));
            }
        }
        answers.into()
    }

    /// Whether hands are on the network while it runs.
    pub fn is_edited(&self) -> bool {
        !self.interventions.is_empty()
    }
}
