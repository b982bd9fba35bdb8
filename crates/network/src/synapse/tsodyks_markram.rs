//! `tsodyks_markram`: short-term facilitation and depression.
//!
//! # Equations
//! Of each sending cell and projection: utilisation u and resources x, at the n-th spike, an interval Δ after the
//! one before:
//! ```text
//! x_{n+1} = 1 + (x_n − x_n u_n − 1) e^{−Δ/τ_rec},     u_{n+1} = U + u_n (1 − U) e^{−Δ/τ_fac}
//! amplitude of spike n:  w u_n x_n,     u_0 = U,  x_0 = 1          (τ = 0: the exponential is 0)
//! ```
//! All synapses of a cell's projection share u and x, because both depend on its spikes only. Test:
//! `regular_trains_reach_the_closed_form`.
//!
//! # References
//! \[Tsodyks1998\] eqs. 2-4; \[Maass2002\] for the update at spikes.

use neuropil_core::{Clock, Real};
use std::ops::Range;

neuropil_core::parameters! {
    /// Parameters of short-term plasticity.
    pub struct ShortTerm {
        /// Utilisation of a first spike
        u: One = 0.5, Fraction;
        /// Time constant of recovery from depression
        tau_rec: Ms = 800.0, NonNegative;
        /// Time constant of facilitation
        tau_fac: Ms = 0.0, NonNegative;
    }
}

impl ShortTerm {
    /// Utilisation and resources after an interval of `delta_ms`.
    pub fn recover(&self, u: f64, x: f64, delta_ms: f64) -> (f64, f64) {
        let decay = |tau: f64| if tau > 0.0 { (-delta_ms / tau).exp() } else { 0.0 };
        let recovered = 1.0 + (x - x * u - 1.0) * decay(self.tau_rec.0);
        (self.u.0 + u * (1.0 - self.u.0) * decay(self.tau_fac.0), recovered)
    }
}

/// Utilisation, resources and last spike of the sending cells of one projection.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EfficacyState {
    /// Utilisation of the last spike of each cell.
    pub u: Vec<f64>,
    /// Resources at the last spike.
    pub x: Vec<f64>,
    /// Step of the last spike; `None` before the first.
    pub last_step: Vec<Option<u64>>,
}

impl EfficacyState {
    /// Rested synapses of `cells` sending cells.
    pub fn rested(parameters: &ShortTerm, cells: usize) -> Self {
        Self { u: vec![parameters.u.0; cells], x: vec![1.0; cells], last_step: vec![None; cells] }
    }

    /// Adds the cells of `other` behind those here.
    pub fn append(&mut self, other: &Self) {
        self.u.extend_from_slice(&other.u);
        self.x.extend_from_slice(&other.x);
        self.last_step.extend_from_slice(&other.last_step);
    }

    /// Some of the cells.
    pub fn part(&self, cells: Range<usize>) -> Self {
        Self {
            u: self.u[cells.clone()].to_vec(),
            x: self.x[cells.clone()].to_vec(),
            last_step: self.last_step[cells].to_vec(),
        }
    }

    /// The factor u x of a spike of `cell` in `step`.
    #[expect(clippy::cast_precision_loss, reason = "steps stay below 2^48")]
    pub fn spike<R: Real>(&mut self, parameters: &ShortTerm, clock: Clock, cell: usize, step: u64) -> R {
        if let Some(last) = self.last_step[cell] {
            let interval = (step - last) as f64 * clock.dt_ms();
            (self.u[cell], self.x[cell]) = parameters.recover(self.u[cell], self.x[cell], interval);
        }
        self.last_step[cell] = Some(step);
        R::from_f64(self.u[cell] * self.x[cell])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_core::ParameterSet;

    /// A regular train converges to x* = (1 − E)/(1 − (1 − u*) E), u* = U/(1 − (1 − U) F) with E, F the decays over an
    /// interval: fixed points of the recursion, solved by hand.
    #[test]
    fn regular_trains_reach_the_closed_form() {
        let clock = Clock::new(0.1).unwrap();
        for (u, tau_rec, tau_fac) in [(0.5, 800.0, 0.0), (0.1, 100.0, 1000.0), (0.3, 0.0, 50.0)] {
            let parameters = ShortTerm::from_values(&[u, tau_rec, tau_fac]);
            let mut state = EfficacyState::rested(&parameters, 1);
            let first: f64 = state.spike(&parameters, clock, 0, 7);
            assert_eq!(first, u);
            let mut factor = 0.0;
            for spike in 1..400 {
                factor = state.spike(&parameters, clock, 0, 7 + 200 * spike);
            }
            let decay = |tau: f64| if tau > 0.0 { (-20.0_f64 / tau).exp() } else { 0.0 };
            let (e, f) = (decay(tau_rec), decay(tau_fac));
            let u_star = u / (1.0 - (1.0 - u) * f);
            let x_star = (1.0 - e) / (1.0 - (1.0 - u_star) * e);
            assert!((factor - u_star * x_star).abs() < 1e-12, "{factor} {}", u_star * x_star);
        }
    }
}
