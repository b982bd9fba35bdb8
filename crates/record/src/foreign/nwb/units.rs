//! The units of an NWB file: their ids, spikes, times of observation and columns.

use super::{Table, UNITS};
use crate::{Arrays, Error};

/// The units of a session, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Units {
    /// Their ids and the columns that have one value a unit.
    pub table: Table,
    /// Spike times in s, unit after unit.
    times_s: Vec<f64>,
    /// Where the spikes of each unit end.
    ends: Vec<usize>,
    /// Observation intervals in s, unit after unit, and where those of each unit end; `None` if the file has none.
    observed: Option<(Vec<[f64; 2]>, Vec<usize>)>,
}

impl Units {
    /// Spike times of unit `row` in s, as the file has them.
    pub fn spike_times_s(&self, row: usize) -> &[f64] {
        &self.times_s[span(&self.ends, row)]
    }

    /// When unit `row` was observed: from, to in s; `None` if the file does not say.
    pub fn observed_s(&self, row: usize) -> Option<&[[f64; 2]]> {
        self.observed.as_ref().map(|(intervals, ends)| &intervals[span(ends, row)])
    }

    pub(super) fn read(arrays: &Arrays) -> Result<Self, Error> {
        let source = arrays.source();
        if !source.is_group(UNITS) {
            return Err(source.missing(UNITS, "the units of a session"));
        }
        let table = Table::read(arrays, UNITS, &["spike_times", "obs_intervals"])?;
        let rows = table.ids().len();
        let object = format!("{UNITS}/spike_times");
        if !arrays.has(&object) {
            return Err(source.missing(&object, "the spike times of the units in s"));
        }
        let times_s = arrays.f64_list(&object)?;
        check_finite(arrays, &object, &times_s)?;
        let ends = ends(arrays, &object, rows, times_s.len())?;
        let object = format!("{UNITS}/obs_intervals");
        let observed = if arrays.has(&object) { Some(observed(arrays, &object, rows)?) } else { None };
        Ok(Self { table, times_s, ends, observed })
    }
}

fn observed(arrays: &Arrays, object: &str, rows: usize) -> Result<(Vec<[f64; 2]>, Vec<usize>), Error> {
    let (shape, values) = arrays.f64(object)?;
    let &[count, 2] = shape.as_slice() else {
        return Err(arrays.source().wrong_type(object, &format!("of shape {shape:?}"), "the shape [n, 2]"));
    };
    check_finite(arrays, object, &values)?;
    let intervals: Vec<[f64; 2]> = values.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect();
    if let Some(row) = intervals.iter().position(|[from, to]| from > to) {
        let [from, to] = intervals[row];
        return Err(arrays.source().value(object, 2 * row + 1, format!("{to}"), &format!("an end at or after {from}")));
    }
    let ends = ends(arrays, object, rows, count)?;
    Ok((intervals, ends))
}

/// The index of a ragged column, which never falls and ends where the column does.
fn ends(arrays: &Arrays, column: &str, rows: usize, entries: usize) -> Result<Vec<usize>, Error> {
    let object = format!("{column}_index");
    if !arrays.has(&object) {
        return Err(arrays.source().missing(&object, "where the entries of each row end"));
    }
    let index = arrays.u64_list(&object)?;
    if index.len() != rows {
        return Err(arrays.source().length(&object, index.len(), format!("{rows}, one for each id of {UNITS}")));
    }
    let mut ends = Vec::with_capacity(rows);
    let mut before = 0;
    for (row, &end) in index.iter().enumerate() {
        match usize::try_from(end).ok().filter(|end| (before..=entries).contains(end)) {
            Some(end) => {
                ends.push(end);
                before = end;
            }
            None => {
                let expected = format!("between {before} and {entries}, the entries of {column}");
                return Err(arrays.source().value(&object, row, format!("{end}"), &expected));
            }
        }
    }
    if before != entries {
        let expected = format!("{before}, the end of the last row in {object}");
        return Err(arrays.source().length(column, entries, expected));
    }
    Ok(ends)
}

fn span(ends: &[usize], row: usize) -> std::ops::Range<usize> {
    let start = if row == 0 { 0 } else { ends[row - 1] };
    start..ends[row]
}

fn check_finite(arrays: &Arrays, object: &str, values: &[f64]) -> Result<(), Error> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(arrays.source().value(object, index, format!("{}", values[index]), "a finite time in s")),
        None => Ok(()),
    }
}
