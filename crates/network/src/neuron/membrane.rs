//! The exact propagators of a leaky membrane and what its models share.

use neuropil_core::units::{Ms, Mv};
use neuropil_core::{BadParameter, Clock, ClockError, Real};
use std::hint::select_unpredictable;

/// e^x integrated: ∫₀¹ e^{x u} du = (e^x − 1)/x, exact to rounding for every x.
pub(super) fn phi1(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { x.exp_m1() / x }
}

/// ∫₀¹ u e^{x u} du = (e^x (x − 1) + 1)/x²; by its series near 0, where that form cancels.
pub(super) fn ramp1(x: f64) -> f64 {
    if x.abs() > 1.0 {
        return (x.exp() * (x - 1.0) + 1.0) / (x * x);
    }
    let mut term = 1.0;
    let mut sum = 0.0;
    for n in 0..24 {
        let n = f64::from(n);
        sum += term / (n + 2.0);
        term *= x / (n + 1.0);
    }
    sum
}

/// What fires a cell and what follows. Voltages are relative to E_L.
#[derive(Debug, Clone, Copy)]
pub(super) struct Threshold<R> {
    pub v_th: R,
    pub v_reset: R,
    pub by_subtraction: bool,
    pub ref_steps: u32,
}

/// The words of the parameter `reset`.
pub(super) const RESETS: &[&str] = &["to_value", "by_subtraction"];

impl<R: Real> Threshold<R> {
    pub(super) fn new(v_th: Mv, v_reset: Mv, e_l: Mv, reset: f64, t_ref: Ms, clock: Clock) -> Result<Self, ClockError> {
        Ok(Self {
            v_th: R::from_f64(v_th.0 - e_l.0),
            v_reset: R::from_f64(v_reset.0 - e_l.0),
            by_subtraction: reset == 1.0,
            ref_steps: ref_steps(t_ref, clock)?,
        })
    }

    /// Whether the cell fires; resets it and starts or continues refractoriness.
    #[inline(always)]
    pub(super) fn test(&self, v_m: &mut R, refractory: &mut u32) -> bool {
        let fires = (*v_m >= self.v_th) & (*refractory == 0);
        let after = if self.by_subtraction { *v_m - (self.v_th - self.v_reset) } else { self.v_reset };
        *v_m = select_unpredictable(fires, after, *v_m);
        *refractory = select_unpredictable(fires, self.ref_steps, refractory.saturating_sub(1));
        fires
    }
}

/// A refractory period in steps.
pub(super) fn ref_steps(t_ref: Ms, clock: Clock) -> Result<u32, ClockError> {
    u32::try_from(clock.steps(t_ref.0)?).map_err(|_| ClockError::NotADuration(t_ref.0))
}

/// The reset must lie below the threshold.
pub(super) fn reset_conflict(v_reset: Mv, v_th: Mv) -> Vec<BadParameter> {
    if v_reset.0 < v_th.0 {
        return Vec::new();
    }
    vec![BadParameter {
        name: "v_reset_mv".into(),
        value: v_reset.0,
        unit: "mV",
        expected: format!("< v_th_mv = {} mV", v_th.0),
    }]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Simpson's rule with 2000 intervals evaluates the integrals of the definitions.
    fn simpson(f: impl Fn(f64) -> f64) -> f64 {
        let n = 2000;
        let node = |i: i32| f(f64::from(i) / f64::from(n));
        let inner: f64 = (1..n).map(|i| if i % 2 == 1 { 4.0 } else { 2.0 } * node(i)).sum();
        (node(0) + inner + node(n)) / (3.0 * f64::from(n))
    }

    #[test]
    fn integrals_match_quadrature_through_the_singular_point() {
        for x in [-30.0, -3.0, -1.0, -1e-3, -1e-9, 0.0, 1e-12, 1e-4, 0.5, 1.0, 2.0, 8.0] {
            let expected = simpson(|u| (x * u).exp());
            assert!((phi1(x) - expected).abs() < 1e-9 * expected, "phi1({x})");
            let expected = simpson(|u| u * (x * u).exp());
            assert!((ramp1(x) - expected).abs() < 1e-8 * expected, "ramp1({x})");
        }
    }
}
