//! What cells emit, backward in time: a = ψ D, or its causal filter.

use crate::carrier::Signal;
use crate::rows::add_scaled;
use crate::rule::{Emission, Rule, Teaching};
use crate::{Credit, Error, Learner, Matrix, Plane, Tape};
use std::borrow::Cow;

/// Emission of one group, swept from the last step to the first.
pub(crate) struct Emitted<'a> {
    rule: Emission,
    credit: &'a Credit,
    /// B_fb, readouts x cells.
    broadcast: Matrix,
    kappa: f64,
    /// κ of the credit of cells.
    credit_kappa: f64,
    scale: f64,
    /// Q, `[readout][trial]`.
    pub(crate) filtered: Vec<f64>,
    /// ψ̄, for the online rules.
    slow_psi: Option<Plane>,
    /// Σ κ^{t'−t} L ψ̄ over t' ≥ t, `[cell][trial]`.
    slow: Vec<f64>,
    /// The learning signal that a carrier has brought, in the place of the cells' own.
    brought: Option<(Brought, Vec<f64>)>,
    /// What stands for err in the credit of cells, as it meets eligibility that no cascade has held back, and its Q, where that is another.
    held: Option<(Cow<'a, Plane>, Vec<f64>)>,
}

/// A learning signal that a carrier has brought: M, `[step][cell][trial]`, of the steps from `from` on, 0 before, and ℓ.
pub(crate) struct Brought {
    pub(crate) arrived: Plane,
    pub(crate) from: usize,
    pub(crate) hold_back: usize,
}

impl<'a> Emitted<'a> {
    pub(crate) fn new(
        rule: &Rule,
        learner: &Learner,
        (tape, credit): (&Tape, &'a Credit),
        broadcast: &Matrix,
    ) -> Result<Self, Error> {
        let kappa = learner.readout.kappa;
        let online = rule.emission == Emission::Online;
        let filtered = vec![0.0; credit.err.channels() * tape.trials()];
        let (taught, credit_kappa) = (rule.taught(learner, credit)?, rule.kappa(learner));
        let cascade = learner.cascade.filter(|_| rule.signal() == Ok(Signal::Learning));
        let is_other = rule.teaching != Teaching::Error || credit_kappa != kappa || learner.rules.controls.reversed;
        let held = match cascade {
            Some(cascade) => Some(Cow::Owned(cascade.backward(&taught))),
            None => is_other.then_some(taught),
        };
        Ok(Self {
            rule: rule.emission,
            credit,
            broadcast: broadcast.transposed(),
            kappa,
            credit_kappa,
            scale: learner.readout.scale,
            held: held.map(|own| (own, filtered.clone())),
            filtered,
            slow_psi: online.then(|| filtered_forward(&tape.psi, kappa)),
            slow: vec![0.0; if online { tape.psi.step(0).len() } else { 0 }],
            brought: None,
        })
    }

    /// The same with D_p^t = g_o Σ κ^{t'−t} M_p^{t'+ℓ} over t' ≥ t.
    pub(crate) fn with_brought(self, brought: Option<Brought>) -> Self {
        let filtered = |own: &Brought| vec![0.0; own.arrived.channels() * own.arrived.trials()];
        Self { brought: brought.map(|own| (filtered(&own), own)).map(|(filtered, own)| (own, filtered)), ..self }
    }

    /// Q of one step, from that of the next.
    #[inline(always)]
    pub(crate) fn step(&mut self, step: usize) {
        for (q, err) in self.filtered.iter_mut().zip(self.credit.err.step(step)) {
            *q = err + self.kappa * *q;
        }
        if let Some((err, filtered)) = &mut self.held {
            filtered.iter_mut().zip(err.step(step)).for_each(|(q, err)| *q = err + self.credit_kappa * *q);
        }
        if let Some((own, filtered)) = &mut self.brought {
            filtered.iter_mut().for_each(|q| *q *= self.credit_kappa);
            let arrives = (step + own.hold_back).checked_sub(own.from);
            if let Some(arrives) = arrives.filter(|arrives| *arrives < own.arrived.steps()) {
                filtered.iter_mut().zip(own.arrived.step(arrives)).for_each(|(q, arrived)| *q += arrived);
            }
        }
    }

    /// Direct credit D of all cells at the step swept last, `[cell][trial]`.
    #[inline(always)]
    pub(crate) fn direct(&self, direct: &mut [f64], trials: usize) {
        match &self.brought {
            None => {
                let filtered = self.held.as_ref().map_or(&self.filtered, |own| &own.1);
                broadcast(&self.broadcast, self.scale, filtered, direct, trials);
            }
            Some((_, filtered)) => {
                direct.iter_mut().zip(filtered).for_each(|(direct, own)| *direct = self.scale * own);
            }
        }
        direct.iter_mut().zip(&self.credit.regulariser).for_each(|(direct, local)| *direct += local);
    }

    /// Emission a of all cells, given their D, `[cell][trial]`.
    #[inline(always)]
    pub(crate) fn emit(&mut self, tape: &Tape, step: usize, direct: &[f64], emitted: &mut [f64], trials: usize) {
        let psi = tape.psi.step(step);
        match self.rule {
            Emission::Full => {
                emitted.iter_mut().zip(psi).zip(direct).for_each(|((out, psi), direct)| *out = psi * direct);
            }
            Emission::LocalRegulariser => {
                let filtered = self.held.as_ref().map_or(&self.filtered, |(_, own)| own);
                broadcast(&self.broadcast, self.scale, filtered, emitted, trials);
                emitted.iter_mut().zip(psi).for_each(|(out, psi)| *out *= psi);
            }
            Emission::Online => {
                let err = self.held.as_ref().map_or(&self.credit.err, |(held, _)| held);
                broadcast(&self.broadcast, 1.0, err.step(step), emitted, trials);
                let slow_psi = self.slow_psi.as_ref().expect("the online rules have it").step(step);
                for ((out, slow_psi), slow) in emitted.iter_mut().zip(slow_psi).zip(&mut self.slow) {
                    *slow = *out * slow_psi + self.kappa * *slow;
                    *out = self.scale * *slow;
                }
                let cells = emitted.iter_mut().zip(psi).zip(&self.credit.regulariser);
                cells.for_each(|((out, psi), local)| *out += psi * local);
            }
        }
    }
}

/// scale Σ_k B_fb\[k\] signal_k of all cells, `[cell][trial]`; `signal` is `[readout][trial]`.
#[inline(always)]
fn broadcast(feedback: &Matrix, scale: f64, signal: &[f64], out: &mut [f64], trials: usize) {
    out.fill(0.0);
    for (k, signal) in signal.chunks_exact(trials).enumerate() {
        for (out, weight) in out.chunks_exact_mut(trials).zip(feedback.row(k)) {
            // A test of every cell would cost more than one number.
            if trials == 1 || *weight != 0.0 {
                add_scaled(out, scale * weight, signal);
            }
        }
    }
}

/// ψ̄ ← κ ψ̄ + (1 − κ) ψ.
fn filtered_forward(psi: &Plane, kappa: f64) -> Plane {
    let mut slow = Plane::zeros(psi.steps(), psi.channels(), psi.trials());
    let mut last = vec![0.0; psi.channels() * psi.trials()];
    for step in 0..psi.steps() {
        for (last, psi) in last.iter_mut().zip(psi.step(step)) {
            *last = kappa * *last + (1.0 - kappa) * psi;
        }
        slow.step_mut(step).copy_from_slice(&last);
    }
    slow
}
