//! What is drawn of learning: in a run, and from recorded spikes.

use crate::SessionError;
use neuropil_record::Arrays;
use neuropil_report::{Picture, PlotOptions, PopulationSpikes, TraceSet, Window, overview};
use std::path::Path;

/// Frames of a trace drawn at most.
const FRAMES: usize = 20_000;
/// Group of a file of what was learned from recorded spikes.
const MODULATORS: &str = "modulators";

/// Readouts and loss of a run that learned; nothing of others.
///
/// # Errors
/// Unreadable datasets.
pub fn of_run(path: &Path) -> Result<Vec<TraceSet>, SessionError> {
    let arrays = Arrays::open(path).map_err(SessionError::Read)?;
    let mut sets = Vec::new();
    for (object, times, population, variable) in [
        ("/neuropil/learning/y", "/neuropil/learning/y_time_ms", "readout", "y"),
        ("/neuropil/learning/loss", "/neuropil/learning/loss_time_ms", "learning", "loss"),
    ] {
        if arrays.has(object) {
            let (_, times) = arrays.f64(times).map_err(SessionError::Read)?;
            sets.extend(traces(&arrays, object, &times, (population, variable))?);
        }
    }
    Ok(sets)
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
    let fired = z.iter().enumerate().filter(|(_, z)| **z != 0.0).map(|(index, _)| (index / cells, index % cells));
    let (times_ms, node_ids) = fired.map(|(step, cell)| (times[step], cell as u64)).unzip();
    let spikes = PopulationSpikes {
        name: "cells".into(),
        cells: cells as u64,
        times_ms,
        node_ids,
        ..PopulationSpikes::default()
    };
    let mut sets = Vec::new();
    for (object, population, variable) in [
        ("y", "readout", "y"),
        ("target", "readout", "target"),
        (MODULATORS, "types", "modulator"),
        ("cells/direct_credit", "cells", "direct_credit"),
        ("cells/psi", "cells", "psi"),
    ] {
        sets.extend(traces(&arrays, object, &times, (population, variable))?);
    }
    let end = times.last().map_or(1.0, |end| end.next_up());
    let window = Window::new(from_ms.unwrap_or(0.0), to_ms.unwrap_or(end.next_up()))?;
    Ok(overview(&[spikes], &sets, window, title, options))
}

/// A dataset `[time]` or `[time, column]`, thinned, of its first few columns; nothing where there is no number.
fn traces(
    arrays: &Arrays,
    object: &str,
    times: &[f64],
    (population, variable): (&str, &str),
) -> Result<Option<TraceSet>, SessionError> {
    /// Columns that can be told apart.
    const COLUMNS: usize = 3;
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
    let (Some(first), Some(last)) = (times.first(), times.last()) else { return Ok(None) };
    let stride = rows.div_ceil(FRAMES).max(1);
    let shown = columns.min(COLUMNS);
    #[expect(clippy::cast_precision_loss, reason = "few rows")]
    let dt_ms = if rows > 1 { (last - first) / (rows - 1) as f64 * stride as f64 } else { 1.0 };
    let data = (0..rows).step_by(stride).flat_map(|row| values[row * columns..row * columns + shown].to_vec());
    Ok(Some(TraceSet {
        population: population.into(),
        variable: variable.into(),
        node_ids: (0..shown as u64).collect(),
        start_ms: *first,
        dt_ms,
        data: data.collect(),
        ..TraceSet::default()
    }))
}
