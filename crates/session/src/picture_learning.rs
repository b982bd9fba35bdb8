//! What is drawn of learning: in a run, and from recorded spikes.

use crate::span::within_span;
use crate::{SessionError, picture_weights};
use neuropil_record::Arrays;
use neuropil_report::{Picture, PlotOptions, PopulationSpikes, TraceSet, Window, overview};
use std::ops::RangeInclusive;
use std::path::Path;

/// Frames of a trace drawn at most.
const FRAMES: usize = 20_000;
/// Group of a file of what was learned from recorded spikes.
const MODULATORS: &str = "modulators";

/// Trials over which answers are counted.
const TRIALS: usize = 50;

/// Readouts, loss, answers and credit of a run that learned; nothing of others.
///
/// # Errors
/// Unreadable datasets.
pub fn of_run(path: &Path, (from_ms, to_ms): (Option<f64>, Option<f64>)) -> Result<Vec<TraceSet>, SessionError> {
    let shown = from_ms.unwrap_or(f64::NEG_INFINITY)..=to_ms.unwrap_or(f64::INFINITY);
    let arrays = Arrays::open(path).map_err(SessionError::Read)?;
    let mut sets = Vec::new();
    for (object, times, population, variable) in [
        ("/neuropil/learning/y", "/neuropil/learning/y_time_ms", "readout", "y"),
        ("/neuropil/learning/loss", "/neuropil/learning/loss_time_ms", "learning", "loss"),
    ] {
        if arrays.has(object) {
            let (_, times) = arrays.f64(times).map_err(SessionError::Read)?;
            let set = traces(&arrays, object, (&times, &shown), (population, variable))?;
            // Rules without a readout have no loss: it is 0 throughout.
            let set = set.filter(|set| variable != "loss" || set.data.iter().any(|loss| *loss != 0.0));
            sets.extend(set.map(by_decades));
        }
    }
    sets.extend(answers(&arrays)?);
    sets.extend(picture_weights::courses(&arrays, &shown)?);
    sets.extend(credit(&arrays, &shown)?);
    Ok(sets)
}

/// A loss over decades as its logarithm: on a straight axis it would be a flat line and a corner.
fn by_decades(set: TraceSet) -> TraceSet {
    /// How many times its least a loss is at most on a straight axis.
    const STRAIGHT: f64 = 1e3;
    let positive = || set.data.iter().copied().filter(|loss| *loss > 0.0 && loss.is_finite());
    let (least, most) = (positive().fold(f64::INFINITY, f64::min), positive().fold(0.0, f64::max));
    if set.variable != "loss" || most <= STRAIGHT * least {
        return set;
    }
    // Nothing is drawn where the loss is 0.
    let data = set.data.iter().map(|loss| if *loss > 0.0 { loss.log10() } else { f64::NAN }).collect();
    TraceSet { variable: "log10 loss".into(), data, ..set }
}

/// The share of right answers over the last trials, where trials have them.
fn answers(arrays: &Arrays) -> Result<Option<TraceSet>, SessionError> {
    const GROUP: &str = "/neuropil/learning/trials";
    let column = |name: &str| arrays.f64(&format!("{GROUP}/{name}")).map(|own| own.1).map_err(SessionError::Read);
    if !arrays.has(&format!("{GROUP}/time_ms")) {
        return Ok(None);
    }
    let (times, asked, answered) = (column("time_ms")?, column("asked")?, column("answered")?);
    let (Some(first), Some(last)) = (times.first(), times.last()) else { return Ok(None) };
    if asked.iter().any(|label| label.is_nan()) || asked.len() != answered.len() {
        return Ok(None);
    }
    let right: Vec<f64> = asked.iter().zip(&answered).map(|(a, b)| f64::from(u8::from(a == b))).collect();
    #[expect(clippy::cast_precision_loss, reason = "few trials")]
    let share = |end: usize| {
        let own = &right[end.saturating_sub(TRIALS)..end];
        own.iter().sum::<f64>() / own.len() as f64
    };
    #[expect(clippy::cast_precision_loss, reason = "few trials")]
    let dt_ms = if right.len() > 1 { (last - first) / (right.len() - 1) as f64 } else { 1.0 };
    Ok(Some(TraceSet {
        population: "answers".into(),
        variable: "right".into(),
        names: vec![format!("share of the last {TRIALS} trials")],
        node_ids: vec![0],
        start_ms: *first,
        dt_ms,
        data: (1..=right.len()).map(share).collect(),
        ..TraceSet::default()
    }))
}

