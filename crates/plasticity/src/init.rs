//! Initial weights.
//!
//! # Equations
//! Balanced weights under Dale's law (program of \[Liu2021\]):
//! ```text
//! θ = |N(0, 1)| on existing synapses,  w = sign θ;  inhibitory columns scaled so that all excitation = all inhibition;
//! to each cell the missing amount spread evenly over its inhibitory (or excitatory) inputs, so that they sum to 0;
//! W ← W / |largest eigenvalue|
//! ```
//! Without sign: N(0, 1)/√(p n) for n inputs of which a share p exists.

use crate::Matrix;
use crate::stability::radius;
use neuropil_core::{Stream, StreamKey};
use rand_distr::Distribution;

/// Signs of `cells` cells, inhibitory ones first: ⌊share n⌋ + 1 excitatory cells, as in \[Liu2021\].
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count")]
pub fn dale_signs(cells: usize, excitatory_share: f64) -> Vec<i8> {
    let excitatory = ((excitatory_share * cells as f64) as usize + 1).min(cells);
    (0..cells).map(|cell| if cell < cells - excitatory { -1 } else { 1 }).collect()
}

/// N(0, 1), a function of the seed and the owner (which of a network's matrices).
pub fn normal(seed: u64, owner: u32, rows: usize, columns: usize) -> Matrix {
    let key = StreamKey::new(seed, Stream::InitialWeight, owner);
    let mut weights = Matrix::zeros(rows, columns);
    for (row, entity) in (0..rows).zip(0..) {
        let mut rng = key.at(entity, 0);
        weights.row_mut(row).fill_with(|| rand_distr::StandardNormal.sample(&mut rng));
    }
    weights
}

/// N(0, 1) cut at two standard deviations and stretched to a variance of 1, as [`normal`]. Source: \[He2015\], as programs of
/// deep learning draw it.
pub fn truncated(seed: u64, owner: u32, rows: usize, columns: usize) -> Matrix {
    let key = StreamKey::new(seed, Stream::InitialWeight, owner);
    let mut weights = Matrix::zeros(rows, columns);
    for (row, entity) in (0..rows).zip(0..) {
        let mut rng = key.at(entity, 0);
        weights.row_mut(row).fill_with(|| {
            loop {
                let standard: f64 = rand_distr::StandardNormal.sample(&mut rng);
                if standard.abs() <= 2.0 {
                    return standard / CUT_DEVIATION;
                }
            }
        });
    }
    weights
}

/// Standard deviation of N(0, 1) between −2 and 2: √(1 − 4 φ(2)/(2 Φ(2) − 1)).
const CUT_DEVIATION: f64 = 0.879_625_661_034_239_8;

/// N(0, 1)/√(p n) where the mask is 1, p its share of ones.
pub fn unsigned(seed: u64, owner: u32, mask: &Matrix) -> Matrix {
    let mut weights = normal(seed, owner, mask.rows(), mask.columns());
    let inputs = mask.values().iter().sum::<f64>() / mask.rows() as f64;
    let scale = 1.0 / inputs.max(1.0).sqrt();
    weights.values_mut().iter_mut().zip(mask.values()).for_each(|(weight, mask)| *weight *= scale * mask);
    weights
}

/// As [`balanced`], but balance is reached in every cell by one factor to its inhibitory inputs, where it has both kinds.
pub fn balanced_by_factor(seed: u64, owner: u32, mask: &Matrix, sign: &[i8]) -> Matrix {
    let mut weights = signed(seed, owner, mask, sign);
    for post in 0..weights.rows() {
        let row = weights.row_mut(post);
        let (excitation, inhibition) = (sum_of(row, 1.0), sum_of(row, -1.0));
        if excitation > 0.0 && inhibition > 0.0 {
            let factor = excitation / inhibition;
            row.iter_mut().filter(|weight| **weight < 0.0).for_each(|weight| *weight *= factor);
        }
    }
    normalise(&mut weights);
    weights
}

