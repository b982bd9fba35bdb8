//! What is to be recorded, as files say it.

use crate::cells::{self, chosen, some_chosen};
use crate::document::{Node, Value, join};
use crate::fields::{Reader, brief, shown};
use crate::model::{Model, PopulationSpec, RecordSpec, StateSpec};
use crate::tissue::TissueSpec;
use crate::tissue::spec::{Heard, HeardSpec};
use neuropil_core::{Clock, Stream, StreamKey, did_you_mean};
use neuropil_network::neuron::Variable;

/// What is known of the cells.
type Known<'k> = (&'k [PopulationSpec], Option<&'k TissueSpec>);

/// The section, which may be missing.
pub(crate) fn record(reader: &Reader<'_>, node: Option<&Node>, known: Known<'_>, clock: Clock) -> RecordSpec {
    let mut spec = RecordSpec::default();
    let (populations, tissue) = known;
    // What is wrong with the section is told already.
    let faulty = reader.document.find("peptides").is_some();
    let empty = Node { value: Value::Object(Vec::new()), offset: None };
    let Some(mut fields) = reader.object(node.unwrap_or(&empty), "record", "record") else { return spec };
    match fields.get("spikes").map(|node| &node.value) {
        Some(Value::Bool(false)) => spec.spikes = Some(Vec::new()),
        None | Some(Value::Bool(true)) => {}
        Some(_) => {
            spec.spikes = chosen(&mut fields, "spikes", populations);
        }
    }
    if let Some(items) = fields.get("states").and_then(|node| reader.array(node, "record.states")) {
        for (index, item) in items.iter().enumerate() {
            states(reader, item, &format!("record.states.{index}"), known, clock, &mut spec);
        }
    }
    match fields.get("weights").map(|node| (&node.value, node)) {
        Some((Value::Bool(true), _)) => spec.weights = vec![("record.weights".into(), "*".into())],
        None | Some((Value::Bool(false), _)) => {}
        Some((_, node)) => {
            for (index, item) in reader.array(node, "record.weights").into_iter().flatten().enumerate() {
                let path = format!("record.weights.{index}");
                spec.weights.extend(reader.string(item, &path).map(|name| (path.clone(), name.to_owned())));
            }
        }
    }
    if fields.get("weights_every_ms").is_some() {
        let every_ms = fields.number_or("weights_every_ms", 1.0, "> 0", |every| every > 0.0);
        match clock.steps(every_ms) {
            Ok(steps) => spec.weights_every = Some(steps.max(1)),
            Err(fault) => reader.fault("record.weights_every_ms", fault.to_string()),
        }
    }
    match tissue {
        Some(tissue) => spec.watch.fields = tissue.fields(&mut fields),
        None => {
            for key in ["field", "released_every_ms"] {
                if fields.get(key).is_some() && !faulty {
                    reader.fault(&fields.path_of(key), "the model has no section `peptides`");
                }
            }
        }
    }
    fields.finish();
    spec
}

