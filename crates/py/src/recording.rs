//! Recordings as arrays.

use crate::arrays;
use crate::error::{Fault, released};
use crate::picture::Picture;
use neuropil_record::{Arrays, Recording as Own, ReportRecord, Spikes, WeightData};
use neuropil_report::{PopulationSpikes, Window, population_statistics};
use neuropil_session::{known_end_ms, populations};
use numpy::{PyArray1, PyArray2};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// A recording, opened for reading. Every array is moved to the caller.
#[pyclass(frozen)]
pub struct Recording {
    path: PathBuf,
    own: Mutex<Option<(Own, Vec<ReportRecord>)>>,
}

type List<'py, T> = Bound<'py, PyArray1<T>>;
type Synapses<'py> = (List<'py, u64>, List<'py, u64>, List<'py, f64>, List<'py, f64>, Option<List<'py, f64>>);

impl Recording {
    /// Reads with the interpreter lock released.
    fn read<T: Send>(
        &self,
        py: Python<'_>,
        read: impl FnOnce(&Own, &[ReportRecord]) -> Result<T, Fault> + Send,
    ) -> Result<T, Fault> {
        released(py, || {
            let own = self.own.lock().map_err(|_| Fault::Bug("a reader has panicked".into()))?;
            match own.as_ref() {
                Some((recording, reports)) => read(recording, reports),
                None => Err(Fault::State(format!("the recording `{}` is closed", self.path.display()))),
            }
        })
    }
}

/// The window that is asked for, or all that was recorded.
fn window(
    path: &Path,
    recording: &Own,
    populations: &[PopulationSpikes],
    asked: (Option<f64>, Option<f64>),
) -> Result<Window, Fault> {
    let last = || populations.iter().filter_map(|own| own.times_ms.last()).fold(0.0, |last: f64, own| last.max(*own));
    Ok(neuropil_session::window(path, recording, asked, last)?)
}

fn no_report(index: usize, reports: &[ReportRecord]) -> Fault {
    Fault::input(format!("report {index}: the recording has {}", reports.len()))
}

#[pymethods]
impl Recording {
    #[new]
    fn new(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let own = released(py, || {
            let recording = Own::open(&path)?;
            let reports = recording.reports()?;
            Ok((recording, reports))
        })?;
        Ok(Self { path, own: Mutex::new(Some(own)) })
    }

