//! One run: a task, a rule, a seed.

mod own;
mod perturbed;
mod propose;
mod record;
mod setup_ref;
mod tangent;

use crate::changes::Beginning;
use crate::evaluation::{Aligned, accuracy, length};
use crate::kept::Kept;
use crate::mu::Mu;
use crate::setup::Start;
use crate::task::{Draw, Split, batch};
use crate::update::Updater;
use crate::watch::watch;
use crate::{Costs, Evaluation, TrainError};
use neuropil_engine::ranks::Rank;
use neuropil_engine::trial::{Batch, Labels, Objective, Outcome, TrialCells, TrialError, Workers};
use neuropil_plasticity::carrier::CarrierKind;
use neuropil_plasticity::rule::{Estimate, SignDraws, rule};
use neuropil_plasticity::stability::radius;
use neuropil_plasticity::{Carrier, Controls, Form, Gradient, Learner, Rule, RuleSettings};
use std::borrow::Cow;
use std::time::Instant;

pub use own::Drawn;
pub use setup_ref::SetupRef;

/// What a step of training did.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Updates made so far.
    pub updates: u32,
    /// The evaluation, if it was the time for one.
    pub evaluation: Option<Evaluation>,
    /// Whether the run has reached its end.
    pub done: bool,
}

/// A run in progress.
pub struct Trainer<'s> {
    pub(crate) setup: SetupRef<'s>,
    pub(crate) rule: &'static Rule,
    /// Under which the run is recorded.
    name: String,
    /// What brings the rule's modulators to the cells, if they are not there at once.
    carrier: Option<Box<dyn Carrier>>,
    pub(crate) seed: u64,
    pub(crate) workers: Workers,
    /// Whether evaluations compare with the exact gradient.
    align: bool,
    cells: TrialCells,
    beginning: Beginning,
    pub(crate) learner: Learner,
    pub(crate) objective: Objective,
    updater: Updater,
    pub(crate) mu: Mu,
    pub(crate) updates: u32,
    done: bool,
    evaluations: Vec<Evaluation>,
    held_out: Option<(Batch, Labels)>,
    kept: Kept,
    costs: Costs,
    begun: Instant,
    /// Wall time before `begun`, of the run that this one goes on with.
    spent_s: f64,
}

impl<'s> Trainer<'s> {
    /// A run from its beginning, of a setup that is borrowed or shared.
    ///
    /// # Errors
    /// Weights or cells that are refused, and rules that the cells do not have.
    pub fn new(setup: impl Into<SetupRef<'s>>, rule: &'static Rule, seed: u64) -> Result<Self, TrainError> {
        let setup = setup.into();
        let Start { cells, learner, drawn } = setup.start(seed)?;
        let settings = &setup.settings;
        let wanted = settings.training.validation_trials;
        let first = Draw { seed, split: Split::Validation, update: 0, trial: 0 };
        let held_out = (wanted > 0).then(|| batch(setup.task.as_ref(), first, wanted, &Workers::new(1)));
        Ok(Self {
            rule,
            name: rule.name.into(),
            carrier: setup.carrier(rule, seed)?,
            seed,
            workers: Workers::new(1),
            align: false,
            cells,
            objective: setup.objective(),
            updater: Updater::new(settings, seed, drawn),
            mu: Mu::new(settings.mu.clone(), learner.types(), None),
            beginning: Beginning::of(&learner),
            learner,
            updates: 0,
            done: false,
            evaluations: Vec::new(),
            held_out,
            kept: Kept::default(),
            costs: Costs::default(),
            begun: Instant::now(),
            spent_s: 0.0,
            setup,
        })
    }

    /// With that many threads; the results do not depend on it.
    pub fn with_threads(self, threads: usize) -> Self {
        let rank = self.workers.rank().cloned();
        Self { workers: Workers::new(threads).among(rank), ..self }
    }

    /// As one of several ranks, each of which has made the same trainer and asks it for the same: trials are divided over them by
    /// groups, and all have the same weights, with the bits of one process. The first alone keeps what is recorded of trials.
    pub fn with_rank(self, rank: Option<Rank>) -> Self {
        Self { workers: self.workers.among(rank), ..self }
    }

    /// With evaluations that compare the gradient with the exact one.
    pub fn with_alignment(self, align: bool) -> Self {
        Self { align, ..self }
    }

    /// Recorded under another name than the rule's: of a rule that is led from outside.
    pub fn with_name(self, name: String) -> Self {
        Self { name, ..self }
    }

    /// The rule.
    pub fn rule(&self) -> &'static Rule {
        self.rule
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The network as it is now.
    pub fn learner(&self) -> &Learner {
        &self.learner
    }

    /// What is to be said before it runs: of the slopes of its cells' spikes, and of credit that grows without bound.
    pub fn notes(&self) -> Vec<String> {
        let growing = self.mu.growth(self.rule, &self.learner).map(|step| {
            format!(
                "training.mu: the credit of `{}` grows by a factor of {step:.4} a step with the weights that the run begins with (spectral radius of the credit path, stable below 1): lower mu, or give it a cap of 0.8",
                self.name
            )
        });
        self.cells.notes().into_iter().chain(growing).collect()
    }

