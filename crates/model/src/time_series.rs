//! Numbers over time, listed or of a file: targets, third factors, recorded readouts and errors.

use crate::document::{Node, Value, join};
use crate::fields::{Fields, Reader, shown};
use crate::paths::resolved;
use neuropil_core::Clock;
use neuropil_engine::learning::TimeSeries;
use neuropil_record::{Arrays, Error};
use std::path::PathBuf;

/// Numbers over time, `channels` of them: listed, or of a file.
pub(crate) fn time_series(
    fields: &mut Fields<'_, '_>,
    key: &str,
    channels: usize,
    clock: Clock,
    files: &mut Vec<(String, PathBuf)>,
) -> Option<TimeSeries> {
    let reader = fields.reader;
    let path = fields.path_of(key);
    let mut own = reader.object(fields.require(key)?, &path, "time_series")?;
    let every_steps = steps_of(&mut own, "every_ms", clock, 1);
    let from_steps = match (own.get("from_ms").is_some(), every_steps) {
        (true, Some(unit)) => whole_intervals(&mut own, "from_ms", clock, unit),
        _ => Some(0),
    };
    let repeats = own.boolean_or("repeats", false);
    let listed = own.get("values");
    let file = own.get("file");
    let dataset = own.get("dataset").map(|node| reader.string(node, &join(&path, "dataset")));
    own.finish();
    if let (Some(_), None, Some(_)) = (listed, file, &dataset) {
        reader.fault(&join(&path, "dataset"), "has no effect beside `values`: it names what is read of a `file`");
    }
    let mut values = match (listed, file) {
        (Some(node), None) => listed_points(reader, node, &join(&path, "values"), channels),
        (None, Some(node)) => {
            let file = reader.string(node, &join(&path, "file"))?;
            let dataset = dataset.map_or(Some(key), |name| name)?;
            let file = resolved(reader, file);
            let read = Arrays::open(&file).and_then(|arrays| points(&arrays, dataset, channels));
            files.push((join(&path, "file"), file));
            read.map_err(|fault| reader.fault(&join(&path, "file"), fault.to_string())).ok()
        }
        _ => {
            reader.fault(&path, "expected either `values` or `file`");
            None
        }
    }?;
    let every_steps = every_steps?;
    let skipped = usize::try_from(from_steps? / every_steps).unwrap_or(usize::MAX).saturating_mul(channels);
    if values.len() <= skipped {
        let ends = clock.time_ms((values.len() / channels) as u64 * every_steps);
        let fault = if skipped == 0 {
            "there is no point in it".into()
        } else {
            format!("its points end at {} ms, not behind `from_ms`", shown(ends))
        };
        reader.fault(&path, fault);
        return None;
    }
    values.drain(..skipped);
    Some(TimeSeries { values, channels, every_steps, repeats })
}

fn listed_points(reader: &Reader<'_>, node: &Node, path: &str, channels: usize) -> Option<Vec<f64>> {
    let items = reader.array(node, path)?;
    let mut values = Vec::with_capacity(items.len() * channels);
    for (index, item) in items.iter().enumerate() {
        let path = join(path, &index.to_string());
        match &item.value {
            Value::Array(_) => {
                let point = reader.numbers(item, &path)?;
                if point.len() != channels {
                    reader.fault(&path, format!("found {} numbers, expected {channels}, one a readout", point.len()));
                    return None;
                }
                values.extend(point);
            }
            _ if channels == 1 => values.push(reader.number(item, &path)?),
            _ => {
                reader.fault(&path, format!("expected a list of {channels} numbers, one a readout"));
                return None;
            }
        }
    }
    Some(values)
}

/// A dataset `[point][channel]`, or `[point]` where there is one channel. Values that are no numbers ask for nothing.
fn points(arrays: &Arrays, dataset: &str, channels: usize) -> Result<Vec<f64>, Error> {
    let (shape, values) = arrays.f64(dataset)?;
    if let Some(at) = values.iter().position(|value| value.is_infinite()) {
        let found = format!("{} at point {}", values[at], at / channels.max(1));
        return Err(arrays.fault(dataset, &found, "numbers, or NaN where there is none"));
    }
    match shape.as_slice() {
        [_] if channels == 1 => Ok(values),
        [_, found] if *found == channels => Ok(values),
        _ => Err(arrays.fault(dataset, &format!("of shape {shape:?}"), &format!("[point, {channels}]"))),
    }
}

/// A duration in steps, a multiple of `unit` steps.
fn steps_of(fields: &mut Fields<'_, '_>, key: &str, clock: Clock, unit: u64) -> Option<u64> {
    let ms = fields.required_number(key, "> 0", |ms| ms > 0.0)?;
    multiple(fields, key, ms, (clock, unit))
}

/// The same, and it may be 0.
fn whole_intervals(fields: &mut Fields<'_, '_>, key: &str, clock: Clock, unit: u64) -> Option<u64> {
    let ms = fields.required_number(key, ">= 0", |ms| ms >= 0.0)?;
    multiple(fields, key, ms, (clock, unit))
}

/// A duration of the field `key` in steps: a multiple of `unit`.
pub(crate) fn multiple(fields: &Fields<'_, '_>, key: &str, ms: f64, (clock, unit): (Clock, u64)) -> Option<u64> {
    let steps = clock.steps(ms).ok().filter(|steps| (*steps > 0 || ms == 0.0) && steps % unit == 0);
    if steps.is_none() {
        let message = format!("found {} ms, must be a multiple of {} ms", shown(ms), shown(clock.time_ms(unit)));
        fields.reader.fault(&fields.path_of(key), message);
    }
    steps
}
