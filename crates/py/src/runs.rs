//! Training runs and what was recorded of them; trials of the caller.

use crate::arrays;
use crate::error::{Fault, released};
use crate::training::Training;
use neuropil_files::FileError;
use neuropil_model::given::KEPT;
use neuropil_model::task::data_digest;
use neuropil_record::{Arrays, Table, TaskDataFile, TrainingFile, TrainingRun};
use neuropil_train::compare::{is_done, put, there};
use neuropil_train::curves;
use neuropil_train::notes::notes;
use neuropil_train::remarks::remarks;
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Writes trials of the caller as the file that a task of kind `data` reads, with the arrays that another file keeps; the
/// digest of the trials.
#[pyfunction]
#[pyo3(signature = (path, inputs, labels, targets, split, loss_weights, kept = None))]
#[expect(clippy::too_many_arguments, reason = "by name, from Python")]
pub fn write_trials(
    py: Python<'_>,
    path: PathBuf,
    inputs: &Bound<'_, PyAny>,
    labels: Option<&Bound<'_, PyAny>>,
    targets: Option<&Bound<'_, PyAny>>,
    split: Option<Vec<i64>>,
    loss_weights: Option<&Bound<'_, PyAny>>,
    kept: Option<PathBuf>,
) -> PyResult<String> {
    let table = |object: &str, own: &Bound<'_, PyAny>| {
        let shape: Vec<usize> = py.import("numpy")?.call_method1("shape", (own,))?.extract()?;
        let values = arrays::numbers(object, own, &shape)?;
        Ok::<_, Fault>(Table { object: object.into(), shape, values })
    };
    // Those of steps have two axes.
    let (of_steps, of_trials) = match labels {
        Some(own) if py.import("numpy")?.call_method1("ndim", (own,))?.extract::<usize>()? == 2 => (Some(own), None),
        own => (None, own.map(|own| own.extract::<Vec<i64>>()).transpose()?),
    };
    let given = [("inputs", Some(inputs)), ("labels", of_steps), ("targets", targets), ("loss_weights", loss_weights)];
    let tables = given.into_iter().filter_map(|(name, own)| Some(table(name, own?)));
    let mut tables = tables.collect::<Result<Vec<_>, _>>()?;
    let lists = [("labels", of_trials), ("split", split)];
    let lists = lists.into_iter().filter_map(|(name, own)| Some((name, own?))).collect();
    Ok(released(py, || {
        tables.extend(kept.map_or(Ok(Vec::new()), |kept| kept_arrays(&kept))?);
        TaskDataFile { tables, lists }.write(&path, true)?;
        Ok(data_digest(&path)?)
    })?)
}

/// The arrays of a task that a file of its data keeps.
fn kept_arrays(path: &Path) -> Result<Vec<Table>, Fault> {
    let arrays = Arrays::open(path)?;
    if !arrays.has(KEPT) {
        return Ok(Vec::new());
    }
    let table = |name: String| {
        let object = format!("{KEPT}/{name}");
        let (shape, values) = arrays.f64(&object)?;
        Ok(Table { object, shape, values })
    };
    arrays.datasets(KEPT)?.into_iter().map(table).collect()
}

/// Runs and what was recorded of them: a file, or its content before it is written.
#[pyclass(frozen)]
pub struct Runs {
    own: Mutex<TrainingFile>,
}

impl Runs {
    /// A copy, taken with the interpreter lock released.
    ///
    /// # Errors
    /// A bug met before.
    pub fn copy(&self) -> Result<TrainingFile, Fault> {
        Ok(self.own.lock().map_err(|_| Fault::State("the runs have met a bug before".into()))?.clone())
    }
}

/// The right to write a file of runs, for as long as it is not let go.
#[pyclass(frozen)]
pub struct Hold {
    own: Mutex<Option<neuropil_files::Hold>>,
}

#[pymethods]
impl Hold {
    /// Takes the right to write a file, or tells who has it; `own` says who this is.
    #[staticmethod]
    fn take(py: Python<'_>, path: PathBuf, own: &str) -> PyResult<(Option<Self>, String)> {
        let taken = released(py, || {
            let place = neuropil_files::target(&path)?.file()?;
            match neuropil_files::Hold::take(&place, own, |_| false) {
                Ok(hold) => Ok((Some(hold), String::new())),
                Err(FileError::Held { holder, .. }) => Ok((None, holder)),
                Err(fault) => Err(fault.into()),
            }
        });
        let (hold, holder) = taken?;
        Ok((hold.map(|hold| Self { own: Mutex::new(Some(hold)) }), holder))
    }

    /// Lets it go.
    fn release(&self, py: Python<'_>) -> PyResult<()> {
        Ok(released(py, || {
            self.own.lock().map_err(|_| Fault::State("the hold has met a bug before".into()))?.take();
            Ok(())
        })?)
    }
}

#[pymethods]
impl Runs {
    #[new]
    fn new(py: Python<'_>, training: &Training, command: String) -> PyResult<Self> {
        let (task, data) = training.task_and_data(py)?;
        Ok(Self { own: Mutex::new(TrainingFile { task, command, data, ..TrainingFile::default() }) })
    }

