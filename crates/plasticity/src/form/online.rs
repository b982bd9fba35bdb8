//! Traces forward in time, with direct credit from the tape (forward) or with what a cell knows at the time (causal).

use super::Form;
use super::incoming::{Credits, IncomingSynapses, Shared, Slow};
use crate::cell::{Gate, LocalStep, Record};
use crate::factors::Factored;
use crate::path::{EmissionRouting, eligibility_path};
use crate::rows::{Ring, add_scaled};
use crate::rule::{Emission, Feedback, Reach, Rule, Slope};
use crate::{Error, Gradient, Learner, Matrix};
use std::ops::Range;

/// One step of one trial.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// x, one an input.
    pub x: &'a [f64],
    /// z, one a cell.
    pub z: &'a [f64],
    /// ψ, one a cell.
    pub psi: &'a [f64],
    /// v − E_L at the test of the threshold, one a cell; empty without clamped cells.
    pub v: &'a [f64],
    /// R, one a cell; empty without clamped cells.
    pub refractory: &'a [f64],
    /// err = ∂E/∂y, one a readout.
    pub err: &'a [f64],
    /// What cells are told in its place, one a readout; err itself, but for rules that are taught the target.
    pub taught: &'a [f64],
    /// What cells from equations wrote down: some cells, and `[number][cell]`; empty without such cells.
    pub records: &'a [(Range<usize>, Vec<f64>)],
}

impl<'a> Moment<'a> {
    fn record(&self, cell: usize) -> Record<'a> {
        let own = self.records.iter().find(|(cells, _)| cells.contains(&cell));
        own.map_or(Record::NONE, |(cells, numbers)| Record::new(numbers, cells.len(), cell - cells.start))
    }
}

/// A rule at work while a trial runs: bounded state for each synapse, nothing from the future.
///
/// One trial after another: [`Self::rest`] between them. The gradient is the sum over all.
pub struct Online<'a> {
    rule: Rule,
    shared: Shared<'a>,
    emission: EmissionRouting,
    broadcast: Matrix,
    regulariser: Vec<f64>,
    synapses: Vec<IncomingSynapses>,
    /// z of the last d steps.
    sent: Ring,
    v_before: Vec<f64>,
    z_before: Vec<f64>,
    slow_psi: Vec<f64>,
    /// z filtered by the readout, one a cell.
    z_slow: Vec<f64>,
    pre: Vec<f64>,
    credits: Credits,
    w_out: Matrix,
    b: Vec<f64>,
}

impl<'a> Online<'a> {
    /// A rule in its causal form; `regulariser` is reg_j of each cell or empty.
    pub fn new(rule: &Rule, learner: &'a Learner, regulariser: &[f64]) -> Result<Self, Error> {
        Self::of(Form::Causal, rule, learner, regulariser)
    }

    pub(crate) fn of(form: Form, rule: &Rule, learner: &'a Learner, regulariser: &[f64]) -> Result<Self, Error> {
        learner.check()?;
        rule.check(learner)?;
        rule.is_of_tapes(form)?;
        let (path, emission) = eligibility_path(form, rule, learner)?;
        let slow = slow(form, rule, learner)?;
        let (cells, inputs, outputs) = (learner.cells(), learner.inputs(), learner.readout.outputs());
        // With credit of the tape, a learning signal has already been held forth.
        let by_synapses = form == Form::Causal || rule.feedback != Feedback::None;
        let cascade = learner.cascade.filter(|_| by_synapses);
        let (dynamics, factored) = (rule.remembering(learner), Factored::of(rule, learner));
        let shared = Shared { learner, dynamics, path, slow, kappa: rule.kappa(learner), cascade, factored };
        Ok(Self {
            rule: *rule,
            emission,
            broadcast: rule.broadcast_matrix(learner)?,
            regulariser: if regulariser.is_empty() { vec![0.0; cells] } else { regulariser.to_vec() },
            synapses: (0..cells).map(|cell| IncomingSynapses::new(&shared, cell)).collect(),
            shared,
            sent: Ring::new(learner.delay, cells),
            v_before: vec![0.0; cells],
            z_before: vec![0.0; cells],
            slow_psi: vec![0.0; cells],
            z_slow: vec![0.0; cells],
            pre: vec![0.0; inputs + cells],
            credits: Credits::default(),
            w_out: Matrix::zeros(outputs, cells),
            b: vec![0.0; outputs],
        })
    }

