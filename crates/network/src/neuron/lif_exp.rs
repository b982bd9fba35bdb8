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
//! Exact for input on the grid \[Rotter1999\]; unconditionally stable.
//!
//! # References
//! \[Rotter1999\] eq. 3.2-3.4; \[Tsodyks2000\] for the model.

use super::membrane::{RESETS, Threshold, phi1, reset_conflict};
use super::modulation::Leaky;
use super::{
    CurrentPort, Equations, Frame, Learnable, ModelInfo, Modulation, Output, Port, Receptor, Refusal, SignRule,
    Variable,
};
use neuropil_core::units::{Ms, Mv};
use neuropil_core::{BadParameter, Clock, ClockError, ParameterSet, Real, Unit};
use std::hint::select_unpredictable;

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
        references: &["Rotter1999", "Tsodyks2000"],
        parameters: LifExpParams::TABLE,
        variables: &[
            Variable { symbol: "v_m", unit: Unit::Mv, doc: "membrane potential" },
            Variable { symbol: "i_syn_exc", unit: Unit::Pa, doc: "excitatory synaptic current" },
            Variable { symbol: "i_syn_inh", unit: Unit::Pa, doc: "inhibitory synaptic current" },
        ],
        derived: &[],
        counters: 1,
        ports: &[Port::exc(Unit::Pa, Some(1)), Port::inh(Unit::Pa, SignRule::Negative, Some(2))],
        currents: &[CurrentPort::only(Unit::Pa)],
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
    fn advance<R: Real>(p: &Propagator<R>, frame: Frame<'_, '_, R>) -> bool {
        frame.each_cell(
            #[inline(always)]
            |[v_m, i_exc, i_inh], [refractory], [], current| {
                let free = p.p22 * *v_m + p.p21[0] * *i_exc + p.p21[1] * *i_inh + p.p20 * current + p.drift;
                *v_m = select_unpredictable(*refractory == 0, free, *v_m);
                *i_exc = p.p11[0] * *i_exc;
                *i_inh = p.p11[1] * *i_inh;
                p.threshold.test(v_m, refractory)
            },
        )
    }

    const LEARNS: bool = true;

    fn learnable(p: &LifExpParams, clock: Clock) -> Option<Learnable> {
        let own = Self::propagator::<f64>(p, clock).ok()?;
        let Threshold { v_th, v_reset, by_subtraction, .. } = own.threshold;
        let receptors = Some(std::array::from_fn(|x| Receptor { decay: own.p11[x], p21: own.p21[x] }));
        (!by_subtraction).then_some(Learnable::Clamped { alpha: own.p22, v_th, v_reset, receptors })
    }

    fn modulated<R: Real>(p: &LifExpParams, by: &Modulation, clock: Clock) -> Result<Propagator<R>, Refusal> {
        let mut own = Self::propagator(&modulated(p, by)?, clock).expect("the durations are those of the cell");
        own.p21[0] *= R::from_f64(by.gain);
        Ok(own)
    }

    fn without_threshold(p: &LifExpParams) -> Option<LifExpParams> {
        Some(LifExpParams { v_th: Mv(f64::MAX), ..p.clone() })
    }

    /// Charge per arrival w τ_x (pA ms).
    fn mean_current(p: &LifExpParams, port: usize, weight: f64, rate_hz: f64) -> Option<f64> {
        let tau = [p.tau_syn_exc, p.tau_syn_inh][port];
        Some(weight * tau.0 * rate_hz * 1e-3)
    }
}

/// The parameters under a modulation.
fn modulated(p: &LifExpParams, by: &Modulation) -> Result<LifExpParams, Refusal> {
    let mut own = p.clone();
    let (tau_m, v_th, i_e) = (&mut own.tau_m, &mut own.v_th, &mut own.i_e);
    Leaky { c_m: p.c_m.0, e_l: p.e_l, tau_m, v_th, i_e }.modulate(by);
    let faults = own.out_of_range().into_iter().chain(reset_conflict(own.v_reset, own.v_th));
    faults.map(Refusal::Parameter).next().map_or(Ok(own), Err)
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
        if tau_syn == TAU_M {
            return t * (-t / TAU_M).exp() / C_M;
        }
        if (tau_syn - TAU_M).abs() > 1.0 {
            let factor = TAU_M * tau_syn / (TAU_M - tau_syn) / C_M;
            return factor * ((-t / TAU_M).exp() - (-t / tau_syn).exp());
        }
        integral(0.0, t, |s| (-s / tau_syn).exp() * (-(t - s) / TAU_M).exp()) / C_M
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
        let mut bench = one_cell("lif_exp", dt, &given);
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

    /// The largest value of the PSP of one arrival and its time, sampled every `dt`.
    fn peak(dt: f64, given: &[(&str, f64)], weight: f64) -> (f64, f64) {
        let clock = Clock::new(dt).unwrap();
        let mut bench = one_cell("lif_exp", dt, given);
        bench.arrive(0, weight);
        bench.advance();
        let mut best = (0.0, 0.0);
        for step in 1..=clock.steps(30.0).unwrap() {
            bench.advance();
            if (bench.value(0, 0) + 70.0).abs() > f64::abs(best.1) {
                best = (clock.time_ms(step), bench.value(0, 0) + 70.0);
            }
        }
        best
    }

    /// Peak after ln(tau_m/tau_syn) / (1/tau_syn - 1/tau_m) of height (w tau_syn/C) (tau_syn/tau_m)^{tau_syn/(tau_m - tau_syn)}
    /// (derivative set to 0 by hand). Would catch a PSP of the right shape in the wrong unit.
    #[test]
    fn psp_peaks_at_its_time_and_height() {
        for (tau_syn, weight) in [(2.0, 100.0), (0.5, 87.8), (5.0, -300.0)] {
            let given = [("c_m", C_M), ("tau_m", TAU_M), ("tau_syn_exc", tau_syn), ("tau_syn_inh", tau_syn)];
            let (time, height) = peak(0.01, &given, weight);
            let expected_time = (TAU_M / tau_syn).ln() / (1.0 / tau_syn - 1.0 / TAU_M);
            let expected = weight * tau_syn / C_M * (tau_syn / TAU_M).powf(tau_syn / (TAU_M - tau_syn));
            assert!((time - expected_time).abs() <= 0.01, "{tau_syn}: {time} instead of {expected_time}");
            assert!((height / expected - 1.0).abs() < 1e-4, "{tau_syn}: {height} instead of {expected}");
        }
    }

    /// Currents keep decaying and summing while the membrane is held. Would catch a model that freezes everything.
    #[test]
    fn currents_arrive_during_refractoriness() {
        let mut bench = one_cell("lif_exp", 0.1, &[("t_ref", 1.0), ("tau_syn_exc", 2.0)]);
        bench.set(0, 0, -50.0);
        assert!(bench.advance());
        bench.arrive(0, 100.0);
        bench.advance();
        for _ in 0..9 {
            bench.advance();
            assert_eq!(bench.value(0, 0), -70.0);
        }
        assert!((bench.value(1, 0) - 100.0 * (-0.9_f64 / 2.0).exp()).abs() < 1e-12);
        bench.advance();
        assert!(bench.value(0, 0) > -70.0);
    }
}
