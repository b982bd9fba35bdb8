//! What a recording, or a file of training runs, holds for a page to explore.

use crate::edited::edit_spans;
use crate::picture::{last_ms, picture_title, populations, traces};
use crate::span::known_end_ms;
use crate::{SessionError, picture_learning};
use neuropil_record::{Axis, Recording, TissueRecord, TrainingFile};
use neuropil_report::{EditSpan, Explorer, Observed, PopulationSpikes, TraceSet};
use neuropil_train::curves::{is_done, rules};
use neuropil_train::evaluation::NAMES;
use serde_json::{Map, Value, json};
use std::path::Path;

/// Values of the fields that a page holds at most.
const FIELD_VALUES: usize = 20_000_000;

/// The page of a file.
///
/// # Errors
/// Unreadable files, and those that hold neither a recording nor training runs.
pub fn explorer(path: &Path) -> Result<Explorer, SessionError> {
    explorer_of(path, path)
}

/// The page of what `path` holds, called as `named`, of which it may be a copy.
///
/// # Errors
/// As [`explorer`].
pub fn explorer_of(path: &Path, named: &Path) -> Result<Explorer, SessionError> {
    let page = Explorer { title: picture_title(named), ..Explorer::default() };
    if TrainingFile::is_one(path).map_err(SessionError::Read)? {
        return training(path, page);
    }
    recording(path, page)
}

fn training(path: &Path, mut page: Explorer) -> Result<Explorer, SessionError> {
    let file = TrainingFile::read(path).map_err(SessionError::Read)?;
    let runs = file.runs.iter().map(|run| {
        let of = |measure: &str| run.table(&format!("evaluations/{measure}")).map(|table| table.values.clone());
        let mut curves = Map::new();
        for name in NAMES.iter().filter(|name| **name != "update") {
            if let Some(values) = of(name).filter(|values| values.iter().any(|value| value.is_finite())) {
                // What is no number is no point of the curve.
                curves.insert((*name).into(), values.iter().map(|value| json!(value)).collect());
            }
        }
        json!({"label": run.label(), "seed": run.seed, "done": is_done(run), "updates": of("update").unwrap_or_default(),
            "curves": curves})
    });
    let runs: Vec<Value> = runs.collect();
    page.told = format!("{} training runs", runs.len());
    page.held = json!({"kind": "training", "file": page.title, "rules": rules(&file), "runs": runs}).to_string();
    Ok(page)
}

fn recording(path: &Path, mut page: Explorer) -> Result<Explorer, SessionError> {
    let recording = Recording::open(path).map_err(SessionError::Read)?;
    let populations = populations(&recording)?;
    let mut traces = traces(&recording)?;
    traces.extend(picture_learning::of_run(path, (None, None))?);
    let end_ms = known_end_ms(&recording)?.unwrap_or_else(|| last_ms(&populations, &traces));
    let dt_ms = recording.provenance().map_err(SessionError::Read)?.map_or(0.0, |how| how.dt_ms);
    let tissue = recording.tissue().map_err(SessionError::Read)?;
    let fields = match &tissue {
        Some(tissue) => fields(&recording, tissue, &mut page)?,
        None => Vec::new(),
    };
    let mut positions = Vec::new();
    for own in recording.populations().map_err(SessionError::Read)? {
        if let Some(places) = own.positions_um {
            let xyz = page.keep(floats(places.into_iter().flatten()));
            positions.push(json!({"population": own.name, "xyz": xyz}));
        }
    }
    let notes = notes(&recording, &populations, &traces)?;
    let populations: Vec<Value> = populations.iter().map(|own| population(own, dt_ms, &mut page)).collect();
    let traces: Vec<Value> = traces.into_iter().map(|own| trace(own, &mut page)).collect();
    let edits = edit_spans(&recording)?.into_iter().map(|own| {
        let EditSpan { from_ms, to_ms, what } = own;
        json!({"from_ms": from_ms, "to_ms": to_ms.min(end_ms), "what": what})
    });
    page.told = notes.join("; ");
    page.held = json!({"kind": "recording", "file": page.title, "end_ms": if end_ms > 0.0 { end_ms } else { 1.0 },
        "dt_ms": dt_ms, "populations": populations, "traces": traces, "positions": positions, "fields": fields,
        "edits": edits.collect::<Vec<_>>()})
    .to_string();
    Ok(page)
}

/// What a reader of the page must know of its numbers.
fn notes(
    recording: &Recording,
    populations: &[PopulationSpikes],
    traces: &[TraceSet],
) -> Result<Vec<String>, SessionError> {
    let mut notes = Vec::new();
    for own in populations.iter().filter(|own| !matches!(own.observed, Observed::Throughout)) {
        notes.push(format!("{}: units were not observed throughout, and rates count the gaps as silence", own.name));
    }
    for report in recording.reports().map_err(SessionError::Read)? {
        let same = |own: &&TraceSet| own.population == report.population && own.variable == report.variable;
        if let Some(own) = traces.iter().find(same).filter(|own| own.dt_ms > 1.5 * report.dt_ms) {
            notes.push(format!("{} {}: a value each {} ms of those recorded", own.population, own.variable, own.dt_ms));
        }
    }
    Ok(notes)
}

