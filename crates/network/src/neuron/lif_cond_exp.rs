//! `lif_cond_exp`: leaky integrate-and-fire with exponential synaptic conductances.
//!
//! # Equations
//! ```text
//! C_m dv_m/dt = −g_L (v_m − E_L) − g_exc (v_m − E_exc) − g_inh (v_m − E_inh) + I
//! dg_x/dt = −g_x/τ_x,     arrival of weight w (nS):  g_x ← g_x + |w|        x = exc if w > 0, inh if w < 0
//! v_m ≥ v_th and not refractory:  spike, v_m ← v_reset (or v_m − (v_th − v_reset)), held for t_ref
//! ```
//! Over a step h the conductances decay exactly; with f(t, v) the right-hand side divided by C_m:
//! ```text
//! rk4                  v ← v + h (k₁ + 2 k₂ + 2 k₃ + k₄)/6          (g at t, t + h/2, t + h exact)
//! exponential_euler    v ← v_∞ + (v − v_∞) e^{−h G/C_m},   G = g_L + g_exc + g_inh,   v_∞ = Σ g E/G + I/G  at t
//! ```
//! Tests: `order_under_dt_halving`, `constant_conductance_reaches_its_steady_state`.
//!
//! # Numerics
//! `rk4` (default): 4th order; stable for h G/C_m < 2.78. `exponential_euler`: 1st order, stable for every h, about
//! twice as fast.
//!
//! # References
//! \[Meffin2004\] for the model.

use super::membrane::{RESETS, Threshold, reset_conflict};
use super::{CurrentPort, Equations, Frame, ModelInfo, Output, Port, SignRule, Variable};
use neuropil_core::{BadParameter, Clock, ClockError, ParameterSet, Real, Unit};
use std::hint::select_unpredictable;

neuropil_core::parameters! {
    /// Parameters of `lif_cond_exp`.
    pub struct LifCondExpParams {
        /// Membrane capacitance
        c_m: Pf = 250.0, Positive;
        /// Leak conductance
        g_l: Ns = 16.6667, Positive;
        /// Resting potential
        e_l: Mv = -70.0, Any;
        /// Threshold
        v_th: Mv = -55.0, Any;
        /// Potential after a spike
        v_reset: Mv = -60.0, Any;
        /// Absolute refractory period
        t_ref: Ms = 2.0, NonNegative;
        /// Reversal potential of excitation
        e_exc: Mv = 0.0, Any;
        /// Reversal potential of inhibition
        e_inh: Mv = -85.0, Any;
        /// Time constant of excitatory conductances
        tau_syn_exc: Ms = 0.2, Positive;
        /// Time constant of inhibitory conductances
        tau_syn_inh: Ms = 2.0, Positive;
        /// Constant current
        i_e: Pa = 0.0, Any;
        /// Reset to v_reset, or by subtraction of v_th - v_reset
        reset: One = 0.0, Choice(RESETS);
        /// How the membrane equation is integrated
        method: One = 0.0, Choice(&["rk4", "exponential_euler"]);
    }
}

/// The model; see the [module](self).
pub struct LifCondExp;

/// What a step needs. Voltages are relative to E_L.
pub struct Propagator<R> {
    h: R,
    inverse_c_m: R,
    g_l: R,
    e_exc: R,
    e_inh: R,
    i_e: R,
    p11: [R; 2],
    p11_half: [R; 2],
    exponential_euler: bool,
    threshold: Threshold<R>,
}

impl<R: Real> Propagator<R> {
    /// dv/dt in mV/ms.
    #[inline(always)]
    fn slope(&self, v_m: R, g_exc: R, g_inh: R, current: R) -> R {
        (current - self.g_l * v_m - g_exc * (v_m - self.e_exc) - g_inh * (v_m - self.e_inh)) * self.inverse_c_m
    }

    #[inline(always)]
    fn rk4(&self, v_m: R, g_exc: R, g_inh: R, current: R) -> R {
        let half = R::from_f64(0.5) * self.h;
        let (half_exc, half_inh) = (self.p11_half[0] * g_exc, self.p11_half[1] * g_inh);
        let k1 = self.slope(v_m, g_exc, g_inh, current);
        let k2 = self.slope(v_m + half * k1, half_exc, half_inh, current);
        let k3 = self.slope(v_m + half * k2, half_exc, half_inh, current);
        let k4 = self.slope(v_m + self.h * k3, self.p11[0] * g_exc, self.p11[1] * g_inh, current);
        v_m + self.h * R::from_f64(1.0 / 6.0) * (k1 + (k2 + k3) * R::from_f64(2.0) + k4)
    }

