//! Adam \[Kingma2015\].
//!
//! # Equations
//! ```text
//! m ← β₁ m + (1 − β₁) g,   s ← β₂ s + (1 − β₂) g²
//! outside   w ← w − η √(1 − β₂ᵗ)/(1 − β₁ᵗ) · m/(√s + ε)          (TensorFlow, NEST)
//! inside    w ← w − η · m̂/(√ŝ + ε),   m̂ = m/(1 − β₁ᵗ),   ŝ = s/(1 − β₂ᵗ)      (PyTorch)
//! ```
//! They differ in what ε is compared with, which matters where s is small. Test: `both_forms_by_hand`.

use super::Optimizer;
use neuropil_core::simd::vectorized;

/// Where ε stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Epsilon {
    /// Added to √s, before the bias of s is corrected (TensorFlow, NEST).
    Outside,
    /// Added to √ŝ, after it is corrected (PyTorch).
    Inside,
}

/// Constants and moments.
#[derive(Debug, Clone, PartialEq)]
pub struct Adam {
    /// β₁.
    pub beta_1: f64,
    /// β₂.
    pub beta_2: f64,
    /// ε.
    pub epsilon: f64,
    /// Its place.
    pub place: Epsilon,
    updates: i32,
    mean: Vec<f64>,
    square: Vec<f64>,
}

impl Adam {
    /// β₁ = 0.9, β₂ = 0.999, ε = 1e−8.
    pub fn new(place: Epsilon) -> Self {
        Self { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, place, updates: 0, mean: Vec::new(), square: Vec::new() }
    }

    /// Goes on after `updates` updates with the moments that they left.
    pub fn resumed(place: Epsilon, updates: u32, mean: Vec<f64>, square: Vec<f64>) -> Self {
        Self { updates: i32::try_from(updates).unwrap_or(i32::MAX), mean, square, ..Self::new(place) }
    }

    /// Updates so far.
    pub fn updates(&self) -> u32 {
        self.updates.unsigned_abs()
    }

    /// m and s; empty before the first update.
    pub fn moments(&self) -> [&[f64]; 2] {
        [&self.mean, &self.square]
    }
}

impl Optimizer for Adam {
    fn step(&mut self, rate: f64, weights: &mut [f64], gradient: &[f64]) {
        self.mean.resize(weights.len(), 0.0);
        self.square.resize(weights.len(), 0.0);
        self.updates += 1;
        let first = 1.0 - self.beta_1.powi(self.updates);
        let second = (1.0 - self.beta_2.powi(self.updates)).sqrt();
        let (scale, root) = match self.place {
            Epsilon::Outside => (rate * second / first, 1.0),
            Epsilon::Inside => (rate / first, second),
        };
        let Self { beta_1, beta_2, epsilon, .. } = *self;
        let moments = self.mean.iter_mut().zip(&mut self.square);
        vectorized(
            #[inline(always)]
            || {
                for ((weight, gradient), (mean, square)) in weights.iter_mut().zip(gradient).zip(moments) {
                    *mean = beta_1 * *mean + (1.0 - beta_1) * gradient;
                    *square = beta_2 * *square + (1.0 - beta_2) * gradient * gradient;
                    *weight -= scale * *mean / (square.sqrt() / root + epsilon);
                }
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sums m = Σ (1 − β₁) β₁^{t−s} g_s written out, at a gradient where ε matters. Would catch ε in the other place,
    /// a bias that is not corrected, or counts from 0.
    #[test]
    fn both_forms_by_hand() {
        let gradients = [3e-8, -1e-8, 2e-8];
        for place in [Epsilon::Outside, Epsilon::Inside] {
            let mut adam = Adam::new(place);
            let mut weights = [0.5];
            let mut expected = 0.5;
            for t in 1..=gradients.len() {
                adam.step(0.01, &mut weights, &gradients[t - 1..t]);
                let power = |base: f64, s: usize| (1.0 - base) * base.powi(i32::try_from(t - s).unwrap());
                let m: f64 = (1..=t).map(|s| power(0.9, s) * gradients[s - 1]).sum();
                let v: f64 = (1..=t).map(|s| power(0.999, s) * gradients[s - 1] * gradients[s - 1]).sum();
                let (c1, c2) = (1.0 - 0.9_f64.powf(t as f64), 1.0 - 0.999_f64.powf(t as f64));
                expected -= match place {
                    Epsilon::Outside => 0.01 * c2.sqrt() / c1 * m / (v.sqrt() + 1e-8),
                    Epsilon::Inside => 0.01 * (m / c1) / ((v / c2).sqrt() + 1e-8),
                };
                assert!((weights[0] - expected).abs() < 1e-15, "{place:?}, update {t}");
            }
        }
    }
}
