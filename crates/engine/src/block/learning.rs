//! What a block does and holds of learning.

use super::BlockState;
use crate::learning::{BlockLearning, CellRecord, ReadoutState, WindowCredit};
use neuropil_core::Real;
use neuropil_core::memory::Numbers;
use neuropil_network::delivery::plastic::PlasticRows;

impl<R: Real> BlockState<R> {
    /// Has its cells looked at, and its plastic synapses learn.
    pub(crate) fn learn_by(&mut self, (cell_record, learning): (CellRecord<R>, BlockLearning)) {
        self.cell_record = Some(Box::new(cell_record));
        self.learning = Some(Box::new(learning));
    }

    /// What changes its plastic weights.
    pub(crate) fn learning(&self) -> &BlockLearning {
        self.learning.as_ref().expect("blocks of a network that learns do")
    }

    /// What changes its plastic weights.
    pub(crate) fn learning_mut(&mut self) -> &mut BlockLearning {
        self.learning.as_mut().expect("blocks of a network that learns do")
    }

    /// What its cells did.
    pub(crate) fn cell_record(&self) -> &CellRecord<R> {
        self.cell_record.as_ref().expect("blocks of a network that learns are watched")
    }

    /// What its cells did.
    pub(crate) fn cell_record_mut(&mut self) -> &mut CellRecord<R> {
        self.cell_record.as_mut().expect("blocks of a network that learns are watched")
    }

    /// L of its cells over some steps of a window, and what they emit; `slot` is that of the tape before them.
    pub(crate) fn emit(&mut self, readout_state: &ReadoutState, err: &[f64], (slot, steps): (usize, usize)) {
        let Self { learning: Some(learning), cell_record: Some(cell_record), .. } = self else { return };
        learning.emit(&cell_record.tape, readout_state, err, (slot, steps));
    }

    /// What its cells did whose intermediate ones are means.
    pub(crate) fn average(&mut self, steps: usize) {
        let Self { learning: Some(learning), cell_record: Some(cell_record), .. } = self else { return };
        learning.average(&cell_record.tape, steps);
    }

    /// Its synapses over a window; the `kept` steps before its end are kept for the next.
    pub(crate) fn learn(&mut self, rows: &PlasticRows, window: &WindowCredit<'_>, kept: usize) {
        let Self { learning: Some(learning), cell_record: Some(cell_record), .. } = self else { return };
        learning.learn(rows, &cell_record.tape, window);
        cell_record.turn(window.stretch.steps, kept);
    }

    /// Weights of plastic synapses, by table.
    pub fn plastic_weights(&self) -> &[Numbers] {
        &self.plastic
    }

    pub(crate) fn plastic_weights_mut(&mut self) -> &mut [Numbers] {
        &mut self.plastic
    }

    /// Turns gradients into weights.
    pub(crate) fn apply(&mut self, rows: &PlasticRows) {
        let learning = self.learning.as_mut().expect("blocks of a network that learns do");
        learning.apply(rows, &mut self.plastic);
    }
}