    #[inline(always)]
    fn exponential_euler(&self, v_m: R, g_exc: R, g_inh: R, current: R) -> R {
        let total = self.g_l + g_exc + g_inh;
        let v_inf = (g_exc * self.e_exc + g_inh * self.e_inh + current) / total;
        v_inf + (v_m - v_inf) * (-self.h * total * self.inverse_c_m).exp()
    }

    #[inline(always)]
    fn advance_with(&self, frame: Frame<'_, '_, R>, integrate: impl Fn(R, R, R, R) -> R) -> bool {
        frame.each_cell(
            #[inline(always)]
            |[v_m, g_exc, g_inh], [refractory], [], current| {
                let free = integrate(*v_m, *g_exc, *g_inh, self.i_e + current);
                *v_m = select_unpredictable(*refractory == 0, free, *v_m);
                *g_exc = self.p11[0] * *g_exc;
                *g_inh = self.p11[1] * *g_inh;
                self.threshold.test(v_m, refractory)
            },
        )
    }
}

impl Equations for LifCondExp {
    const INFO: ModelInfo = ModelInfo {
        name: "lif_cond_exp",
        summary: "leaky integrate-and-fire, exponential synaptic conductances",
        references: &["Meffin2004"],
        parameters: LifCondExpParams::TABLE,
        variables: &[
            Variable { symbol: "v_m", unit: Unit::Mv, doc: "membrane potential" },
            Variable { symbol: "g_exc", unit: Unit::Ns, doc: "excitatory conductance" },
            Variable { symbol: "g_inh", unit: Unit::Ns, doc: "inhibitory conductance" },
        ],
        derived: &[],
        counters: 1,
        ports: &[Port::exc(Unit::Ns, Some(1)), Port::inh(Unit::Ns, SignRule::NegativeAsSize, Some(2))],
        currents: &[CurrentPort::only(Unit::Pa)],
        output: Output::Spikes,
    };
    type Params = LifCondExpParams;
    type Propagator<R: Real> = Propagator<R>;

    fn conflicts(p: &LifCondExpParams) -> Vec<BadParameter> {
        reset_conflict(p.v_reset, p.v_th)
    }

    fn propagator<R: Real>(p: &LifCondExpParams, clock: Clock) -> Result<Propagator<R>, ClockError> {
        let h = clock.dt_ms();
        let decay = |span: f64| [p.tau_syn_exc, p.tau_syn_inh].map(|tau| R::from_f64((-span / tau.0).exp()));
        Ok(Propagator {
            h: R::from_f64(h),
            inverse_c_m: R::from_f64(1.0 / p.c_m.0),
            g_l: R::from_f64(p.g_l.0),
            e_exc: R::from_f64(p.e_exc.0 - p.e_l.0),
            e_inh: R::from_f64(p.e_inh.0 - p.e_l.0),
            i_e: R::from_f64(p.i_e.0),
            p11: decay(h),
            p11_half: decay(0.5 * h),
            exponential_euler: p.method.0 == 1.0,
            threshold: Threshold::new(p.v_th, p.v_reset, p.e_l, p.reset.0, p.t_ref, clock)?,
        })
    }

    fn rest(p: &LifCondExpParams, variable: usize) -> f64 {
        if variable == 0 { p.e_l.0 } else { 0.0 }
    }

    fn stored(p: &LifCondExpParams, variable: usize, value: f64) -> f64 {
        if variable == 0 { value - p.e_l.0 } else { value }
    }

    fn observed(p: &LifCondExpParams, variable: usize, stored: &[f64], _: &[u32], _: f64) -> f64 {
        if variable == 0 { stored[0] + p.e_l.0 } else { stored[variable] }
    }

    #[inline(always)]
    fn advance<R: Real>(p: &Propagator<R>, frame: Frame<'_, '_, R>) -> bool {
        if p.exponential_euler {
            p.advance_with(frame, |v_m, g_exc, g_inh, current| p.exponential_euler(v_m, g_exc, g_inh, current))
        } else {
            p.advance_with(frame, |v_m, g_exc, g_inh, current| p.rk4(v_m, g_exc, g_inh, current))
        }
    }