/// Credit on its way: of each class what is emitted, what arrives and how much peptide there is at the first cell.
fn credit(arrays: &Arrays, shown: &RangeInclusive<f64>) -> Result<Vec<TraceSet>, SessionError> {
    const GROUP: &str = "/neuropil/learning/credit";
    if !arrays.has(&format!("{GROUP}/time_ms")) {
        return Ok(Vec::new());
    }
    let (_, times) = arrays.f64(&format!("{GROUP}/time_ms")).map_err(SessionError::Read)?;
    let names = arrays.string_attr(GROUP, "classes").map_err(SessionError::Read)?.unwrap_or_default();
    let cells = arrays.string_attr(GROUP, "cells").map_err(SessionError::Read)?.unwrap_or_default();
    let first =
        cells.split(", ").next().filter(|own| !own.is_empty()).map_or("all cells".into(), |own| format!("at {own}"));
    let mut sets = Vec::new();
    for (name, what, heading) in [
        ("emission", "emitted", "credit, all cells"),
        ("modulator", "modulator", first.as_str()),
        ("concentration", "peptide", first.as_str()),
    ] {
        let object = format!("{GROUP}/{name}");
        if arrays.has(&object) {
            let (shape, values) = arrays.f64(&object).map_err(SessionError::Read)?;
            let [rows, classes, cells] = shape[..] else {
                let fault = arrays.fault(&object, &format!("shape {shape:?}"), "[frame, row, cell]");
                return Err(SessionError::Read(fault));
            };
            if rows != times.len() || cells == 0 {
                let fault = arrays.fault(&object, &format!("{rows} frames"), &format!("{} frames", times.len()));
                return Err(SessionError::Read(fault));
            }
            let values = values.chunks_exact(cells).map(|own| own[0]).collect();
            let set = thinned((&times, shown), (values, classes), (heading, what), loudest);
            let numbered = (0..classes).map(|peptide| format!("peptide {peptide}")).collect();
            let named = names.split(", ").map(ToOwned::to_owned).collect();
            sets.extend(set.map(|set| TraceSet { names: if what == "peptide" { numbered } else { named }, ..set }));
        }
    }
    Ok(sets)
}

/// The number that is farthest from 0.
fn loudest(values: &mut dyn Iterator<Item = f64>) -> f64 {
    values.fold(0.0, |most: f64, value| if value.abs() > most.abs() { value } else { most })
}

/// Whether a file holds what was learned from recorded spikes.
///
/// # Errors
/// A file that is not HDF5.
pub fn is_lesson(path: &Path) -> Result<bool, SessionError> {
    let arrays = Arrays::open(path).map_err(SessionError::Read)?;
    Ok(arrays.has(MODULATORS) && arrays.has("cells/z") && arrays.has("time_ms"))
}

/// The picture of what was learned from recorded spikes: the spikes, the readout and its target, modulators, direct credit, ψ.
///
/// # Errors
/// Unreadable datasets, an empty window.
pub fn lesson(
    path: &Path,
    title: &str,
    (from_ms, to_ms): (Option<f64>, Option<f64>),
    options: &PlotOptions,
) -> Result<Picture, SessionError> {
    let arrays = Arrays::open(path).map_err(SessionError::Read)?;
    let (_, times) = arrays.f64("time_ms").map_err(SessionError::Read)?;
    let (shape, z) = arrays.f64("cells/z").map_err(SessionError::Read)?;
    let cells = shape.get(1).copied().unwrap_or(0);
    if z.len() != times.len() * cells {
        let fault = arrays.fault("cells/z", &format!("shape {shape:?}"), &format!("{} steps", times.len()));
        return Err(SessionError::Read(fault));
    }
    let spikes = spikes(&arrays, &times, (&z, cells))?;
    let mut sets = Vec::new();
    for (object, population, variable) in [
        ("y", "readout", "y"),
        ("target", "readout", "target"),
        (MODULATORS, "types", "modulator"),
        ("cells/direct_credit", "cells", "direct_credit"),
        ("cells/psi", "cells", "psi"),
    ] {
        sets.extend(traces(&arrays, object, (&times, &(f64::NEG_INFINITY..=f64::INFINITY)), (population, variable))?);
    }
    let begin = arrays.number_attr("/", "from_ms").map_err(SessionError::Read)?.unwrap_or(0.0);
    let end = times.last().copied().unwrap_or(begin);
    within_span(path, (begin, Some(end)), (from_ms, to_ms))?;
    let window = Window::of_steps(from_ms.unwrap_or(begin), to_ms.unwrap_or(end))?;
    Ok(overview(&spikes, &sets, window, title, options))
}

/// Group of the cells of each population.
const POPULATIONS: &str = "populations";

