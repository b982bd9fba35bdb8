//! Values that are constant, listed, drawn, or a function of distance or time.

use crate::catalogue::{BY_DISTANCE, DISTRIBUTIONS, OUTSIDE};
use crate::document::{Node, Value, join};
use crate::fields::{Fields, Reader, described, shown};
use neuropil_core::{Distribution, Outside, Shape};
use neuropil_network::Property;
use neuropil_network::source::Rate;
use neuropil_network::source::poisson::MAX_MEAN_COUNT;

/// A value of each cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum PerCell {
    Drawn(Distribution),
    List(Vec<f64>),
}

impl PerCell {
    /// Whether it is more than one number.
    pub fn differs(&self) -> bool {
        !matches!(self, PerCell::Drawn(value) if value.as_constant().is_some())
    }
}

const HERE: &str =
    "a number, a list with one number a cell, {\"file\": ..., \"dataset\": ...} or {\"distribution\": ...}";

/// A number, a list, or a distribution.
pub(crate) fn per_cell(reader: &Reader, node: &Node, path: &str, cells: u32) -> Option<PerCell> {
    match &node.value {
        Value::Number(value, _) => Some(PerCell::Drawn(Distribution::constant(*value))),
        Value::Array(items) => {
            let numbers = reader.numbers(node, path)?;
            if numbers.len() != cells as usize {
                reader.fault(
                    path,
                    format!("found a list of {}, expected one number for each of the {cells} cells", items.len()),
                );
                return None;
            }
            reader.note_list(path, &numbers);
            Some(PerCell::List(numbers))
        }
        Value::Object(_) if Reader::is_dataset(node) => {
            reader.array_of(node, path, &[("cells", cells as usize)]).map(PerCell::List)
        }
        Value::Object(_) => drawn(reader, node, path).map(PerCell::Drawn),
        other => {
            reader.fault(path, format!("found {}, expected {HERE}", described(other)));
            None
        }
    }
}

/// `{"distribution": NAME, ..., "min", "max", "outside"}`.
pub(crate) fn drawn(reader: &Reader, node: &Node, path: &str) -> Option<Distribution> {
    let mut fields = reader.object(node, path, "value")?;
    let Some(index) = fields.required_word("distribution", DISTRIBUTIONS) else {
        // The other fields cannot be judged without it.
        return None;
    };
    distribution(fields, index)
}

fn distribution(mut fields: Fields<'_, '_>, index: usize) -> Option<Distribution> {
    let mut number = |key: &str| fields.required_number(key, "a finite number", f64::is_finite);
    let shape = match DISTRIBUTIONS[index] {
        "uniform" => number("low").zip(number("high")).map(|(low, high)| Shape::Uniform { low, high }),
        "normal" => number("mean").zip(number("std")).map(|(mean, std)| Shape::Normal { mean, std }),
        "lognormal" => number("mu").zip(number("sigma")).map(|(mu, sigma)| Shape::Lognormal { mu, sigma }),
        "exponential" => number("mean").map(|mean| Shape::Exponential { mean }),
        _ => number("shape").zip(number("scale")).map(|(shape, scale)| Shape::Gamma { shape, scale }),
    };
    let min = fields.number("min").unwrap_or(f64::NEG_INFINITY);
    let max = fields.number("max").unwrap_or(f64::INFINITY);
    let outside = if fields.word("outside", OUTSIDE) == Some(1) { Outside::Clip } else { Outside::Redraw };
    let (reader, path) = (fields.reader, fields.path.clone());
    if fields.get("outside").is_some() && min == f64::NEG_INFINITY && max == f64::INFINITY {
        reader.fault(&fields.path_of("outside"), "nothing is outside: expected `min` or `max` beside it");
    }
    fields.finish();
    let distribution = Distribution { shape: shape?, min, max, outside };
    match distribution.check() {
        Ok(()) => Some(distribution),
        Err(fault) => {
            reader.fault(&path, fault.to_string());
            None
        }
    }
}

/// A weight or delay: a number, a distribution, a function of distance, or (with an explicit list) a list.
pub(crate) fn property(reader: &Reader, node: &Node, path: &str) -> Option<Property> {
    match &node.value {
        Value::Number(value, _) => Some(Property::Drawn(Distribution::constant(*value))),
        Value::Array(_) => reader.numbers(node, path).map(Property::List),
        Value::Object(_) if Reader::is_dataset(node) => reader.list_of_numbers(node, path).map(Property::List),
        Value::Object(_) => {
            let mut fields = reader.object(node, path, "value")?;
            if fields.get("distribution").is_some() {
                return drawn(reader, node, path).map(Property::Drawn);
            }
            if fields.get("by_distance").is_none() {
                reader.fault(path, "expected `distribution`, `by_distance` or `file` inside");
                return None;
            }
            by_distance(fields)
        }
        other => {
            reader.fault(
                path,
                format!(
                    "found {}, expected a number, {{\"distribution\": ...}}, {{\"by_distance\": ...}} or, of listed pairs, \
                     an array",
                    described(other)
                ),
            );
            None
        }
    }
}

