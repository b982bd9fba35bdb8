//! Pictures of what was recorded.

use crate::edited::edit_spans;
use crate::span::window;
use crate::{SessionError, picture_learning, picture_training};
use neuropil_record::{Recording, TrainingFile};
use neuropil_report::{Observation, Observed, Picture, PlotOptions, PopulationSpikes, TraceSet, overview_of};
use std::path::Path;

/// Values of one report drawn at most; more frames are thinned.
const TRACE_FRAMES: usize = 20_000;
/// Values of one report held at most: reports of all cells are thinned more.
const TRACE_VALUES: usize = 20_000_000;

/// The picture of a recording between two times (its beginning and its end where there is none), or of a file of training
/// runs, under a title (the name of the file where there is none).
///
/// # Errors
/// Unreadable files, an empty window.
pub fn picture(
    path: &Path,
    (from_ms, to_ms): (Option<f64>, Option<f64>),
    title: Option<&str>,
    options: &PlotOptions,
) -> Result<Picture, SessionError> {
    let title = title.map_or_else(|| picture_title(path), str::to_owned);
    if TrainingFile::is_one(path).map_err(SessionError::Read)? {
        if from_ms.is_some() || to_ms.is_some() {
            let option = if from_ms.is_some() { "--from-ms" } else { "--to-ms" };
            return Err(SessionError::option(option, "is for recordings, not for training runs"));
        }
        return picture_training::of_runs(path, &title, options);
    }
    if picture_learning::is_lesson(path)? {
        return picture_learning::lesson(path, &title, (from_ms, to_ms), options);
    }
    let recording = Recording::open(path).map_err(SessionError::Read)?;
    let populations = populations(&recording)?;
    let mut traces = traces(&recording)?;
    traces.extend(picture_learning::of_run(path, (from_ms, to_ms))?);
    let window = window(path, &recording, (from_ms, to_ms), || last_ms(&populations, &traces))?;
    let edits = edit_spans(&recording)?;
    let seen = Observation { populations: &populations, traces: &traces, edits: &edits };
    Ok(overview_of(&seen, window, &title, options))
}

/// What a picture is called where nothing else is asked for: the name of its file.
pub fn picture_title(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// The populations of a recording with their spikes.
///
/// # Errors
/// Unreadable recordings.
pub fn populations(recording: &Recording) -> Result<Vec<PopulationSpikes>, SessionError> {
    let records = recording.populations().map_err(SessionError::Read)?;
    let with_spikes = records.into_iter().filter(|record| record.has_spikes).map(|record| {
        let spikes = recording.spikes(&record.name).map_err(SessionError::Read)?;
        let observed = recording.observed_ms(&record.name).map_err(SessionError::Read)?;
        // Foreign files do not tell how many cells there are: at least those that fired.
        let recorded = record.recorded_cells.as_ref().map(|cells| cells.len() as u64);
        let cells = recorded
            .or(record.size)
            .unwrap_or_else(|| spikes.node_ids.iter().max().map_or(0, |id| id.saturating_add(1)));
        Ok(PopulationSpikes {
            name: record.name,
            cell_type: record.cell_type,
            sign: record.sign,
            cells,
            only: record.recorded_cells,
            times_ms: spikes.times_ms,
            node_ids: spikes.node_ids,
            observed: observed.map_or(Observed::Throughout, Observed::Each),
        })
    });
    with_spikes.collect()
}

pub(crate) fn traces(recording: &Recording) -> Result<Vec<TraceSet>, SessionError> {
    let mut sets = Vec::new();
    for report in recording.reports().map_err(SessionError::Read)? {
        let cells = report.node_ids.len();
        let most = TRACE_FRAMES.min(TRACE_VALUES / cells.max(1)).max(1);
        let stride = report.frames.div_ceil(most).max(1);
        let mut data = Vec::new();
        for frame in (0..report.frames).step_by(stride) {
            data.extend(recording.report_data(&report, frame..frame + 1).map_err(SessionError::Read)?);
            if stride == 1 {
                data.extend(recording.report_data(&report, 1..report.frames).map_err(SessionError::Read)?);
                break;
            }
        }
        debug_assert_eq!(data.len() % cells.max(1), 0, "whole frames");
        let stride = f64::from(u32::try_from(stride).unwrap_or(u32::MAX));
        sets.push(TraceSet {
            population: report.population,
            variable: report.variable,
            unit: report.unit,
            node_ids: report.node_ids,
            start_ms: report.start_ms,
            dt_ms: report.dt_ms * stride,
            data,
            ..TraceSet::default()
        });
    }
    Ok(sets)
}

pub(crate) fn last_ms(populations: &[PopulationSpikes], traces: &[TraceSet]) -> f64 {
    let last_spike =
        populations.iter().filter_map(|population| population.times_ms.last().copied()).fold(0.0, f64::max);
    let last_frame = traces.iter().map(|set| {
        let frames = u32::try_from(set.data.len() / set.node_ids.len().max(1)).unwrap_or(u32::MAX);
        set.start_ms + set.dt_ms * f64::from(frames)
    });
    last_frame.fold(last_spike, f64::max)
}
