//! What a constant source adds in a step of a linear field.
//!
//! ```text
//! p = ∫₀^Δ e^{L s} q ds,      c(t + Δ) = e^{L Δ} c(t) + p
//! ```
//! with L diffusion and loss, q in nM/ms: exact in time, however long the step. The integral is a Gauss-Legendre sum, on
//! panels so short that the fastest mode of the grid is a polynomial in them to rounding.

use super::separable::SeparableKernel;
use super::threads::Threads;
use super::{Solver, Transport};
use crate::error::NeuromodError;

/// Points of a panel.
const POINTS: usize = 10;
/// The fastest mode decays by at most e^−6 in a panel.
const FASTEST: f64 = 6.0;

/// The response p, nM, to `rate`, nM/ms, held for `step_ms`.
///
/// # Errors
/// As [`SeparableKernel::new`].
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "few panels")]
pub fn response(transport: &Transport, rate: &[f64], step_ms: f64) -> Result<Vec<f64>, NeuromodError> {
    transport.check(step_ms)?;
    let fastest = (0..3).map(|axis| 4.0 * transport.ratio(axis, step_ms)).sum::<f64>() + transport.loss * step_ms;
    let panels = (fastest / FASTEST).ceil().max(1.0) as usize;
    let panel = step_ms / panels as f64;
    let nodes = legendre(POINTS);
    // Every panel takes the same substeps: from its start to the first node, between nodes, to its end.
    let mut times = vec![0.0];
    times.extend(nodes.iter().map(|(x, _)| 0.5 * panel * (1.0 + x)));
    times.push(panel);
    let steps = times.windows(2).map(|pair| SeparableKernel::new(transport, pair[1] - pair[0]));
    let mut steps = steps.collect::<Result<Vec<_>, _>>()?;
    let mut state = rate.to_vec();
    let mut sum = vec![0.0; rate.len()];
    for _ in 0..panels {
        for (index, step) in steps.iter_mut().enumerate() {
            step.advance(&mut state, &Threads::ONE);
            if let Some((_, weight)) = nodes.get(index) {
                sum.iter_mut().zip(&state).for_each(|(sum, state)| *sum += 0.5 * panel * weight * state);
            }
        }
    }
    Ok(sum)
}

/// (node, weight) of Gauss-Legendre quadrature on (−1, 1), ascending, by Newton's method on the Legendre polynomial.
#[expect(clippy::cast_precision_loss, reason = "few nodes")]
fn legendre(points: usize) -> Vec<(f64, f64)> {
    let n = points as f64;
    let node = |index: usize| {
        let mut x = -(std::f64::consts::PI * (index as f64 + 0.75) / (n + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..10 {
            let (mut before, mut value) = (1.0, x);
            for k in 1..points {
                let k = k as f64;
                (before, value) = (value, ((2.0 * k + 1.0) * x * value - k * before) / (k + 1.0));
            }
            slope = n * (x * value - before) / (x * x - 1.0);
            x -= value / slope;
        }
        (x, 2.0 / ((1.0 - x * x) * slope * slope))
    };
    (0..points).map(node).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ∫ x^18 = 2/19 over (−1, 1): exact for polynomials below degree 20.
    #[test]
    fn quadrature_is_exact_for_polynomials() {
        let nodes = legendre(POINTS);
        let moment = |power: i32| nodes.iter().map(|(x, w)| w * x.powi(power)).sum::<f64>();
        assert!((moment(0) - 2.0).abs() < 1e-14);
        assert!((moment(18) - 2.0 / 19.0).abs() < 1e-14);
        assert!(moment(7).abs() < 1e-15);
    }
}
