//! `neuropil plot`.

use crate::args::PlotArgs;
use crate::error::CliError;
use crate::screen;
use neuropil_record::{Recording, TrainingFile};
use neuropil_report::{CurvePanel, RuleCurve, learning_curves};
use neuropil_report::{Existing, PictureFormat, PlotOptions, PopulationSpikes, TraceSet, Window, overview};
use neuropil_train::curves;
use std::path::Path;

/// Values of one report drawn at most; more frames are thinned.
const TRACE_FRAMES: usize = 20_000;
/// Values of one report held at most: reports of all cells are thinned more.
const TRACE_VALUES: usize = 20_000_000;

/// Draws a recording.
///
/// # Errors
/// Unreadable recordings, an empty window, pictures that exist or cannot be written.
pub fn plot(args: &PlotArgs) -> Result<(), CliError> {
    let output = args.output.clone().unwrap_or_else(|| args.recording.with_extension("png"));
    PictureFormat::of(&output).map_err(CliError::output)?;
    let options = PlotOptions::new(args.width, args.height).map_err(CliError::input)?;
    if TrainingFile::is_one(&args.recording).map_err(CliError::input)? {
        return learning(args, &output, &options);
    }
    let recording = Recording::open(&args.recording).map_err(CliError::input)?;
    let populations = populations(&recording)?;
    let traces = traces(&recording)?;
    let end = end_ms(&recording, &populations, &traces)?;
    if let Some(from) = args.from_ms.filter(|&from| end > 0.0 && from > end && args.to_ms.is_none_or(|to| to > from)) {
        return Err(CliError::Input(format!("--from-ms {from}: `{}` ends at {end} ms", args.recording.display())));
    }
    // A window is half open: what happens at the end belongs to the picture.
    let window =
        Window::new(args.from_ms.unwrap_or(0.0), args.to_ms.unwrap_or(end.next_up())).map_err(CliError::input)?;
    let title = args.recording.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    overview(&populations, &traces, window, &title, &options).write(&output, existing).map_err(CliError::output)?;
    screen::print(&format!("wrote {}", output.display()))
}

/// What is drawn of training runs, with its label, where it has numbers.
const MEASURES: [(&str, &str); 9] = [
    ("loss", "loss"),
    ("accuracy", "accuracy"),
    ("validation_loss", "loss, held-out trials"),
    ("validation_accuracy", "accuracy, held-out trials"),
    ("cosine_in", "cosine with exact dW_in"),
    ("cosine_rec", "cosine with exact dW_rec"),
    ("rate", "mean output of a cell"),
    ("spectral_radius", "spectral radius of W"),
    ("gradient_norm", "norm of the gradient"),
];

/// Draws the learning curves of training runs.
fn learning(args: &PlotArgs, output: &Path, options: &PlotOptions) -> Result<(), CliError> {
    if args.from_ms.is_some() || args.to_ms.is_some() {
        return Err(CliError::Input("--from-ms and --to-ms are for recordings, not for training runs".into()));
    }
    let file = TrainingFile::read(&args.recording).map_err(CliError::input)?;
    let rules = curves::rules(&file);
    let panel = |(measure, label): &(&str, &str)| {
        let place = |name: &str| rules.iter().position(|rule| rule == name).unwrap_or(0);
        let curves = curves::curves(&file, &rules, measure).into_iter();
        let curves: Vec<RuleCurve> =
            curves.map(|own| RuleCurve { rule: place(&own.rule), updates: own.updates, runs: own.runs }).collect();
        (!curves.is_empty()).then(|| CurvePanel { label: (*label).into(), curves })
    };
    let panels: Vec<CurvePanel> = MEASURES.iter().filter_map(panel).collect();
    let title = args.recording.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let runs = file.runs.len();
    let s = if runs == 1 { "" } else { "s" };
    let caption =
        format!("{runs} run{s}; lines are medians over seeds, areas their range; rules by mean loss, best first");
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    let picture = learning_curves(&panels, &rules, (&title, &caption), options);
    picture.write(output, existing).map_err(CliError::output)?;
    screen::print(&format!("wrote {}", output.display()))
}

/// The populations of a recording with their spikes.
///
/// # Errors
/// Unreadable recordings.
pub fn populations(recording: &Recording) -> Result<Vec<PopulationSpikes>, CliError> {
    let records = recording.populations().map_err(CliError::input)?;
    let with_spikes = records.into_iter().filter(|record| record.has_spikes).map(|record| {
        let spikes = recording.spikes(&record.name).map_err(CliError::input)?;
        // Foreign files do not tell how many cells there are: at least those that fired.
        let cells = record.size.unwrap_or_else(|| spikes.node_ids.iter().max().map_or(0, |id| id + 1));
        Ok(PopulationSpikes {
            name: record.name,
            cell_type: record.cell_type,
            sign: record.sign,
            cells,
            times_ms: spikes.times_ms,
            node_ids: spikes.node_ids,
        })
    });
    with_spikes.collect()
}

fn traces(recording: &Recording) -> Result<Vec<TraceSet>, CliError> {
    let mut sets = Vec::new();
    for report in recording.reports().map_err(CliError::input)? {
        let cells = report.node_ids.len();
        let most = TRACE_FRAMES.min(TRACE_VALUES / cells.max(1)).max(1);
        let stride = report.frames.div_ceil(most).max(1);
        let mut data = Vec::new();
        for frame in (0..report.frames).step_by(stride) {
            data.extend(recording.report_data(&report, frame..frame + 1).map_err(CliError::input)?);
            if stride == 1 {
                data.extend(recording.report_data(&report, 1..report.frames).map_err(CliError::input)?);
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
        });
    }
    Ok(sets)
}

fn end_ms(recording: &Recording, populations: &[PopulationSpikes], traces: &[TraceSet]) -> Result<f64, CliError> {
    if let Some(provenance) = recording.provenance().map_err(CliError::input)? {
        return Ok(provenance.simulated_until_ms);
    }
    if let Some(end) = recording.imported_until_ms().map_err(CliError::input)? {
        return Ok(end);
    }
    let last_spike =
        populations.iter().filter_map(|population| population.times_ms.last().copied()).fold(0.0, f64::max);
    let last_frame = traces.iter().map(|set| {
        let frames = u32::try_from(set.data.len() / set.node_ids.len().max(1)).unwrap_or(u32::MAX);
        set.start_ms + set.dt_ms * f64::from(frames)
    });
    Ok(last_frame.fold(last_spike, f64::max))
}
