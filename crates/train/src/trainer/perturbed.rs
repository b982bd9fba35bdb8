//! The gradients of `weight_perturbation` and `node_perturbation`: of the losses of runs that are moved.
//!
//! # Equations
//! ```text
//! weights     g = 1/n Σ_pairs (E(W + σ Ξ) − E(W − σ Ξ))/(2σ) Ξ
//! nodes       g = 1/n Σ_pairs Σ_b s_b Σ_t ξ_b^t pre_b^t                       (neuropil_engine::trial::Nudges)
//! ```
//! Ξ is 1 or −1 for every synapse, ξ for every arrival at a cell. Both runs of a pair see the trials of the update. Both are functions of the seed, the update and the number of the
//! pair: owners 4 and 5 of `Stream::Control`.

use super::{Drawn, Trainer};
use crate::TrainError;
use neuropil_core::{Stream, StreamKey};
use neuropil_engine::trial::{Batch, Nudges, Outcome};
use neuropil_model::sections::PerturbationSection;
use neuropil_plasticity::rule::{Estimate, rule};
use neuropil_plasticity::{Form, Gradient, Learner, Matrix, Rule};

/// A direction in the space of W_in and W.
struct Direction([Matrix; 2]);

impl Direction {
    /// The weights moved along it.
    fn moved(&self, learner: &Learner, by: f64) -> Learner {
        let mut own = learner.clone();
        for (weights, direction) in [&mut own.w_in, &mut own.w_rec].into_iter().zip(&self.0) {
            add(weights, by, direction);
        }
        own
    }
}

impl Trainer<'_> {
    /// The gradient of a batch by a rule that reads losses alone; that of the readout is the exact one.
    ///
    /// # Errors
    /// A task that does not say how weights are moved; runs that diverge.
    pub(super) fn perturbed(&self, drawn: &Drawn, rule: &Rule, learner: &Learner) -> Result<Gradient, TrainError> {
        let missing = neuropil_plasticity::Error::Missing {
            rule: rule.name,
            what: "by how much it moves what it asks about: `training.perturbation`",
        };
        let own = self.setup.settings.perturbation.ok_or_else(|| self.failed(missing.into()))?;
        let mut sum = self.of_readout(&drawn.outcome, learner)?;
        (sum.w_in, sum.w_rec) = (zeros(&learner.w_in), zeros(&learner.w_rec));
        let (batch, _) = self.trials_of(drawn.update);
        for pair in 0..own.pairs {
            let part = match rule.estimate {
                Estimate::Nodes => self.nudged(drawn, learner, (&batch, pair, own))?,
                _ => {
                    let direction = self.direction(learner, (drawn.update, pair));
                    let slope = self.slope(learner, &batch, &direction, own.size)?;
                    let Direction(mut along) = direction;
                    along.iter_mut().flat_map(Matrix::values_mut).for_each(|along| *along *= slope);
                    along
                }
            };
            for (sum, part) in [&mut sum.w_in, &mut sum.w_rec].into_iter().zip(&part) {
                add(sum, 1.0 / own.pairs as f64, part);
            }
        }
        batch.recycle(&self.workers);
        Ok(sum)
    }

    /// The exact gradient of W_out and b.
    fn of_readout(&self, outcome: &Outcome, learner: &Learner) -> Result<Gradient, TrainError> {
        let local = rule("eprop").map_err(|fault| self.failed(fault.into()))?;
        let gradient = outcome.gradient_by(&self.workers, Form::Adjoint, local, learner);
        gradient.map_err(|fault| self.failed(fault))
    }

    /// What nudged cells say.
    fn nudged(
        &self,
        drawn: &Drawn,
        learner: &Learner,
        (batch, pair, own): (&Batch, usize, PerturbationSection),
    ) -> Result<[Matrix; 2], TrainError> {
        let time = u64::from(drawn.update) * own.pairs as u64 + pair as u64;
        let nudges = Nudges::drawn(learner, batch, (StreamKey::new(self.seed, Stream::Control, 5), time));
        let run = (&self.workers, &self.cells, learner);
        let slopes = nudges.slopes(run, (batch, &self.objective, &drawn.outcome), own.size);
        let slopes = slopes.map_err(|fault| self.failed(fault))?;
        let gradient = nudges.gradient((&self.workers, learner), &drawn.outcome, &slopes);
        gradient.map_err(|fault| self.failed(fault))
    }

    /// Ξ of a pair: 0 where there is no synapse.
    fn direction(&self, learner: &Learner, (update, pair): (u32, usize)) -> Direction {
        let key = StreamKey::new(self.seed, Stream::Control, 4);
        let mut rng = key.at(u32::try_from(pair).unwrap_or(u32::MAX), u64::from(update));
        let mut of = |weights: &Matrix, exists: &dyn Fn(usize, usize) -> bool| {
            Matrix::from_fn(weights.rows(), weights.columns(), |post, pre| {
                if exists(post, pre) { 2.0 * f64::from(rng.below(2)) - 1.0 } else { 0.0 }
            })
        };
        let input = self.updater.masks()[0];
        let w_in = of(&learner.w_in, &|post, pre| input[(post, pre)] != 0.0);
        Direction([w_in, of(&learner.w_rec, &|post, pre| learner.exists(post, pre))])
    }

    /// (E(W + σ Ξ) − E(W − σ Ξ))/(2σ).
    fn slope(&self, learner: &Learner, batch: &Batch, along: &Direction, size: f64) -> Result<f64, TrainError> {
        let loss = |by: f64| {
            let moved = along.moved(learner, by);
            let outcome = Outcome::by(&self.workers, &self.cells, &moved, batch, &self.objective);
            let outcome = outcome.map_err(|fault| self.failed(fault))?;
            let loss = outcome.task_loss + outcome.reg_loss;
            outcome.recycle(&self.workers);
            Ok::<_, TrainError>(loss)
        };
        Ok((loss(size)? - loss(-size)?) / (2.0 * size))
    }
}

fn zeros(own: &Matrix) -> Matrix {
    Matrix::zeros(own.rows(), own.columns())
}

/// own += factor other.
fn add(own: &mut Matrix, factor: f64, other: &Matrix) {
    own.values_mut().iter_mut().zip(other.values()).for_each(|(own, other)| *own += factor * other);
}

#[cfg(test)]
mod tests;
