//! Whole runs, from a model to its recording.

use crate::error::{Fault, released};
use crate::model::input;
use crate::ranks::Company;
use neuropil_session::{Changes, Finished, Input, Reached, Session, Watch};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Wall time between two looks at signals.
pub const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Lets Python see a run: its signals are heeded, its callback is told `(reached_ms, until_ms, wall_s)`.
pub struct Eye {
    callback: Option<Py<PyAny>>,
    looked: Mutex<Instant>,
    /// What Python raised; it ends the run.
    raised: Mutex<Option<PyErr>>,
}

impl Eye {
    /// With a callback, if there is one.
    pub fn new(callback: Option<Py<PyAny>>) -> Self {
        Self { callback, looked: Mutex::new(Instant::now()), raised: Mutex::new(None) }
    }

    fn is_time(&self) -> bool {
        let Ok(mut looked) = self.looked.lock() else { return false };
        let due = looked.elapsed() >= LOOK_EVERY;
        if due {
            *looked = Instant::now();
        }
        due
    }

    fn keep(&self, outcome: PyResult<()>) {
        if let (Err(error), Ok(mut raised)) = (outcome, self.raised.lock()) {
            raised.get_or_insert(error);
        }
    }

    fn tell(&self, reached: &Reached) {
        let Some(callback) = &self.callback else { return };
        let time = |step| reached.clock.time_ms(step);
        let told = (time(reached.step), time(reached.until), reached.wall.as_secs_f64());
        self.keep(Python::attach(|py| callback.call1(py, told).map(|_| ())));
    }

    /// What it raised; over ranks, what any of them did.
    fn raised(self, company: &Company) -> Result<Option<PyErr>, Fault> {
        let own = self.raised.into_inner().ok().flatten();
        match company.agree(own.map_or(Ok(()), |own| Err(Fault::Python(own)))) {
            Ok(()) => Ok(None),
            Err(Fault::Python(own)) => Ok(Some(own)),
            Err(other) => Ok(Some(other.into())),
        }
    }
}

impl Watch for Eye {
    fn reached(&self, reached: &Reached) {
        if reached.step == reached.until || self.is_time() {
            self.tell(reached);
            self.keep(Python::attach(|py| py.check_signals()));
        }
    }

    fn stops(&self) -> bool {
        self.raised.lock().is_ok_and(|raised| raised.is_some())
    }
}

/// Tells Python what was said of the input, before it is built.
///
/// # Errors
/// What Python raised, where its filters make an error of a warning.
pub fn heard(notes: &[String], hears: &Py<PyAny>) -> Result<(), Fault> {
    Python::attach(|py| hears.call1(py, (notes.to_vec(),)))?;
    Ok(())
}

/// Runs a session with all ranks; what was said of its input, of which the first tells Python. `is_shared`: the file is a temporary
/// one, of which each rank gets its own.
fn go(
    company: &Company,
    begun: Result<(Session, Input), Fault>,
    (hears, eye): (&Py<PyAny>, &Eye),
    is_shared: bool,
) -> Result<(Finished, Vec<String>), Fault> {
    let heard = begun.and_then(|(session, input)| {
        let notes = input.notes();
        if company.speaks() {
            heard(&notes, hears)?;
        }
        Ok((session, input, notes))
    });
    let (session, input, notes) = company.agree(heard)?;
    let session = Session { rank: company.rank(), ..session };
    let finished = session.run(input, eye)?;
    if is_shared {
        company.share(&finished.output)?;
    }
    Ok((finished, notes))
}

/// Runs a model and records it; `hears` is told what was said of the model before anything is built or written. `raised` of
/// what is returned is the exception that ended the run early. `is_shared`: over ranks, each has the recording at its own `output`.
#[pyfunction]
#[pyo3(signature = (text, name, output, *, is_shared, force, duration_ms, scale, threads, checkpoint_every_ms, command, progress, hears))]
#[expect(clippy::too_many_arguments, reason = "by name, from Python")]
pub fn run<'py>(
    py: Python<'py>,
    text: String,
    name: String,
    output: PathBuf,
    is_shared: bool,
    force: bool,
    duration_ms: Option<f64>,
    scale: f64,
    threads: Option<u16>,
    checkpoint_every_ms: Option<f64>,
    command: String,
    progress: Option<Py<PyAny>>,
    hears: Py<PyAny>,
) -> PyResult<Bound<'py, PyDict>> {
    let (finished, notes, raised) = released(py, || {
        let company = Company::new()?;
        let eye = Eye::new(progress.filter(|_| company.speaks()));
        let begun = input(text, &name, &Changes { scale, duration_ms, ..Changes::default() }).map(|input| {
            let new = Session::new(&input, output);
            (Session { scale, force, checkpoint_every_ms, threads, command, ..new }, input)
        });
        let (finished, notes) = go(&company, begun, (&hears, &eye), is_shared)?;
        Ok((finished, notes, eye.raised(&company)?))
    })?;
    told(py, &finished, notes, raised)
}

/// Goes on with a recorded run from its last checkpoint; `hears` is told what was said of its model, `is_shared` is that of [`run`].
#[pyfunction]
#[pyo3(signature = (recording, *, is_shared, until_ms, threads, checkpoint_every_ms, command, progress, hears))]
#[expect(clippy::too_many_arguments, reason = "by name, from Python")]
pub fn resume<'py>(
    py: Python<'py>,
    recording: PathBuf,
    is_shared: bool,
    until_ms: Option<f64>,
    threads: Option<u16>,
    checkpoint_every_ms: Option<f64>,
    command: String,
    progress: Option<Py<PyAny>>,
    hears: Py<PyAny>,
) -> PyResult<Bound<'py, PyDict>> {
    let (finished, notes, raised) = released(py, || {
        let company = Company::new()?;
        let eye = Eye::new(progress.filter(|_| company.speaks()));
        let begun = Session::resume(&recording, until_ms).map_err(Fault::from).map(|(session, input)| {
            let checkpoint_every_ms = checkpoint_every_ms.or(session.checkpoint_every_ms);
            (Session { checkpoint_every_ms, threads, command, ..session }, input)
        });
        let (finished, notes) = go(&company, begun, (&hears, &eye), is_shared)?;
        Ok((finished, notes, eye.raised(&company)?))
    })?;
    told(py, &finished, notes, raised)
}

fn told<'py>(
    py: Python<'py>,
    finished: &Finished,
    notes: Vec<String>,
    raised: Option<PyErr>,
) -> PyResult<Bound<'py, PyDict>> {
    let told = PyDict::new(py);
    told.set_item("output", &finished.output)?;
    told.set_item("complete", finished.complete)?;
    told.set_item("from_ms", finished.from_to_ms.0)?;
    told.set_item("reached_ms", finished.from_to_ms.1)?;
    told.set_item("until_ms", finished.until_ms)?;
    told.set_item("synapses", finished.synapses)?;
    told.set_item("synaptic_events", finished.events)?;
    told.set_item("build_s", finished.cost.build_s)?;
    told.set_item("wall_s", finished.cost.wall_s)?;
    told.set_item("cpu_s", finished.cost.cpu_s)?;
    told.set_item("notes", notes)?;
    told.set_item("remarks", finished.remarks())?;
    told.set_item("raised", raised)?;
    Ok(told)
}

/// Lets Python handle its signals.
///
/// # Errors
/// What it raised, such as `KeyboardInterrupt`.
pub fn heed_signals() -> Result<(), Fault> {
    Ok(Python::attach(|py| py.check_signals())?)
}
