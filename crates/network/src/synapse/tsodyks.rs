//! Short-term plasticity with an active state that lasts: NEST's `tsodyks_synapse`.
//!
//! # Equations
//! Of each sending cell and projection: resources that are recovered x, active y and inactive z = 1 − x − y, and the
//! utilisation u. Between spikes
//! ```text
//! dx/dt = z/τ_rec,     dy/dt = −y/τ_psc,     dz/dt = y/τ_psc − z/τ_rec,     du/dt = −u/τ_fac
//! ```
//! with the solution over an interval Δ, E_a = exp(−Δ/τ_a):
//! ```text
//! x ← x + (1 − E_rec) z + y ((E_rec − 1) τ_rec − (E_psc − 1) τ_psc)/(τ_psc − τ_rec),     y ← E_psc y,     u ← E_fac u
//! ```
//! At a spike u ← u + U (1 − u), and u x moves from x to y: that is the factor of the spike. Before the first spike x = 1.
//! Test: `the_solution_is_that_of_the_equations`.
//!
//! # References
//! \[Tsodyks2000\] eqs. 3-6.

use super::equations::{Equations, SynapseInfo};
use crate::neuron::Variable;
use neuropil_core::{ParameterSet, Unit};

neuropil_core::parameters! {
    /// Parameters of short-term plasticity with an active state.
    pub struct TsodyksParams {
        /// Utilisation of a first spike
        u: One = 0.5, Fraction;
        /// Time constant of the active state
        tau_psc: Ms = 3.0, Positive;
        /// Time constant of recovery
        tau_rec: Ms = 800.0, Positive;
        /// Time constant of facilitation
        tau_fac: Ms = 0.0, NonNegative;
    }
}

/// The model; see the [module](self).
pub struct Tsodyks;

impl Equations for Tsodyks {
    const INFO: SynapseInfo = SynapseInfo {
        name: "tsodyks",
        title: "short-term plasticity with an active state",
        references: &["Tsodyks2000"],
        summary: "Short-term plasticity with an active state that lasts [Tsodyks2000]",
        parameters: TsodyksParams::TABLE,
        variables: &[
            Variable { symbol: "u", unit: Unit::One, doc: "utilisation of the last spike" },
            Variable { symbol: "x", unit: Unit::One, doc: "recovered resources after the last spike" },
            Variable { symbol: "y", unit: Unit::One, doc: "active resources after the last spike" },
        ],
        third_factor: None,
    };
    type Params = TsodyksParams;

    fn rest(_: &TsodyksParams, variable: usize) -> f64 {
        if variable == 1 { 1.0 } else { 0.0 }
    }

    fn spike(p: &TsodyksParams, variables: &mut [f64], elapsed_ms: Option<f64>) -> f64 {
        let [u, x, y] = variables else { unreachable!("three variables") };
        if let Some(elapsed) = elapsed_ms {
            let decay = |tau: f64| if tau > 0.0 { (-elapsed / tau).exp() } else { 0.0 };
            let (psc, rec) = (decay(p.tau_psc.0), decay(p.tau_rec.0));
            let z = 1.0 - *x - *y;
            let through = if p.tau_psc.0 == p.tau_rec.0 {
                1.0 - psc - psc * elapsed / p.tau_psc.0
            } else {
                ((rec - 1.0) * p.tau_rec.0 - (psc - 1.0) * p.tau_psc.0) / (p.tau_psc.0 - p.tau_rec.0)
            };
            *u *= decay(p.tau_fac.0);
            *x += through * *y + (1.0 - rec) * z;
            *y *= psc;
        }
        *u += p.u.0 * (1.0 - *u);
        let sent = *u * *x;
        *x -= sent;
        *y += sent;
        sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The factors of a train are those of the equations, integrated in small steps. Would catch resources that go another
    /// way, and the limit of equal time constants.
    #[test]
    fn the_solution_is_that_of_the_equations() {
        for (tau_psc, tau_rec, tau_fac) in [(3.0, 100.0, 50.0), (20.0, 20.0, 0.0), (5.0, 2.0, 500.0)] {
            let p = TsodyksParams::from_values(&[0.5, tau_psc, tau_rec, tau_fac]);
            let mut own: Vec<f64> = (0..3).map(|variable| Tsodyks::rest(&p, variable)).collect();
            let (mut u, mut x, mut y, mut last) = (0.0, 1.0, 0.0, None::<f64>);
            for at in [3.0, 10.0, 12.0, 40.0, 41.0, 90.0_f64] {
                if let Some(last) = last {
                    let (h, count) = ((at - last) / 20_000.0, 20_000);
                    for _ in 0..count {
                        let z = 1.0 - x - y;
                        (x, y) = (x + h * z / tau_rec, y - h * y / tau_psc);
                        u -= if tau_fac > 0.0 { h * u / tau_fac } else { u };
                    }
                }
                u += 0.5 * (1.0 - u);
                let expected: f64 = u * x;
                (x, y) = (x - expected, y + expected);
                let found = Tsodyks::spike(&p, &mut own, last.map(|last| at - last));
                assert!((found - expected).abs() < 1e-3, "{tau_psc} {tau_rec}: {found} {expected}");
                last = Some(at);
            }
        }
    }
}