    /// Writes the trials of a task of one's own; whether there are any.
    fn write_data(&self, py: Python<'_>, path: PathBuf) -> PyResult<bool> {
        Ok(released(py, || {
            let tables = self.copy()?.data;
            let has_data = !tables.is_empty();
            if has_data {
                TaskDataFile { tables, lists: Vec::new() }.write(&path, true)?;
            }
            Ok(has_data)
        })?)
    }

    /// The runs of a file.
    #[staticmethod]
    fn read(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let own = released(py, || Ok(TrainingFile::read(&path)?))?;
        Ok(Self { own: Mutex::new(own) })
    }

    /// Refuses a name that is taken, unless it may be replaced.
    #[staticmethod]
    fn claim(py: Python<'_>, path: PathBuf, force: bool) -> PyResult<()> {
        Ok(released(py, || Ok(TrainingFile::claim(&path, force)?))?)
    }

    /// Takes a run as it is now, in the place of an older one.
    fn put(&self, py: Python<'_>, training: &Training) -> PyResult<()> {
        let run = training.record(py)?;
        Ok(released(py, || {
            let mut own = self.own.lock().map_err(|_| Fault::State("the runs have met a bug before".into()))?;
            put(&mut own, run);
            Ok(())
        })?)
    }

    /// Takes the runs of others, of the same task, as they are, each in the place of an older one.
    fn take(&self, py: Python<'_>, other: &Runs) -> PyResult<()> {
        Ok(released(py, || {
            // A copy first: these may be the same runs.
            let other = other.copy()?;
            let mut own = self.own.lock().map_err(|_| Fault::State("the runs have met a bug before".into()))?;
            if own.task != other.task {
                let why = "the task of a run has come back changed; expected it as it was handed over: is this version";
                return Err(Fault::input(format!("{why} of neuropil everywhere?")));
            }
            for run in other.runs {
                put(&mut own, run);
            }
            Ok(())
        })?)
    }

    /// Writes the file.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        Ok(released(py, || {
            self.copy()?.save(&path)?;
            Ok(())
        })?)
    }

    /// The task file as JSON.
    #[getter]
    fn task(&self, py: Python<'_>) -> PyResult<String> {
        Ok(released(py, || Ok(self.copy()?.task))?)
    }

    /// (rule, with the point of a sweep; seed; done) of each run.
    #[getter]
    fn runs(&self, py: Python<'_>) -> PyResult<Vec<(String, u64, bool)>> {
        let all = released(py, || Ok(self.copy()?.runs))?;
        Ok(all.iter().map(|run| (run.label(), run.seed, is_done(run))).collect())
    }

    /// Rules by their mean loss, best first.
    fn rules(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        Ok(released(py, || Ok(curves::rules(&self.copy()?)))?)
    }

    /// How each rule differs from the first, seed by seed.
    fn paired<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let all = released(py, || {
            let file = self.copy()?;
            Ok(curves::paired(&file, &curves::rules(&file)))
        })?;
        let told = |own: &curves::Paired| {
            let told = PyDict::new(py);
            told.set_item("rule", &own.rule)?;
            told.set_item("with", &own.with)?;
            told.set_item("differences", &own.differences)?;
            told.set_item("mean", own.mean)?;
            told.set_item("interval", own.interval)?;
            told.set_item("p", own.p)?;
            told.set_item("holm", own.holm)?;
            Ok(told)
        };
        all.iter().map(told).collect()
    }

    /// What should be said of the runs.
    fn remarks(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        Ok(released(py, || Ok(remarks(&self.copy()?)))?)
    }

    /// What none of the rules uses of the task.
    fn notes(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        Ok(released(py, || Ok(notes(&self.copy()?)))?)
    }

    /// Names of what was recorded of a run.
    fn tables(&self, py: Python<'_>, rule: &str, seed: u64) -> PyResult<Vec<String>> {
        let run = self.run(py, rule, seed)?;
        Ok(run.tables.into_iter().map(|table| table.object).collect())
    }

    /// What was recorded of a run under a name, flat, and its shape.
    fn table<'py>(
        &self,
        py: Python<'py>,
        rule: &str,
        seed: u64,
        name: &str,
    ) -> PyResult<(Bound<'py, PyArray1<f64>>, Vec<usize>)> {
        let run = self.run(py, rule, seed)?;
        let table = run.tables.into_iter().find(|table| table.object == name);
        let table = table.ok_or_else(|| Fault::input(format!("{rule}, seed {seed}: nothing is called `{name}`")))?;
        Ok((arrays::list(py, table.values), table.shape))
    }
}

impl Runs {
    fn run(&self, py: Python<'_>, rule: &str, seed: u64) -> Result<TrainingRun, Fault> {
        released(py, || {
            let file = self.copy()?;
            let own = file.runs.iter().find(|run| (run.label().as_str(), run.seed) == (rule, seed)).cloned();
            own.ok_or_else(|| Fault::input(format!("there is no run of {rule} with seed {seed}; {}", there(&file))))
        })
    }
}
