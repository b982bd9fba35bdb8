//! `lif_exp`: leaky integrate-and-fire with exponential synaptic currents, integrated exactly.
//!
//! # Equations
//! ```text
//! C_m dv_m/dt = −(C_m/τ_m)(v_m − E_L) + i_exc + i_inh + I,     dI_x/dt = −I_x/τ_x      (x = exc, inh)
//! arrival of weight w (pA):  I_x ← I_x + w        x = exc if w > 0, inh if w < 0
//! v_m ≥ v_th and not refractory:  spike, v_m ← v_reset (or v_m − (v_th − v_reset)), held for t_ref
//! ```
//! Exact update over a step h with I constant, u = v_m − E_L, a = 1/τ_m, b_x = 1/τ_x:
//! ```text
//! u ← e^{−ah} u + P20 I + Σ_x P21_x I_x,     I_x ← e^{−b_x h} I_x,     then arrivals, then the test
//! P20 = τ_m (1 − e^{−ah}) / C_m,     P21_x = h e^{−ah} φ((a − b_x) h) / C_m,     φ(y) = (e^y − 1)/y
//! ```
//! φ(0) = 1 makes equal time constants an ordinary case. Tests: `subthreshold_matches_the_closed_form`.
//!
//! # Numerics
//! Exact for input on the grid [Rotter1999]; unconditionally stable.
//!
//! # References
//! [Rotter1999] eq. 3.2-3.4; [Tsodyks2000] for the model.

use super::membrane::{RESETS, Threshold, phi1, reset_conflict};
use super::{Equations, Frame, ModelInfo, Output, Receptors, Variable, slices, slices_mut};
use neuropil_core::units::Ms;
use neuropil_core::{BadParameter, Clock, ClockError, ParameterSet, Real, Unit};

neuropil_core::parameters! {
    /// Parameters of `lif_exp`.
    pub struct LifExpParams {
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
        /// Time constant of excitatory currents
        tau_syn_exc: Ms = 2.0, Positive;
        /// Time constant of inhibitory currents
        tau_syn_inh: Ms = 2.0, Positive;
        /// Constant current
        i_e: Pa = 0.0, Any;
        /// Reset to v_reset, or by subtraction of v_th - v_reset
        reset: One = 0.0, Choice(RESETS);
    }
}

/// The model; see the [module](self).
pub struct LifExp;

/// What a step needs.
pub struct Propagator<R> {
    p22: R,
    p21: [R; 2],
    p11: [R; 2],
    p20: R,
    drift: R,
    threshold: Threshold<R>,
}

/// P20: the effect of a constant current of 1 pA over a step, mV.
pub(super) fn current_step(c_m: f64, tau_m: f64, h: f64) -> f64 {
    -(-h / tau_m).exp_m1() * tau_m / c_m
}

/// P21: the effect over a step of a current that is 1 pA at its start and decays with `tau_syn`, mV.
pub(super) fn decaying_current_step(c_m: f64, tau_m: f64, tau_syn: f64, h: f64) -> f64 {
    h * (-h / tau_m).exp() * phi1(h / tau_m - h / tau_syn) / c_m
}

impl Equations for LifExp {
    const INFO: ModelInfo = ModelInfo {
        name: "lif_exp",
        summary: "leaky integrate-and-fire, exponential synaptic currents",
        parameters: LifExpParams::TABLE,
        variables: &[
            Variable { symbol: "v_m", unit: Unit::Mv, doc: "membrane potential" },
            Variable { symbol: "i_syn_exc", unit: Unit::Pa, doc: "excitatory synaptic current" },
            Variable { symbol: "i_syn_inh", unit: Unit::Pa, doc: "inhibitory synaptic current" },
        ],
        counters: 1,
        receptors: Receptors::Split,
        weight_unit: Unit::Pa,
        current_unit: Some(Unit::Pa),
        output: Output::Spikes,
    };
    type Params = LifExpParams;
    type Propagator<R: Real> = Propagator<R>;

    fn conflicts(p: &LifExpParams) -> Vec<BadParameter> {
        reset_conflict(p.v_reset, p.v_th)
    }

    fn propagator<R: Real>(p: &LifExpParams, clock: Clock) -> Result<Propagator<R>, ClockError> {
        let h = clock.dt_ms();
        let taus = [p.tau_syn_exc, p.tau_syn_inh];
        let p20 = current_step(p.c_m.0, p.tau_m.0, h);
        Ok(Propagator {
            p22: R::from_f64((-h / p.tau_m.0).exp()),
            p21: taus.map(|Ms(tau)| R::from_f64(decaying_current_step(p.c_m.0, p.tau_m.0, tau, h))),
            p11: taus.map(|Ms(tau)| R::from_f64((-h / tau).exp())),
            p20: R::from_f64(p20),
            drift: R::from_f64(p20 * p.i_e.0),
            threshold: Threshold::new(p.v_th, p.v_reset, p.e_l, p.reset.0, p.t_ref, clock)?,
        })
    }

    fn rest(p: &LifExpParams, variable: usize) -> f64 {
        if variable == 0 { p.e_l.0 } else { 0.0 }
    }

    fn stored(p: &LifExpParams, variable: usize, value: f64) -> f64 {
        if variable == 0 { value - p.e_l.0 } else { value }
    }

    fn observed(p: &LifExpParams, variable: usize, stored: &[f64], _: &[u32], _: f64) -> f64 {
        if variable == 0 { stored[0] + p.e_l.0 } else { stored[variable] }
    }

    #[inline(always)]
    fn advance<R: Real>(p: &Propagator<R>, frame: Frame<'_, R>) {
        let range = frame.range;
        let [v_m, i_exc, i_inh] = slices_mut(frame.variables, range.clone());
        let [refractory] = slices_mut(frame.counters, range.clone());
        let [in_exc, in_inh] = slices(frame.input, range.clone());
        let current = &frame.current[range.clone()];
        let fired = &mut frame.fired[range];
        for i in 0..v_m.len() {
            let free = p.p22 * v_m[i] + p.p21[0] * i_exc[i] + p.p21[1] * i_inh[i] + p.p20 * current[i] + p.drift;
            v_m[i] = if refractory[i] == 0 { free } else { v_m[i] };
            i_exc[i] = p.p11[0] * i_exc[i] + in_exc[i];
            i_inh[i] = p.p11[1] * i_inh[i] + in_inh[i];
            fired[i] = p.threshold.test(&mut v_m[i], &mut refractory[i]);
        }
    }

    /// Charge per arrival w τ_x (pA ms).
    fn mean_current(p: &LifExpParams, weight: f64, rate_hz: f64) -> Option<f64> {
        let tau = if weight < 0.0 { p.tau_syn_inh } else { p.tau_syn_exc };
        Some(weight * tau.0 * rate_hz * 1e-3)
    }
}
