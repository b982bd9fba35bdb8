//! What a batch gave: tapes, losses, credit, and gradients of them.

use super::TrialError;
use super::batch::{Batch, Group, Objective, Target};
use super::cells::TrialCells;
use super::group::{self, Wiring};
use super::workers::each;
use neuropil_plasticity::loss::{CrossEntropy, Judged, SquaredError, judge};
use neuropil_plasticity::{Credit, Form, Gradient, Learner, Plane, Rule, Tape, credit, gradient};

/// What happened in a batch, and how good it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// One a group.
    pub tapes: Vec<Tape>,
    /// y of each group, `[step][readout][lane]`.
    pub readouts: Vec<Plane>,
    /// What each group is credited for.
    pub credits: Vec<Credit>,
    /// E without regulariser.
    pub task_loss: f64,
    /// E_reg; 0 without regulariser.
    pub reg_loss: f64,
    /// f_j: mean of z over trials and steps, a cell.
    pub rates: Vec<f64>,
}

impl Outcome {
    /// Runs a batch with the weights of `learner` on up to `threads` threads and judges its readout. The numbers do not
    /// depend on `threads`.
    ///
    /// # Errors
    /// What does not fit together, and [`TrialError::NonFinite`].
    pub fn of(
        cells: &TrialCells,
        learner: &Learner,
        batch: &Batch,
        objective: &Objective,
        threads: usize,
    ) -> Result<Self, TrialError> {
        learner.check()?;
        let wiring = Wiring::of(learner);
        let trial = |number: usize| {
            let group = &batch.groups[number];
            let tape = group::run(cells, learner, &wiring, group.x.clone()).map_err(|fault| in_batch(fault, group))?;
            let y = learner.readout.run(&tape.z);
            let judged = judged(group, &y, &objective.weights, batch.trials())?;
            Ok::<_, TrialError>((tape, y, judged))
        };
        let mut outcome = Self {
            tapes: Vec::new(),
            readouts: Vec::new(),
            credits: Vec::new(),
            task_loss: 0.0,
            reg_loss: 0.0,
            rates: Vec::new(),
        };
        for (tape, y, Judged { loss, err }) in each(batch.groups.len(), threads, trial)? {
            outcome.tapes.push(tape);
            outcome.readouts.push(y);
            outcome.task_loss += loss;
            outcome.credits.push(Credit { err, regulariser: Vec::new() });
        }
        outcome.rates = credit::mean_rates(&outcome.tapes);
        if let Some(regulariser) = &objective.regulariser {
            outcome.reg_loss = regulariser.loss(&outcome.rates);
            let own = regulariser.credit(&outcome.rates, batch.trials(), batch.steps());
            outcome.credits.iter_mut().for_each(|credit| credit.regulariser.clone_from(&own));
        }
        Ok(outcome)
    }

    /// The gradient of a rule in one of its forms, summed over groups in their order.
    ///
    /// # Errors
    /// What the rule refuses.
    pub fn gradient(&self, form: Form, rule: &Rule, learner: &Learner, threads: usize) -> Result<Gradient, TrialError> {
        let parts = each(self.tapes.len(), threads, |group| {
            gradient(form, rule, learner, &self.tapes[group], &self.credits[group])
        })?;
        let mut sum = Gradient::zeros(learner);
        parts.iter().for_each(|part| sum.add(part));
        Ok(sum)
    }
}

fn judged(group: &Group, y: &Plane, weights: &[f64], trials: usize) -> Result<Judged, TrialError> {
    Ok(match &group.target {
        Target::Values(target) => judge(&SquaredError { target: target.clone() }, y, weights, trials)?,
        Target::Labels(labels) => judge(&CrossEntropy { labels: labels.clone() }, y, weights, trials)?,
    })
}

/// A fault of a group's lane, told by its number in the batch.
fn in_batch(fault: TrialError, group: &Group) -> TrialError {
    match fault {
        TrialError::NonFinite { trial, step, population, cell, variable, value } => {
            TrialError::NonFinite { trial: group.first + trial, step, population, cell, variable, value }
        }
        other => other,
    }
}
