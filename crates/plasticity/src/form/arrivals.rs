//! From what arrivals are worth to gradients of the weights that they came by.

use super::accumulate::Accumulator;
use crate::{Learner, Matrix, Plane, Tape};

impl Accumulator {
    /// dE/dW_in and dE/dW_rec of sums over rows `[channel * cells + cell]`.
    pub(super) fn matrices(&self, learner: &Learner) -> [Matrix; 2] {
        let (cells, inputs, channels) = (learner.cells(), learner.inputs(), learner.channels());
        let row = |post: usize, channel: usize| if channels == 1 { post } else { channel * cells + post };
        [
            Matrix::from_fn(cells, inputs, |post, q| self.sum(q, row(post, learner.input_receptor(post, q)))),
            Matrix::from_fn(cells, cells, |post, q| self.sum(inputs + q, row(post, learner.receptor(post, q)))),
        ]
    }
}

/// dE/dW_in and dE/dW_rec over synapses that exist, of k: dE/d(arrivals), `[step][channel * cells + cell][trial]`. Cells with one port have the same at every channel.
pub fn of_arrivals(learner: &Learner, tape: &Tape, k: &Plane) -> [Matrix; 2] {
    let (cells, trials) = (learner.cells(), tape.trials());
    let mut weights = Accumulator::new(learner.inputs() + cells, learner.channels() * cells, trials);
    for step in (0..tape.steps()).rev() {
        weights.push(step, k.step(step), trials);
        if weights.is_full() || step == 0 {
            weights.flush([(&*tape.x, 0), (&tape.z, learner.delay)]);
        }
    }
    let [w_in, mut w_rec] = weights.matrices(learner);
    learner.clear_absent(&mut w_rec);
    [w_in, w_rec]
}