/// The spikes of each population in z, `[step][cell]`, in the order of cells.
fn spikes(arrays: &Arrays, times: &[f64], (z, cells): (&[f64], usize)) -> Result<Vec<PopulationSpikes>, SessionError> {
    let mut all = Vec::new();
    for name in arrays.list(POPULATIONS).map_err(SessionError::Read)? {
        let object = format!("{POPULATIONS}/{name}/cells");
        let (_, own) = arrays.u64(&object).map_err(SessionError::Read)?;
        let (_, sign) = arrays.i64(&format!("{POPULATIONS}/{name}/sign")).map_err(SessionError::Read)?;
        let places: Vec<usize> = own.iter().filter_map(|cell| usize::try_from(*cell).ok()).collect();
        if let Some(cell) = own.iter().find(|cell| **cell >= cells as u64) {
            return Err(SessionError::Read(arrays.fault(&object, &cell.to_string(), &format!("a cell below {cells}"))));
        }
        let fired = times.iter().enumerate().flat_map(|(step, time_ms)| {
            let places = places.iter().enumerate();
            places.filter(move |(_, place)| z[step * cells + **place] != 0.0).map(|(cell, _)| (*time_ms, cell as u64))
        });
        let (times_ms, node_ids) = fired.unzip();
        let spikes = PopulationSpikes {
            name,
            sign: sign.first().copied().map_or(0, |sign| sign.signum().try_into().unwrap_or(0)),
            cells: own.len() as u64,
            times_ms,
            node_ids,
            ..PopulationSpikes::default()
        };
        all.push((own.first().copied().unwrap_or(0), spikes));
    }
    all.sort_by_key(|(first, _)| *first);
    Ok(all.into_iter().map(|(_, own)| own).collect())
}

/// A dataset `[time]` or `[time, column]`, thinned, of its first few columns; nothing where there is no number.
fn traces(
    arrays: &Arrays,
    object: &str,
    (times, window): (&[f64], &RangeInclusive<f64>),
    (population, variable): (&str, &str),
) -> Result<Option<TraceSet>, SessionError> {
    let (shape, values) = arrays.f64(object).map_err(SessionError::Read)?;
    let columns = shape.get(1).copied().unwrap_or(1);
    let rows = values.len() / columns.max(1);
    if rows != times.len() {
        let fault = arrays.fault(object, &format!("{rows} rows"), &format!("{} rows, one a time", times.len()));
        return Err(SessionError::Read(fault));
    }
    if values.iter().all(|value| value.is_nan()) {
        return Ok(None);
    }
    let first = |values: &mut dyn Iterator<Item = f64>| values.next().unwrap_or(f64::NAN);
    let set = thinned((times, window), (values, columns), (population, variable), first);
    Ok(set.map(|set| TraceSet {
        names: set.node_ids.iter().map(|column| column_name(population, *column)).collect(),
        ..set
    }))
}

/// What a column is one of.
fn column_name(population: &str, column: u64) -> String {
    match population {
        "readout" => format!("output {column}"),
        "types" => format!("type {column}"),
        "learning" => "of a window".into(),
        _ => format!("cell {column}"),
    }
}

/// `[time, column]` within a window, of its first few columns, every so many rows replaced by one number.
fn thinned(
    (times, window): (&[f64], &RangeInclusive<f64>),
    (values, columns): (Vec<f64>, usize),
    (population, variable): (&str, &str),
    one_of: impl Fn(&mut dyn Iterator<Item = f64>) -> f64,
) -> Option<TraceSet> {
    /// Columns that can be told apart.
    const COLUMNS: usize = 3;
    let begin = times.partition_point(|time| time < window.start());
    let times = &times[begin..times.partition_point(|time| time <= window.end()).max(begin)];
    let rows = times.len();
    let (first, last) = (times.first()?, times.last()?);
    let stride = rows.div_ceil(FRAMES).max(1);
    let shown = columns.min(COLUMNS);
    #[expect(clippy::cast_precision_loss, reason = "few rows")]
    let dt_ms = if rows > 1 { (last - first) / (rows - 1) as f64 * stride as f64 } else { 1.0 };
    let of = |row: usize, column: usize| {
        one_of(&mut (row..(row + stride).min(rows)).map(|row| values[(begin + row) * columns + column]))
    };
    let data = (0..rows).step_by(stride).flat_map(|row| (0..shown).map(move |column| (row, column)));
    Some(TraceSet {
        population: population.into(),
        variable: variable.into(),
        node_ids: (0..shown as u64).collect(),
        start_ms: *first,
        dt_ms,
        data: data.map(|(row, column)| of(row, column)).collect(),
        ..TraceSet::default()
    })
}
