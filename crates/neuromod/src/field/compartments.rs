//! `compartments`: well-mixed volumes that exchange; with one a cell type, the mean field of the types.
//!
//! # Equations
//! ```text
//! dC_i/dt = Σ_j g_ij (C_j − C_i)/V_i − k C_i,     g_ij = g_ji,   V_i fluid volumes
//! C(t + Δ) = e^{−kΔ} E C(t),     E = e^{AΔ},   A_ij = g_ij/V_i, A_ii = −Σ_j g_ij/V_i
//! ```
//! E is found by uniformisation, a series of non-negative terms, after halving the step, and squared back. It is applied
//! as exchanges E_ij (C_j − C_i) with V_i E_ij = V_j E_ji, which conserve to rounding. Test: the conformance kit, and
//! `two_compartments_equilibrate_as_by_hand`.

use super::threads::Threads;
use super::{Site, Solver, SolverInfo};
use crate::error::NeuromodError;
use nalgebra::DMatrix;

/// Terms of the series, for a halved step of at most 1.
const TERMS: u32 = 24;
/// More compartments belong on a grid.
const MOST: usize = 1000;

/// Volumes and exchange.
#[derive(Debug, Clone, PartialEq)]
pub struct Compartments {
    fluid: Vec<f64>,
    /// g\[i\]\[j\], um³ of fluid per ms.
    exchange: DMatrix<f64>,
}

impl Compartments {
    /// Compartments of tissue volumes `volume_um3`, and the exchange between pairs of them (i, j, um³ of fluid per ms).
    ///
    /// # Errors
    /// Volumes or exchanges out of range, pairs of compartments that do not exist.
    pub fn new(
        volume_um3: &[f64],
        volume_fraction: f64,
        exchange: &[(usize, usize, f64)],
    ) -> Result<Self, NeuromodError> {
        let wrong = |name, reason: String| Err(NeuromodError::Property { name, reason });
        let count = volume_um3.len();
        if count == 0 || count > MOST {
            return wrong("compartments", format!("found {count}, must be between 1 and {MOST}"));
        }
        if !(volume_fraction > 0.0 && volume_fraction <= 1.0) {
            return wrong("volume_fraction", format!("found {volume_fraction}, must be above 0, at most 1"));
        }
        if let Some(value) = volume_um3.iter().find(|value| !(value.is_finite() && **value > 0.0)) {
            return wrong("volume of a compartment", format!("found {value} um3, must be > 0"));
        }
        let mut matrix = DMatrix::zeros(count, count);
        for &(i, j, g) in exchange {
            if i >= count || j >= count || i == j || !(g.is_finite() && g >= 0.0) {
                return wrong("exchange", format!("found {g} um3/ms between {i} and {j} of {count}"));
            }
            matrix[(i, j)] += g;
            matrix[(j, i)] += g;
        }
        Ok(Self { fluid: volume_um3.iter().map(|volume| volume * volume_fraction).collect(), exchange: matrix })
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.fluid.len()
    }

    /// Fluid of one, um³.
    pub fn fluid_um3(&self, compartment: usize) -> f64 {
        self.fluid[compartment]
    }

    /// A compartment as a place to deposit and sample.
    pub fn site(&self, compartment: u32) -> Option<Site> {
        ((compartment as usize) < self.count()).then_some(Site { base: compartment, fraction: [0.0; 3] })
    }

    /// The solver of one species.
    ///
    /// # Errors
    /// A step or a rate that is none.
    pub fn solver(&self, loss: f64, step_ms: f64) -> Result<Mixing, NeuromodError> {
        if !(step_ms.is_finite() && step_ms > 0.0) {
            return Err(NeuromodError::Step { step_ms });
        }
        if !(loss.is_finite() && loss >= 0.0) {
            return Err(NeuromodError::Property { name: "loss", reason: format!("found {loss}, must be >= 0") });
        }
        let n = self.count();
        let share = self.propagator(step_ms);
        let weights = DMatrix::from_fn(n, n, |i, j| {
            let flow = 0.5 * (self.fluid[i] * share[(i, j)] + self.fluid[j] * share[(j, i)]);
            if i == j { 0.0 } else { flow / self.fluid[i] }
        });
        Ok(Mixing { weights, decay: (-loss * step_ms).exp(), before: vec![0.0; n], step_ms })
    }

