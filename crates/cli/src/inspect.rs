//! `neuropil inspect`.

use crate::args::InspectArgs;
use crate::error::CliError;
use crate::summary::{bytes_text, count_text};
use crate::{channels, inspect_lesson, screen, train, trials};
use neuropil_model::{Document, Model};
use neuropil_record::{Provenance, Recording, TrainingFile};
use neuropil_report::{PopulationStatistics, Window, population_statistics};
use neuropil_session::{in_words, is_lesson, populations};
use neuropil_train::curves;
use serde_json::{Value, json};

/// Shows what a recording holds and how it was made.
///
/// # Errors
/// Unreadable recordings.
pub fn inspect(args: &InspectArgs) -> Result<(), CliError> {
    trials::refuse(&args.recording)?;
    if channels::is_model(&args.recording) {
        return channels::inspect(args);
    }
    if TrainingFile::is_one(&args.recording).map_err(CliError::input)? {
        return training(args);
    }
    // What is no HDF5 is told where recordings are opened.
    if is_lesson(&args.recording).unwrap_or(false) {
        return inspect_lesson::inspect(args);
    }
    let recording = Recording::open(&args.recording).map_err(CliError::input)?;
    let provenance = recording.provenance().map_err(CliError::input)?;
    if args.model {
        let provenance = provenance.ok_or_else(|| {
            CliError::Input(format!("`{}` does not hold the model that was run", args.recording.display()))
        })?;
        return screen::print(&provenance.model_json);
    }
    let contents = Contents::read(&recording, provenance)?;
    screen::print(&if args.json { contents.json().to_string() } else { contents.text(args) })
}

/// Shows what training runs came to.
fn training(args: &InspectArgs) -> Result<(), CliError> {
    let file = TrainingFile::read(&args.recording).map_err(CliError::input)?;
    if args.model {
        return screen::print(&file.task);
    }
    let rows = curves::table(&file, &curves::rules(&file));
    if args.json {
        let rules: Vec<Value> = rows.iter().map(|row| train::row_json(&file, row)).collect();
        return screen::print(&json!({"command": file.command, "rules": rules}).to_string());
    }
    screen::print(&format!("{}\nmade by: {}", train::table_text(&file, &rows), file.command))
}

struct Contents {
    provenance: Option<Provenance>,
    /// Name, model, cell type of each population, and its statistics if its spikes are there.
    populations: Vec<(String, String, String, Option<PopulationStatistics>)>,
    reports: Vec<Value>,
    weights: Vec<Value>,
    arrays: Vec<Value>,
    /// What was edited while it ran.
    edits: Vec<Value>,
    /// The channels of the model that was run, if it had peptides.
    channels: Option<String>,
}

