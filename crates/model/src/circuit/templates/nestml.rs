//! `nestml:FILE.nestml#MODEL`: a cell that a file writes as equations, in the directory of cells.

use super::super::parameters::{Given, Parameters};
use super::{Program, Recipe};
use crate::cell_file::EXTENSION;
use neuropil_core::did_you_mean;
use neuropil_equations::ir::{Cell, Takes};
use neuropil_equations::machine::Method;
use neuropil_equations::{Fault, Role};

/// What a template of this kind begins with.
pub(in super::super) const PREFIX: &str = "nestml:";

/// Errors of what is not linear stay below it, relative to 1 + |x|.
const TOLERANCE: f64 = 1e-6;

/// The file and the model of a template, if it is of this kind.
pub(in super::super) fn file_of(template: &str) -> Option<(&str, Option<&str>)> {
    let asked = template.strip_prefix(PREFIX)?;
    let (file, model) = asked.split_once('#').map_or((asked, None), |(file, model)| (file, Some(model)));
    file.ends_with(EXTENSION).then_some((file, model))
}

/// What synapses read of a cell that follow spikes; a cell may have parameters of these names, too.
const OF_SYNAPSES: [&str; 2] = ["tau_minus", "tau_minus_triplet"];

/// The recipe of a cell in `text`; all parameters are numbers or truth values of the file, or where a state variable starts.
///
/// # Errors
/// What is wrong with the text, and names that it does not have.
pub(in super::super) fn recipe(
    (file, wanted): (&str, Option<&str>),
    text: String,
    parameters: &Parameters,
) -> Result<Recipe, String> {
    let read = neuropil_equations::read(&text, Some(Role::Cell)).map_err(|findings| {
        let shown = |own: &Fault| format!("{file}:{}:{}: {}", own.place.line, own.place.column, own.message);
        findings.faults.iter().map(shown).collect::<Vec<_>>().join("; ")
    })?;
    let names = || read.cells.iter().map(|cell| cell.name.as_str());
    let listed = || names().collect::<Vec<_>>().join(", ");
    let cell = match wanted {
        Some(wanted) => names().position(|name| name == wanted).map(|place| &read.cells[place]).ok_or_else(|| {
            format!("{file} has no model `{wanted}`{}; it has {}", did_you_mean(wanted, names()), listed())
        })?,
        None if read.cells.len() == 1 => &read.cells[0],
        None => return Err(format!("{file} holds several models; write {PREFIX}{file}#NAME, of {}", listed())),
    };
    let (mut values, mut start) = (Vec::new(), Vec::new());
    for (name, given) in parameters {
        let value = match given {
            Given::Number(value) => *value,
            Given::Flag(flag) => f64::from(u8::from(*flag)),
            Given::Numbers(_) => return Err(format!("{name} is {given}, expected a number or a truth value")),
        };
        if cell.parameters.iter().any(|own| own.name.text == *name) {
            values.push((name.clone(), value));
        } else if cell.states.iter().any(|own| own.name.text == *name) {
            start.push((name.clone(), value));
        } else if !OF_SYNAPSES.contains(&name.as_str()) {
            return Err(unknown(cell, name));
        }
    }
    let numbered = cell.spike_ports.len() > 1 && cell.spike_ports.iter().all(|port| port.takes == Takes::Any);
    let (name, method) = (cell.name.clone(), Method::Auto { tolerance: TOLERANCE });
    Ok(Recipe { program: Program::Written { name, text, method }, values, start, numbered, notes: Vec::new() })
}

fn unknown(cell: &Cell, name: &str) -> String {
    let parameters = cell.parameters.iter().map(|own| own.name.text.as_str());
    let known: Vec<&str> = parameters.chain(cell.states.iter().map(|own| own.name.text.as_str())).collect();
    let hint = did_you_mean(name, known.iter().copied());
    format!("parameter `{name}` is not one of the model's ({}){hint}; it has {}", cell.name, known.join(", "))
}
