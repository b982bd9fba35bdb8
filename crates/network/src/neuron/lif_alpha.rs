//! `lif_alpha`: leaky integrate-and-fire with alpha-shaped synaptic currents, integrated exactly.
//!
//! # Equations
//! ```text
//! C_m dv_m/dt = −(C_m/τ_m)(v_m − E_L) + i_exc + i_inh + I
//! dI_x/dt = J_x − I_x/τ_x,     dJ_x/dt = −J_x/τ_x                    (x = exc, inh)
//! arrival of weight w (pA):  J_x ← J_x + w e/τ_x                     so that I_x peaks at w after τ_x
//! v_m ≥ v_th and not refractory:  spike, v_m ← v_reset (or v_m − (v_th − v_reset)), held for t_ref
//! ```
//! Exact update over a step h with I constant, u = v_m − E_L, a = 1/τ_m, b = 1/τ_x, y = (a − b) h:
//! ```text
//! u ← e^{−ah} u + P20 I + Σ_x (P31_x J_x + P32_x I_x),   I_x ← e^{−bh} (I_x + h J_x),   J_x ← e^{−bh} J_x
//! P32 = h e^{−ah} φ(y) / C_m,   P31 = h² e^{−ah} ψ(y) / C_m
//! φ(y) = ∫₀¹ e^{yu} du,   ψ(y) = ∫₀¹ u e^{yu} du
//! ```
//! Test: `subthreshold_matches_the_closed_form`.
//!
//! # Numerics
//! Exact for input on the grid \[Rotter1999\]; equal time constants are an ordinary case.
//!
//! # References
//! \[Rotter1999\] section 3.1.

use super::lif_exp::{current_step, decaying_current_step};
use super::membrane::{RESETS, Threshold, ramp1, reset_conflict};
use super::{CurrentPort, Equations, Frame, ModelInfo, Output, Port, SignRule, Variable};
use neuropil_core::units::Ms;
use neuropil_core::{BadParameter, Clock, ClockError, ParameterSet, Real, Unit};
use std::hint::select_unpredictable;

neuropil_core::parameters! {
    /// Parameters of `lif_alpha`.
    pub struct LifAlphaParams {
        /// Membrane capacitance
        c_m: Pf = 250.0, Positive;
        /// Membrane time constant
        tau_m: Ms = 10.0, Positive;
        /// Resting potential
        e_l: Mv = -70.0, Any;
        /// Threshold
        v_th: Mv = -55.0, Any;
        /// Potential after a spike
        v_reset: Mv = -70.0, Any;
        /// Absolute refractory period
        t_ref: Ms = 2.0, NonNegative;
        /// Time from arrival to peak of excitatory currents
        tau_syn_exc: Ms = 2.0, Positive;
        /// Time from arrival to peak of inhibitory currents
        tau_syn_inh: Ms = 2.0, Positive;
        /// Constant current
        i_e: Pa = 0.0, Any;
        /// Reset to v_reset, or by subtraction of v_th - v_reset
        reset: One = 0.0, Choice(RESETS);
    }
}

/// The model; see the [module](self).
pub struct LifAlpha;

/// What a step needs.
pub struct Propagator<R> {
    p22: R,
    p31: [R; 2],
    p32: [R; 2],
    p11: [R; 2],
    /// e/τ_x: weight to initial slope.
    slope: [R; 2],
    h: R,
    p20: R,
    drift: R,
    threshold: Threshold<R>,
}

impl Equations for LifAlpha {
    const INFO: ModelInfo = ModelInfo {
        name: "lif_alpha",
        summary: "leaky integrate-and-fire, alpha-shaped synaptic currents",
        references: &["Rotter1999"],
        parameters: LifAlphaParams::TABLE,
        variables: &[
            Variable { symbol: "v_m", unit: Unit::Mv, doc: "membrane potential" },
            Variable { symbol: "i_syn_exc", unit: Unit::Pa, doc: "excitatory synaptic current" },
            Variable { symbol: "i_syn_inh", unit: Unit::Pa, doc: "inhibitory synaptic current" },
            Variable { symbol: "di_syn_exc", unit: Unit::One, doc: "its source term J, pA/ms" },
            Variable { symbol: "di_syn_inh", unit: Unit::One, doc: "its source term J, pA/ms" },
        ],
        derived: &[],
        counters: 1,
        ports: &[Port::exc(Unit::Pa, None), Port::inh(Unit::Pa, SignRule::Negative, None)],
        currents: &[CurrentPort::only(Unit::Pa)],
        output: Output::Spikes,
    };
    type Params = LifAlphaParams;
    type Propagator<R: Real> = Propagator<R>;

