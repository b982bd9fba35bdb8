//! Cells of which one parameter changes while they run, cell by cell.

use super::build::{BadCell, Column, Machine, Values};
use super::execute::Frame;
use super::fixed::Pool;
use super::settings::Settings;
use crate::function::Elementary;
use crate::ir::Cell;
use neuropil_core::StreamKey;
use std::ops::Range;

/// Cells of one model with a parameter that may become another one between two steps. A cell has the bits of one that was built with
/// the value.
pub struct Tuned<R> {
    machine: Machine<R>,
    /// The population's index of the first cell.
    first: usize,
    pool: Pool,
    set: Vec<Option<Column>>,
    parameter: usize,
    /// The values that they were built with.
    own: Vec<f64>,
}

impl<R: Elementary> Machine<R> {
    /// The same cells as a part of a population that begins elsewhere: frames say indices of the population, and draws are those of these
    /// cells. Rows of parameters are counted from the first of the part.
    #[must_use]
    pub fn from_cell(mut self, first: usize) -> Self {
        self.first = first;
        self
    }
}

impl<R: Elementary> Tuned<R> {
    /// Some `cells` of a population, by their indices in it, of which `parameter` may change; columns of `set` have one value for each of them.
    ///
    /// # Errors
    /// As of [`Machine::new`].
    pub fn new(
        cell: &Cell,
        settings: Settings,
        set: &[Option<Column>],
        (cells, key): (Range<usize>, StreamKey),
        parameter: usize,
    ) -> Result<Self, Vec<BadCell>> {
        let values = Values { cell, settings: &settings };
        let own: Vec<f64> = (0..cells.len()).map(|cell| values.parameters(set, cell, None)[parameter]).collect();
        let mut set = set.to_vec();
        set[parameter] = Some(Column::Each(own.clone()));
        let (machine, pool) = Machine::with_pool(cell, settings, &set, cells.len(), key)?;
        let (machine, first) = (machine.from_cell(cells.start), cells.start);
        Ok(Self { machine, first, pool, set, parameter, own })
    }

    /// The value that a cell was built with, coherent; cells are counted from the first of them.
    pub fn own(&self, cell: usize) -> f64 {
        self.own[cell]
    }

    /// Gives a cell another value, coherent; what is computed of it follows.
    ///
    /// # Errors
    /// A guard of the file that does not hold, a number that is not finite, with the population's index; the cell stays as it was.
    pub fn set(&mut self, cell: usize, value: f64) -> Result<(), BadCell> {
        let before = self.machine.parameter(self.parameter, cell);
        self.put(cell, value);
        let values = Values { cell: &self.machine.cell, settings: &self.machine.settings };
        let row = values.parameters(&self.set, cell, None);
        let starts = values.starts(&row);
        if let Some(fault) = values.faults(std::slice::from_ref(&row), &[starts]).into_iter().next() {
            self.put(cell, before);
            return Err(fault.of_cell(self.first + cell));
        }
        self.machine.renew(&self.pool, cell, row);
        Ok(())
    }

    fn put(&mut self, cell: usize, value: f64) {
        if let Some(Column::Each(values)) = &mut self.set[self.parameter] {
            values[cell] = value;
        }
    }

    /// As [`Machine::advance`].
    pub fn advance(&self, frame: &mut Frame<'_, '_, R>) -> bool {
        self.machine.advance(frame)
    }
}