fn by_distance(mut fields: Fields<'_, '_>) -> Option<Property> {
    let index = fields.word("by_distance", BY_DISTANCE)?;
    let mut number = |key: &str| fields.required_number(key, "a finite number", f64::is_finite);
    let property = match BY_DISTANCE[index] {
        "linear" => {
            let (offset, slope_per_um) = (number("offset"), number("slope_per_um"));
            offset.zip(slope_per_um).map(|(offset, slope_per_um)| Property::Linear { offset, slope_per_um })
        }
        "exponential" => {
            let (amplitude, length) = (number("amplitude"), number("length_um"));
            amplitude.zip(length).map(|(amplitude, length_um)| Property::Exponential { amplitude, length_um })
        }
        _ => {
            let (amplitude, sigma) = (number("amplitude"), number("sigma_um"));
            amplitude.zip(sigma).map(|(amplitude, sigma_um)| Property::Gaussian { amplitude, sigma_um })
        }
    };
    let length = match property {
        Some(Property::Exponential { length_um, .. }) => length_um,
        Some(Property::Gaussian { sigma_um, .. }) => sigma_um,
        _ => 1.0,
    };
    if length <= 0.0 {
        fields.reader.fault(&fields.path, format!("found a length of {} um, must be > 0", shown(length)));
    }
    fields.finish();
    property.filter(|_| length > 0.0)
}

/// A rate in Hz, times `factor`: a number, a list (one a cell), steps in time, or a sine.
pub(crate) fn rate(reader: &Reader, node: &Node, path: &str, factor: f64, cells: u32, dt_ms: f64) -> Option<Rate> {
    let rate = match &node.value {
        Value::Object(_) if !Reader::is_dataset(node) => varying_rate(reader, node, path, factor)?,
        _ => match per_cell(reader, node, path, cells)? {
            PerCell::Drawn(value) => Rate::Constant(value.unbounded_mean() * factor),
            PerCell::List(rates) => Rate::PerCell(rates.iter().map(|rate| rate * factor).collect()),
        },
    };
    let lowest = match &rate {
        Rate::Constant(rate) => *rate,
        Rate::PerCell(rates) => rates.iter().copied().fold(0.0, f64::min),
        Rate::Steps(steps) => steps.iter().map(|step| step.1).fold(0.0, f64::min),
        Rate::Sine { mean_hz, .. } => *mean_hz,
    };
    if lowest < 0.0 {
        reader.fault(path, format!("found {} Hz, must be >= 0", shown(lowest)));
        return None;
    }
    let mean_count = rate.max_hz() * 1e-3 * dt_ms;
    if mean_count > MAX_MEAN_COUNT {
        reader.fault(
            path,
            format!("{} spikes a step and cell, at most {MAX_MEAN_COUNT} can be drawn", shown(mean_count)),
        );
        return None;
    }
    Some(rate)
}

fn varying_rate(reader: &Reader, node: &Node, path: &str, factor: f64) -> Option<Rate> {
    let mut fields = reader.object(node, path, "rate")?;
    let times = fields.get("times_ms").and_then(|node| reader.list_of_numbers(node, &join(path, "times_ms")));
    let rates = fields.get("rates_hz").and_then(|node| reader.list_of_numbers(node, &join(path, "rates_hz")));
    let mean_hz = fields.number("mean_hz");
    let amplitude_hz = fields.number("amplitude_hz");
    let frequency_hz = fields.number("frequency_hz");
    let phase = fields.number("phase_cycles").unwrap_or(0.0);
    fields.finish();
    match (times, rates, mean_hz, amplitude_hz, frequency_hz) {
        (Some(times), Some(rates), None, None, None) => {
            if times.len() != rates.len() || !times.is_sorted() {
                reader.fault(
                    path,
                    format!("{} times and {} rates, expected as many, times ascending", times.len(), rates.len()),
                );
                return None;
            }
            if let Some(early) = times.first().filter(|time| **time < 0.0) {
                reader
                    .fault(&join(path, "times_ms"), format!("found {} ms, must be times from 0 ms on", shown(*early)));
                return None;
            }
            Some(Rate::Steps(times.into_iter().zip(rates.into_iter().map(|rate| rate * factor)).collect()))
        }
        (None, None, Some(mean), Some(amplitude), Some(frequency_hz)) => {
            Some(Rate::Sine { mean_hz: mean * factor, amplitude_hz: amplitude * factor, frequency_hz, phase })
        }
        _ => {
            reader.fault(path, "expected times_ms and rates_hz, or mean_hz, amplitude_hz and frequency_hz");
            None
        }
    }
}
