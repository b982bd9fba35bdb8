//! Model files: what they may say, and whether they are sound.

use crate::arrays;
use crate::error::{Fault, released};
use neuropil_model::{Document, Model};
use neuropil_record::trains::{Request, Span, TrainFile, Units};
use neuropil_session::{Changes, Input, Session};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;

/// The JSON Schema of model files, or of task files.
#[pyfunction]
#[pyo3(signature = (*, task=false))]
pub fn schema(task: bool) -> String {
    if task { neuropil_model::schema::task::text() } else { neuropil_model::schema::text() }
}

/// `; did you mean ...?`, or nothing if no name is close.
#[pyfunction]
pub fn did_you_mean(found: &str, names: Vec<String>) -> String {
    neuropil_core::did_you_mean(found, names.iter().map(String::as_str))
}

/// A model as Python hands it over.
pub fn input(text: String, file: &str, changes: &Changes) -> Result<Input, Fault> {
    changes.check()?;
    let document = Document::parse(file, text)?;
    Ok(Input::of(document, changes)?)
}

/// Checks a model: all that a run would refuse before its first step.
#[pyfunction]
#[pyo3(signature = (text, file, scale = 1.0, duration_ms = None))]
pub fn check<'py>(
    py: Python<'py>,
    text: String,
    file: String,
    scale: f64,
    duration_ms: Option<f64>,
) -> PyResult<Bound<'py, PyDict>> {
    let (checked, json) = released(py, || {
        let input = input(text, &file, &Changes { scale, duration_ms, ..Changes::default() })?;
        let json = input.json();
        Ok((Session { scale, ..Session::new(&input, PathBuf::new()) }.check(input)?, json))
    })?;
    let told = PyDict::new(py);
    told.set_item("cells", checked.cells)?;
    told.set_item("synapses", checked.synapses)?;
    told.set_item("synapses_are_expected", checked.synapses_are_expected)?;
    told.set_item("bytes", checked.bytes)?;
    told.set_item("json", json)?;
    told.set_item("notes", checked.notes)?;
    Ok(told)
}

/// The cells that a part of a population has, by their indices in it: a part as a model file has it, as JSON.
#[pyfunction]
pub fn cells(py: Python<'_>, text: String, file: String, part: String, scale: f64) -> PyResult<Vec<u32>> {
    Ok(released(py, || {
        let model = Model::decode(Document::parse(&file, text)?)?;
        Ok(model.cells_of(&part, model.seed, scale)?)
    })?)
}

/// The spike trains of a file: ids of the units, time of each spike in ms, unit of each spike.
#[pyfunction]
#[pyo3(signature = (file, units = None, population = None, from_s = None, to_s = None))]
pub fn spike_trains<'py>(
    py: Python<'py>,
    file: PathBuf,
    units: Option<String>,
    population: Option<String>,
    from_s: Option<f64>,
    to_s: Option<f64>,
) -> PyResult<Bound<'py, PyDict>> {
    let trains = released(py, || {
        let units = units.map_or(Units::All, |text| Units::parse(&text));
        let span = Span::Window { from_s: from_s.unwrap_or(0.0), to_s: to_s.unwrap_or(f64::INFINITY) };
        let request = Request { population, units, span, needed_until_s: None };
        Ok(TrainFile::open(&file)?.read(&request)?)
    })?;
    let told = PyDict::new(py);
    told.set_item("unit_ids", arrays::list(py, trains.unit_ids))?;
    told.set_item("times_ms", arrays::list(py, trains.times_ms))?;
    told.set_item("units", arrays::list(py, trains.units))?;
    Ok(told)
}
