//! Inputs, as files say them.

use crate::catalogue::inputs;
use crate::cells::{Chosen, populations_of, some_chosen};
use crate::document::{Node, Value};
use crate::fields::{Fields, Reader, brief, shown};
use crate::model::{InputKind, InputSpec, PopulationSpec};
use crate::reached::{any_weight, receptors, weight};
use crate::values::rate;
use neuropil_core::{Clock, Unit, did_you_mean};
use neuropil_network::current::{self, Absent, CurrentKind, CurrentNumber, Waveform};
use neuropil_network::{Property, Window};

pub(crate) fn input(
    reader: &Reader<'_>,
    node: &Node,
    path: &str,
    populations: &[PopulationSpec],
    clock: Clock,
) -> Option<InputSpec> {
    let mut fields = reader.object(node, path, "input")?;
    let known = inputs();
    let kind = fields.required_word("kind", &known)?;
    let name = fields.get("name").and_then(|node| reader.string(node, &fields.path_of("name"))).map(str::to_owned);
    let to = some_chosen(&mut fields, "to", populations);
    let kind = match current::kind(known[kind]) {
        // Poisson trains.
        None => {
            let in_degree = fields.number_or("in_degree", 1.0, "> 0", |degree| degree > 0.0);
            let rate_path = fields.path_of("rate_hz");
            let first = to.as_ref().and_then(|to| to.first());
            let rate = fields.require("rate_hz").and_then(|node| {
                // Where the number of cells depends on their places, it is compared once these are drawn.
                let listed = if let Value::Array(items) = &node.value { items.len() } else { 0 };
                let cells = first.and_then(|own| own.cells.count(populations[own.population].cells));
                let cells = cells.unwrap_or_else(|| u32::try_from(listed).unwrap_or(u32::MAX));
                rate(reader, node, &rate_path, in_degree, cells, clock.dt_ms())
            });
            let targets = to.as_deref().map(populations_of);
            let reached = targets.as_deref().and_then(|to| receptors(&mut fields, to, populations));
            let reached = reached.filter(|reached| reached.can_choose(&fields, populations));
            let weight = reached.as_ref().and_then(|reached| weight(&mut fields, reached, populations));
            let receptors = reached.map(|reached| reached.receptors).unwrap_or_default();
            if weight.is_none() {
                any_weight(&mut fields);
            }
            let weight = weight.and_then(|weight| match weight {
                Property::Drawn(weight) if weight.as_constant().is_some() => weight.as_constant(),
                _ => {
                    reader.fault(path, "the weight of a Poisson input must be one number");
                    None
                }
            });
            rate.zip(weight).map(|(rate, weight)| InputKind::Poisson { rate, in_degree, weight, receptors })
        }
        Some(kind) => to.as_deref().and_then(|to| {
            let found = current_ports(&mut fields, to, populations);
            // The waveform is read where its port is wrong too: none of its fields is unknown.
            let unit = found.as_ref().map_or(Unit::Pa, |(_, unit)| *unit);
            let waveform = waveform(&mut fields, kind, unit, clock)?;
            found.map(|(ports, _)| InputKind::Current { waveform, ports })
        }),
    };
    let window = window(&mut fields, clock);
    if to.is_some() {
        fields.finish();
    }
    Some(InputSpec { path: path.into(), name, to: to?, window: window?, kind: kind? })
}

/// No two inputs have one name.
pub(crate) fn one_of_a_name(reader: &Reader<'_>, inputs: &[InputSpec]) {
    for (index, own) in inputs.iter().enumerate() {
        let twice =
            own.name.as_ref().filter(|name| inputs[..index].iter().any(|other| other.name.as_ref() == Some(name)));
        if let Some(name) = twice {
            reader.fault(&format!("{}.name", own.path), format!("another input is called `{}` too", brief(name)));
        }
    }
}

