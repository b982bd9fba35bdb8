//! From what arrivals are worth to gradients of the weights that they came by.

use super::accumulate::Accumulator;
use crate::{Credit, Gradient, Learner, Matrix, Plane, Tape};

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

/// The same with the exact gradient of W_out and b; `readout` holds Σ Q z.
pub(super) fn with_readout(
    [w_in, w_rec]: [Matrix; 2],
    learner: &Learner,
    credit: &Credit,
    readout: &Accumulator,
) -> Gradient {
    let (cells, outputs, err) = (learner.cells(), learner.readout.outputs(), &credit.err);
    let over_steps = |k: usize| (0..err.steps()).map(|step| err.row(step, k).iter().sum::<f64>()).sum();
    Gradient {
        w_in,
        w_rec,
        w_out: Matrix::from_fn(outputs, cells, |k, j| learner.readout.scale * readout.sum(j, k)),
        b: (0..outputs).map(over_steps).collect(),
    }
}

/// The exact gradient of W_out and b, and 0 for all other weights.
pub(super) fn exact_readout(learner: &Learner, tape: &Tape, credit: &Credit) -> Gradient {
    let (cells, trials) = (learner.cells(), tape.trials());
    let filtered = credit.filtered_back(learner.readout.kappa);
    let mut readout = Accumulator::new(cells, learner.readout.outputs(), trials);
    for step in (0..tape.steps()).rev() {
        readout.push(step, filtered.step(step), trials);
        if readout.is_full() || step == 0 {
            readout.flush([(&tape.z, 0)]);
        }
    }
    let zeros = [learner.inputs(), cells].map(|columns| Matrix::zeros(cells, columns));
    with_readout(zeros, learner, credit, &readout)
}