    /// Closes the file; reading is an error from now on.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        Ok(released(py, || {
            self.own.lock().map_err(|_| Fault::Bug("a reader has panicked".into()))?.take();
            Ok(())
        })?)
    }

    /// One dict a population.
    fn populations<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let records = self.read(py, |own, _| Ok(own.populations()?))?;
        let told = records.into_iter().map(|record| {
            let told = PyDict::new(py);
            told.set_item("name", record.name)?;
            told.set_item("size", record.size)?;
            told.set_item("first_id", record.first_id)?;
            told.set_item("model", record.model)?;
            told.set_item("cell_type", record.cell_type)?;
            told.set_item("sign", record.sign)?;
            told.set_item("has_spikes", record.has_spikes)?;
            told.set_item("recorded_cells", record.recorded_cells.map(|cells| arrays::list(py, cells)))?;
            let flat = |points: Vec<[f64; 3]>| arrays::rows(py, points.into_iter().flatten().collect(), 3);
            told.set_item("positions_um", record.positions_um.map(flat).transpose()?)?;
            Ok(told)
        });
        told.collect()
    }

    /// Times in ms and nodes of the spikes of a population.
    fn spikes<'py>(&self, py: Python<'py>, population: &str) -> PyResult<(List<'py, f64>, List<'py, u64>)> {
        let Spikes { times_ms, node_ids } = self.read(py, |own, _| Ok(own.spikes(population)?))?;
        Ok((arrays::list(py, times_ms), arrays::list(py, node_ids)))
    }

    /// Up to when the recording was observed, in ms; `None` for files of others, which do not tell.
    fn end_ms(&self, py: Python<'_>) -> PyResult<Option<f64>> {
        Ok(self.read(py, |own, _| Ok(known_end_ms(own)?))?)
    }

    /// When each cell of a population was observed, (from, to) in ms; `None`: throughout.
    fn observed_ms(&self, py: Python<'_>, population: &str) -> PyResult<Option<Vec<Vec<[f64; 2]>>>> {
        Ok(self.read(py, |own, _| Ok(own.observed_ms(population)?))?)
    }

    /// One dict a population with spikes: its statistics in a window, which lies within what was observed.
    #[pyo3(signature = (from_ms, to_ms))]
    fn statistics<'py>(
        &self,
        py: Python<'py>,
        from_ms: Option<f64>,
        to_ms: Option<f64>,
    ) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let all = self.read(py, |own, _| {
            let populations = populations(own)?;
            let window = window(&self.path, own, &populations, (from_ms, to_ms))?;
            Ok(populations.iter().map(|own| population_statistics(own, window)).collect::<Vec<_>>())
        })?;
        let told = all.into_iter().map(|own| {
            let told = PyDict::new(py);
            told.set_item("name", own.name)?;
            told.set_item("cells", own.cells)?;
            told.set_item("spikes", own.spikes)?;
            told.set_item("rate_hz", own.rate_hz)?;
            told.set_item("active_fraction", own.active_fraction)?;
            told.set_item("cv_isi", own.cv_isi)?;
            told.set_item("synchrony", own.synchrony)?;
            Ok(told)
        });
        told.collect()
    }

    /// One dict a report.
    fn reports<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let reports = self.read(py, |_, reports| Ok(reports.to_vec()))?;
        let told = reports.into_iter().map(|report| {
            let told = PyDict::new(py);
            told.set_item("population", report.population)?;
            told.set_item("variable", report.variable)?;
            told.set_item("unit", report.unit)?;
            told.set_item("node_ids", arrays::list(py, report.node_ids))?;
            told.set_item("start_ms", report.start_ms)?;
            told.set_item("dt_ms", report.dt_ms)?;
            told.set_item("frames", report.frames)?;
            Ok(told)
        });
        told.collect()
    }

    /// Frames `first..last` of a report, `[frame][cell]`.
    fn report<'py>(
        &self,
        py: Python<'py>,
        index: usize,
        first: usize,
        last: usize,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let (values, columns) = self.read(py, |own, reports| {
            let report = reports.get(index).ok_or_else(|| no_report(index, reports))?;
            let last = last.min(report.frames);
            Ok((own.report_data(report, first.min(last)..last)?, report.node_ids.len()))
        })?;
        arrays::rows(py, values, columns)
    }

    /// One dict a projection whose weights were recorded.
    fn weights<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let records = self.read(py, |own, _| Ok(own.weights()?))?;
        let told = records.into_iter().map(|record| {
            let told = PyDict::new(py);
            told.set_item("name", record.name)?;
            told.set_item("source", record.source_population)?;
            told.set_item("target", record.target_population)?;
            told.set_item("unit", record.unit)?;
            told.set_item("synapses", record.synapses)?;
            if let Some(time_ms) = record.time_ms {
                told.set_item("time_ms", time_ms)?;
            }
            Ok(told)
        });
        told.collect()
    }

    /// Sources, targets, weights and delays in ms of the synapses of a projection, and its first weights, where they were kept.
    fn synapses<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Synapses<'py>> {
        let WeightData { sources, targets, weights, initial_weights, delays_ms } = self.read(py, |own, _| {
            let records = own.weights()?;
            let names = || records.iter().map(|record| record.name.clone()).collect::<Vec<_>>().join(", ");
            let record = records.iter().find(|record| record.name == name).ok_or_else(|| {
                Fault::input(format!(
                    "no weights of a projection `{name}` were recorded; there are those of: {}",
                    names()
                ))
            })?;
            Ok(own.weight_data(record)?)
        })?;
        Ok((
            arrays::list(py, sources),
            arrays::list(py, targets),
            arrays::list(py, weights),
            arrays::list(py, delays_ms),
            initial_weights.map(|own| arrays::list(py, own)),
        ))
    }

    /// How the recording came to be; `None` for files of other tools.
    fn provenance<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let Some(how) = self.read(py, |own, _| Ok(own.provenance()?))? else { return Ok(None) };
        let told = PyDict::new(py);
        told.set_item("neuropil_version", how.neuropil_version)?;
        told.set_item("seed", how.seed)?;
        told.set_item("dt_ms", how.dt_ms)?;
        told.set_item("simulated_until_ms", how.simulated_until_ms)?;
        told.set_item("complete", how.complete)?;
        told.set_item("command", how.command)?;
        told.set_item("precision", how.precision)?;
        told.set_item("threads", how.threads)?;
        told.set_item("ranks", how.ranks)?;
        told.set_item("scale", how.scale)?;
        told.set_item("until_ms", how.until_ms)?;
        told.set_item("checkpoint_every_ms", how.checkpoint_every_ms)?;
        told.set_item("wall_s", how.wall_s)?;
        told.set_item("cpu_s", how.cpu_s)?;
        told.set_item("model_json", how.model_json)?;
        told.set_item("model_path", how.model_path)?;
        Ok(Some(told))
    }

    /// What is recorded of the tissue: one dict an array; none where there are no peptides.
    fn fields<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let Some(record) = self.read(py, |own, _| Ok(own.tissue()?))? else { return Ok(Vec::new()) };
        let info = &record.info;
        let named = info.arrays.iter().zip(info.array_names());
        let told = named.zip(&record.frames).map(|((array, name), frames)| {
            let told = PyDict::new(py);
            told.set_item("name", name)?;
            told.set_item("measure", &array.measure)?;
            told.set_item("species", &array.species)?;
            told.set_item("axis", array.slice.map(|(axis, _)| axis.name()))?;
            told.set_item("plane", array.slice.map(|(_, plane)| plane))?;
            told.set_item("unit", &array.unit)?;
            told.set_item("every_ms", array.every_ms)?;
            told.set_item("frames", frames)?;
            told.set_item("shape", &array.shape)?;
            told.set_item("spacing_um", info.voxels.map(|own| own.spacing_um.to_vec()))?;
            told.set_item("origin_um", info.voxels.map(|own| own.origin_um.to_vec()))?;
            told.set_item("all_species", &info.species)?;
            told.set_item("all_cell_types", &info.cell_types)?;
            Ok(told)
        });
        told.collect()
    }

    /// Frames `first..last` of an array of the tissue, flat.
    fn field<'py>(&self, py: Python<'py>, index: usize, first: usize, last: usize) -> PyResult<List<'py, f64>> {
        let values = self.read(py, |own, _| {
            let record = own.tissue()?.filter(|record| index < record.frames.len());
            let record =
                record.ok_or_else(|| Fault::input(format!("the recording has no array {index} of a tissue")))?;
            let last = last.min(record.frames[index]);
            Ok(own.tissue_frames(&record, index, first.min(last)..last)?)
        })?;
        Ok(arrays::list(py, values))
    }

    /// The picture that `neuropil plot` draws.
    #[pyo3(signature = (from_ms, to_ms, width, height, title))]
    fn picture(
        &self,
        py: Python<'_>,
        from_ms: Option<f64>,
        to_ms: Option<f64>,
        width: u32,
        height: u32,
        title: Option<&str>,
    ) -> PyResult<Picture> {
        self.read(py, |_, _| Ok(()))?;
        Picture::of(py, &self.path, (from_ms, to_ms), title, (width, height))
    }
}

/// Names in a group of an HDF5 file.
#[pyfunction]
pub fn names(py: Python<'_>, path: PathBuf, group: &str) -> PyResult<Vec<String>> {
    Ok(released(py, || Ok(Arrays::open(&path)?.list(group)?))?)
}

/// Any dataset of numbers of an HDF5 file, flat, and its shape.
#[pyfunction]
pub fn dataset<'py>(py: Python<'py>, path: PathBuf, object: &str) -> PyResult<(List<'py, f64>, Vec<usize>)> {
    let (shape, values) = released(py, || Ok(Arrays::open(&path)?.f64(object)?))?;
    Ok((arrays::list(py, values), shape))
}
