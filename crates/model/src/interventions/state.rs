//! `state`: other values of state variables of cells, written once.

use super::{EditSpec, Known};
use crate::cells::some_chosen;
use crate::document::{Node, Value};
use crate::fields::{ALWAYS, Fields, Reader, brief, described};
use neuropil_core::did_you_mean;
use neuropil_engine::intervention::StateValues;
use neuropil_network::neuron::{ModelInfo, Variable};
use std::sync::Arc;

pub(super) fn read(mut fields: Fields<'_, '_>, known: Known<'_>) -> Option<EditSpec> {
    let reader = fields.reader;
    let of = some_chosen(&mut fields, "of", known.populations)?;
    let mut info: Option<&'static ModelInfo> = None;
    for own in &of {
        let population = &known.populations[own.population];
        let Some(found) = population.info() else {
            reader.fault(&own.path, format!("`{}` only sends: it has no states", population.name));
            return None;
        };
        if info.is_some_and(|info| info.variables != found.variables) {
            reader.fault(&own.path, format!("`{}` is of another model than those before it", population.name));
            return None;
        }
        info = Some(found);
    }
    let info = info?;
    let mut values = Vec::new();
    let mut sound = true;
    for member in fields.members().iter().filter(|own| own.key != "of" && !ALWAYS.contains(&own.key.as_str())) {
        let path = fields.path_of(&member.key);
        let own = variable(info, &member.key).map_err(|message| reader.fault(&path, message)).ok();
        let value = own.and_then(|own| Some((own, state_values(reader, &member.node, (&path, of.len() == 1))?)));
        sound &= value.is_some();
        values.extend(value);
    }
    if values.is_empty() && sound {
        reader.fault(&fields.path, format!("found no state variable, expected some of {}", names(info).join(", ")));
        return None;
    }
    sound.then_some(EditSpec::State { of, values })
}

/// The variables that can be written.
fn names(info: &ModelInfo) -> Vec<String> {
    let own = info.variables.iter().enumerate().filter(|(index, _)| !info.is_of_solver(*index));
    own.map(|(_, own)| own.name()).collect()
}

/// The index of a variable that can be written.
fn variable(info: &ModelInfo, name: &str) -> Result<usize, String> {
    let own = info.variables.iter().position(|own| own.name() == name);
    if let Some(index) = own.filter(|index| !info.is_of_solver(*index)) {
        return Ok(index);
    }
    let known = names(info);
    if own.is_some() {
        return Err(format!("`{name}` is the solver's own: it cannot be written; there are {}", known.join(", ")));
    }
    if info.derived.iter().map(Variable::name).any(|own| own == name) {
        return Err(format!("`{name}` follows from the state: it cannot be written; there are {}", known.join(", ")));
    }
    let hint = did_you_mean(name, known.iter().map(String::as_str));
    Err(format!("these cells have no state `{}`{hint}; there are {}", brief(name), known.join(", ")))
}

/// A number, or a list of one a cell.
fn state_values(reader: &Reader<'_>, node: &Node, (path, is_alone): (&str, bool)) -> Option<StateValues> {
    match &node.value {
        Value::Number(..) => reader.number(node, path).map(StateValues::All),
        Value::Array(_) if !is_alone => {
            reader.fault(path, "found a list of several populations, expected one number, or edits of each population");
            None
        }
        Value::Array(_) => reader.list_of_numbers(node, path).map(|all| StateValues::Each(Arc::new(all))),
        other => {
            reader.fault(path, format!("found {}, expected a number, or a list of one a cell", described(other)));
            None
        }
    }
}
