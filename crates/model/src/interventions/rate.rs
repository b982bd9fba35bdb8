//! `rate`: another rate of a Poisson input, or of cells that send Poisson trains.

use super::{EditSpec, Known, RateOfSpec};
use crate::cells::{Chosen, some_chosen};
use crate::document::Value;
use crate::fields::{Fields, brief, described, shown};
use crate::model::{InputKind, KindSpec};
use neuropil_core::did_you_mean;
use neuropil_network::source::NewRate;
use std::sync::Arc;

pub(super) fn read(mut fields: Fields<'_, '_>, known: Known<'_>) -> Option<EditSpec> {
    let of = whose(&mut fields, known);
    let rate_hz = rates(&mut fields);
    if of.is_some() {
        fields.finish();
    }
    Some(EditSpec::Rate { of: of?, rate_hz: rate_hz? })
}

/// One rate, or a list of them.
fn rates(fields: &mut Fields<'_, '_>) -> Option<NewRate> {
    let (reader, path) = (fields.reader, fields.path_of("rate_hz"));
    let node = fields.require("rate_hz")?;
    let rates = match &node.value {
        Value::Number(..) => NewRate::One(reader.number(node, &path)?),
        Value::Array(_) => NewRate::Each(Arc::new(reader.list_of_numbers(node, &path)?)),
        other => {
            reader.fault(&path, format!("found {}, expected a number or a list of numbers", described(other)));
            return None;
        }
    };
    let possible = |rate: &&f64| **rate >= 0.0;
    match rates.all().iter().find(|rate| !possible(rate)) {
        Some(rate) => {
            reader.fault(&path, format!("found {}, must be >= 0", shown(*rate)));
            None
        }
        None => Some(rates),
    }
}

fn whose(fields: &mut Fields<'_, '_>, known: Known<'_>) -> Option<RateOfSpec> {
    let reader = fields.reader;
    fields.excludes("input", "source");
    if fields.get("source").is_some() {
        let sources = some_chosen(fields, "source", known.populations)?;
        let other = |own: &&Chosen| !matches!(known.populations[own.population].kind, KindSpec::Poisson(_));
        if let Some(own) = sources.iter().find(other) {
            let name = &known.populations[own.population].name;
            reader.fault(&own.path, format!("`{name}` has no rate: expected a population of model poisson_source"));
            return None;
        }
        return Some(RateOfSpec::Sources(sources));
    }
    let path = fields.path_of("input");
    let Some(node) = fields.get("input") else {
        reader.fault(&fields.path, "expected `input`, the name of a Poisson input, or `source`, a population");
        return None;
    };
    let name = reader.string(node, &path)?;
    let poisson = |index: &usize| matches!(known.inputs[*index].kind, InputKind::Poisson { .. });
    let found = (0..known.inputs.len()).find(|index| known.inputs[*index].name.as_deref() == Some(name));
    let Some(input) = found.filter(poisson) else {
        let names = (0..known.inputs.len()).filter(poisson).filter_map(|index| known.inputs[index].name.as_deref());
        let hint = did_you_mean(name, names);
        let what = if found.is_some() { "is a current, not" } else { "is the `name` of none:" };
        reader.fault(&path, format!("`{}` {what} a Poisson input{hint}", brief(name)));
        return None;
    };
    let to = match fields.get("to") {
        None => None,
        Some(_) => Some(some_chosen(fields, "to", known.populations)?),
    };
    let reached = |own: &&Chosen| known.inputs[input].to.iter().all(|other| other.population != own.population);
    if let Some(own) = to.iter().flatten().find(reached) {
        let population = &known.populations[own.population].name;
        reader.fault(&own.path, format!("the input `{name}` does not reach `{population}`"));
        return None;
    }
    Some(RateOfSpec::Input(input, to))
}
