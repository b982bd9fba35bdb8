//! Inputs: Poisson trains, and currents, whose numbers are those of their tables.

use super::populations::window;
use super::{number, object, positive, receptor, reference, with};
use crate::catalogue::POISSON_INPUT;
use neuropil_core::{Range, Unit};
use neuropil_network::current::{Absent, CurrentKind, CurrentNumber, KINDS};
use serde_json::{Map, Value, json};

pub(super) fn inputs() -> Value {
    std::iter::once(poisson()).chain(KINDS.iter().map(current)).collect()
}

/// What every input has.
fn common(kind: &str) -> Value {
    let own = json!({
        "kind": {"const": kind}, "to": reference("populations"),
        "name": {"type": "string", "description": "By which interventions speak of it."},
    });
    with(own, window())
}

fn poisson() -> Value {
    let own = json!({"in_degree": positive(), "rate_hz": reference("rate"), "receptor": receptor()});
    let weights: Map<String, Value> = [Unit::Mv, Unit::Pa, Unit::Ns, Unit::One]
        .map(|unit| (unit.name_of("weight"), number("")))
        .into_iter()
        .collect();
    object("input", with(with(common(POISSON_INPUT), own), Value::Object(weights)), &["kind", "to", "rate_hz"])
}

fn current(kind: &CurrentKind) -> Value {
    let units = |own: &CurrentNumber| own.unit.map_or_else(|| vec![Unit::Pa, Unit::One], |unit| vec![unit]);
    let each =
        kind.numbers.iter().flat_map(|own| units(own).into_iter().map(|unit| (own.name(unit), described(own, unit))));
    let numbers: Map<String, Value> = each.collect();
    let port = json!({"port": {"type": "string", "description": "Continuous port of the receiving model; default: its only one."}});
    // Which of two names is needed depends on the receiving cells.
    let needed = kind.numbers.iter().filter(|own| own.absent == Absent::Fault);
    let needed: Vec<String> = needed.filter_map(|own| Some(own.name(own.unit?))).collect();
    let required: Vec<&str> = ["kind", "to"].into_iter().chain(needed.iter().map(String::as_str)).collect();
    let mut input = object("input", with(with(common(kind.name), Value::Object(numbers)), port), &required);
    input["title"] = kind.summary.into();
    input
}

/// A number, and what it is: in pA, or of cells without units, where it has the unit of the port.
fn described(own: &CurrentNumber, unit: Unit) -> Value {
    let mut value = match own.range {
        Range::Positive => positive(),
        Range::NonNegative => json!({"type": "number", "minimum": 0}),
        _ => number(""),
    };
    let symbol = if unit.symbol().is_empty() { String::new() } else { format!(", {}", unit.symbol()) };
    let about = own.doc;
    value["description"] = match (own.absent, own.unit, unit) {
        (Absent::Fault, None, Unit::One) => format!("{about}; needed by cells without units."),
        (Absent::Fault, None, _) => format!("{about}{symbol}; needed by cells with units."),
        (Absent::Fault, Some(_), _) => format!("{about}{symbol}; needed."),
        (Absent::Number(default), None, Unit::One) => format!("{about} of cells without units; default {default}."),
        (Absent::Number(default), _, _) => format!("{about}{symbol}; default {default}."),
        (Absent::Step, _, _) => format!("{about}{symbol}, a multiple of dt_ms; default: a step."),
    }
    .into();
    value
}
