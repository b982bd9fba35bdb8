//! Files that Python writes, as the command line writes its own.

use crate::error::{Fault, released};
use neuropil_files::{Target, target};
use neuropil_record as record;
use pyo3::prelude::*;
use std::path::{Path, PathBuf};

/// Refuses the name of an output that is taken, unless it may be replaced. Writes nothing.
#[pyfunction]
pub fn check_output(py: Python<'_>, path: PathBuf, force: bool) -> PyResult<()> {
    Ok(released(py, || check(&path, force))?)
}

/// Writes a file whole or not at all; a device or a pipe is written to.
#[pyfunction]
pub fn write_file(py: Python<'_>, path: PathBuf, content: &[u8], force: bool) -> PyResult<()> {
    Ok(released(py, || {
        check(&path, force)?;
        Ok(neuropil_files::write(&path, content)?)
    })?)
}

/// Copies a file of HDF5 to another name, whole or not at all.
#[pyfunction]
pub fn copy_hdf5(py: Python<'_>, source: PathBuf, to: PathBuf, force: bool) -> PyResult<()> {
    Ok(released(py, || record::copy(&source, &to, force).map(|_| ()).map_err(unwritten))?)
}

fn check(path: &Path, force: bool) -> Result<(), Fault> {
    match target(path)? {
        // It takes bytes one after the other, and is not replaced.
        Target::Stream(..) => Ok(()),
        Target::File(_) => record::check_output(path, force).map_err(unwritten),
    }
}

/// Whatever goes wrong with a file that is written is one of the output, a directory that is not there too.
fn unwritten(fault: record::Error) -> Fault {
    Fault::Output(fault.to_string())
}
