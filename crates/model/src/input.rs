//! Inputs, as files say them.

use crate::catalogue::INPUTS;
use crate::cells::{Chosen, populations_of, some_chosen};
use crate::document::{Node, Value};
use crate::fields::{Fields, Reader, brief, shown};
use crate::model::{InputKind, InputSpec, PopulationSpec};
use crate::reached::{any_weight, receptors, weight};
use crate::values::rate;
use neuropil_core::{Clock, Unit, did_you_mean};
use neuropil_network::current::Waveform;
use neuropil_network::{Property, Window};

pub(crate) fn input(
    reader: &Reader<'_>,
    node: &Node,
    path: &str,
    populations: &[PopulationSpec],
    clock: Clock,
) -> Option<InputSpec> {
    let mut fields = reader.object(node, path, "input")?;
    let kind = fields.required_word("kind", INPUTS)?;
    let name = fields.get("name").and_then(|node| reader.string(node, &fields.path_of("name"))).map(str::to_owned);
    let to = some_chosen(&mut fields, "to", populations);
    let kind = match INPUTS[kind] {
        "poisson" => {
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
        other => to.as_deref().and_then(|to| {
            let (ports, unit) = current_ports(&mut fields, to, populations)?;
            Some(InputKind::Current { waveform: waveform(&mut fields, other, unit, clock)?, ports })
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

fn waveform(fields: &mut Fields<'_, '_>, kind: &str, unit: Unit, clock: Clock) -> Option<Waveform> {
    let reader = fields.reader;
    let number = |fields: &mut Fields<'_, '_>, symbol: &str| {
        fields.required_number(&unit.name_of(symbol), "a finite number", f64::is_finite)
    };
    match kind {
        "step_current" => {
            let amplitude = number(fields, "amplitude");
            Some(Waveform::Constant { amplitude: amplitude? })
        }
        "sine_current" => {
            let amplitude = number(fields, "amplitude");
            let frequency_hz = fields.required_number("frequency_hz", ">= 0", |f| f >= 0.0);
            let offset = fields.number(&unit.name_of("offset")).unwrap_or(0.0);
            let phase = fields.number("phase_cycles").unwrap_or(0.0);
            Some(Waveform::Sine { offset, amplitude: amplitude?, frequency_hz: frequency_hz?, phase })
        }
        "ou_current" => {
            let mean = fields.number(&unit.name_of("mean")).unwrap_or(0.0);
            let std = fields.required_number(&unit.name_of("std"), ">= 0", |std| std >= 0.0);
            let tau_ms = fields.required_number("tau_ms", "> 0", |tau| tau > 0.0);
            Some(Waveform::OrnsteinUhlenbeck { mean, std: std?, tau_ms: tau_ms? })
        }
        _ => {
            let mean = fields.number(&unit.name_of("mean")).unwrap_or(0.0);
            let std = fields.required_number(&unit.name_of("std"), ">= 0", |std| std >= 0.0);
            let hold = fields.number("hold_ms").unwrap_or(clock.dt_ms());
            match clock.steps(hold) {
                Ok(hold_steps @ 1..) => Some(Waveform::Noise { mean, std: std?, hold_steps }),
                _ => {
                    reader.fault(
                        &fields.path_of("hold_ms"),
                        format!("found {} ms, must be a multiple of dt = {} ms", shown(hold), clock.dt_ms()),
                    );
                    None
                }
            }
        }
    }
}
