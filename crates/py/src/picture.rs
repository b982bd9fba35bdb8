//! Pictures, drawn by the report crate.

use crate::error::{Fault, released};
use neuropil_report::{Existing, Picture as Own, PlotOptions};
use neuropil_session::picture;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::path::{Path, PathBuf};

/// A drawn page.
#[pyclass(frozen)]
pub struct Picture {
    own: Own,
}

impl Picture {
    /// Of a recording or of a file of training runs.
    ///
    /// # Errors
    /// Unreadable files and windows that are empty.
    pub fn of(
        py: Python<'_>,
        path: &Path,
        window: (Option<f64>, Option<f64>),
        title: Option<&str>,
        (width, height): (u32, u32),
    ) -> PyResult<Self> {
        let own = released(py, || {
            let options = PlotOptions::new(width, height)?;
            Ok::<_, Fault>(picture(path, window, title, &options)?)
        })?;
        Ok(Self { own })
    }
}

#[pymethods]
impl Picture {
    #[new]
    #[pyo3(signature = (path, from_ms, to_ms, width, height, title))]
    fn new(
        py: Python<'_>,
        path: PathBuf,
        from_ms: Option<f64>,
        to_ms: Option<f64>,
        width: u32,
        height: u32,
        title: Option<&str>,
    ) -> PyResult<Self> {
        Self::of(py, &path, (from_ms, to_ms), title, (width, height))
    }

    /// As SVG.
    fn svg(&self, py: Python<'_>) -> PyResult<String> {
        Ok(released(py, || Ok(self.own.svg()?))?)
    }

    /// As the bytes of a PNG file.
    fn png<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = released(py, || Ok(self.own.png()?))?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// Writes it, as the extension says.
    fn save(&self, py: Python<'_>, path: PathBuf, force: bool) -> PyResult<()> {
        let existing = if force { Existing::Replace } else { Existing::Refuse };
        Ok(released(py, || Ok(self.own.write(&path, existing)?))?)
    }

    /// Width and height in pixels.
    #[getter]
    fn size(&self) -> (u32, u32) {
        (self.own.width(), self.own.height())
    }
}