    /// Takes reg_j of each cell, or none, for the trials from here on.
    pub(crate) fn regularise(&mut self, regulariser: &[f64]) {
        self.regulariser.fill(0.0);
        self.regulariser.iter_mut().zip(regulariser).for_each(|(own, given)| *own = *given);
    }

    /// Forgets the trial, keeps the gradient.
    pub fn rest(&mut self) {
        self.synapses.iter_mut().for_each(|own| own.rest(&self.shared));
        self.sent = Ring::new(self.shared.learner.delay, self.z_before.len());
        for state in [&mut self.v_before, &mut self.z_before, &mut self.slow_psi, &mut self.z_slow] {
            state.fill(0.0);
        }
    }

    /// One step on. The slices have the lengths that [`Moment`] says.
    pub fn step(&mut self, now: &Moment<'_>) {
        self.advance(now, None);
    }

    /// One step with direct credit of the tape: D of each cell, and D of the task alone.
    pub(crate) fn advance(&mut self, now: &Moment<'_>, direct: Option<[&[f64]; 2]>) {
        self.observe(now);
        self.read_out(now);
        match direct {
            Some([full, task]) if self.shared.slow == Slow::Nothing => self.credit(full, task, now.psi),
            _ => self.credit_now(now),
        }
        let (z_before, v_before) = (&self.z_before, &self.v_before);
        let gate = |cell: usize| Gate {
            psi: now.psi[cell],
            z_before: z_before[cell],
            refractory: now.refractory.get(cell).copied().unwrap_or(0.0),
            tested_before: &v_before[cell..=cell],
            record: now.record(cell),
        };
        for own in &mut self.synapses {
            own.step(&self.shared, &self.pre, &gate, &self.credits);
        }
        self.sent.push().copy_from_slice(now.z);
        self.z_before.copy_from_slice(now.z);
        if !now.v.is_empty() {
            self.v_before.copy_from_slice(now.v);
        }
    }

    fn observe(&mut self, now: &Moment<'_>) {
        let (inputs, delay) = (now.x.len(), self.shared.learner.delay);
        self.pre[..inputs].copy_from_slice(now.x);
        self.pre[inputs..].copy_from_slice(self.sent.back(delay - 1));
        let kappa = self.shared.kappa;
        for (slow, psi) in self.slow_psi.iter_mut().zip(now.psi) {
            *slow = kappa * *slow + (1.0 - kappa) * psi;
        }
    }

    /// dE/dW_out = Σ err z̄.
    fn read_out(&mut self, now: &Moment<'_>) {
        let readout = &self.shared.learner.readout;
        for (slow, z) in self.z_slow.iter_mut().zip(now.z) {
            *slow = readout.kappa * *slow + readout.scale * z;
        }
        for (k, err) in now.err.iter().enumerate() {
            add_scaled(self.w_out.row_mut(k), *err, &self.z_slow);
            self.b[k] += err;
        }
    }

    /// Credit known in full: D of each cell, and D of the task.
    fn credit(&mut self, full: &[f64], task: &[f64], psi: &[f64]) {
        self.credits.own.clear();
        self.credits.own.extend_from_slice(full);
        let emitting = if self.rule.emission == Emission::LocalRegulariser { task } else { full };
        let emitted: Vec<f64> = emitting.iter().zip(psi).map(|(direct, psi)| direct * psi).collect();
        self.emission.route(&self.shared.path, &emitted, &mut self.credits.emitted);
    }

