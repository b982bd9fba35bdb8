//! Few exponentials that make given taps: non-negative least squares on a dictionary of decays \[Lawson1974\].

use super::modes::Modes;
use nalgebra::{DMatrix, DVector};

/// Decays in the dictionary.
const DICTIONARY: i32 = 60;
/// Time constants of the dictionary reach from this share of a tap to this multiple of all.
const REACH: (f64, f64) = (0.2, 5.0);
/// Smaller gradients, relative to the first, are rounding.
const SMALL: f64 = 1e-12;

/// Exponentials found.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// They, by falling weight; none have a negative one.
    pub modes: Modes,
    /// Their time constants, ms.
    pub tau_ms: Vec<f64>,
    /// Root of the summed squared differences, over that of the taps.
    pub residual: f64,
}

/// At most `most` exponentials, with weights ≥ 0, nearest to `taps` of `bin_ms`.
///
/// Lags of rise cannot be made of them: the residual says how much is left.
#[expect(clippy::cast_precision_loss, reason = "few taps")]
pub fn fit(taps: &[f64], bin_ms: f64, most: usize) -> Fit {
    let (shortest, longest) = (REACH.0, REACH.1 * taps.len() as f64);
    let ratio = (longest / shortest).powf(1.0 / f64::from(DICTIONARY - 1));
    let mut decays: Vec<f64> = (0..DICTIONARY).map(|i| (-1.0 / (shortest * ratio.powi(i))).exp()).collect();
    let target = DVector::from_column_slice(taps);
    let norm = target.norm();
    loop {
        let basis = DMatrix::from_fn(taps.len(), decays.len(), |s, k| decays[k].powf(s as f64));
        let weights = non_negative(&basis, &target);
        let residual = if norm > 0.0 { (&basis * &weights - &target).norm() / norm } else { 0.0 };
        let mut modes: Vec<(f64, f64)> =
            weights.iter().copied().zip(decays.iter().copied()).filter(|m| m.0 > 0.0).collect();
        // Two neighbours of the dictionary stand for one decay between them.
        let joined: Vec<f64> =
            modes.chunk_by(|a, b| lifetime(b.1) < 1.5 * ratio * lifetime(a.1)).map(between).collect();
        if joined.len() < modes.len() {
            decays = joined;
            continue;
        }
        modes.sort_by(|a, b| (b.0 / (1.0 - b.1)).total_cmp(&(a.0 / (1.0 - a.1))));
        if modes.len() <= most.max(1) {
            let tau_ms = modes.iter().map(|(_, rho)| bin_ms * lifetime(*rho)).collect();
            return Fit { modes: Modes { modes }, tau_ms, residual };
        }
        // Without the least of them, the others are fitted again.
        modes.pop();
        decays = modes.into_iter().map(|(_, rho)| rho).collect();
        decays.sort_by(f64::total_cmp);
    }
}

/// Taps in which a decay falls to 1/e.
fn lifetime(rho: f64) -> f64 {
    -1.0 / rho.ln()
}

/// The decay whose lifetime is the mean of theirs, by weight.
fn between(modes: &[(f64, f64)]) -> f64 {
    let weight = |(kappa, rho): &(f64, f64)| kappa / (1.0 - rho);
    let all: f64 = modes.iter().map(weight).sum();
    let mean: f64 = modes.iter().map(|mode| weight(mode) * lifetime(mode.1)).sum::<f64>() / all;
    (-1.0 / mean).exp()
}

/// min |A x − b|, x ≥ 0, by the active sets of Lawson and Hanson.
fn non_negative(a: &DMatrix<f64>, b: &DVector<f64>) -> DVector<f64> {
    let n = a.ncols();
    let mut x = DVector::zeros(n);
    let mut free: Vec<usize> = Vec::new();
    let limit = SMALL * (a.transpose() * b).amax();
    for _ in 0..10 * n {
        let gradient = a.transpose() * (b - a * &x);
        let best = (0..n).filter(|k| !free.contains(k)).max_by(|p, q| gradient[*p].total_cmp(&gradient[*q]));
        let Some(best) = best.filter(|k| gradient[*k] > limit) else { break };
        free.push(best);
        while !free.is_empty() {
            let solution = least_squares(&a.select_columns(&free), b);
            if solution.iter().all(|value| *value > 0.0) {
                x.fill(0.0);
                free.iter().zip(solution.iter()).for_each(|(k, value)| x[*k] = *value);
                break;
            }
            // As far towards the solution as all stay >= 0.
            let blocked = free.iter().zip(solution.iter()).filter(|(_, value)| **value <= 0.0);
            let share = blocked.map(|(k, value)| x[*k] / (x[*k] - value)).fold(1.0, f64::min);
            free.iter().zip(solution.iter()).for_each(|(k, value)| x[*k] += share * (value - x[*k]));
            let before = free.len();
            free.retain(|k| x[*k] > SMALL);
            if free.len() == before {
                return x;
            }
        }
    }
    x
}

fn least_squares(a: &DMatrix<f64>, b: &DVector<f64>) -> DVector<f64> {
    let solved = a.clone().svd(true, true).solve(b, 1e-13);
    solved.unwrap_or_else(|_| DVector::zeros(a.ncols()))
}
