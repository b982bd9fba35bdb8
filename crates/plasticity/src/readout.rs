//! The linear readout.
//!
//! # Equations
//! ```text
//! ȳ_k ← κ ȳ_k + g_o Σ_j W_out[k,j] z_j,     y = ȳ + b
//! ```
//! κ = e^{−dt/τ_out}; g_o is 1 − κ in most programs and 1 in \[Bellec2020\]. κ = 0, g_o = 1 is memoryless.

use crate::form::add_scaled;
use crate::{Error, Matrix, Plane};
use neuropil_core::simd::vectorized;

/// Weights and leak of the readout.
#[derive(Debug, Clone, PartialEq)]
pub struct Readout {
    /// W_out, readouts x cells.
    pub w_out: Matrix,
    /// b, one a readout, added outside the filter.
    pub b: Vec<f64>,
    /// κ.
    pub kappa: f64,
    /// g_o.
    pub scale: f64,
}

impl Readout {
    /// Readouts K.
    pub fn outputs(&self) -> usize {
        self.w_out.rows()
    }

    /// y, `[step][readout][trial]`, from z, `[step][cell][trial]`.
    pub fn run(&self, z: &Plane) -> Plane {
        let mut y = Plane::zeros(z.steps(), self.outputs(), z.trials());
        let mut filtered = vec![0.0; self.outputs() * z.trials()];
        for step in 0..z.steps() {
            vectorized(
                #[inline(always)]
                || self.step(z.step(step), &mut filtered, y.step_mut(step), z.trials()),
            );
        }
        y
    }

    /// y of one step, `[readout][trial]`, from its z, `[cell][trial]`, and ȳ of the step before, which becomes that of this
    /// step.
    #[inline(always)]
    pub fn step(&self, z: &[f64], filtered: &mut [f64], y: &mut [f64], trials: usize) {
        let rows = y.chunks_exact_mut(trials).zip(filtered.chunks_exact_mut(trials));
        for ((k, b), (sum, filtered)) in self.b.iter().enumerate().zip(rows) {
            sum.fill(0.0);
            for (z, weight) in z.chunks_exact(trials).zip(self.w_out.row(k)).filter(|(_, weight)| **weight != 0.0) {
                add_scaled(sum, *weight, z);
            }
            for (sum, filtered) in sum.iter_mut().zip(filtered) {
                *filtered = self.kappa * *filtered + self.scale * *sum;
                *sum = *filtered + b;
            }
        }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if !(0.0..1.0).contains(&self.kappa) {
            return Err(Error::Value { what: "kappa", index: 0, value: self.kappa, expected: "in [0, 1)" });
        }
        if !self.scale.is_finite() || self.scale == 0.0 {
            let expected = "finite and not 0";
            return Err(Error::Value { what: "readout_scale", index: 0, value: self.scale, expected });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// y = b + Σ_s κ^s g_o W z^{t−s} written out. Would catch a bias inside the filter and a readout a step late.
    #[test]
    fn the_filter_written_out() {
        let w_out = Matrix::new("w_out", 2, 3, vec![1.0, -2.0, 0.0, 0.5, 0.0, 3.0]).unwrap();
        let readout = Readout { w_out, b: vec![0.25, -1.0], kappa: 0.8, scale: 0.2 };
        let z = Plane::from_fn(9, 3, 2, |t, j, b| f64::from(u8::from((t * 5 + j * 3 + b) % 4 == 0)));
        let y = readout.run(&z);
        for (t, k, b) in (0..9).flat_map(|t| (0..2).flat_map(move |k| (0..2).map(move |b| (t, k, b)))) {
            let term = |s: usize, j: usize| {
                0.8_f64.powi(i32::try_from(t - s).unwrap()) * 0.2 * readout.w_out[(k, j)] * z.at(s, j, b)
            };
            let sum: f64 = (0..=t).map(|s| (0..3).map(|j| term(s, j)).sum::<f64>()).sum();
            assert!((y.at(t, k, b) - sum - readout.b[k]).abs() < 1e-14);
        }
    }
}