fn states(
    reader: &Reader<'_>,
    node: &Node,
    path: &str,
    (populations, tissue): Known<'_>,
    clock: Clock,
    record: &mut RecordSpec,
) {
    let Some(mut fields) = reader.object(node, path, "state") else { return };
    let chosen = some_chosen(&mut fields, "population", populations);
    let given = fields.get("every_ms").is_some();
    let every_ms = fields.number_or("every_ms", clock.dt_ms(), "> 0", |every| every > 0.0);
    let cells_node = fields.get("cells");
    let names = fields.require("variables").and_then(|node| variables(reader, node, path));
    fields.finish();
    for part in chosen.into_iter().flatten() {
        let population = part.population;
        let own = &populations[population];
        let cells = match cells_node {
            Some(_) if !part.cells.is_all() => {
                let message = "found beside a part of a population, which says it already; expected one of the two";
                reader.fault(&join(path, "cells"), message);
                None
            }
            Some(node) => cells::cells(reader, node, &join(path, "cells"), own),
            None => Some(part.cells),
        };
        for name in names.iter().flatten() {
            if Heard::is_one(name) {
                let Some(tissue) = tissue else {
                    if reader.document.find("peptides").is_some() {
                        continue;
                    }
                    let message = format!("`{}` is of peptides, and the model has no section `peptides`", brief(name));
                    reader.fault(&join(path, "variables"), message);
                    continue;
                };
                let Some(cells) = cells.clone() else { continue };
                let every_ms = given.then_some(every_ms);
                let heard = tissue.heard(reader, (name, path), (population, own), (cells, every_ms));
                let Some(heard) = heard else { continue };
                let is_same = |one: &HeardSpec| (one.population, one.what) == (heard.population, heard.what);
                if record.watch.heard.iter().any(is_same) {
                    reader.fault(path, format!("`{}` of `{}` is recorded twice", brief(name), own.name));
                } else {
                    record.watch.heard.push(heard);
                }
                continue;
            }
            let Some(info) = own.info() else {
                reader.fault(&join(path, "population"), format!("the cells of `{}` have no state", own.name));
                break;
            };
            let every_steps = every_steps(reader, path, every_ms, clock);
            let known: Vec<String> = info.observables().map(Variable::name).collect();
            let recorded =
                |variable| record.states.iter().any(|s| (s.population, s.variable) == (population, variable));
            match (known.iter().position(|variable| variable == name), &cells, every_steps) {
                (Some(variable), ..) if recorded(variable) => {
                    reader.fault(path, format!("`{name}` of `{}` is recorded twice", own.name));
                }
                (Some(variable), Some(cells), Some(every_steps)) => {
                    let (path, cells) = (path.to_owned(), cells.clone());
                    record.states.push(StateSpec { path, population, variable, cells, every_steps });
                }
                (None, ..) => {
                    let hint = did_you_mean(name, known.iter().map(String::as_str));
                    reader.fault(
                        &join(path, "variables"),
                        format!("{} has no variable `{}`{hint}; it has {}", info.name, brief(name), known.join(", ")),
                    );
                }
                _ => {}
            }
        }
    }
}

fn every_steps(reader: &Reader<'_>, path: &str, every_ms: f64, clock: Clock) -> Option<u64> {
    if let Ok(steps @ 1..) = clock.steps(every_ms) {
        return Some(steps);
    }
    let message = format!("found {} ms, must be a multiple of dt = {} ms", shown(every_ms), clock.dt_ms());
    reader.fault(&join(path, "every_ms"), message);
    None
}

/// A name, or a list of names.
fn variables(reader: &Reader<'_>, node: &Node, path: &str) -> Option<Vec<String>> {
    if let Value::String(name) = &node.value {
        return Some(vec![name.clone()]);
    }
    let items = reader.array(node, &join(path, "variables"))?;
    if items.is_empty() {
        reader.fault(&join(path, "variables"), "the list is empty, expected names of variables");
    }
    let name = |(index, item)| reader.string(item, &join(path, &format!("variables.{index}"))).map(str::to_owned);
    items.iter().enumerate().map(name).collect()
}

impl Model {
    /// How often weights that follow spikes are written, in steps.
    pub fn weights_every(&self) -> Option<u64> {
        self.record.weights_every
    }

    /// What is wrong with the record of weights: nothing changes them.
    pub(crate) fn weights_fault(&self) -> Option<(&'static str, &'static str)> {
        let mut synapses = self.projections.iter().filter_map(|own| own.synapse.as_ref());
        let changes = synapses.any(|own| own.build(StreamKey::new(0, Stream::SynapseEquation, 0)).timing().is_some());
        // Of a projection that is refused it is not known.
        let known = self.projections.iter().filter(|own| own.path.starts_with("projections.")).count();
        let all_known = self.document.find(&format!("projections.{known}")).is_none();
        let message = "no projection has a synapse model whose weights follow spikes";
        (self.record.weights_every.is_some() && !changes && all_known).then_some(("record.weights_every_ms", message))
    }
}
