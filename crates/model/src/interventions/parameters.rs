//! `parameters`: other values of parameters of cells.

use super::{EditSpec, Known};
use crate::cells::some_chosen;
use crate::document::{Node, Value};
use crate::fields::{ALWAYS, Fields, brief, described};
use neuropil_core::parameter::index_value;
use neuropil_core::{Parameter, Range, did_you_mean};

pub(super) fn read(mut fields: Fields<'_, '_>, known: Known<'_>) -> Option<EditSpec> {
    let reader = fields.reader;
    let of = some_chosen(&mut fields, "of", known.populations)?;
    let mut rows: Option<&'static [Parameter]> = None;
    for own in &of {
        let population = &known.populations[own.population];
        let Some(info) = population.info() else {
            reader.fault(&own.path, format!("`{}` only sends: it has no such parameters", population.name));
            return None;
        };
        if rows.is_some_and(|rows| rows != info.parameters) {
            reader.fault(&own.path, format!("`{}` is of another model than those before it", population.name));
            return None;
        }
        rows = Some(info.parameters);
    }
    let rows = rows?;
    let mut values = Vec::new();
    let mut sound = true;
    for member in fields.members().iter().filter(|own| own.key != "of" && !ALWAYS.contains(&own.key.as_str())) {
        let path = fields.path_of(&member.key);
        let Some(row) = rows.iter().position(|row| row.name() == member.key) else {
            let hint = did_you_mean(
                &member.key,
                rows.iter().map(Parameter::name).collect::<Vec<_>>().iter().map(String::as_str),
            );
            reader.fault(&path, format!("these cells have no parameter `{}`{hint}", brief(&member.key)));
            sound = false;
            continue;
        };
        match value(&rows[row], &member.node) {
            Ok(value) => values.push((row, value)),
            Err(message) => {
                reader.fault(&path, message);
                sound = false;
            }
        }
    }
    if values.is_empty() && sound {
        let names: Vec<String> = rows.iter().map(Parameter::name).collect();
        reader.fault(&fields.path, format!("found no parameter, expected some of {}", names.join(", ")));
        return None;
    }
    sound.then_some(EditSpec::Parameters { of, values })
}

/// A number, or the word of a choice.
fn value(row: &Parameter, node: &Node) -> Result<f64, String> {
    match (&node.value, row.range) {
        (Value::String(word), Range::Choice(words)) => match words.iter().position(|own| own == word) {
            Some(index) => Ok(index_value(index)),
            None => Err(format!("found \"{}\", must be one of {}", brief(word), words.join(", "))),
        },
        (Value::Number(value, _), Range::Any | Range::Positive | Range::NonNegative | Range::Fraction) => Ok(*value),
        (other, Range::Choice(words)) => {
            Err(format!("found {}, expected one of {}", described(other), words.join(", ")))
        }
        (other, _) => Err(format!("found {}, expected one number, of all these cells", described(other))),
    }
}