    /// Updates made so far.
    pub fn updates(&self) -> u32 {
        self.updates
    }

    /// Where the time of all updates went, without evaluations.
    pub fn costs(&self) -> &Costs {
        &self.costs
    }

    /// All evaluations so far.
    pub fn evaluations(&self) -> &[Evaluation] {
        &self.evaluations
    }

    /// Whether the run has reached its end.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// Draws the next batch, evaluates it if it is the time, and makes an update, unless it was the last.
    ///
    /// # Errors
    /// [`TrainError::Diverged`]; then nothing has changed since the update before.
    pub fn advance(&mut self) -> Result<Progress, TrainError> {
        let mut begun = Instant::now();
        let (trials, labels) = self.trials();
        self.costs.lap(&mut begun, |costs| &mut costs.drawing);
        let drawn = self.drawn(&trials, labels)?;
        self.costs.lap(&mut begun, |costs| &mut costs.running);
        let progress = self.learn(&drawn, None)?;
        drawn.outcome.recycle(&self.workers);
        trials.recycle(&self.workers);
        Ok(progress)
    }

    /// Evaluates a batch if it is the time, and makes an update by the gradient of the rule, or by one of outside, unless it
    /// was the last.
    ///
    /// # Errors
    /// As [`Self::advance`].
    pub fn learn(&mut self, drawn: &Drawn, own: Option<Gradient>) -> Result<Progress, TrainError> {
        let outcome = &drawn.outcome;
        let last = self.updates >= self.setup.settings.updates;
        let evaluates = last || self.updates.is_multiple_of(self.setup.settings.evaluate_every);
        let mut begun = Instant::now();
        let mut mu = self.mu.clone();
        outcome.open(self.rule, &mut self.learner, &self.workers).map_err(|fault| self.failed(fault))?;
        let factor =
            mu.prepare(self.rule, &mut self.learner, &outcome.slopes).map_err(|fault| self.failed(fault.into()))?;
        let gradient = match own {
            Some(own) => self.check(&own).map(|()| own)?,
            None => self.controlled(drawn, self.rule, &self.learner)?,
        };
        if !length(&gradient).is_finite() {
            return Err(self.diverged("the gradient is not finite".into()));
        }
        self.mu = mu;
        self.costs.lap(&mut begun, |costs| &mut costs.gradient);
        let evaluation = match evaluates {
            true => Some(self.evaluate(drawn, &gradient, factor)?),
            false => None,
        };
        self.keep(evaluation.as_ref(), outcome, last)?;
        self.done = last || evaluation.as_ref().is_some_and(|own| self.is_enough(own));
        self.evaluations.extend(evaluation.clone());
        if !self.done {
            begun = Instant::now();
            self.updater.step(self.updates, &mut self.learner, gradient);
            self.mu.after(&self.learner, &outcome.slopes);
            self.updates += 1;
            self.learner.type_id = self.setup.labels(self.seed, self.updates);
            self.learner.rules.controls = self.setup.controls(self.seed, self.updates);
            self.costs.lap(&mut begun, |costs| &mut costs.update);
        }
        Ok(Progress { updates: self.updates, evaluation, done: self.done })
    }

    /// Keeps what the task asks for, before the update.
    fn keep(&mut self, evaluation: Option<&Evaluation>, outcome: &Outcome, last: bool) -> Result<(), TrainError> {
        let recorded = &self.setup.settings.recorded;
        let is_time = |every: usize| every > 0 && (last || (self.updates as usize).is_multiple_of(every));
        if is_time(recorded.trial_every) {
            let own = (self.rule, self.carrier.as_deref());
            // The first rank has the first trial.
            let own = match self.workers.rank().is_none_or(|own| own.rank == 0) {
                true => {
                    watch(recorded, own, &self.seen(&self.learner), outcome, self.updates).map_err(TrialError::from)
                }
                false => Ok(Vec::new()),
            };
            self.kept.trials.extend(self.workers.agree(own).map_err(|fault| self.failed(fault))?);
        }
        if is_time(recorded.weights_every) {
            self.kept.remember(self.updates, &self.learner);
        }
        if let Some(evaluation) = evaluation {
            self.kept.judge(self.updates, evaluation.validation_or_batch_loss(), &self.learner);
        }
        Ok(())
    }

    /// Whether a run may end at this evaluation.
    fn is_enough(&self, evaluation: &Evaluation) -> bool {
        let settings = &self.setup.settings;
        let since_best = self.kept.best.as_ref().map_or(0, |best| self.updates - best.update);
        let waited = settings.patience > 0 && since_best >= settings.patience.saturating_mul(settings.evaluate_every);
        waited || settings.training.stop_at_accuracy.is_some_and(|stop| evaluation.validation_or_batch() >= stop)
    }

