//! What a batch gave: tapes, losses, credit, and gradients of them.

use super::batch::{Batch, Group, Objective};
use super::cells::TrialCells;
use super::group::{self, Ran, Wiring};
use super::{TrialError, Workers};
use neuropil_plasticity::carrier::TrialNumbers;
use neuropil_plasticity::cell::means::{Means, has_means};
use neuropil_plasticity::form::carried;
use neuropil_plasticity::loss::Judged;
use neuropil_plasticity::rule::Estimate;
use neuropil_plasticity::{
    Carrier, Credit, Form, Gradient, Learner, Plane, RateOver, RateRegulariser, Rule, Tape, gradient,
};
use std::ops::Range;

/// What a group of trials did, and how good it was.
pub(super) struct Part {
    pub ran: Ran,
    pub judged: Judged,
}

/// What happened in a batch, and how good it was. Over ranks tapes and credits are those of the groups that this one ran;
/// those of others are empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// One a group.
    pub tapes: Vec<Tape>,
    /// y of each group, `[step][readout][trial]`.
    pub readouts: Vec<Plane>,
    /// What each group is credited for.
    pub credits: Vec<Credit>,
    /// E without regulariser.
    pub task_loss: f64,
    /// E_reg; 0 without regulariser.
    pub reg_loss: f64,
    /// f_j: mean of z over trials and steps, a cell.
    pub rates: Vec<f64>,
    /// Mean of ψ over trials and steps, a cell.
    pub slopes: Vec<f64>,
    /// The groups that this process ran.
    own: Range<usize>,
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
        Self::by(&Workers::new(threads), cells, learner, batch, objective)
    }

    /// The same by workers that have planes of earlier batches.
    ///
    /// # Errors
    /// As [`Outcome::of`].
    pub fn by(
        workers: &Workers,
        cells: &TrialCells,
        learner: &Learner,
        batch: &Batch,
        objective: &Objective,
    ) -> Result<Self, TrialError> {
        learner.check()?;
        let wiring = Wiring::of(learner);
        let trial = |number: usize| {
            let group = &batch.groups[number];
            let ran = group::run(cells, learner, &wiring, (&group.x, None), workers)
                .map_err(|fault| in_batch(fault, group))?;
            let judged = group.target.judge(&ran.y, &objective.weights, batch.trials())?;
            Ok(Part { ran, judged })
        };
        let mut outcome = Self {
            tapes: Vec::new(),
            readouts: Vec::new(),
            credits: Vec::new(),
            task_loss: 0.0,
            reg_loss: 0.0,
            rates: vec![0.0; cells.len()],
            slopes: vec![0.0; cells.len()],
            own: workers.own(batch.groups.len()),
        };
        let mut fired = Vec::new();
        for Part { ran, judged: Judged { loss, err, asked, .. } } in workers.each_of_all(batch.groups.len(), trial)? {
            for (means, sums) in [&mut outcome.rates, &mut outcome.slopes].into_iter().zip(&ran.sums) {
                means.iter_mut().zip(sums).for_each(|(mean, sum)| *mean += sum);
            }
            fired.push(ran.fired);
            outcome.tapes.push(ran.tape);
            outcome.readouts.push(ran.y);
            outcome.task_loss += loss;
            outcome.credits.push(Credit { err, regulariser: Vec::new(), asked: Some(asked) });
        }
        let trial_steps = (batch.trials() * batch.steps()) as f64;
        outcome.rates.iter_mut().chain(&mut outcome.slopes).for_each(|mean| *mean /= trial_steps);
        if let Some(regulariser) = &objective.regulariser {
            outcome.regularise(regulariser, &fired, (batch.trials(), batch.steps()));
        }
        Ok(outcome)
    }

    /// Adds E_reg and what it asks of the cells; `fired` is Σ z over steps, `[cell][trial]`, of each group.
    fn regularise(&mut self, regulariser: &RateRegulariser, fired: &[Vec<f64>], (trials, steps): (usize, usize)) {
        match regulariser.over {
            RateOver::Batch => {
                self.reg_loss = regulariser.loss(&self.rates, trials);
                let own = regulariser.credit(&self.rates, trials, steps);
                for credit in &mut self.credits {
                    credit.regulariser = Credit::same_in_all(&own, credit.err.trials());
                }
            }
            RateOver::Trial => {
                for (credit, fired) in self.credits.iter_mut().zip(fired) {
                    let rates: Vec<f64> = fired.iter().map(|spikes| spikes / steps as f64).collect();
                    self.reg_loss += regulariser.loss(&rates, trials);
                    credit.regulariser = regulariser.credit(&rates, trials, steps);
                }
            }
        }
    }

    /// The gradient of a rule in one of its forms, summed over groups in their order.
    ///
    /// # Errors
    /// What the rule refuses.
    pub fn gradient(&self, form: Form, rule: &Rule, learner: &Learner, threads: usize) -> Result<Gradient, TrialError> {
        self.gradient_by(&Workers::new(threads), form, rule, learner)
    }

    /// The same by the workers that ran the batch.
    ///
    /// # Errors
    /// As [`Self::gradient`].
    pub fn gradient_by(
        &self,
        workers: &Workers,
        form: Form,
        rule: &Rule,
        learner: &Learner,
    ) -> Result<Gradient, TrialError> {
        let own = |tape: &Tape, credit: &Credit, first: usize| {
            if rule.estimate != Estimate::RandomProduct {
                return gradient(form, rule, learner, tape, credit);
            }
            let mut learner = learner.clone();
            learner.rules.draws.first += first;
            gradient(form, rule, &learner, tape, credit)
        };
        self.summed(learner, workers, own)
    }

    /// The same of a rule whose modulators are brought by a carrier, for an update, counted from 0.
    ///
    /// # Errors
    /// What the rule or the carrier refuses.
    pub fn carried(
        &self,
        form: Form,
        rule: &Rule,
        learner: &Learner,
        (carrier, update): (&dyn Carrier, u32),
        workers: &Workers,
    ) -> Result<Gradient, TrialError> {
        self.summed(learner, workers, |tape, credit, first| {
            carried(form, rule, learner, (tape, credit), (carrier, TrialNumbers { update, first, step: 0 }))
        })
    }

    /// Gives the cells of a learner that are not linear their means over the batch as intermediate ones, for rules with
    /// intermediate cells.
    ///
    /// # Errors
    /// Means that grow from step to step.
    pub fn open(&self, rule: &Rule, learner: &mut Learner, workers: &Workers) -> Result<(), TrialError> {
        if !rule.needs_mu() || !has_means(learner) {
            return Ok(());
        }
        self.is_of(workers)?;
        let own: &Learner = learner;
        let each = |group: usize| Ok(Means::of(own, &self.tapes[group]).numbers());
        let groups = workers.each_of_all(self.tapes.len(), each)?;
        let mut group = Means::at_start(learner.dynamics.clone().iter_mut().zip(learner.type_id.iter().copied()));
        let mut means = Means::default();
        for numbers in &groups {
            if !group.restore(numbers) {
                let (found, expected) = (numbers.len().to_string(), group.numbers().len().to_string());
                return Err(TrialError::Size { what: "means of a group", found, expected });
            }
            means.add(&group);
        }
        Ok(means.give(learner)?)
    }

    fn summed(
        &self,
        learner: &Learner,
        workers: &Workers,
        of: impl Fn(&Tape, &Credit, usize) -> Result<Gradient, neuropil_plasticity::Error> + Sync,
    ) -> Result<Gradient, TrialError> {
        self.is_of(workers)?;
        let first = |group: usize| self.tapes[..group].iter().map(Tape::trials).sum();
        let part = |group: usize| Ok(of(&self.tapes[group], &self.credits[group], first(group))?);
        let parts = workers.each_of_all(self.tapes.len(), part)?;
        let mut sum = Gradient::zeros(learner);
        parts.iter().for_each(|part| sum.add(part));
        Ok(sum)
    }

    /// Refuses workers that are not those of the ranks that ran the batch: tapes of others are not here.
    pub(super) fn is_of(&self, workers: &Workers) -> Result<(), TrialError> {
        let asked = workers.own(self.tapes.len());
        if asked == self.own {
            return Ok(());
        }
        let (found, expected) = (format!("{asked:?}"), format!("{:?}, which this rank has run", self.own));
        Err(TrialError::Size { what: "groups of trials", found, expected })
    }

    /// Leaves what it holds for the next batch.
    pub fn recycle(self, workers: &Workers) {
        for tape in self.tapes {
            let clamped = tape.clamped.into_iter().flat_map(|own| [own.v, own.refractory]);
            let records = tape.records.into_iter().map(|own| own.numbers);
            [tape.z, tape.psi].into_iter().chain(clamped).chain(records).for_each(|plane| workers.keep(plane));
        }
        self.readouts.into_iter().for_each(|plane| workers.keep(plane));
    }
}

/// A fault of a group's trial, told by its number in the batch.
pub(super) fn in_batch(fault: TrialError, group: &Group) -> TrialError {
    match fault {
        TrialError::NonFinite { trial, step, population, cell, variable, value } => {
            TrialError::NonFinite { trial: group.first + trial, step, population, cell, variable, value }
        }
        TrialError::NoDerivative { trial, step, population, cell, what, value } => {
            TrialError::NoDerivative { trial: group.first + trial, step, population, cell, what, value }
        }
        other => other,
    }
}