    /// Credit as far as it is known now: L_j = Σ_k B_fb err.
    fn credit_now(&mut self, now: &Moment<'_>) {
        let scale = self.shared.learner.readout.scale;
        let signal = |feedback: &[f64]| -> f64 { feedback.iter().zip(now.taught).map(|(b, err)| b * err).sum() };
        let signals: Vec<f64> = (0..now.z.len()).map(|cell| signal(self.broadcast.row(cell))).collect();
        if self.shared.slow == Slow::Nothing {
            let task: Vec<f64> = signals.iter().map(|signal| scale * signal).collect();
            let full: Vec<f64> = task.iter().zip(&self.regulariser).map(|(task, own)| task + own).collect();
            return self.credit(&full, &task, now.psi);
        }
        let local: Vec<f64> = self.regulariser.iter().zip(now.psi).map(|(own, psi)| own * psi).collect();
        self.emission.route(&self.shared.path, &local, &mut self.credits.emitted);
        let slow: Vec<f64> = match self.shared.slow {
            Slow::Apart => {
                let gain = scale / (1.0 - self.shared.kappa);
                signals.iter().zip(&self.slow_psi).map(|(signal, psi)| gain * signal * psi).collect()
            }
            Slow::Product | Slow::Nothing => signals.clone(),
        };
        self.emission.route(&self.shared.path, &slow, &mut self.credits.emitted_slow);
        self.credits.own.clear();
        self.credits.own.extend_from_slice(&self.regulariser);
        self.credits.own_slow = signals;
    }

    /// The gradient so far.
    pub fn gradient(&self) -> Gradient {
        let mut gradient = self.dense();
        gradient.mask(self.shared.learner);
        gradient
    }

    /// Over existing and absent synapses.
    pub(crate) fn dense(&self) -> Gradient {
        let (cells, inputs) = (self.synapses.len(), self.shared.learner.inputs());
        Gradient {
            w_in: Matrix::from_fn(cells, inputs, |post, q| self.synapses[post].sum[q]),
            w_rec: Matrix::from_fn(cells, cells, |post, q| self.synapses[post].sum[inputs + q]),
            w_out: self.w_out.clone(),
            b: self.b.clone(),
        }
    }
}

/// What must be filtered, or why a form does not exist.
fn slow(form: Form, rule: &Rule, learner: &Learner) -> Result<Slow, Error> {
    let no = |reason| Err(Error::NoForm { rule: rule.name, form, reason });
    if form == Form::Causal && learner.rules.controls.reversed {
        return no("errors that come in the reverse order of steps are of the future");
    }
    let through_types =
        rule.feedback == Feedback::TypeAll && matches!(rule.reach, Reach::All | Reach::AllMeanConstants);
    if form == Form::Modal {
        if learner.cascade.is_some() {
            return no("modes have no cascade");
        }
        if !through_types || rule.emission == Emission::Online {
            return no("only ModProp over type means has modes");
        }
        if learner.delay != 1 || learner.dynamics.iter().any(|cell| cell.states() > 1) {
            return no("modes need a delay of one step and cells without adaptation and synaptic currents");
        }
    }
    if rule.emission == Emission::Online {
        return Ok(Slow::Apart);
    }
    if form == Form::Causal && learner.cascade.is_some() && rule.feedback == Feedback::None {
        // The regulariser meets what no stage has held back, so that the two are apart without a memory too.
        return Ok(Slow::Product);
    }
    if form != Form::Causal || rule.kappa(learner) == 0.0 {
        return Ok(Slow::Nothing);
    }
    match (rule.feedback, rule.reach, rule.slope) {
        (Feedback::None, ..) => Ok(Slow::Product),
        (Feedback::Weights, Reach::All | Reach::Hops(_), Slope::Exact | Slope::Mu) => Ok(Slow::Product),
        (Feedback::TypeAll, Reach::OneHop, _) => no("the readout has a memory; mdgl_type_online is causal"),
        (Feedback::TypeAll, Reach::All, _) => no("the readout has a memory; modprop_type_online is causal"),
        _ => no("the readout has a memory (kappa > 0)"),
    }
}
