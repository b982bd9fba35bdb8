//! What cells emit, backward in time: a = ψ D, or its causal filter.

use crate::credit::direct_row;
use crate::rule::{Emission, Rule};
use crate::{Credit, Learner, Matrix, Plane, Tape};

/// Emission of one group, swept from the last step to the first.
pub(crate) struct Emitted<'a> {
    rule: Emission,
    credit: &'a Credit,
    broadcast: &'a Matrix,
    kappa: f64,
    scale: f64,
    /// Q, `[readout][lane]`.
    pub(crate) filtered: Vec<f64>,
    /// ψ̄, for the online rules.
    slow_psi: Option<Plane>,
    /// Σ κ^{t'−t} L ψ̄ over t' ≥ t, `[cell][lane]`.
    slow: Vec<f64>,
}

impl<'a> Emitted<'a> {
    pub(crate) fn new(rule: &Rule, learner: &Learner, tape: &Tape, credit: &'a Credit, broadcast: &'a Matrix) -> Self {
        let kappa = learner.readout.kappa;
        let online = rule.emission == Emission::Online;
        Self {
            rule: rule.emission,
            credit,
            broadcast,
            kappa,
            scale: learner.readout.scale,
            filtered: vec![0.0; credit.err.channels() * tape.lanes()],
            slow_psi: online.then(|| filtered_forward(&tape.psi, kappa)),
            slow: vec![0.0; if online { tape.psi.step(0).len() } else { 0 }],
        }
    }

    /// Q of one step, from that of the next.
    #[inline(always)]
    pub(crate) fn step(&mut self, step: usize) {
        for (q, err) in self.filtered.iter_mut().zip(self.credit.err.step(step)) {
            *q = err + self.kappa * *q;
        }
    }

    /// Direct credit D and emission a of one cell at one step; rows over lanes.
    #[inline(always)]
    pub(crate) fn cell(&mut self, tape: &Tape, [step, cell]: [usize; 2], direct: &mut [f64], emitted: &mut [f64]) {
        let feedback = self.broadcast.row(cell);
        let local = self.credit.regulariser_of(cell);
        let psi = tape.psi.row(step, cell);
        if let Some(slow_psi) = &self.slow_psi {
            let lanes = direct.len();
            let slow = &mut self.slow[cell * lanes..(cell + 1) * lanes];
            direct_row(feedback, 1.0, self.credit.err.step(step), direct);
            for (lane, slow) in slow.iter_mut().enumerate() {
                *slow = direct[lane] * slow_psi.at(step, cell, lane) + self.kappa * *slow;
                emitted[lane] = self.scale * *slow + psi[lane] * local;
            }
        }
        direct_row(feedback, self.scale, &self.filtered, direct);
        if self.rule == Emission::LocalRegulariser {
            emitted.iter_mut().zip(psi).zip(&*direct).for_each(|((out, psi), direct)| *out = psi * direct);
        }
        direct.iter_mut().for_each(|direct| *direct += local);
        if self.rule == Emission::Full {
            emitted.iter_mut().zip(psi).zip(&*direct).for_each(|((out, psi), direct)| *out = psi * direct);
        }
    }
}

/// ψ̄ ← κ ψ̄ + (1 − κ) ψ.
fn filtered_forward(psi: &Plane, kappa: f64) -> Plane {
    let mut slow = Plane::zeros(psi.steps(), psi.channels(), psi.lanes());
    let mut last = vec![0.0; psi.channels() * psi.lanes()];
    for step in 0..psi.steps() {
        for (last, psi) in last.iter_mut().zip(psi.step(step)) {
            *last = kappa * *last + (1.0 - kappa) * psi;
        }
        slow.step_mut(step).copy_from_slice(&last);
    }
    slow
}
