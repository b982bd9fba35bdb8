//! `weights` and `cut`: other weights of the synapses of a projection, or none of them.

use super::{ChangeSpec, EditSpec, Known};
use crate::cells::{Chosen, some_chosen};
use crate::document::Value;
use crate::fields::{Fields, described};
use neuropil_core::Unit;
use std::sync::Arc;

/// Units of weights.
pub(crate) const UNITS: [Unit; 4] = [Unit::Mv, Unit::Pa, Unit::Ns, Unit::One];

pub(super) fn read(mut fields: Fields<'_, '_>, known: Known<'_>) -> Option<EditSpec> {
    let projection = name(&mut fields);
    let parts = parts(&mut fields, known);
    let change = change(&mut fields);
    let (from, to) = parts?;
    if let Some(ChangeSpec::Each(unit, _)) = &change
        && (from.is_some() || to.is_some())
    {
        let message = "found a list beside `from` or `to`, expected one number: a list has a weight for each synapse of the projection";
        fields.reader.fault(&fields.path_of(&unit.name_of("weight")), message);
    }
    fields.finish();
    Some(EditSpec::Weights { projection: projection?, from, to, change: change? })
}

/// The name of a projection, or an object that has it.
pub(super) fn cut(fields: &mut Fields<'_, '_>, known: Known<'_>) -> Option<EditSpec> {
    let path = fields.path_of("cut");
    let node = fields.get("cut")?;
    let change = ChangeSpec::Cut;
    match &node.value {
        Value::String(name) => Some(EditSpec::Weights { projection: name.clone(), from: None, to: None, change }),
        Value::Object(_) => {
            let mut fields = fields.reader.object(node, &path, "cut")?;
            let projection = name(&mut fields);
            let parts = parts(&mut fields, known);
            fields.finish();
            let (from, to) = parts?;
            Some(EditSpec::Weights { projection: projection?, from, to, change })
        }
        other => {
            let expected = "the name of a projection, or {\"projection\": ..}";
            fields.reader.fault(&path, format!("found {}, expected {expected}", described(other)));
            None
        }
    }
}

pub(super) fn name(fields: &mut Fields<'_, '_>) -> Option<String> {
    let path = fields.path_of("projection");
    let node = fields.require("projection")?;
    fields.reader.string(node, &path).map(str::to_owned)
}

/// The cells from and onto which synapses are meant.
type Parts = (Option<Vec<Chosen>>, Option<Vec<Chosen>>);

fn parts(fields: &mut Fields<'_, '_>, known: Known<'_>) -> Option<Parts> {
    let mut part = |key: &str| match fields.get(key) {
        None => Some(None),
        Some(_) => some_chosen(fields, key, known.populations).map(Some),
    };
    let (from, to) = (part("from"), part("to"));
    Some((from?, to?))
}

fn change(fields: &mut Fields<'_, '_>) -> Option<ChangeSpec> {
    let reader = fields.reader;
    let names = ["scale".to_owned()].into_iter().chain(UNITS.map(|unit| unit.name_of("weight")));
    let present: Vec<String> = names.filter(|name| fields.get(name).is_some()).collect();
    let [name] = present.as_slice() else {
        let found = if present.is_empty() { "none".into() } else { present.join(" and ") };
        reader.fault(
            &fields.path,
            format!("found {found}, expected one of scale, weight_mv, weight_pa, weight_ns, weight"),
        );
        return None;
    };
    let path = fields.path_of(name);
    let Some(unit) = UNITS.into_iter().find(|unit| unit.name_of("weight") == *name) else {
        return fields.required_number("scale", ">= 0", |scale| scale >= 0.0).map(ChangeSpec::Scale);
    };
    let node = fields.get(name)?;
    match &node.value {
        Value::Number(..) => reader.number(node, &path).map(|weight| ChangeSpec::Set(unit, weight)),
        Value::Array(_) => reader.list_of_numbers(node, &path).map(|all| ChangeSpec::Each(unit, Arc::new(all))),
        other => {
            reader.fault(&path, format!("found {}, expected a number or a list of numbers", described(other)));
            None
        }
    }
}
