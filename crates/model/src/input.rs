//! Inputs, as files say them.

use crate::catalogue::INPUTS;
use crate::document::Node;
use crate::fields::{Fields, Reader, shown};
use crate::model::{InputKind, InputSpec, PopulationSpec};
use crate::projection::{some_named, weight};
use crate::values::rate;
use neuropil_core::{Clock, Unit};
use neuropil_network::Property;
use neuropil_network::current::Course;

pub(crate) fn input(
    reader: &Reader<'_>,
    node: &Node,
    path: &str,
    populations: &[PopulationSpec],
    clock: Clock,
) -> Option<InputSpec> {
    let mut fields = reader.object(node, path, "input")?;
    let kind = fields.required_word("kind", INPUTS)?;
    let to = some_named(&mut fields, "to", populations);
    let kind = match INPUTS[kind] {
        "poisson" => {
            let in_degree = fields.number_or("in_degree", 1.0, "> 0", |degree| degree > 0.0);
            let rate_path = fields.path_of("rate_hz");
            let cells = to.as_ref().and_then(|to| to.first()).map_or(0, |&p| populations[p].cells);
            let rate = fields
                .require("rate_hz")
                .and_then(|node| rate(reader, node, &rate_path, in_degree, cells, clock.dt_ms()));
            let weight = to.as_ref().and_then(|to| weight(&mut fields, to, populations));
            let weight = weight.and_then(|weight| match weight {
                Property::Drawn(weight) if weight.as_constant().is_some() => weight.as_constant(),
                _ => {
                    reader.fault(path, "the weight of a Poisson input must be one number");
                    None
                }
            });
            rate.zip(weight).map(|(rate, weight)| InputKind::Poisson { rate, weight })
        }
        other => to.as_ref().and_then(|to| course(&mut fields, other, to, populations, clock)).map(InputKind::Current),
    };
    if to.is_some() {
        fields.finish();
    }
    Some(InputSpec { path: path.into(), to: to?, kind: kind? })
}

fn course(
    fields: &mut Fields<'_, '_>,
    kind: &str,
    to: &[usize],
    populations: &[PopulationSpec],
    clock: Clock,
) -> Option<Course> {
    let reader = fields.reader;
    let mut units: Vec<Option<Unit>> =
        to.iter().map(|&p| populations[p].info().and_then(|info| info.current_unit)).collect();
    units.dedup();
    let &[Some(unit)] = units.as_slice() else {
        reader.fault(&fields.path_of("to"), "these cells take no current, or currents in different units");
        return None;
    };
    let number = |fields: &mut Fields<'_, '_>, symbol: &str| {
        fields.required_number(&unit.name_of(symbol), "a finite number", f64::is_finite)
    };
    match kind {
        "step_current" => {
            let amplitude = number(fields, "amplitude");
            let start_ms = fields.number("start_ms").unwrap_or(0.0);
            let stop_ms = fields.number("stop_ms").unwrap_or(f64::INFINITY);
            Some(Course::Step { amplitude: amplitude?, start_ms, stop_ms })
        }
        "sine_current" => {
            let amplitude = number(fields, "amplitude");
            let frequency_hz = fields.required_number("frequency_hz", ">= 0", |f| f >= 0.0);
            let offset = fields.number(&unit.name_of("offset")).unwrap_or(0.0);
            let phase = fields.number("phase_cycles").unwrap_or(0.0);
            Some(Course::Sine { offset, amplitude: amplitude?, frequency_hz: frequency_hz?, phase })
        }
        _ => {
            let mean = fields.number(&unit.name_of("mean")).unwrap_or(0.0);
            let std = fields.required_number(&unit.name_of("std"), ">= 0", |std| std >= 0.0);
            let hold = fields.number("hold_ms").unwrap_or(clock.dt_ms());
            match clock.steps(hold) {
                Ok(hold_steps @ 1..) => Some(Course::Noise { mean, std: std?, hold_steps }),
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
