//! Numbers between Rust and numpy.

use crate::error::Fault;
use neuropil_plasticity::{Matrix, Plane};
use numpy::ndarray::{Array2, Array3};
use numpy::{
    Element, IntoPyArray, PyArray1, PyArray2, PyArray3, PyArrayMethods, PyReadonlyArrayDyn, PyUntypedArrayMethods,
};
use pyo3::prelude::*;

/// A list, moved to Python without a copy.
pub fn list<T: Element>(py: Python<'_>, values: Vec<T>) -> Bound<'_, PyArray1<T>> {
    values.into_pyarray(py)
}

/// Rows of `columns` values, moved to Python without a copy.
pub fn rows(py: Python<'_>, values: Vec<f64>, columns: usize) -> PyResult<Bound<'_, PyArray2<f64>>> {
    let count = values.len() / columns.max(1);
    let array = Array2::from_shape_vec((count, columns), values);
    Ok(array.map_err(|fault| Fault::Bug(fault.to_string()))?.into_pyarray(py))
}

/// A copy that cannot be written to.
pub fn matrix<'py>(py: Python<'py>, matrix: &Matrix) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let array = rows(py, matrix.values().to_vec(), matrix.columns())?;
    read_only(array.as_any())?;
    Ok(array)
}

/// Planes `[step][channel][lane]` of the groups of a batch as `[trial][step][channel]`, which cannot be written to.
pub fn planes<'a, 'py>(
    py: Python<'py>,
    planes: impl Iterator<Item = &'a Plane> + Clone,
) -> PyResult<Bound<'py, PyArray3<f64>>> {
    let trials = planes.clone().map(Plane::trials).sum();
    let extents = planes.clone().next().map_or((0, 0), |first| (first.steps(), first.channels()));
    let mut array = Array3::zeros((trials, extents.0, extents.1));
    let mut first = 0;
    for plane in planes {
        for step in 0..plane.steps() {
            for channel in 0..plane.channels() {
                for (trial, value) in plane.row(step, channel).iter().enumerate() {
                    array[(first + trial, step, channel)] = *value;
                }
            }
        }
        first += plane.trials();
    }
    let array = array.into_pyarray(py);
    read_only(array.as_any())?;
    Ok(array)
}

/// Forbids to write to an array.
pub fn read_only(array: &Bound<'_, PyAny>) -> PyResult<()> {
    array.getattr("flags")?.setattr("writeable", false)
}

/// The numbers of an array of this shape, in the order of rows.
pub fn numbers(what: &str, array: &Bound<'_, PyAny>, shape: &[usize]) -> Result<Vec<f64>, Fault> {
    let numpy = array.py().import("numpy")?;
    let wrong = |found: String| {
        let expected = shape.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        Fault::input(format!("{what}: found {found}, expected numbers of shape ({expected})"))
    };
    let kind = || array.get_type().name().map(|name| name.to_string()).unwrap_or_default();
    let found = numpy.call_method1("asarray", (array,)).map_err(|_| wrong(format!("a {}", kind())))?;
    let dtype = found.getattr("dtype")?;
    if !["b", "i", "u", "f"].contains(&dtype.getattr("kind")?.extract::<String>()?.as_str()) {
        return Err(wrong(format!("values of type {dtype}")));
    }
    let found = numpy.call_method1("ascontiguousarray", (found, "float64"))?;
    let found: PyReadonlyArrayDyn<'_, f64> = found.extract().map_err(|_| wrong(format!("a {}", kind())))?;
    // A number became an array of one value.
    let is_one = shape.is_empty() && found.len() == 1;
    if found.shape() != shape && !is_one {
        return Err(wrong(format!("shape {:?}", found.shape())));
    }
    let values = found.as_slice().map_err(|fault| Fault::Bug(fault.to_string()))?.to_vec();
    match values.iter().find(|value| !value.is_finite()) {
        Some(value) => Err(Fault::input(format!("{what}: found {value}, expected finite numbers"))),
        None => Ok(values),
    }
}

/// A plane of `[trial][step][channel]` values, the trials `first..first + trials` of them.
pub fn plane(values: &[f64], extents: [usize; 2], first: usize, trials: usize) -> Plane {
    let [steps, channels] = extents;
    Plane::from_fn(steps, channels, trials, |step, channel, trial| {
        values[((first + trial) * steps + step) * channels + channel]
    })
}

/// Writes `values` into an array of ours, of which callers have a view that they can only read.
pub fn refresh(array: &Bound<'_, PyArray1<f64>>, values: &[f64]) -> PyResult<()> {
    let mut own = array.try_readwrite()?;
    let slice = own.as_slice_mut().map_err(|fault| Fault::Bug(fault.to_string()))?;
    slice.copy_from_slice(values);
    Ok(())
}