    pub(crate) fn run(&self, batch: &Batch) -> Result<Outcome, TrainError> {
        let outcome = Outcome::by(&self.workers, &self.cells, &self.learner, batch, &self.objective);
        outcome.map_err(|fault| self.failed(fault))
    }

    /// The gradient of a rule, with the controls of the task.
    pub(crate) fn controlled(&self, drawn: &Drawn, rule: &Rule, learner: &Learner) -> Result<Gradient, TrainError> {
        // Rules that run the network run it as it is.
        let runs = matches!(rule.estimate, Estimate::Weights | Estimate::Nodes);
        let seen = if runs { Cow::Borrowed(learner) } else { self.seen(learner) };
        self.gradient(drawn, rule, &seen)
    }

    /// The learner as rules see it: with the weights that credit comes back over.
    pub(crate) fn seen<'l>(&self, learner: &'l Learner) -> Cow<'l, Learner> {
        match self.setup.returning(self.seed, learner) {
            Some(w_rec) => Cow::Owned(Learner { w_rec, ..learner.clone() }),
            None => Cow::Borrowed(learner),
        }
    }

    /// By the μ of a learner.
    fn gradient(&self, drawn: &Drawn, rule: &Rule, learner: &Learner) -> Result<Gradient, TrainError> {
        if matches!(rule.estimate, Estimate::Weights | Estimate::Nodes) {
            return self.perturbed(drawn, rule, learner);
        }
        let (outcome, workers) = (&drawn.outcome, &self.workers);
        let (drawing, form) = (self.drawing(rule, learner, drawn.update), rule.trained_by());
        let learner = drawing.as_ref().unwrap_or(learner);
        let gradient = self.with_carrier(rule, |carrier| match carrier {
            Some(carrier) => outcome.carried(Form::Adjoint, rule, learner, (carrier, self.updates), workers),
            None => outcome.gradient_by(workers, form, rule, learner),
        })?;
        gradient.map_err(|fault| self.failed(fault))
    }

    /// The learner with what signs are a function of, for rules that draw some.
    fn drawing(&self, rule: &Rule, learner: &Learner, update: u32) -> Option<Learner> {
        let draws = SignDraws { seed: self.seed, update, first: 0 };
        let rules = RuleSettings { draws, ..learner.rules };
        (rule.estimate == Estimate::RandomProduct).then(|| Learner { rules, ..learner.clone() })
    }

    /// Has something done with what carries a rule.
    pub(crate) fn with_carrier<T>(
        &self,
        rule: &Rule,
        work: impl FnOnce(Option<&dyn Carrier>) -> T,
    ) -> Result<T, TrainError> {
        Ok(match rule.carrier {
            CarrierKind::Ideal => work(None),
            carrier if carrier == self.rule.carrier => work(self.carrier.as_deref()),
            _ => work(self.setup.carrier(rule, self.seed)?.as_deref()),
        })
    }

    fn evaluate(&self, drawn: &Drawn, gradient: &Gradient, mu_factor: f64) -> Result<Evaluation, TrainError> {
        let Drawn { outcome, labels, .. } = drawn;
        let right = |outcome: &Outcome, labels: &Labels| accuracy(outcome, &self.objective.weights, labels);
        let exact = match (self.align, rule("bptt")) {
            (true, Ok(exact)) => {
                // The exact gradient waits for nothing.
                let rules = RuleSettings { controls: Controls::default(), ..self.learner.rules };
                let learner = Learner { cascade: None, rules, ..self.learner.clone() };
                Some(self.gradient(drawn, exact, &learner)?)
            }
            _ => None,
        };
        let validation = match &self.held_out {
            Some((batch, labels)) => {
                let outcome = self.run(batch)?;
                let found = [outcome.task_loss, right(&outcome, labels)];
                outcome.recycle(&self.workers);
                found
            }
            None => [f64::NAN; 2],
        };
        let mean = outcome.rates.iter().sum::<f64>() / outcome.rates.len() as f64;
        let spikes = self.setup.is_spiking();
        Ok(Evaluation {
            update: self.updates,
            loss: outcome.task_loss,
            regulariser: outcome.reg_loss,
            accuracy: right(outcome, labels),
            rate: if spikes { mean * 1e3 / self.setup.clock.dt_ms() } else { mean },
            gradient_norm: length(gradient),
            spectral_radius: radius(&self.learner.w_rec.to_nalgebra()),
            mu_factor,
            validation,
            change: self.beginning.change(&self.learner),
            aligned: exact.map(|exact| Aligned::of(gradient, &exact, &self.learner, self.updater.masks())),
            mu: if self.rule.needs_mu() { self.learner.mu.clone() } else { Vec::new() },
        })
    }

    fn diverged(&self, reason: String) -> TrainError {
        TrainError::Diverged { rule: self.name.clone(), seed: self.seed, update: self.updates, reason }
    }

    pub(crate) fn failed(&self, fault: TrialError) -> TrainError {
        match fault.is_divergence() {
            true => self.diverged(format!("{fault}{}", self.setup.cells.finer())),
            false => TrainError::Refused { file: self.setup.file.clone(), reason: fault },
        }
    }
}
