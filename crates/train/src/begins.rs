//! What is refused and said of every run of a task at its beginning, whatever its rule is.

use crate::{Setup, TrainError};
use neuropil_engine::carrier::Spread;

impl Setup {
    /// Begins a run without a rule, and tells what is to be said of its cells.
    ///
    /// # Errors
    /// Weights that are refused, and tissue in which the cells of this seed do not fit.
    pub fn begins(&self, seed: u64) -> Result<Vec<String>, TrainError> {
        let begun = self.start(seed)?;
        if self.carriers.field.is_some() {
            self.chemical(Spread::Field, seed)?;
        }
        Ok(begun.cells.notes())
    }
}