impl Contents {
    fn read(recording: &Recording, provenance: Option<Provenance>) -> Result<Self, CliError> {
        let spikes = populations(recording)?;
        let last = spikes.iter().filter_map(|population| population.times_ms.last().copied()).fold(0.0, f64::max);
        let window = match &provenance {
            Some(how) => Window::of_steps(0.0, how.simulated_until_ms.max(f64::MIN_POSITIVE)),
            None => {
                // A window is half open: the last spike belongs to it. Files of others may begin before time 0.
                let end = recording.imported_until_ms().map_err(CliError::input)?.unwrap_or(last).max(last).next_up();
                let first =
                    spikes.iter().filter_map(|population| population.times_ms.first().copied()).fold(0.0, f64::min);
                Window::new(first, end.max(f64::MIN_POSITIVE))
            }
        };
        let window = window.map_err(CliError::input)?;
        let of = |name: &str| {
            spikes.iter().find(|population| population.name == name).map(|own| population_statistics(own, window))
        };
        let records = recording.populations().map_err(CliError::input)?;
        let populations =
            records.into_iter().map(|record| (record.name.clone(), record.model, record.cell_type, of(&record.name)));
        let reports = recording.reports().map_err(CliError::input)?.into_iter().map(|report| {
            json!({
                "population": report.population, "variable": report.variable, "unit": report.unit, "cells": report.node_ids.len(),
                "frames": report.frames, "start_ms": report.start_ms, "dt_ms": report.dt_ms,
            })
        });
        let weights = recording.weights().map_err(CliError::input)?.into_iter().map(|weights| {
            json!({
                "projection": weights.name, "from": weights.source_population, "to": weights.target_population,
                "unit": weights.unit, "synapses": weights.synapses, "time_ms": weights.time_ms,
            })
        });
        let tissue = recording.tissue().map_err(CliError::input)?;
        let arrays = tissue.iter().flat_map(|own| own.info.arrays.iter().zip(&own.frames)).map(|(own, frames)| {
            json!({
                "measure": own.measure, "species": own.species, "unit": own.unit, "shape": own.shape, "frames": frames,
                "every_ms": own.every_ms, "axis": own.slice.map(|(axis, _)| axis.name()), "plane": own.slice.map(|(_, plane)| plane),
            })
        });
        let arrays = arrays.collect();
        let edits = recording.edits().map_err(CliError::input)?.into_iter().map(|own| {
            json!({
                "at_ms": own.at_ms, "until_ms": Some(own.until_ms).filter(|until| until.is_finite()), "kind": own.kind,
                "edit": serde_json::from_str::<Value>(&own.edit).unwrap_or(Value::Null),
            })
        });
        let channels = provenance.as_ref().filter(|_| tissue.is_some()).map(spoken);
        Ok(Self {
            arrays,
            channels,
            provenance,
            populations: populations.collect(),
            reports: reports.collect(),
            weights: weights.collect(),
            edits: edits.collect(),
        })
    }

    fn json(&self) -> Value {
        let populations = self.populations.iter().map(|(name, model, cell_type, statistics)| {
            json!({
                "name": name, "model": model, "cell_type": cell_type,
                "cells": statistics.as_ref().map(|own| own.cells), "spikes": statistics.as_ref().map(|own| own.spikes),
                "rate_hz": statistics.as_ref().and_then(|own| own.rate_hz), "cv_isi": statistics.as_ref().and_then(|own| own.cv_isi),
                "active_fraction": statistics.as_ref().and_then(|own| own.active_fraction),
                "synchrony": statistics.as_ref().and_then(|own| own.synchrony),
            })
        });
        let provenance = self.provenance.as_ref().map(|own| {
            json!({
                "format": own.format, "neuropil_version": own.neuropil_version, "seed": own.seed, "dt_ms": own.dt_ms,
                "simulated_until_ms": own.simulated_until_ms, "complete": own.complete, "command": own.command,
                "precision": own.precision, "threads": own.threads, "ranks": own.ranks, "wall_s": own.wall_s, "cpu_s": own.cpu_s,
                "model": serde_json::from_str::<Value>(&own.model_json).unwrap_or(Value::Null),
            })
        });
        json!({
            "provenance": provenance, "populations": populations.collect::<Vec<_>>(), "reports": self.reports, "weights": self.weights,
            "tissue": self.arrays, "interventions": self.edits,
        })
    }