    fn conflicts(p: &LifAlphaParams) -> Vec<BadParameter> {
        reset_conflict(p.v_reset, p.v_th)
    }

    fn propagator<R: Real>(p: &LifAlphaParams, clock: Clock) -> Result<Propagator<R>, ClockError> {
        let h = clock.dt_ms();
        let taus = [p.tau_syn_exc, p.tau_syn_inh];
        let p20 = current_step(p.c_m.0, p.tau_m.0, h);
        let ramp = |tau: f64| h * h * (-h / p.tau_m.0).exp() * ramp1(h / p.tau_m.0 - h / tau) / p.c_m.0;
        Ok(Propagator {
            p22: R::from_f64((-h / p.tau_m.0).exp()),
            p31: taus.map(|Ms(tau)| R::from_f64(ramp(tau))),
            p32: taus.map(|Ms(tau)| R::from_f64(decaying_current_step(p.c_m.0, p.tau_m.0, tau, h))),
            p11: taus.map(|Ms(tau)| R::from_f64((-h / tau).exp())),
            slope: taus.map(|Ms(tau)| R::from_f64(std::f64::consts::E / tau)),
            h: R::from_f64(h),
            p20: R::from_f64(p20),
            drift: R::from_f64(p20 * p.i_e.0),
            threshold: Threshold::new(p.v_th, p.v_reset, p.e_l, p.reset.0, p.t_ref, clock)?,
        })
    }

    fn rest(p: &LifAlphaParams, variable: usize) -> f64 {
        if variable == 0 { p.e_l.0 } else { 0.0 }
    }

    fn stored(p: &LifAlphaParams, variable: usize, value: f64) -> f64 {
        if variable == 0 { value - p.e_l.0 } else { value }
    }

    fn observed(p: &LifAlphaParams, variable: usize, stored: &[f64], _: &[u32], _: f64) -> f64 {
        if variable == 0 { stored[0] + p.e_l.0 } else { stored[variable] }
    }

    #[inline(always)]
    fn advance<R: Real>(p: &Propagator<R>, frame: Frame<'_, '_, R>) -> bool {
        frame.each_cell(
            #[inline(always)]
            |[v_m, i_exc, i_inh, j_exc, j_inh], [refractory], [in_exc, in_inh], current| {
                let synaptic = p.p31[0] * *j_exc + p.p32[0] * *i_exc + p.p31[1] * *j_inh + p.p32[1] * *i_inh;
                let free = p.p22 * *v_m + synaptic + p.p20 * current + p.drift;
                *v_m = select_unpredictable(*refractory == 0, free, *v_m);
                *i_exc = p.p11[0] * (*i_exc + p.h * *j_exc);
                *i_inh = p.p11[1] * (*i_inh + p.h * *j_inh);
                *j_exc = p.p11[0] * *j_exc + p.slope[0] * in_exc;
                *j_inh = p.p11[1] * *j_inh + p.slope[1] * in_inh;
                p.threshold.test(v_m, refractory)
            },
        )
    }

    /// Charge per arrival w e τ_x (pA ms).
    fn mean_current(p: &LifAlphaParams, port: usize, weight: f64, rate_hz: f64) -> Option<f64> {
        let tau = [p.tau_syn_exc, p.tau_syn_inh][port];
        Some(weight * std::f64::consts::E * tau.0 * rate_hz * 1e-3)
    }
}

#[cfg(test)]
mod tests {
    use crate::neuron::bench::{integral, one_cell};
    use neuropil_core::Clock;

    const TAU_M: f64 = 10.0;
    const C_M: f64 = 200.0;

    /// The membrane's response to an arrival of 1 pA at t = 0: the textbook forms where the time constants are equal
    /// or well apart, else its convolution integral by quadrature.
    fn psp(t: f64, tau_syn: f64) -> f64 {
        if t < 1e-9 {
            return 0.0;
        }
        let scale = std::f64::consts::E / tau_syn / C_M;
        if tau_syn == TAU_M {
            return scale * 0.5 * t * t * (-t / TAU_M).exp();
        }
        let beta = 1.0 / tau_syn - 1.0 / TAU_M;
        if (tau_syn - TAU_M).abs() > 1.0 {
            return scale * (-t / TAU_M).exp() * (1.0 - (-beta * t).exp() * (1.0 + beta * t)) / (beta * beta);
        }
        scale * integral(0.0, t, |s| s * (-s / tau_syn).exp() * (-(t - s) / TAU_M).exp())
    }