/// The continuous port that `port` names in each of `to`, the only one where it names none, and their unit.
pub(crate) fn current_ports(
    fields: &mut Fields<'_, '_>,
    to: &[Chosen],
    populations: &[PopulationSpec],
) -> Option<(Vec<usize>, Unit)> {
    let (reader, path) = (fields.reader, fields.path_of("port"));
    let named = fields.get("port").map(|node| reader.string(node, &path));
    let named = named.map_or(Some(None), |name| name.map(Some))?;
    let (mut ports, mut units) = (Vec::new(), Vec::new());
    for chosen in to {
        let own = &populations[chosen.population];
        let currents = own.info().map_or(&[][..], |info| info.currents);
        let known = || currents.iter().map(|port| port.name).collect::<Vec<_>>().join(", ");
        let port = match (named, currents) {
            (_, []) => {
                reader.fault(&fields.path_of("to"), format!("the cells of `{}` take no current", own.name));
                return None;
            }
            (None, [_]) => Some(0),
            (None, _) => {
                reader.fault(&fields.path, format!("`port` is missing: `{}` has {}", own.name, known()));
                return None;
            }
            (Some(name), _) => currents.iter().position(|port| port.name == name),
        };
        let Some(port) = port else {
            let name = named.unwrap_or_default();
            let hint = did_you_mean(name, currents.iter().map(|port| port.name));
            let message = format!("`{}` has no port `{}` of currents, it has {}{hint}", own.name, brief(name), known());
            reader.fault(&path, message);
            return None;
        };
        ports.push(port);
        units.push(currents[port].unit);
    }
    units.dedup();
    let &[unit] = units.as_slice() else {
        reader.fault(&fields.path_of("to"), "these cells take currents in different units");
        return None;
    };
    Some((ports, unit))
}

/// A time from 0 on, on the grid.
fn time(fields: &mut Fields<'_, '_>, key: &str, clock: Clock) -> Option<f64> {
    let (path, dt_ms) = (fields.path_of(key), clock.dt_ms());
    let time_ms = fields.number(key)?;
    if time_ms < 0.0 || clock.steps(time_ms).is_err() {
        let expected = format!("must be a time from 0 ms on, a multiple of dt = {dt_ms} ms");
        fields.reader.fault(&path, format!("found {} ms, {expected}", shown(time_ms)));
        return None;
    }
    Some(time_ms)
}

/// `start_ms` and `stop_ms`: when an input or a source is on.
pub(crate) fn window(fields: &mut Fields<'_, '_>, clock: Clock) -> Option<Window> {
    let start_ms = time(fields, "start_ms", clock).unwrap_or(0.0);
    let stop_ms = time(fields, "stop_ms", clock).unwrap_or(f64::INFINITY);
    if stop_ms > start_ms {
        return Some(Window { start_ms, stop_ms });
    }
    let message = format!("found {}, must be > start_ms = {}: it would never be on", shown(stop_ms), shown(start_ms));
    fields.reader.fault(&fields.path_of("stop_ms"), message);
    None
}

/// The waveform of a kind of current into a port of this unit.
pub(crate) fn waveform(fields: &mut Fields<'_, '_>, kind: &CurrentKind, unit: Unit, clock: Clock) -> Option<Waveform> {
    let values: Vec<Option<f64>> = kind.numbers.iter().map(|own| told(fields, own, unit, clock)).collect();
    let made = kind.waveform(&values.into_iter().collect::<Option<Vec<_>>>()?, clock);
    made.map_err(|fault| fields.reader.fault(&fields.path, fault.to_string())).ok()
}

/// A number that a file tells of a current, or what is there where it says nothing.
fn told(fields: &mut Fields<'_, '_>, own: &CurrentNumber, unit: Unit, clock: Clock) -> Option<f64> {
    let (name, expected) = (own.name(unit), own.range.expected());
    let fits = |number| own.range.contains(number);
    match own.absent {
        Absent::Fault => fields.required_number(&name, &expected, fits),
        Absent::Number(default) => Some(fields.number_or(&name, default, &expected, fits)),
        Absent::Step => {
            let number = fields.number(&name).unwrap_or(clock.dt_ms());
            if matches!(clock.steps(number), Ok(1..)) {
                return Some(number);
            }
            let message = format!("found {} ms, must be a multiple of dt = {} ms", shown(number), clock.dt_ms());
            fields.reader.fault(&fields.path_of(&name), message);
            None
        }
    }
}
