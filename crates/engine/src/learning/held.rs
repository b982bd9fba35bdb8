//! What a block holds of learning.

use super::{BlockLearning, Lesson, Reader, Watching};
use crate::block::BlockState;
use neuropil_core::Real;
use neuropil_network::delivery::plastic::PlasticRows;

impl<R: Real> BlockState<R> {
    /// Has its cells looked at, and its plastic synapses learn.
    pub(crate) fn learn_by(&mut self, (watching, learning): (Watching<R>, BlockLearning)) {
        self.watching = Some(Box::new(watching));
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
    pub(crate) fn watching(&self) -> &Watching<R> {
        self.watching.as_ref().expect("blocks of a network that learns are watched")
    }

    /// What its cells did.
    pub(crate) fn watching_mut(&mut self) -> &mut Watching<R> {
        self.watching.as_mut().expect("blocks of a network that learns are watched")
    }

    /// L of its cells over a window, and what they emit.
    pub(crate) fn emit(&mut self, reader: &Reader, err: &[f64], steps: usize) {
        let Self { learning: Some(learning), watching: Some(watching), .. } = self else { return };
        learning.emit(&watching.tape, reader, err, steps);
    }

    /// Its synapses over a window.
    pub(crate) fn learn(&mut self, rows: &PlasticRows, lesson: &Lesson<'_>) {
        let Self { learning: Some(learning), watching: Some(watching), .. } = self else { return };
        learning.learn(rows, &watching.tape, lesson);
        watching.turn(lesson.steps);
    }

    /// Weights of plastic synapses, a list a table.
    pub fn plastic_weights(&self) -> &[Vec<f64>] {
        &self.plastic
    }

    pub(crate) fn plastic_weights_mut(&mut self) -> &mut [Vec<f64>] {
        &mut self.plastic
    }

    /// Turns gradients into weights.
    pub(crate) fn apply(&mut self, rows: &PlasticRows) {
        let learning = self.learning.as_mut().expect("blocks of a network that learns do");
        learning.apply(rows, &mut self.plastic);
    }
}