/// Balanced weights of a square mask and the signs of its columns.
pub fn balanced(seed: u64, owner: u32, mask: &Matrix, sign: &[i8]) -> Matrix {
    let mut weights = signed(seed, owner, mask, sign);
    scale_inhibition(&mut weights);
    for post in 0..weights.rows() {
        balance(weights.row_mut(post));
    }
    normalise(&mut weights);
    weights
}

/// sign |N(0, 1)| on the mask.
fn signed(seed: u64, owner: u32, mask: &Matrix, sign: &[i8]) -> Matrix {
    let mut weights = normal(seed, owner, mask.rows(), mask.columns());
    for post in 0..weights.rows() {
        for (pre, weight) in weights.row_mut(post).iter_mut().enumerate() {
            *weight = f64::from(sign[pre]) * weight.abs() * mask[(post, pre)];
        }
    }
    weights
}

/// Divides by the largest |eigenvalue|.
fn normalise(weights: &mut Matrix) {
    let largest = radius(&weights.to_nalgebra());
    if largest > 0.0 {
        weights.values_mut().iter_mut().for_each(|weight| *weight /= largest);
    }
}

/// Sum of the weights of a sign, as a positive number.
fn sum_of(weights: &[f64], sign: f64) -> f64 {
    weights.iter().map(|weight| (sign * weight).max(0.0)).sum()
}

/// All inhibition equal to all excitation.
fn scale_inhibition(weights: &mut Matrix) {
    let (excitation, inhibition) = (sum_of(weights.values(), 1.0), sum_of(weights.values(), -1.0));
    if excitation > 0.0 && inhibition > 0.0 {
        let factor = excitation / inhibition;
        weights.values_mut().iter_mut().filter(|weight| **weight < 0.0).for_each(|weight| *weight *= factor);
    }
}

/// Inputs of one cell that sum to 0: what is missing goes to the weaker kind, which only grows.
fn balance(row: &mut [f64]) {
    let missing = -row.iter().sum::<f64>();
    let takes = |weight: &f64| *weight != 0.0 && (*weight > 0.0) == (missing > 0.0);
    let count = row.iter().filter(|weight| takes(weight)).count();
    row.iter_mut().filter(|weight| takes(weight)).for_each(|weight| *weight += missing / count as f64);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows sum to 0, signs hold, absent synapses stay absent, radius 1. Would catch signs by row, and a balance that
    /// turns a sign.
    #[test]
    fn balanced_weights_are_balanced() {
        let n = 40;
        let sign = dale_signs(n, 0.8);
        assert_eq!(sign.iter().filter(|sign| **sign > 0).count(), 33);
        let mask =
            Matrix::from_fn(n, n, |post, pre| f64::from(u8::from(post != pre && (post * 7 + pre * 11) % 3 != 0)));
        let weights = balanced(5, 0, &mask, &sign);
        for post in 0..n {
            assert!(weights.row(post).iter().sum::<f64>().abs() < 1e-12);
            for pre in 0..n {
                let weight = weights[(post, pre)];
                assert_eq!(weight != 0.0, mask[(post, pre)] == 1.0);
                assert!(weight * f64::from(sign[pre]) >= 0.0);
            }
        }
        assert!((radius(&weights.to_nalgebra()) - 1.0).abs() < 1e-10);
        assert_eq!(weights, balanced(5, 0, &mask, &sign));
    }

    /// Variance 1/(p n) on existing synapses, within five standard errors.
    #[test]
    fn unsigned_weights_have_their_variance() {
        let mask = Matrix::from_fn(200, 100, |post, pre| f64::from(u8::from((post + pre) % 4 == 0)));
        let weights = unsigned(1, 2, &mask);
        let present = weights.values().iter().filter(|weight| **weight != 0.0).count() as f64;
        assert_eq!(present, 5000.0);
        let square = weights.values().iter().map(|weight| weight * weight).sum::<f64>() / present;
        assert!((square * 25.0 - 1.0).abs() < 5.0 * (2.0 / present).sqrt(), "{square}");
    }
}
