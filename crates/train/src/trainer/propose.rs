//! What a rule would have done with weights that another run came to.

use super::Trainer;
use crate::TrainError;
use crate::evaluation::length;
use neuropil_plasticity::Learner;

impl Trainer<'_> {
    /// Puts W_in, W, W_out and b in the place of its own.
    ///
    /// # Errors
    /// Weights of another size.
    pub(crate) fn put(&mut self, weights: &[Vec<f64>; 4]) -> Result<(), TrainError> {
        let learner = &mut self.learner;
        let own = [
            ("w_in", learner.w_in.values_mut()),
            ("w_rec", learner.w_rec.values_mut()),
            ("w_out", learner.readout.w_out.values_mut()),
            ("b_out", &mut learner.readout.b),
        ];
        for ((what, own), given) in own.into_iter().zip(weights) {
            if own.len() != given.len() {
                let (found, expected) = (format!("{} values", given.len()), own.len().to_string());
                return Err(TrainError::Other { what: what.into(), found, expected });
            }
            own.copy_from_slice(given);
        }
        Ok(())
    }

    /// The network after the next update of this run, made of weights that are given in the place of its own: W_in, W, W_out and b. The optimiser, μ and whatever else a run remembers go on
    /// from it; the weights are to be given again.
    ///
    /// # Errors
    /// As [`Self::advance`]; weights of another size.
    pub fn propose(&mut self, weights: &[Vec<f64>; 4]) -> Result<Learner, TrainError> {
        self.put(weights)?;
        let drawn = self.draw()?;
        drawn.outcome.open(self.rule, &mut self.learner, &self.workers).map_err(|fault| self.failed(fault))?;
        let mut mu = self.mu.clone();
        mu.prepare(self.rule, &mut self.learner, &drawn.outcome.slopes).map_err(|fault| self.failed(fault.into()))?;
        let gradient = self.controlled(&drawn, self.rule, &self.learner)?;
        if !length(&gradient).is_finite() {
            return Err(self.diverged("the gradient is not finite".into()));
        }
        self.mu = mu;
        let mut moved = self.learner.clone();
        self.updater.step(self.updates, &mut moved, gradient);
        self.mu.after(&moved, &drawn.outcome.slopes);
        self.updates += 1;
        self.learner.type_id = self.setup.labels(self.seed, self.updates);
        self.learner.rules.controls = self.setup.controls(self.seed, self.updates);
        drawn.outcome.recycle(&self.workers);
        Ok(moved)
    }
}
