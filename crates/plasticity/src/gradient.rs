//! Gradients of all weights.

use crate::{Learner, Matrix};

/// dE/dW of one group of trials, or of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Gradient {
    /// dE/dW_in, cells x inputs.
    pub w_in: Matrix,
    /// dE/dW_rec, cells x cells; 0 where no synapse exists.
    pub w_rec: Matrix,
    /// dE/dW_out, readouts x cells; exact, the same for every rule.
    pub w_out: Matrix,
    /// dE/db, one a readout.
    pub b: Vec<f64>,
}

impl Gradient {
    /// All zero.
    pub fn zeros(learner: &Learner) -> Self {
        let (cells, outputs) = (learner.cells(), learner.readout.outputs());
        Self {
            w_in: Matrix::zeros(cells, learner.inputs()),
            w_rec: Matrix::zeros(cells, cells),
            w_out: Matrix::zeros(outputs, cells),
            b: vec![0.0; outputs],
        }
    }

    /// Adds the gradient of another group. Groups of a fixed number of trials, added in their order, give the same bits
    /// for any number of threads.
    pub fn add(&mut self, other: &Gradient) {
        self.w_in.add(&other.w_in);
        self.w_rec.add(&other.w_rec);
        self.w_out.add(&other.w_out);
        self.b.iter_mut().zip(&other.b).for_each(|(own, other)| *own += other);
    }

    pub(crate) fn is_finite(&self) -> bool {
        let matrices = [self.w_in.values(), self.w_rec.values(), self.w_out.values(), &self.b];
        matrices.into_iter().flatten().all(|value| value.is_finite())
    }

    /// Sets what belongs to no synapse to 0.
    pub(crate) fn mask(&mut self, learner: &Learner) {
        learner.clear_absent(&mut self.w_rec);
    }
}
