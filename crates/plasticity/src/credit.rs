//! What a group of trials is to be credited for: the error at the readout and the firing-rate regulariser.
//!
//! # Equations
//! ```text
//! D_j^t = g_o Σ_k B_fb[j,k] Q_k^t + reg_jb,    Q_k^t = err_k^t + κ Q_k^{t+1}                (direct credit ∂E/∂z_j^t)
//! E_reg = c_reg/2 Σ_j (f_j − f*)²,         reg_jb = c_reg (f_j − f*)/(B T)                  (f_j: spikes a step of the batch)
//! or c_reg/2 Σ_j 1/B Σ_b (f_jb − f*)²,     reg_jb = c_reg (f_jb − f*)/(B T)                 (f_jb: of trial b)
//! ```

use crate::{Error, Learner, Matrix, Plane, Tape};

/// Errors and regulariser of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct Credit {
    /// err = ∂E_task/∂y, `[step][readout][trial]`; contains w_t and 1/B.
    pub err: Plane,
    /// reg_jb = ∂E_reg/∂z_j^t in trial b, the same at every step, `[cell][trial]`; empty for none.
    pub regulariser: Vec<f64>,
    /// −w_t/B y*, what the readout is asked to say in the place of err, `[step][readout][trial]`; `None` where it is not known.
    pub asked: Option<Plane>,
}

/// The firing-rate regulariser of \[Bellec2020\].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateRegulariser {
    /// c_reg.
    pub strength: f64,
    /// f*: spikes a step (a target in Hz times dt/1000 ms).
    pub target: f64,
    /// Which rates are held at it.
    pub over: RateOver,
}

/// Which firing rates a regulariser holds at its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateOver {
    /// The mean of a cell over all trials of a batch: its rate may differ between trials without cost.
    Batch,
    /// That of a cell in each trial.
    Trial,
}

impl RateRegulariser {
    /// E_reg of rates f_j, or the part of one trial of `batch` in it.
    pub fn loss(&self, rates: &[f64], batch: usize) -> f64 {
        let sum: f64 = rates.iter().map(|rate| (rate - self.target) * (rate - self.target)).sum();
        match self.over {
            RateOver::Batch => 0.5 * self.strength * sum,
            RateOver::Trial => 0.5 * self.strength * sum / batch as f64,
        }
    }

    /// reg of rates f, those of cells or of cells in trials, of a batch of `batch` trials of `steps` steps.
    pub fn credit(&self, rates: &[f64], batch: usize, steps: usize) -> Vec<f64> {
        let share = self.strength / (batch * steps) as f64;
        rates.iter().map(|rate| share * (rate - self.target)).collect()
    }
}

/// Mean of z over the trials and steps of the groups of a batch, for each cell.
pub fn mean_rates(groups: &[Tape]) -> Vec<f64> {
    mean_of(groups.iter().map(|tape| &tape.z))
}

/// Mean over steps, trials and planes, for each channel; planes are summed in their order.
pub(crate) fn mean_of<'a>(planes: impl Iterator<Item = &'a Plane>) -> Vec<f64> {
    let mut sums: Vec<f64> = Vec::new();
    let mut count = 0;
    for plane in planes {
        sums.resize(plane.channels(), 0.0);
        count += plane.steps() * plane.trials();
        for step in 0..plane.steps() {
            for (channel, sum) in sums.iter_mut().enumerate() {
                *sum += plane.row(step, channel).iter().sum::<f64>();
            }
        }
    }
    sums.into_iter().map(|sum| sum / count as f64).collect()
}

impl Credit {
    /// Whether the shapes fit.
    pub fn check(&self, learner: &Learner, tape: &Tape) -> Result<(), Error> {
        let fitting = Plane::zeros(tape.steps(), learner.readout.outputs(), tape.trials());
        if self.err.shape() != fitting.shape() {
            return Err(Error::Shape { what: "err", found: self.err.shape(), expected: fitting.shape() });
        }
        if let Some(asked) = self.asked.as_ref().filter(|own| own.shape() != fitting.shape()) {
            return Err(Error::Shape { what: "asked", found: asked.shape(), expected: fitting.shape() });
        }
        let expected = if self.regulariser.is_empty() { 0 } else { learner.cells() * tape.trials() };
        if self.regulariser.len() != expected {
            let (found, expected) = (self.regulariser.len().to_string(), expected.to_string());
            return Err(Error::Shape { what: "regulariser", found, expected });
        }
        Ok(())
    }

    /// reg of each cell in one trial; empty without regulariser.
    pub fn regulariser_in(&self, trial: usize) -> Vec<f64> {
        self.regulariser.iter().skip(trial).step_by(self.err.trials()).copied().collect()
    }

    /// The same reg for all trials: one number a cell, or none.
    pub fn same_in_all(cells: &[f64], trials: usize) -> Vec<f64> {
        cells.iter().flat_map(|own| std::iter::repeat_n(*own, trials)).collect()
    }

    /// Q, `[step][readout][trial]`: the error filtered backward through the readout.
    pub fn filtered_back(&self, kappa: f64) -> Plane {
        let mut q = self.err.clone();
        for step in (0..q.steps().saturating_sub(1)).rev() {
            for k in 0..q.channels() {
                for trial in 0..q.trials() {
                    q.row_mut(step, k)[trial] += kappa * q.at(step + 1, k, trial);
                }
            }
        }
        q
    }

    /// D, `[step][cell][trial]`: direct credit through a feedback matrix, cells x readouts.
    pub fn direct(&self, readout: &crate::Readout, feedback: &Matrix) -> Plane {
        let q = self.filtered_back(readout.kappa);
        let mut direct = Plane::zeros(q.steps(), feedback.rows(), q.trials());
        for step in 0..q.steps() {
            for cell in 0..feedback.rows() {
                direct_row(feedback.row(cell), readout.scale, q.step(step), direct.row_mut(step, cell));
                if let Some(own) = self.regulariser.get(cell * q.trials()..(cell + 1) * q.trials()) {
                    direct.row_mut(step, cell).iter_mut().zip(own).for_each(|(direct, own)| *direct += own);
                }
            }
        }
        direct
    }
}

/// scale Σ_k B_fb\[k\] signal_k over the trials; `signal` is `[readout][trial]`.
#[inline(always)]
pub(crate) fn direct_row(feedback: &[f64], scale: f64, signal: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    for (weight, signal) in feedback.iter().zip(signal.chunks_exact(out.len())) {
        let weight = scale * weight;
        if weight != 0.0 {
            out.iter_mut().zip(signal).for_each(|(out, signal)| *out += weight * signal);
        }
    }
}
