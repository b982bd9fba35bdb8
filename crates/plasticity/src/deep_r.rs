//! DEEP R: learning with a fixed number of synapses \[Bellec2018b\].
//!
//! # Equations
//! ```text
//! w = s θ if θ > 0, else 0 (dormant);     optimiser step on θ with the gradient s ∂E/∂w of active synapses
//! active:  θ ← θ − η l₁ + √(2 η T) N(0, 1);     θ ≤ 0 falls dormant
//! as many dormant candidates, drawn at random, wake with θ = 1e−12 as are missing in all matrices together
//! ```

use crate::Matrix;
use crate::optimizer::Optimizer;
use neuropil_core::{Stream, StreamKey};
use rand_distr::Distribution;

/// θ of a synapse that has just woken.
const WOKEN: f64 = 1e-12;

/// One rewired matrix.
pub struct Rewired {
    theta: Vec<f64>,
    sign: Vec<f64>,
    candidate: Vec<bool>,
    gradient: Vec<f64>,
}

impl Rewired {
    /// Weights, 0 where dormant; `sign` (1 or −1) and `candidate` (1 or 0: may ever be active) of every place.
    pub fn new(weights: &Matrix, sign: &Matrix, candidate: &Matrix) -> Self {
        let theta: Vec<f64> = weights.values().iter().zip(sign.values()).map(|(weight, sign)| weight * sign).collect();
        Self {
            gradient: vec![0.0; theta.len()],
            sign: sign.values().to_vec(),
            candidate: candidate.values().iter().map(|value| *value != 0.0).collect(),
            theta,
        }
    }

    fn active(&self) -> usize {
        self.theta.iter().filter(|theta| **theta > 0.0).count()
    }

    /// Writes w.
    pub fn write(&self, weights: &mut Matrix) {
        for ((weight, theta), sign) in weights.values_mut().iter_mut().zip(&self.theta).zip(&self.sign) {
            *weight = if *theta > 0.0 { sign * theta } else { 0.0 };
        }
    }
}

/// Matrices that share a number of active synapses.
pub struct DeepR {
    matrices: Vec<Rewired>,
    active: usize,
    /// l₁.
    pub l1: f64,
    /// T.
    pub temperature: f64,
    seed: u64,
}

impl DeepR {
    /// Keeps as many synapses active as are now.
    pub fn new(matrices: Vec<Rewired>, l1: f64, temperature: f64, seed: u64) -> Self {
        Self { active: matrices.iter().map(Rewired::active).sum(), matrices, l1, temperature, seed }
    }

    /// The matrices.
    pub fn matrices(&self) -> &[Rewired] {
        &self.matrices
    }

    /// One update, counted from 0, with ∂E/∂w of each matrix and the optimiser of its θ.
    pub fn step(&mut self, update: u64, rate: f64, gradients: &[&Matrix], optimizers: &mut [&mut dyn Optimizer]) {
        let spread = (2.0 * rate * self.temperature).sqrt();
        let learned = gradients.iter().zip(optimizers);
        for ((own, (gradient, optimizer)), owner) in self.matrices.iter_mut().zip(learned).zip(1..) {
            let key = (spread > 0.0).then(|| StreamKey::new(self.seed, Stream::Rewiring, owner));
            let dormant: Vec<bool> = own.theta.iter().map(|theta| *theta <= 0.0).collect();
            for (place, out) in own.gradient.iter_mut().enumerate() {
                *out = if dormant[place] { 0.0 } else { own.sign[place] * gradient.values()[place] };
            }
            optimizer.step(rate, &mut own.theta, &own.gradient);
            for ((theta, dormant), entity) in own.theta.iter_mut().zip(dormant).zip(0..) {
                let noise: f64 = match &key {
                    Some(key) if !dormant => rand_distr::StandardNormal.sample(&mut key.at(entity, update)),
                    _ => 0.0,
                };
                *theta = if dormant { 0.0 } else { (*theta - rate * self.l1 + spread * noise).max(0.0) };
            }
        }
        self.wake(update);
    }

