//! The readout of a free run: what it said in a window, its errors, and its own weights.

use super::plan::{LearningPlan, ReadoutPlan, Teacher};
use super::recent_spikes::RecentSpikes;
use super::target::Answer;
use neuropil_plasticity::Matrix;

/// The readout, or the third factor, and what evolves in it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ReadoutState {
    /// W_out and b as they are now.
    pub w_out: Matrix,
    pub b: Vec<f64>,
    /// ȳ.
    pub y: Vec<f64>,
    /// z̄ of each cell, where the readout learns.
    pub z: Vec<f64>,
    /// Gradients since weights were applied.
    pub w_out_sum: Vec<f64>,
    pub b_sum: Vec<f64>,
    /// Loss of the trial at hand, then Σ_t w_t y_t of each readout; empty without trials.
    pub trial: Vec<f64>,
}

/// What was read in a window.
pub(super) struct ReadoutWindow {
    /// y, `[step][readout]`, as errors are of it; nothing for a third factor.
    pub y: Vec<f64>,
    /// err, `[step][readout]`; the third factor with its sign turned.
    pub err: Vec<f64>,
    /// Σ of the loss.
    pub loss: f64,
    /// Trials that have ended.
    pub answers: Vec<Answer>,
}

impl ReadoutState {
    pub fn new(plan: &LearningPlan) -> Self {
        let nothing = || (Matrix::zeros(0, 0), Vec::new(), 0.0);
        let (w_out, b, rate) = match &plan.teacher {
            Teacher::Readout(_, own) => (own.w_out.clone(), own.b.clone(), own.rate),
            Teacher::ThirdFactor { .. } => nothing(),
        };
        let learns = rate != 0.0;
        let (outputs, cells) = (w_out.rows(), if learns { w_out.columns() } else { 0 });
        let in_trials = matches!(&plan.teacher, Teacher::Readout(_, own) if own.target.trials().is_some());
        Self {
            y: vec![0.0; outputs],
            z: vec![0.0; cells],
            w_out_sum: vec![0.0; outputs * cells],
            b_sum: vec![0.0; if learns { outputs } else { 0 }],
            trial: vec![0.0; if in_trials { 1 + outputs } else { 0 }],
            w_out,
            b,
        }
    }

    /// Steps `first` + 1 to `first` + `steps`.
    pub(super) fn window(
        &mut self,
        plan: &LearningPlan,
        recent: &RecentSpikes,
        first: u64,
        steps: usize,
    ) -> Result<ReadoutWindow, neuropil_plasticity::Error> {
        let mut read = ReadoutWindow { y: Vec::new(), err: Vec::new(), loss: 0.0, answers: Vec::new() };
        for step in (first + 1..).take(steps) {
            match &plan.teacher {
                Teacher::Readout(_, own) => self.step(own, recent, step, &mut read)?,
                Teacher::ThirdFactor { series, .. } => {
                    let factor = series.at(step).map_or(0.0, |own| own[0]);
                    read.err.push(if factor.is_nan() { 0.0 } else { -factor });
                }
            }
        }
        Ok(read)
    }

    fn step(
        &mut self,
        own: &ReadoutPlan,
        recent: &RecentSpikes,
        step: u64,
        read: &mut ReadoutWindow,
    ) -> Result<(), neuropil_plasticity::Error> {
        let first = read.y.len();
        for (k, filtered) in self.y.iter_mut().enumerate() {
            let row = self.w_out.row(k);
            let sum: f64 = recent.fired(Some(step)).iter().map(|id| row[*id as usize]).sum();
            *filtered = own.kappa * *filtered + own.scale * sum;
            read.y.push(*filtered + self.b[k]);
        }
        read.err.resize(read.y.len(), 0.0);
        let said = own.said.as_ref();
        let known = said.is_none_or(|said| said.tell(step, &mut read.y[first..]));
        let loss = if known { own.target.judge(step, &read.y[first..], &mut read.err[first..])? } else { 0.0 };
        read.loss += loss;
        let Some(trials) = own.target.trials() else { return Ok(()) };
        self.trial[0] += loss;
        if known {
            let weight = trials.weight(step);
            self.trial[1..].iter_mut().zip(&read.y[first..]).for_each(|(sum, y)| *sum += weight * y);
        }
        if let Some(label) = trials.ends(step) {
            let said = &self.trial[1..];
            let best = (1..said.len()).fold(0, |best, k| if said[k] > said[best] { k } else { best });
            let labels = label.map(|label| (label, best));
            read.answers.push(Answer { step, loss: self.trial[0], labels });
            self.trial.fill(0.0);
        }
        Ok(())
    }

    /// Adds the exact gradient of W_out and b over a window, if they learn.
    pub fn learn(&mut self, plan: &LearningPlan, recent: &RecentSpikes, first: u64, err: &[f64]) {
        let Teacher::Readout(_, own) = &plan.teacher else { return };
        if own.rate == 0.0 {
            return;
        }
        let (outputs, cells) = (self.y.len(), self.z.len());
        let mut late = vec![0.0; outputs];
        let (mut decay, mut fresh) = (1.0, vec![0.0; cells]);
        for (index, err) in err.chunks_exact(outputs).enumerate().rev() {
            for (k, err) in err.iter().enumerate() {
                late[k] = err + own.kappa * late[k];
                self.b_sum[k] += err;
            }
            for id in recent.fired(Some(first + 1 + index as u64)) {
                let id = *id as usize;
                fresh[id] += own.scale * decay;
                late.iter().enumerate().for_each(|(k, late)| self.w_out_sum[k * cells + id] += own.scale * late);
            }
            decay *= own.kappa;
        }
        for (k, late) in late.iter().enumerate() {
            let sums = self.w_out_sum[k * cells..(k + 1) * cells].iter_mut();
            sums.zip(&self.z).for_each(|(sum, z)| *sum += own.kappa * late * z);
        }
        self.z.iter_mut().zip(fresh).for_each(|(z, fresh)| *z = decay * *z + fresh);
    }

    /// Gradients become weights. Cells that are not read out stay so.
    pub fn apply(&mut self, plan: &LearningPlan) {
        let Teacher::Readout(_, own) = &plan.teacher else { return };
        if own.rate == 0.0 {
            return;
        }
        let weights = self.w_out.values_mut().iter_mut().zip(own.w_out.values()).zip(&mut self.w_out_sum);
        for ((weight, initial), sum) in weights {
            *weight -= if *initial == 0.0 { 0.0 } else { own.rate * *sum };
            *sum = 0.0;
        }
        for (b, sum) in self.b.iter_mut().zip(&mut self.b_sum) {
            *b -= own.rate * std::mem::take(sum);
        }
    }
}
