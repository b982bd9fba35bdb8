//! NWB 2 files: the units of a session with their spikes, and its tables of intervals.
//!
//! ```text
//! /                      nwb_version
//! /units                 id; spike_times, spike_times_index; obs_intervals, obs_intervals_index; any columns
//! /intervals/<table>     id, start_time, stop_time; any columns
//! ```
//!
//! Times are in seconds. A ragged column lies in one dataset, row after row; its index holds the end of each row.

mod table;
mod units;

pub use table::{Table, Values};
pub use units::Units;

use crate::{Arrays, Error};
use std::path::Path;

/// Group of the units.
pub(crate) const UNITS: &str = "/units";
/// Group of the tables of intervals.
const INTERVALS: &str = "/intervals";
/// Root attribute that every NWB file has.
const NWB_VERSION: &str = "nwb_version";

/// An NWB file opened for reading.
#[derive(Debug)]
pub struct Nwb {
    arrays: Arrays,
}

impl Nwb {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// As of [`Arrays::open`], and [`Error::Missing`] if it has no `nwb_version`.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let arrays = Arrays::open(path)?;
        if !is_nwb(&arrays)? {
            let object = crate::h5::source::at("/", NWB_VERSION);
            return Err(arrays.source().missing(&object, "the version of an NWB file"));
        }
        Ok(Self::of(arrays))
    }

    /// A file that is known to be NWB.
    pub(crate) fn of(arrays: Arrays) -> Self {
        Self { arrays }
    }

    /// The units with their spikes and columns.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] without units or spike times; [`Error::Length`] or [`Error::Value`] for indices that fall or
    /// end elsewhere than their data, ids that are negative or there twice, times that are not finite.
    pub fn units(&self) -> Result<Units, Error> {
        Units::read(&self.arrays)
    }

    /// Names of the tables of intervals, alphabetically.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn interval_tables(&self) -> Result<Vec<String>, Error> {
        if !self.arrays.has(INTERVALS) {
            return Ok(Vec::new());
        }
        let mut names = self.arrays.list(INTERVALS)?;
        names.retain(|name| self.arrays.source().is_group(&format!("{INTERVALS}/{name}")));
        Ok(names)
    }

    /// A table of intervals, such as `trials`.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there is none of this name; otherwise as [`Nwb::units`].
    pub fn intervals(&self, name: &str) -> Result<Table, Error> {
        let known = self.interval_tables()?;
        let object = format!("{INTERVALS}/{name}");
        if !known.iter().any(|known| known == name) {
            let expected = match known.as_slice() {
                [] => "a table of intervals; the file has none".to_owned(),
                known => format!("a table of intervals; the file has {}", known.join(", ")),
            };
            return Err(self.arrays.source().missing(&object, &expected));
        }
        Table::read(&self.arrays, &object, &[])
    }

    /// The ends of all intervals of the session in s, those of every table.
    ///
    /// # Errors
    ///
    /// As [`Nwb::units`].
    pub(crate) fn interval_ends_s(&self) -> Result<Vec<f64>, Error> {
        let mut ends = Vec::new();
        for table in self.interval_tables()? {
            let object = format!("{INTERVALS}/{table}/stop_time");
            if self.arrays.has(&object) {
                ends.extend(self.arrays.f64_list(&object)?.into_iter().filter(|end| end.is_finite()));
            }
        }
        Ok(ends)
    }

    /// The place of a column of a table of intervals, for messages.
    pub(crate) fn value_fault(&self, table: &str, column: &str, row: usize, found: f64) -> Error {
        let object = format!("{INTERVALS}/{table}/{column}");
        let expected = "a finite time in s; leave the row out by an expression";
        self.arrays.source().value(&object, row, format!("{found}"), expected)
    }

    /// A fault of a table of intervals as a whole.
    pub(crate) fn column_fault(&self, table: &str, column: &str, expected: &str) -> Error {
        self.arrays.source().missing(&format!("{INTERVALS}/{table}/{column}"), expected)
    }
}

/// Whether an HDF5 file is an NWB file.
pub(crate) fn is_nwb(arrays: &Arrays) -> Result<bool, Error> {
    Ok(arrays.source().attribute("/", NWB_VERSION)?.is_some())
}
