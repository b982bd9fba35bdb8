//! Saturable uptake, solved exactly at each place.
//!
//! # Equations
//! ```text
//! dc/dt = −V c/(K + c);     with w = c/K, τ = V t/K, c(t) = c(0) e^{−δ}:     δ + w(0)(1 − e^{−δ}) = τ
//! ```
//! whose solution is K W(w e^{w − τ}), W being Lambert's function. The left side is concave in δ, so that Newton's
//! method from δ = τ/(1 + w) rises to the root and never overshoots. Test: `flow_is_lamberts`.
//!
//! # Numerics
//! With diffusion, half a step of uptake goes before and half after each linear step (Strang): second order.

use crate::species::Uptake;

/// More iterations change nothing.
const MOST: usize = 60;

/// The concentration after `t_ms` of uptake alone.
pub fn flow(uptake: &Uptake, concentration: f64, t_ms: f64) -> f64 {
    let w = concentration / uptake.km.0;
    let tau = uptake.vmax.0 * t_ms / uptake.km.0;
    if w <= 0.0 {
        return concentration;
    }
    let mut delta = tau / (1.0 + w);
    for _ in 0..MOST {
        let decayed = (-delta).exp();
        let change = (tau - delta + w * (-delta).exp_m1()) / (1.0 + w * decayed);
        delta += change;
        if change.abs() <= 1e-16 * (1.0 + delta) {
            break;
        }
    }
    concentration * (-delta).exp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_core::units::{Nm, NmPerMs};

    /// ln(c/K) + c/K falls by V t/K: the equation in its integrated form. Would catch a root not found.
    #[test]
    fn flow_is_lamberts() {
        let uptake = Uptake { vmax: NmPerMs(4.0), km: Nm(200.0) };
        for c in [1e-6, 0.3, 5.0, 200.0, 3e4, 2e8] {
            for t in [1e-4, 0.1, 10.0, 1000.0] {
                let after = flow(&uptake, c, t);
                let level = |c: f64| (c / 200.0).ln() + c / 200.0;
                let expected = level(c) - 4.0 * t / 200.0;
                assert!((level(after) - expected).abs() < 1e-12 * (1.0 + level(c).abs()), "{c} {t}: {after}");
            }
        }
        assert_eq!(flow(&uptake, 0.0, 1.0), 0.0);
    }
}