    fn text(&self, args: &InspectArgs) -> String {
        let mut lines = Vec::new();
        let bytes = std::fs::metadata(&args.recording).map_or(0, |metadata| metadata.len());
        lines.push(format!("{} ({})", args.recording.display(), bytes_text(bytes)));
        if let Some(own) = &self.provenance {
            lines.push(format!("made by   neuropil {}: {}", own.neuropil_version, own.command));
            lines.push(format!(
                "run       seed {}, dt {} ms, {} precision, {} threads{}",
                own.seed,
                own.dt_ms,
                own.precision,
                own.threads,
                if own.ranks > 1 { format!(" on each of {} ranks", own.ranks) } else { String::new() }
            ));
            let complete = if own.complete { "complete" } else { "INCOMPLETE: the run was cut short" };
            lines.push(format!(
                "reached   {} ms ({complete}), {:.2} s of wall and {:.2} s of processor time",
                own.simulated_until_ms, own.wall_s, own.cpu_s
            ));
        }
        let width = self.populations.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or(0).max(10);
        lines.push(format!(
            "\n{:<width$} {:<14} {:<8} {:>10} {:>12} {:>9} {:>7} {:>7}",
            "population", "model", "type", "cells", "spikes", "rate Hz", "CV ISI", "active"
        ));
        for (name, model, cell_type, statistics) in &self.populations {
            match statistics {
                Some(own) => lines.push(format!(
                    "{name:<width$} {model:<14} {cell_type:<8} {:>10} {:>12} {:>9} {:>7} {:>7}",
                    count_text(own.cells),
                    count_text(own.spikes),
                    shown(own.rate_hz, |rate| format!("{rate:.3}")),
                    shown(own.cv_isi, |cv| format!("{cv:.2}")),
                    shown(own.active_fraction, |part| format!("{:.0}%", 100.0 * part))
                )),
                None => lines
                    .push(format!("{name:<width$} {model:<14} {cell_type:<8} {:>10} {:>12}", "", "no spikes recorded")),
            }
        }
        for report in &self.reports {
            lines.push(format!(
                "report    {}: {}{} of {} cells, {} frames, every {} ms",
                text(&report["population"]),
                text(&report["variable"]),
                in_unit(text(&report["unit"])),
                report["cells"],
                report["frames"],
                report["dt_ms"]
            ));
        }
        for weights in &self.weights {
            lines.push(format!(
                "weights   {}: {} synapses from {} to {} ({})",
                text(&weights["projection"]),
                weights["synapses"],
                text(&weights["from"]),
                text(&weights["to"]),
                text(&weights["unit"])
            ));
        }
        for own in &self.edits {
            let until = match own["until_ms"].as_f64() {
                None => " to the end".to_owned(),
                // It was made at once.
                Some(until) if own["at_ms"].as_f64() == Some(until) => String::new(),
                Some(until) => format!(" to {until} ms"),
            };
            let what = in_words(&own["edit"].to_string());
            let at_ms = own["at_ms"].as_f64().unwrap_or_default();
            lines.push(format!("edited    {at_ms} ms{until}: {} {what}", text(&own["kind"])));
        }
        for own in &self.arrays {
            let shape: Vec<String> = own["shape"].as_array().into_iter().flatten().map(ToString::to_string).collect();
            let plane =
                own["axis"].as_str().map_or_else(String::new, |axis| format!(", {axis} plane {}", own["plane"]));
            lines.push(format!(
                "peptides  {} {}({}{plane}): {} frames of {}, every {} ms",
                text(&own["measure"]),
                if text(&own["species"]).is_empty() { String::new() } else { format!("{} ", text(&own["species"])) },
                text(&own["unit"]),
                own["frames"],
                shape.join(" x "),
                own["every_ms"]
            ));
        }
        lines.extend(self.channels.clone().map(|channels| format!("\n{channels}")));
        lines.join("\n")
    }
}

/// Who spoke to whom in the run, if the file of peptides is still there.
fn spoken(how: &Provenance) -> String {
    let model = Document::parse(&how.model_path, how.model_json.clone()).and_then(Model::decode);
    match model.as_ref().map(Model::peptide_model) {
        Ok(Some(model)) => channels::list(&model.peptides),
        _ => "the file of peptides that the run names cannot be read any more: no list of channels".into(),
    }
}

/// A number, or a dash where there is none.
fn shown(value: Option<f64>, text: impl FnOnce(f64) -> String) -> String {
    value.map_or_else(|| "-".into(), text)
}

/// The unit in brackets, if there is one.
fn in_unit(unit: &str) -> String {
    if unit.is_empty() { String::new() } else { format!(" ({unit})") }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
