//! What is to be recorded, as files say it.

use crate::document::{Node, Value, join};
use crate::fields::{Reader, brief, did_you_mean, shown};
use crate::model::{Cells, PopulationSpec, RecordSpec, StateSpec};
use crate::projection::{named, some_named};
use neuropil_core::Clock;
use neuropil_network::neuron::Variable;

pub(crate) fn record(reader: &Reader<'_>, node: &Node, populations: &[PopulationSpec], clock: Clock) -> RecordSpec {
    let mut spec = RecordSpec::default();
    let Some(mut fields) = reader.object(node, "record", "record") else { return spec };
    match fields.get("spikes").map(|node| &node.value) {
        Some(Value::Bool(false)) => spec.silent = (0..populations.len()).collect(),
        None | Some(Value::Bool(true)) => {}
        Some(_) => {
            if let Some(chosen) = named(&mut fields, "spikes", populations) {
                spec.silent = (0..populations.len()).filter(|p| !chosen.contains(p)).collect();
            }
        }
    }
    if let Some(items) = fields.get("states").and_then(|node| reader.array(node, "record.states")) {
        for (index, item) in items.iter().enumerate() {
            states(reader, item, &format!("record.states.{index}"), populations, clock, &mut spec.states);
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
    fields.finish();
    spec
}

fn states(
    reader: &Reader<'_>,
    node: &Node,
    path: &str,
    populations: &[PopulationSpec],
    clock: Clock,
    specs: &mut Vec<StateSpec>,
) {
    let Some(mut fields) = reader.object(node, path, "state") else { return };
    let chosen = some_named(&mut fields, "population", populations);
    let every = fields.number_or("every_ms", clock.dt_ms(), "> 0", |every| every > 0.0);
    let every_steps = match clock.steps(every) {
        Ok(steps @ 1..) => Some(steps),
        _ => {
            reader.fault(
                &join(path, "every_ms"),
                format!("found {} ms, must be a multiple of dt = {} ms", shown(every), clock.dt_ms()),
            );
            None
        }
    };
    let cells_node = fields.get("cells");
    let names = fields.require("variables").and_then(|node| match &node.value {
        Value::String(name) => Some(vec![name.clone()]),
        _ => {
            let items = reader.array(node, &join(path, "variables"))?;
            if items.is_empty() {
                reader.fault(&join(path, "variables"), "the list is empty, expected names of variables");
            }
            let name =
                |(index, item)| reader.string(item, &join(path, &format!("variables.{index}"))).map(str::to_owned);
            items.iter().enumerate().map(name).collect::<Vec<_>>().into_iter().collect()
        }
    });
    fields.finish();
    for population in chosen.into_iter().flatten() {
        let own = &populations[population];
        let Some(info) = own.info() else {
            reader.fault(&join(path, "population"), format!("the cells of `{}` have no state", own.name));
            continue;
        };
        let cells = match cells_node {
            Some(node) => chosen_cells(reader, node, &join(path, "cells"), own.cells),
            None => Some(Cells::All),
        };
        for name in names.iter().flatten() {
            let known: Vec<String> = info.variables.iter().map(Variable::name).collect();
            match (known.iter().position(|variable| variable == name), &cells, every_steps) {
                (Some(variable), ..) if specs.iter().any(|s| (s.population, s.variable) == (population, variable)) => {
                    reader.fault(path, format!("`{name}` of `{}` is recorded twice", own.name));
                }
                (Some(variable), Some(cells), Some(every_steps)) => {
                    let (path, cells) = (path.to_owned(), cells.clone());
                    specs.push(StateSpec { path, population, variable, cells, every_steps });
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

/// A count (the first so many), or a list of indices.
fn chosen_cells(reader: &Reader<'_>, node: &Node, path: &str, cells: u32) -> Option<Cells> {
    if let Value::Number(_, Some(count)) = node.value {
        return match u32::try_from(count) {
            Ok(count @ 1..) if count <= cells => Some(Cells::First(count)),
            _ => {
                reader.fault(path, format!("found {count}, must be between 1 and {cells}, the number of cells"));
                None
            }
        };
    }
    let mut chosen = Vec::new();
    let asked = reader.wholes(node, path)?;
    if asked.is_empty() {
        reader.fault(path, "no cell is chosen: expected a number of cells, or a list of indices");
        return None;
    }
    for (index, cell) in asked.into_iter().enumerate() {
        match u32::try_from(cell) {
            Ok(cell) if cell < cells => chosen.push(cell),
            _ => reader.fault(
                &join(path, &index.to_string()),
                format!("found {cell}, but there are {cells} cells, numbered from 0"),
            ),
        }
    }
    chosen.sort_unstable();
    chosen.dedup();
    Some(Cells::These(chosen))
}
