//! Training led from outside, batch by batch: own loops, own third factors, own rules.
//!
//! ```text
//! dE/dw_ji = Σ_t M_j^t e_ji^t            (third factor M, unfiltered eligibility e; of w_in and w_rec)
//! ```
//! [`Trainer::advance`] is [`Trainer::draw`] and [`Trainer::learn`] with the gradient of the trainer's rule.

use super::Trainer;
use crate::TrainError;
use crate::task::{Draw, Split, batch};
use neuropil_engine::trial::{Batch, Labels, Outcome, TrialError};
use neuropil_plasticity::carrier::TrialNumbers;
use neuropil_plasticity::form::{Modulators, carried_modulators, eligibility, modulators};
use neuropil_plasticity::rule::rule;
use neuropil_plasticity::{Credit, Form, Gradient, Learner, Matrix, Plane, Readout, Rule, Tape, gradient};

/// A batch of trials that was run with the weights of its time.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// What happened, and how good it was.
    pub outcome: Outcome,
    /// The right answers.
    pub labels: Labels,
    /// The update that it is for, counted from 0.
    pub update: u32,
}

impl Trainer<'_> {
    /// Draws the next batch and runs it; nothing is learned.
    ///
    /// # Errors
    /// [`TrainError::Diverged`] where the loss is not finite.
    pub fn draw(&self) -> Result<Drawn, TrainError> {
        let (trials, labels) = self.trials();
        self.drawn(&trials, labels)
    }

    /// The trials of the next update, and their right answers.
    pub(crate) fn trials(&self) -> (Batch, Labels) {
        self.trials_of(self.updates)
    }

    /// The trials of an update, and their right answers.
    pub(super) fn trials_of(&self, update: u32) -> (Batch, Labels) {
        let first = Draw { seed: self.seed, split: Split::Training, update: u64::from(update), trial: 0 };
        batch(self.setup.task.as_ref(), first, self.setup.settings.training.batch, &self.workers)
    }

    /// Runs trials.
    pub(crate) fn drawn(&self, trials: &Batch, labels: Labels) -> Result<Drawn, TrainError> {
        let outcome = self.run(trials)?;
        if !(outcome.task_loss + outcome.reg_loss).is_finite() {
            return Err(self.diverged(format!("the loss is {}", outcome.task_loss)));
        }
        Ok(Drawn { outcome, labels, update: self.updates })
    }

    /// The gradient that a rule makes of a batch, by the weights as they are now.
    ///
    /// # Errors
    /// What the rule refuses.
    pub fn gradient_by(&self, drawn: &Drawn, rule: &Rule) -> Result<Gradient, TrainError> {
        let mut learner = self.learner.clone();
        drawn.outcome.open(rule, &mut learner, &self.workers).map_err(|fault| self.failed(fault))?;
        let prepared = self.mu.clone().prepare(rule, &mut learner, &drawn.outcome.slopes);
        prepared.map_err(|fault| self.failed(fault.into()))?;
        self.controlled(drawn, rule, &learner)
    }

    /// The gradient of which `third` (a plane a group, `[step][cell][trial]`) is the third factor; that of the readout is the
    /// exact one.
    ///
    /// # Errors
    /// Planes that do not fit.
    pub fn gradient_of(&self, drawn: &Drawn, third: &[Plane]) -> Result<Gradient, TrainError> {
        let local = rule("eprop").map_err(|fault| self.failed(fault.into()))?;
        let mut sum = self.gradient_by(drawn, local)?;
        let cells = self.learner.cells();
        // Every cell is its own readout, without memory: its error is then the third factor.
        let own = Learner {
            readout: Readout {
                w_out: Matrix::from_fn(cells, cells, |post, pre| f64::from(u8::from(post == pre))),
                b: vec![0.0; cells],
                kappa: 0.0,
                scale: 1.0,
            },
            feedback: None,
            ..self.learner.clone()
        };
        let parts = drawn.outcome.tapes.iter().zip(third).map(|(tape, err)| {
            gradient(
                Form::Adjoint,
                local,
                &own,
                tape,
                &Credit { err: err.clone(), regulariser: Vec::new(), asked: None },
            )
        });
        let parts = parts.collect::<Result<Vec<_>, _>>().map_err(|fault| self.failed(fault.into()))?;
        let mut whole = Gradient::zeros(&own);
        parts.iter().for_each(|part| whole.add(part));
        (sum.w_in, sum.w_rec) = (whole.w_in, whole.w_rec);
        Ok(sum)
    }

    /// The direct credit D of a batch, a plane a group, `[step][cell][trial]`: the third factor of e-prop.
    pub fn direct_credit(&self, drawn: &Drawn) -> Vec<Plane> {
        let feedback = self.learner.readout.w_out.transposed();
        let own = drawn.outcome.credits.iter();
        own.map(|credit| credit.direct(&self.learner.readout, &feedback)).collect()
    }

    /// What a rule tells the cells of a batch, a group after another, by the weights as they are now:
    /// dE/dW = Σ_t (D + Γ) e, with D the learning signal and Γ what comes back from others.
    ///
    /// # Errors
    /// What the rule refuses.
    pub fn modulators(&self, drawn: &Drawn, rule: &Rule) -> Result<Vec<Modulators>, TrainError> {
        let mut learner = self.learner.clone();
        let prepared = self.mu.clone().prepare(rule, &mut learner, &drawn.outcome.slopes);
        prepared.map_err(|fault| self.failed(fault.into()))?;
        let learner = self.seen(&learner);
        let parts = drawn.outcome.tapes.iter().zip(&drawn.outcome.credits);
        let told = self.with_carrier(rule, |carrier| {
            let mut first = 0;
            let of = |pair: (&Tape, &Credit)| {
                let trials = TrialNumbers { update: drawn.update, first, step: 0 };
                first += pair.0.trials();
                match carrier {
                    Some(carrier) => carried_modulators(rule, &learner, pair, (carrier, trials)).map(|own| own.0),
                    None => modulators(rule, &learner, pair.0, pair.1),
                }
            };
            parts.map(of).collect::<Result<_, _>>()
        })?;
        told.map_err(|fault| self.failed(fault.into()))
    }

    /// The eligibility e of recurrent synapses `[post, pre]` of a batch, a plane a group, `[step][synapse][trial]`.
    ///
    /// # Errors
    /// Cells that there are not.
    pub fn eligibility(&self, drawn: &Drawn, synapses: &[[usize; 2]]) -> Result<Vec<Plane>, TrainError> {
        let cells = self.learner.cells();
        if let Some(wrong) = synapses.iter().flatten().find(|own| **own >= cells) {
            let (what, found) = ("cell of a synapse", wrong.to_string());
            return Err(self.failed(TrialError::Size { what, found, expected: format!("less than {cells}") }));
        }
        let parts = drawn.outcome.tapes.iter().map(|tape| eligibility(&self.learner, tape, synapses));
        parts.collect::<Result<_, _>>().map_err(|fault| self.failed(fault.into()))
    }

    /// Whether a gradient of outside fits the weights.
    ///
    /// # Errors
    /// The first matrix that does not.
    pub fn check(&self, own: &Gradient) -> Result<(), TrainError> {
        let zeros = Gradient::zeros(&self.learner);
        let shape = |matrix: &Matrix| [matrix.rows(), matrix.columns()];
        let pairs = [
            ("gradient w_in", shape(&own.w_in), shape(&zeros.w_in)),
            ("gradient w_rec", shape(&own.w_rec), shape(&zeros.w_rec)),
            ("gradient w_out", shape(&own.w_out), shape(&zeros.w_out)),
            ("gradient b", [own.b.len(), 1], [zeros.b.len(), 1]),
        ];
        match pairs.into_iter().find(|(_, found, expected)| found != expected) {
            Some((what, found, expected)) => {
                let shown = |[rows, columns]: [usize; 2]| format!("{rows} x {columns}");
                let reason = TrialError::Size { what, found: shown(found), expected: shown(expected) };
                Err(self.failed(reason))
            }
            None => Ok(()),
        }
    }
}