/// Spikes as whole steps where they are some, else in ms; ids count from 0 among the cells of the population.
fn population(own: &PopulationSpikes, dt_ms: f64, page: &mut Explorer) -> Value {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be a whole number of 32 bits"
    )]
    let step = |time: &f64| {
        let step = (time / dt_ms).round();
        let is_step = (step * dt_ms - time).abs() < 1e-6 * dt_ms.max(*time * 1e-6) && (0.0..4e9).contains(&step);
        is_step.then_some(step as u32)
    };
    let steps: Option<Vec<u32>> = if dt_ms > 0.0 { own.times_ms.iter().map(step).collect() } else { None };
    let is_steps = steps.is_some();
    let times = match steps {
        Some(steps) => page.keep(steps.into_iter().flat_map(u32::to_le_bytes)),
        None => page.keep(own.times_ms.iter().flat_map(|time| time.to_le_bytes())),
    };
    let largest = own.node_ids.iter().chain(own.only.iter().flatten()).max().map_or(0, |id| id.saturating_add(1));
    let id = |id: &u64| u32::try_from(*id).unwrap_or(u32::MAX).to_le_bytes();
    let ids = page.keep(own.node_ids.iter().flat_map(id));
    let only = own.only.as_ref().map(|only| page.keep(only.iter().flat_map(id)));
    json!({"only": only, "name": own.name, "cells": own.cells.max(largest).max(1), "observed": own.cells.max(1), "type": own.cell_type,
        "steps": is_steps, "times": times, "ids": ids})
}

fn trace(own: TraceSet, page: &mut Explorer) -> Value {
    let data = page.keep(floats(own.data));
    let cells = if own.names.is_empty() { json!(own.node_ids) } else { json!(own.names) };
    json!({"population": own.population, "variable": own.variable, "unit": own.unit, "ids": cells,
        "start_ms": own.start_ms, "dt_ms": own.dt_ms, "data": data})
}

/// Slices, and whole fields.
fn fields(recording: &Recording, record: &TissueRecord, page: &mut Explorer) -> Result<Vec<Value>, SessionError> {
    let mut found = Vec::new();
    let Some(voxels) = record.info.voxels else { return Ok(found) };
    let shape = voxels.shape.map(|own| usize::try_from(own).unwrap_or(0));
    for (array, info) in record.info.arrays.iter().enumerate() {
        let whole = info.measure == "field" && info.shape.len() == 3;
        if record.frames[array] == 0 || !(info.slice.is_some() || whole) {
            continue;
        }
        let (axis, plane) = info.slice.unwrap_or((Axis::Y, 0));
        let [across, up] = match axis {
            Axis::X => [1, 2],
            Axis::Y => [0, 2],
            Axis::Z => [0, 1],
        };
        let values = if whole { shape.iter().product() } else { shape[across] * shape[up] };
        let stride = record.frames[array].div_ceil((FIELD_VALUES / values.max(1)).max(1)).max(1);
        let (mut times_ms, mut data) = (Vec::new(), Vec::new());
        for frame in (0..record.frames[array]).step_by(stride) {
            let mut plane = recording.tissue_frames(record, array, frame..frame + 1).map_err(SessionError::Read)?;
            if whole {
                plane.resize(values, f64::NAN);
                data.extend(plane);
            } else {
                // The page has the axis that goes up in rows.
                let turned = (0..shape[up]).flat_map(|row| (0..shape[across]).map(move |column| (row, column)));
                data.extend(
                    turned.map(|(row, column)| plane.get(column * shape[up] + row).copied().unwrap_or(f64::NAN)),
                );
            }
            times_ms.push(f64::from(u32::try_from(frame + 1).unwrap_or(u32::MAX)) * info.every_ms);
        }
        let data = page.keep(floats(data));
        let named = json!({"name": info.species, "unit": info.unit, "times_ms": times_ms, "data": data});
        let [origin_um, spacing_um] = [voxels.origin_um, voxels.spacing_um];
        let placed = if whole {
            json!({"volume": true, "shape": shape, "origin_um": origin_um, "spacing_um": spacing_um})
        } else {
            let axes = [up, across].map(|axis| Axis::ALL[axis].name());
            let middle = f64::from(u32::try_from(plane).unwrap_or(u32::MAX)) + 0.5;
            let um = origin_um[axis as usize] + middle * spacing_um[axis as usize];
            json!({"shape": [shape[up], shape[across]], "axes": axes, "across": {"axis": axis.name(), "um": um}})
        };
        let parts = [named, placed].into_iter().filter_map(|own| own.as_object().cloned());
        found.push(Value::Object(parts.flatten().collect()));
    }
    Ok(found)
}

#[expect(clippy::cast_possible_truncation, reason = "a pixel shows less than single precision has")]
fn floats(values: impl IntoIterator<Item = f64>) -> impl Iterator<Item = u8> {
    values.into_iter().flat_map(|value| (value as f32).to_le_bytes())
}