    /// The effect of a conductance depends on v_m: no constant current has it.
    fn mean_current(_: &LifCondExpParams, _: usize, _: f64, _: f64) -> Option<f64> {
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::neuron::bench::{Bench, integral, one_cell};
    use neuropil_core::Clock;

    const METHODS: [f64; 2] = [0.0, 1.0];

    fn cell(dt: f64, given: &[(&str, f64)]) -> Bench<f64> {
        let base = [("c_m", 250.0), ("g_l", 20.0), ("e_l", -70.0), ("v_th", 1000.0), ("i_e", 40.0)];
        one_cell("lif_cond_exp", dt, &[given, &base].concat())
    }

    /// v at 12 ms from rest, with 30 nS of excitatory and 20 nS of inhibitory conductance at t = 0.
    fn simulated(dt: f64, method: f64) -> f64 {
        let mut bench = cell(dt, &[("tau_syn_exc", 2.0), ("tau_syn_inh", 6.0), ("method", method)]);
        bench.set(1, 0, 30.0);
        bench.set(2, 0, 20.0);
        for _ in 0..Clock::new(dt).unwrap().steps(12.0).unwrap() {
            bench.advance();
        }
        bench.value(0, 0)
    }

    /// The same by the variation of constants: u(t) = int_0^t S(s)/C exp(-(1/C) int_s^t G) ds, S the currents at u = 0,
    /// with the inner integral of the decaying conductances in closed form.
    fn expected() -> f64 {
        let (t, tau_exc, tau_inh) = (12.0, 2.0, 6.0);
        let g_exc = |s: f64| 30.0 * (-s / tau_exc).exp();
        let g_inh = |s: f64| 20.0 * (-s / tau_inh).exp();
        let total = |s: f64| 20.0 * (t - s) + tau_exc * (g_exc(s) - g_exc(t)) + tau_inh * (g_inh(s) - g_inh(t));
        let source = |s: f64| g_exc(s) * 70.0 + g_inh(s) * -15.0 + 40.0;
        -70.0 + integral(0.0, t, |s| source(s) / 250.0 * (-total(s) / 250.0).exp())
    }

    /// Fourth order: the error falls 16-fold for half the step; exponential Euler: two-fold. Would catch stages taken at
    /// the wrong times, or conductances that are not exact at them.
    #[test]
    fn order_under_dt_halving() {
        for (method, order_factor, tolerance, largest) in [(0.0, 16.0, 1.0, 1e-3), (1.0, 2.0, 0.1, 1.0)] {
            let errors = [0.4, 0.2, 0.1, 0.05].map(|dt| (simulated(dt, method) - expected()).abs());
            assert!(errors[0] < largest, "method {method}: {errors:?}");
            for pair in errors.windows(2) {
                assert!((pair[0] / pair[1] - order_factor).abs() < tolerance, "method {method}: {errors:?}");
            }
        }
    }

    /// With conductances that do not decay, v goes to sum g E / sum g as e^{-t G/C}: exactly for exponential Euler, to
    /// fourth order for rk4. Would catch a wrong sign or reversal potential.
    #[test]
    fn constant_conductance_reaches_its_steady_state() {
        for method in METHODS {
            let endless = [("tau_syn_exc", 1e15), ("tau_syn_inh", 1e15), ("method", method)];
            let mut bench = cell(0.1, &endless);
            bench.arrive(0, 10.0);
            bench.arrive(0, -25.0);
            bench.advance();
            let start = bench.value(0, 0);
            let total = 20.0 + 10.0 + 25.0;
            let v_inf = (20.0 * -70.0 + 10.0 * 0.0 + 25.0 * -85.0 + 40.0 + 60.0) / total;
            bench.current[0] = 60.0;
            for step in 1..=2000 {
                bench.advance();
                let decay = (-f64::from(step) * 0.1 * total / 250.0).exp();
                let error = (bench.value(0, 0) - v_inf - (start - v_inf) * decay).abs();
                assert!(error < if method == 1.0 { 1e-11 } else { 1e-7 }, "method {method} step {step}: {error}");
            }
            assert!((bench.value(0, 0) - v_inf).abs() < 1e-9);
        }
    }

    /// Each method decays the conductances exactly, also while the membrane is held; inhibitory weights add their
    /// absolute value.
    #[test]
    fn conductances_decay_exactly() {
        for method in METHODS {
            let given = [("tau_syn_exc", 2.0), ("tau_syn_inh", 6.0), ("method", method), ("t_ref", 20.0)];
            for refractory in [false, true] {
                let mut bench = cell(0.1, &given);
                if refractory {
                    bench.set(0, 0, 2000.0);
                }
                bench.arrive(0, 3.0);
                bench.arrive(0, -7.0);
                assert_eq!(bench.advance(), refractory);
                for _ in 0..100 {
                    bench.advance();
                }
                assert!((bench.value(1, 0) - 3.0 * (-5.0_f64).exp()).abs() < 1e-13);
                assert!((bench.value(2, 0) - 7.0 * (-10.0_f64 / 6.0).exp()).abs() < 1e-13);
                assert_eq!(refractory, bench.value(0, 0) == -60.0);
            }
        }
    }
}