    /// Membrane of one cell at whole multiples of 0.5 ms under two arrivals, a current step and a constant current.
    fn simulated(dt: f64, tau_exc: f64, tau_inh: f64) -> Vec<(f64, f64)> {
        let clock = Clock::new(dt).unwrap();
        let given = [
            ("tau_m", TAU_M),
            ("c_m", C_M),
            ("e_l", -65.0),
            ("v_th", 1000.0),
            ("i_e", 30.0),
            ("tau_syn_exc", tau_exc),
            ("tau_syn_inh", tau_inh),
        ];
        let mut bench = one_cell("lif_alpha", dt, &given);
        let mut trace = Vec::new();
        for step in 1..=clock.steps(40.0).unwrap() {
            let t = clock.time_ms(step);
            bench.current[0] = if t > 5.0 + 1e-9 && t < 12.0 + 1e-9 { 50.0 } else { 0.0 };
            if step == clock.steps(3.0).unwrap() {
                bench.arrive(0, 120.0);
            }
            if step == clock.steps(7.0).unwrap() {
                bench.arrive(0, -80.0);
            }
            assert!(!bench.advance());
            if step % clock.steps(0.5).unwrap() == 0 {
                trace.push((t, bench.value(0, 0)));
            }
        }
        trace
    }

    /// Exact at every common time for every dt, for equal, nearly equal and well separated time constants. Would catch a
    /// propagator that is not exact, cancels near equal time constants, or mixes the channels up.
    #[test]
    fn subthreshold_matches_the_closed_form() {
        let charge = |t: f64| if t > 0.0 { TAU_M / C_M * (1.0 - (-t / TAU_M).exp()) } else { 0.0 };
        let near = [1e-10, -1e-10, 1e-7, -1e-7, 1e-4, -1e-4].map(|relative| (TAU_M * (1.0 + relative), 4.0));
        let pairs = [(2.0, 5.0), (5.0, 2.0), (TAU_M, 2.0), (2.0, TAU_M), (30.0, 0.5)];
        for (tau_exc, tau_inh) in pairs.into_iter().chain(near) {
            let expected: Vec<f64> = (1..=80)
                .map(|half_ms| {
                    let t = 0.5 * f64::from(half_ms);
                    let injected = 30.0 * charge(t) + 50.0 * (charge(t - 5.0) - charge(t - 12.0));
                    -65.0 + injected + 120.0 * psp(t - 3.0, tau_exc) - 80.0 * psp(t - 7.0, tau_inh)
                })
                .collect();
            for dt in [0.05, 0.1, 0.5] {
                for ((t, v), expected) in simulated(dt, tau_exc, tau_inh).into_iter().zip(&expected) {
                    let error = (v - expected).abs();
                    assert!(error < 1e-11, "tau_syn {tau_exc} {tau_inh}, dt {dt}, t {t}: {v}, error {error}");
                }
            }
        }
    }

    /// The current peaks at the weight after tau_syn; with equal time constants the PSP, w e t^2 e^{-t/tau}/(2 tau C), peaks
    /// at 2 tau with 2 w tau/(e C). Would catch an amplitude that is a charge, or a factor e.
    #[test]
    fn psc_and_psp_peak_at_their_times_and_heights() {
        for (weight, variable) in [(150.0, 1), (-90.0, 2)] {
            let given = [("c_m", C_M), ("tau_m", 4.0), ("tau_syn_exc", 4.0), ("tau_syn_inh", 4.0)];
            let mut bench = one_cell("lif_alpha", 0.01, &given);
            bench.arrive(0, weight);
            bench.advance();
            let mut trace = [Vec::new(), Vec::new()];
            for _ in 1..=3000 {
                bench.advance();
                trace[0].push(bench.value(variable, 0));
                trace[1].push(bench.value(0, 0) + 70.0);
            }
            let psp = 2.0 * weight * 4.0 / (std::f64::consts::E * C_M);
            for (trace, time, height) in [(&trace[0], 4.0, weight), (&trace[1], 8.0, psp)] {
                let largest = trace.iter().map(|x| x.abs()).fold(0.0, f64::max);
                let at = trace.iter().position(|x| x.abs() == largest).unwrap() + 1;
                assert!((at as f64 * 0.01 - time).abs() < 0.011, "{weight}: peak at {at} steps instead of {time} ms");
                assert!((largest * weight.signum() - height).abs() < 1e-9, "{weight}: {largest} instead of {height}");
            }
        }
    }
}