    /// Wakes as many dormant candidates as are missing: the first places of a random order.
    fn wake(&mut self, update: u64) {
        let missing = self.active.saturating_sub(self.matrices.iter().map(Rewired::active).sum());
        let places = |(index, own): (usize, &Rewired)| -> Vec<(usize, usize)> {
            let free = |place: &usize| own.candidate[*place] && own.theta[*place] <= 0.0;
            (0..own.theta.len()).filter(free).map(|place| (index, place)).collect()
        };
        let mut dormant: Vec<(usize, usize)> = self.matrices.iter().enumerate().flat_map(places).collect();
        let mut rng = StreamKey::new(self.seed, Stream::Rewiring, 0).at(0, update);
        for taken in 0..missing.min(dormant.len()) {
            let left = u32::try_from(dormant.len() - taken).unwrap_or(u32::MAX);
            dormant.swap(taken, taken + rng.below(left) as usize);
            let (index, place) = dormant[taken];
            self.matrices[index].theta[place] = WOKEN;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimizer::GradientDescent;

    fn sign() -> Matrix {
        Matrix::from_fn(6, 5, |_, pre| if pre < 2 { -1.0 } else { 1.0 })
    }

    fn deep_r(temperature: f64) -> DeepR {
        let weights = Matrix::from_fn(6, 5, |post, pre| {
            if (post + pre) % 3 == 0 { sign()[(post, pre)] * 0.1 * (1 + post) as f64 } else { 0.0 }
        });
        let candidate = Matrix::from_fn(6, 5, |post, pre| f64::from(u8::from(post != pre || post % 3 == 0)));
        let matrix = |_| Rewired::new(&weights, &sign(), &candidate);
        DeepR::new((0..2).map(matrix).collect(), 0.01, temperature, 9)
    }

    fn written(deep_r: &DeepR) -> Vec<Matrix> {
        let write = |own: &Rewired| {
            let mut weights = Matrix::zeros(6, 5);
            own.write(&mut weights);
            weights
        };
        deep_r.matrices().iter().map(write).collect()
    }

    /// One step by hand: a synapse far from 0 moves by −η (g + l₁) along its sign, one that would cross 0 falls dormant,
    /// the number of active synapses stays. Would catch a gradient without sign and noise at temperature 0.
    #[test]
    fn a_step_by_hand() {
        let mut deep_r = deep_r(0.0);
        let before = written(&deep_r);
        let gradient = Matrix::from_fn(6, 5, |post, pre| if (post, pre) == (0, 0) { -4.0 } else { 0.2 });
        deep_r.step(0, 0.1, &[&gradient, &gradient], &mut [&mut GradientDescent, &mut GradientDescent]);
        let after = written(&deep_r);
        assert!((before[0][(0, 0)] + 0.1).abs() < 1e-15);
        assert!(after[0][(0, 0)] == 0.0 || after[0][(0, 0)] == -WOKEN, "0.1 - 0.4 - 0.001 falls dormant");
        assert!((before[0][(3, 0)] - after[0][(3, 0)] - 0.1 * (0.2 - 0.01)).abs() < 1e-15, "inhibitory");
        assert!((before[1][(0, 3)] - after[1][(0, 3)] - 0.1 * (0.2 + 0.01)).abs() < 1e-15, "excitatory");
        let active = |matrices: &[Matrix]| matrices.iter().flat_map(Matrix::values).filter(|w| **w != 0.0).count();
        assert_eq!(active(&after), active(&before));
    }

    /// Number, signs and candidates hold over many noisy steps, synapses move, and the seed decides.
    #[test]
    fn rewiring_keeps_the_number_and_the_signs() {
        let run = || {
            let mut deep_r = deep_r(0.05);
            let gradient = Matrix::from_fn(6, 5, |post, pre| ((post * 5 + pre) % 7) as f64 - 3.0);
            (0..40).for_each(|update| {
                let optimizers: &mut [&mut dyn Optimizer] = &mut [&mut GradientDescent, &mut GradientDescent];
                deep_r.step(update, 0.02, &[&gradient, &gradient], optimizers);
            });
            written(&deep_r)
        };
        let (end, start) = (run(), written(&deep_r(0.0)));
        let places = |matrices: &[Matrix]| -> Vec<usize> {
            let all = matrices.iter().flat_map(Matrix::values).enumerate();
            all.filter(|(_, w)| **w != 0.0).map(|(place, _)| place).collect()
        };
        assert_eq!(places(&end).len(), places(&start).len());
        assert_ne!(places(&end), places(&start));
        for (post, pre) in (0..6).flat_map(|post| (0..5).map(move |pre| (post, pre))) {
            assert!(end.iter().all(|matrix| matrix[(post, pre)] * sign()[(post, pre)] >= 0.0));
            let candidate = post != pre || post % 3 == 0;
            assert!(candidate || end.iter().all(|matrix| matrix[(post, pre)] == 0.0));
        }
        assert_eq!(end, run());
    }
}
