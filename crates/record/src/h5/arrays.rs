//! Numeric datasets of any HDF5 file.

use std::path::Path;

use hdf5::types::TypeDescriptor;

use crate::Error;
use crate::h5::source::Source;

/// 2^53: whole numbers of a float are exact below.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Reads whole numeric datasets by their path in the file, from any integer or floating-point type.
///
/// Every array comes with its shape, in row-major order; a scalar has the shape `[]`.
#[derive(Debug)]
pub struct Arrays {
    source: Source,
}

impl Arrays {
    /// Opens a file for reading.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], [`Error::NotHdf5`], [`Error::Truncated`], or [`Error::Busy`] while another process writes it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Ok(Self { source: Source::open(path.as_ref())? })
    }

    /// Whether a group or dataset of this path exists.
    pub fn has(&self, object: &str) -> bool {
        self.source.has(object)
    }

    /// Names of the members of a group, alphabetically.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] or [`Error::Read`].
    pub fn list(&self, group: &str) -> Result<Vec<String>, Error> {
        self.source.members(group)
    }

    /// Names of the members of a group that are datasets, alphabetically.
    ///
    /// # Errors
    ///
    /// As [`Arrays::list`].
    pub fn datasets(&self, group: &str) -> Result<Vec<String>, Error> {
        let place = |name: &String| format!("{}/{name}", group.trim_end_matches('/'));
        Ok(self.list(group)?.into_iter().filter(|name| !self.source.is_group(&place(name))).collect())
    }

    /// A text attribute of a group or dataset; `None` if it has no attribute of this name.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if the object does not exist, [`Error::WrongType`] if the attribute is no text.
    pub fn string_attr(&self, object: &str, name: &str) -> Result<Option<String>, Error> {
        self.source.text_attribute(object, name)
    }

    /// An attribute of one number, if it is there.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`], [`Error::WrongType`] or [`Error::Read`].
    pub fn number_attr(&self, object: &str, name: &str) -> Result<Option<f64>, Error> {
        self.source.number_attribute(object, name)
    }

    /// A dataset as `f64`: shape and values. Integers beyond 2^53 are rounded.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`], [`Error::WrongType`], [`Error::Claim`] or [`Error::Read`].
    pub fn f64(&self, object: &str) -> Result<(Vec<usize>, Vec<f64>), Error> {
        let dataset = self.source.dataset(object)?;
        self.source.check_number(object, &dataset)?;
        let values = dataset.read_raw().map_err(|source| self.source.unreadable(object, &source))?;
        Ok((dataset.shape(), values))
    }

    /// The extents of a dataset of two.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`], and [`Error::WrongType`] for another number of extents.
    pub fn extents(&self, object: &str) -> Result<[usize; 2], Error> {
        let shape = self.source.dataset(object)?.shape();
        <[usize; 2]>::try_from(shape).map_err(|shape| self.fault(object, &format!("shape {shape:?}"), "[row, column]"))
    }

    /// One row of a dataset of two extents as `f64`: of what is too large to be held as a whole.
    ///
    /// # Errors
    ///
    /// As [`Arrays::f64`]; a row that is not there.
    pub fn row(&self, object: &str, row: usize) -> Result<Vec<f64>, Error> {
        let [rows, _] = self.extents(object)?;
        if row >= rows {
            return Err(self.fault(object, &format!("{rows} rows"), &format!("more than {row}")));
        }
        let dataset = self.source.dataset(object)?;
        self.source.check_number(object, &dataset)?;
        let read = dataset.read_slice_1d::<f64, _>((row, ..));
        Ok(read.map_err(|source| self.source.unreadable(object, &source))?.into_raw_vec_and_offset().0)
    }

    /// A dataset as `i64`: shape and values.
    ///
    /// # Errors
    ///
    /// As [`Arrays::f64`], and [`Error::Value`] for a value that is not whole or out of range.
    pub fn i64(&self, object: &str) -> Result<(Vec<usize>, Vec<i64>), Error> {
        let dataset = self.source.dataset(object)?;
        let read = |source: hdf5::Error| self.source.unreadable(object, &source);
        let expected = "a whole number of 64 bits";
        let values = match self.source.check_number(object, &dataset)? {
            TypeDescriptor::Float(_) => self.whole(object, &dataset.read_raw().map_err(read)?, expected)?,
            TypeDescriptor::Unsigned(_) => {
                let values = dataset.read_raw::<u64>().map_err(read)?;
                self.convert(object, &values, expected)?
            }
            _ => dataset.read_raw().map_err(read)?,
        };
        Ok((dataset.shape(), values))
    }

    /// A dataset as `u64`: shape and values.
    ///
    /// # Errors
    ///
    /// As [`Arrays::f64`], and [`Error::Value`] for a value that is negative, not whole or out of range.
    pub fn u64(&self, object: &str) -> Result<(Vec<usize>, Vec<u64>), Error> {
        let dataset = self.source.dataset(object)?;
        let read = |source: hdf5::Error| self.source.unreadable(object, &source);
        let expected = "a whole number, not negative";
        let values = match self.source.check_number(object, &dataset)? {
            TypeDescriptor::Float(_) => {
                let values = self.whole(object, &dataset.read_raw().map_err(read)?, expected)?;
                self.convert(object, &values, expected)?
            }
            TypeDescriptor::Unsigned(_) => dataset.read_raw().map_err(read)?,
            _ => {
                let values = dataset.read_raw::<i64>().map_err(read)?;
                self.convert(object, &values, expected)?
            }
        };
        Ok((dataset.shape(), values))
    }

    /// Finite numbers of a shape that is known: of each extent, what it is and how large.
    ///
    /// # Errors
    ///
    /// As [`Arrays::f64`]; [`Error::WrongType`] for another shape and [`Error::Value`] for a value that is not finite.
    pub fn numbers(&self, object: &str, extents: &[(&str, usize)]) -> Result<Vec<f64>, Error> {
        let (shape, values) = self.f64(object)?;
        self.check_shape(object, &shape, extents)?;
        match values.iter().position(|value| !value.is_finite()) {
            Some(index) => Err(self.source.value(object, index, values[index].to_string(), "a finite number")),
            None => Ok(values),
        }
    }

    /// Whole numbers of `range` in a shape that is known; `expected` says what they are.
    ///
    /// # Errors
    ///
    /// As [`Arrays::i64`]; [`Error::WrongType`] for another shape and [`Error::Value`] for a value outside.
    pub fn wholes(
        &self,
        object: &str,
        extents: &[(&str, usize)],
        range: std::ops::Range<i64>,
        expected: &str,
    ) -> Result<Vec<i64>, Error> {
        let (shape, values) = self.i64(object)?;
        self.check_shape(object, &shape, extents)?;
        match values.iter().position(|value| !range.contains(value)) {
            Some(index) => Err(self.source.value(object, index, values[index].to_string(), expected)),
            None => Ok(values),
        }
    }

    /// A fault of a dataset that only its reader can see.
    pub fn fault(&self, object: &str, found: &str, expected: &str) -> Error {
        self.source.wrong_type(object, found, expected)
    }

    /// A dataset of strings, of one dimension.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`], [`Error::WrongType`], [`Error::Claim`] or [`Error::Read`].
    pub fn texts(&self, object: &str) -> Result<Vec<String>, Error> {
        self.source.texts(object)
    }

    /// As [`Arrays::i64`] for a dataset of one dimension.
    pub(crate) fn i64_list(&self, object: &str) -> Result<Vec<i64>, Error> {
        let (shape, values) = self.i64(object)?;
        self.check_list(object, &shape)?;
        Ok(values)
    }

    /// As [`Arrays::u64`] for a dataset of one dimension.
    pub(crate) fn u64_list(&self, object: &str) -> Result<Vec<u64>, Error> {
        let (shape, values) = self.u64(object)?;
        self.check_list(object, &shape)?;
        Ok(values)
    }

    /// As [`Arrays::f64`] for a dataset of one dimension.
    pub(crate) fn f64_list(&self, object: &str) -> Result<Vec<f64>, Error> {
        let (shape, values) = self.f64(object)?;
        self.check_list(object, &shape)?;
        Ok(values)
    }

    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    fn check_list(&self, object: &str, shape: &[usize]) -> Result<(), Error> {
        if shape.len() == 1 {
            return Ok(());
        }
        Err(self.source.wrong_type(object, &format!("of shape {shape:?}"), "one dimension"))
    }

    fn check_shape(&self, object: &str, shape: &[usize], extents: &[(&str, usize)]) -> Result<(), Error> {
        if shape.iter().eq(extents.iter().map(|(_, extent)| extent)) {
            return Ok(());
        }
        let expected: Vec<String> = extents.iter().map(|(name, extent)| format!("{name} = {extent}")).collect();
        Err(self.source.wrong_type(object, &format!("of shape {shape:?}"), &format!("[{}]", expected.join(", "))))
    }

    #[allow(clippy::cast_possible_truncation, reason = "checked to be whole and below 2^53")]
    fn whole(&self, object: &str, values: &[f64], expected: &str) -> Result<Vec<i64>, Error> {
        let fault = values.iter().position(|value| value.fract() != 0.0 || value.abs() > EXACT);
        match fault {
            Some(index) => Err(self.source.value(object, index, format!("{}", values[index]), expected)),
            None => Ok(values.iter().map(|&value| value as i64).collect()),
        }
    }

    fn convert<From, To>(&self, object: &str, values: &[From], expected: &str) -> Result<Vec<To>, Error>
    where
        From: Copy + std::fmt::Display,
        To: TryFrom<From>,
    {
        let convert = |(index, &value): (usize, &From)| {
            To::try_from(value).map_err(|_| self.source.value(object, index, format!("{value}"), expected))
        };
        values.iter().enumerate().map(convert).collect()
    }
}
