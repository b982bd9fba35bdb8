//! A batch of trials that was run, as Python reads it.

use crate::arrays;
use neuropil_engine::trial::Labels;
use neuropil_train::Drawn;
use numpy::{PyArray1, PyArray3};
use pyo3::prelude::*;
use std::sync::Arc;

/// A batch of trials that was run.
#[pyclass(frozen)]
pub struct Batch {
    /// What it was drawn as, and what came of it.
    pub drawn: Arc<Drawn>,
}

#[pymethods]
impl Batch {
    /// Input, `[trial][step][input]`.
    #[getter]
    fn inputs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray3<f64>>> {
        arrays::planes(py, self.drawn.outcome.tapes.iter().map(|tape| &*tape.x))
    }

    /// Output of the cells, `[trial][step][cell]`.
    #[getter]
    fn outputs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray3<f64>>> {
        arrays::planes(py, self.drawn.outcome.tapes.iter().map(|tape| &tape.z))
    }

    /// Pseudo-derivative of the cells, `[trial][step][cell]`.
    #[getter]
    fn pseudo_derivative<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray3<f64>>> {
        arrays::planes(py, self.drawn.outcome.tapes.iter().map(|tape| &tape.psi))
    }

    /// Readout, `[trial][step][readout]`.
    #[getter]
    fn readout<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray3<f64>>> {
        arrays::planes(py, self.drawn.outcome.readouts.iter())
    }

    /// Derivative of the loss by the readout, `[trial][step][readout]`.
    #[getter]
    fn error<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray3<f64>>> {
        arrays::planes(py, self.drawn.outcome.credits.iter().map(|credit| &credit.err))
    }

    /// The class of each trial, or of each step of each trial, one after the other, -1 where nothing is asked; zeros where the answer is no class.
    #[getter]
    fn labels<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i64>> {
        let whole = |label: usize| i64::try_from(label).unwrap_or(i64::MAX);
        let trials = || self.drawn.outcome.readouts.iter().map(|y| y.trials()).sum();
        let labels = match &self.drawn.labels {
            Labels::Trials(own) => own.iter().map(|label| whole(*label)).collect(),
            Labels::Steps(own) => own.iter().map(|label| label.map_or(-1, whole)).collect(),
            Labels::None => vec![0; trials()],
        };
        arrays::list(py, labels)
    }

    /// The loss without regulariser.
    #[getter]
    fn loss(&self) -> f64 {
        self.drawn.outcome.task_loss
    }

    /// The update that the batch is for.
    #[getter]
    fn update(&self) -> u32 {
        self.drawn.update
    }
}
