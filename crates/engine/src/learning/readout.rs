//! The readout of a free run: what it said in a window, its errors, and its own weights.

use super::past::Past;
use super::plan::{Plan, ReadoutPlan, Teacher};
use neuropil_plasticity::Matrix;

/// The readout, or the third factor, and what evolves in it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reader {
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
}

/// What was read in a window.
pub(super) struct Read {
    /// y, `[step][readout]`; nothing for a third factor.
    pub y: Vec<f64>,
    /// err, `[step][readout]`; the third factor with its sign turned.
    pub err: Vec<f64>,
    /// Σ ½ err².
    pub loss: f64,
}

impl Reader {
    pub fn new(plan: &Plan) -> Self {
        let nothing = || (Matrix::zeros(0, 0), Vec::new(), 0.0);
        let (w_out, b, rate) = match &plan.teacher {
            Teacher::Readout(_, own) => (own.w_out.clone(), own.b.clone(), own.rate),
            Teacher::ThirdFactor { .. } => nothing(),
        };
        let learns = rate != 0.0;
        let (outputs, cells) = (w_out.rows(), if learns { w_out.columns() } else { 0 });
        Self {
            y: vec![0.0; outputs],
            z: vec![0.0; cells],
            w_out_sum: vec![0.0; outputs * cells],
            b_sum: vec![0.0; if learns { outputs } else { 0 }],
            w_out,
            b,
        }
    }

    /// Steps `first` + 1 to `first` + `steps`.
    pub(super) fn window(&mut self, plan: &Plan, past: &Past, first: u64, steps: usize) -> Read {
        let mut read = Read { y: Vec::new(), err: Vec::new(), loss: 0.0 };
        for step in (first + 1..).take(steps) {
            match &plan.teacher {
                Teacher::Readout(_, own) => self.step(own, past, step, &mut read),
                Teacher::ThirdFactor { course, .. } => {
                    let factor = course.at(step).map_or(0.0, |own| own[0]);
                    read.err.push(if factor.is_nan() { 0.0 } else { -factor });
                }
            }
        }
        read
    }

    fn step(&mut self, own: &ReadoutPlan, past: &Past, step: u64, read: &mut Read) {
        let target = own.target.at(step);
        for (k, filtered) in self.y.iter_mut().enumerate() {
            let row = self.w_out.row(k);
            let sum: f64 = past.fired(Some(step)).iter().map(|id| row[*id as usize]).sum();
            *filtered = own.kappa * *filtered + own.scale * sum;
            let y = *filtered + self.b[k];
            let err = target.map_or(0.0, |target| y - target[k]);
            let err = if err.is_nan() { 0.0 } else { err };
            read.y.push(y);
            read.err.push(err);
            read.loss += 0.5 * err * err;
        }
    }

    /// Adds the exact gradient of W_out and b over a window, if they learn.
    pub fn learn(&mut self, plan: &Plan, past: &Past, first: u64, err: &[f64]) {
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
            for id in past.fired(Some(first + 1 + index as u64)) {
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
    pub fn apply(&mut self, plan: &Plan) {
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