    /// e^{AΔ}.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "few halvings")]
    fn propagator(&self, step_ms: f64) -> DMatrix<f64> {
        let n = self.count();
        let out = |i: usize| self.exchange.row(i).sum() / self.fluid[i];
        let fastest = (0..n).map(out).fold(0.0, f64::max);
        let halvings = (fastest * step_ms).max(1.0).log2().ceil() as u32;
        let span = fastest * step_ms / 2.0_f64.powi(halvings.cast_signed());
        if fastest == 0.0 {
            return DMatrix::identity(n, n);
        }
        let jump = DMatrix::from_fn(n, n, |i, j| {
            if i == j { 1.0 - out(i) / fastest } else { self.exchange[(i, j)] / self.fluid[i] / fastest }
        });
        let mut term = DMatrix::identity(n, n) * (-span).exp();
        let mut sum = term.clone();
        for order in 1..TERMS {
            term = &term * &jump * (span / f64::from(order));
            sum += &term;
        }
        (0..halvings).for_each(|_| sum = &sum * &sum);
        sum
    }
}

/// The solver; see the [module](self).
#[derive(Debug)]
pub struct Mixing {
    weights: DMatrix<f64>,
    decay: f64,
    before: Vec<f64>,
    step_ms: f64,
}

impl Solver for Mixing {
    fn info(&self) -> &'static SolverInfo {
        &SolverInfo { name: "compartments", order: None, summary: "exact exchange of well-mixed volumes" }
    }

    fn step_ms(&self) -> f64 {
        self.step_ms
    }

    fn advance(&mut self, concentration: &mut [f64], _: &Threads) {
        self.before.copy_from_slice(concentration);
        for (i, c) in concentration.iter_mut().enumerate() {
            let own = self.before[i];
            let gain: f64 = self.before.iter().enumerate().map(|(j, other)| self.weights[(i, j)] * (other - own)).sum();
            *c = (own + gain) * self.decay;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two volumes: the difference decays at g (1/V_1 + 1/V_2). Would catch tissue volumes in place of fluid.
    #[test]
    fn two_compartments_equilibrate_as_by_hand() {
        let pair = Compartments::new(&[1000.0, 3000.0], 0.2, &[(0, 1, 7.0)]).unwrap();
        for step in [0.1, 10.0, 1000.0] {
            let mut solver = pair.solver(0.001, step).unwrap();
            let mut c = [8.0, 0.0];
            solver.advance(&mut c, &Threads::ONE);
            let rate = 7.0 * (1.0 / 200.0 + 1.0 / 600.0);
            let mean = 8.0 * 200.0 / 800.0;
            let expected = [mean + 6.0 * (-rate * step).exp(), mean - 2.0 * (-rate * step).exp()];
            for (found, expected) in c.iter().zip(expected) {
                assert!((found - expected * (-0.001 * step).exp()).abs() < 1e-13, "{c:?}");
            }
        }
    }

    #[test]
    fn impossible_compartments_are_refused() {
        assert!(Compartments::new(&[], 0.2, &[]).is_err());
        assert!(Compartments::new(&[1.0, -1.0], 0.2, &[]).is_err());
        assert!(Compartments::new(&[1.0, 1.0], 0.2, &[(0, 2, 1.0)]).is_err());
        assert!(Compartments::new(&[1.0], 0.0, &[]).is_err());
        assert_eq!(Compartments::new(&[1.0], 0.2, &[]).unwrap().site(1), None);
    }
}
