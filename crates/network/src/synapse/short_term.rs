//! `short_term`: facilitation and depression after Tsodyks and Markram.
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

use super::equations::{Equations, SynapseInfo};
use crate::neuron::Variable;
use neuropil_core::{ParameterSet, Unit};

neuropil_core::parameters! {
    /// Parameters of short-term plasticity.
    pub struct ShortTermParams {
        /// Utilisation of a first spike
        u: One = 0.5, Fraction;
        /// Time constant of recovery from depression
        tau_rec: Ms = 800.0, NonNegative;
        /// Time constant of facilitation
        tau_fac: Ms = 0.0, NonNegative;
    }
}

/// The model; see the [module](self).
pub struct ShortTerm;

impl Equations for ShortTerm {
    const INFO: SynapseInfo = SynapseInfo {
        name: "short_term",
        title: "short-term plasticity",
        references: &["Tsodyks1998", "Maass2002"],
        summary: "Short-term plasticity: facilitation and depression [Tsodyks1998]",
        parameters: ShortTermParams::TABLE,
        variables: &[
            Variable { symbol: "u", unit: Unit::One, doc: "utilisation of the last spike" },
            Variable { symbol: "x", unit: Unit::One, doc: "resources at the last spike" },
        ],
        third_factor: None,
    };
    type Params = ShortTermParams;

    fn rest(p: &ShortTermParams, variable: usize) -> f64 {
        if variable == 0 { p.u.0 } else { 1.0 }
    }

    fn spike(p: &ShortTermParams, variables: &mut [f64], elapsed_ms: Option<f64>) -> f64 {
        let [u, x] = variables else { unreachable!("two variables") };
        if let Some(elapsed) = elapsed_ms {
            let decay = |tau: f64| if tau > 0.0 { (-elapsed / tau).exp() } else { 0.0 };
            let recovered = 1.0 + (*x - *x * *u - 1.0) * decay(p.tau_rec.0);
            (*u, *x) = (p.u.0 + *u * (1.0 - p.u.0) * decay(p.tau_fac.0), recovered);
        }
        *u * *x
    }
}

#[cfg(test)]
mod tests {
    use crate::synapse::{Sent, model};
    use neuropil_core::Clock;

    /// A regular train converges to x* = (1 − E)/(1 − (1 − u*) E), u* = U/(1 − (1 − U) F) with E, F the decays over an
    /// interval: fixed points of the recursion, solved by hand.
    #[test]
    fn regular_trains_reach_the_closed_form() {
        let clock = Clock::new(0.1).unwrap();
        for (u, tau_rec, tau_fac) in [(0.5, 800.0, 0.0), (0.1, 100.0, 1000.0), (0.3, 0.0, 50.0)] {
            let synapses = model("short_term").unwrap().build(&[u, tau_rec, tau_fac]);
            let synapses = synapses.sender().unwrap();
            let mut state = synapses.rest(2);
            let mut factors = Vec::new();
            for spike in 0..400 {
                synapses.send(
                    &mut state,
                    Sent { clock, step: 7 + 200 * spike, fired: &[5], first_id: 5 },
                    &mut factors,
                );
            }
            assert_eq!((factors[0], state.last_step[0]), (u, Some(7 + 200 * 399)));
            let factor = factors[399];
            let decay = |tau: f64| if tau > 0.0 { (-20.0_f64 / tau).exp() } else { 0.0 };
            let (e, f) = (decay(tau_rec), decay(tau_fac));
            let u_star = u / (1.0 - (1.0 - u) * f);
            let x_star = (1.0 - e) / (1.0 - (1.0 - u_star) * e);
            assert!((factor - u_star * x_star).abs() < 1e-12, "{factor} {}", u_star * x_star);
        }
    }
}
