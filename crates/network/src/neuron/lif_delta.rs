//! `lif_delta`: leaky integrate-and-fire whose arrivals move the membrane at once, integrated exactly.
//!
//! # Equations
//! ```text
//! dv_m/dt = −(v_m − E_L)/τ_m + I/C_m,     arrival of weight w (mV):  v_m ← v_m + w
//! v_m ≥ v_th and not refractory:  spike, v_m ← v_reset (or v_m − (v_th − v_reset)), held for t_ref
//! ```
//! Exact update over a step h with I constant, u = v_m − E_L:
//! ```text
//! u ← e^{−h/τ_m} u + τ_m (1 − e^{−h/τ_m}) I / C_m + Σ w,     then the test
//! ```
//! Arrivals during refractoriness are lost. Test: `subthreshold_matches_the_closed_form`.
//!
//! # Numerics
//! Exact for input on the grid; unconditionally stable.
//!
//! # References
//! \[Brunel2000\] model A; \[Rotter1999\].

use super::lif_exp::current_step;
use super::membrane::{RESETS, Threshold, reset_conflict};
use super::modulation::Leaky;
use super::{CurrentPort, Equations, Frame, Learnable, ModelInfo, Modulation, Output, Port, Refusal, Variable};
use neuropil_core::units::Mv;
use neuropil_core::{BadParameter, Clock, ClockError, ParameterSet, Real, Unit};
use std::hint::select_unpredictable;

neuropil_core::parameters! {
    /// Parameters of `lif_delta`.
    pub struct LifDeltaParams {
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
        /// Constant current
        i_e: Pa = 0.0, Any;
        /// Reset to v_reset, or by subtraction of v_th - v_reset
        reset: One = 0.0, Choice(RESETS);
    }
}

/// The model; see the [module](self).
pub struct LifDelta;

/// What a step needs.
pub struct Propagator<R> {
    p22: R,
    p20: R,
    drift: R,
    threshold: Threshold<R>,
}

impl Equations for LifDelta {
    const INFO: ModelInfo = ModelInfo {
        name: "lif_delta",
        summary: "leaky integrate-and-fire, arrivals jump the membrane",
        references: &["Brunel2000", "Rotter1999"],
        parameters: LifDeltaParams::TABLE,
        variables: &[Variable { symbol: "v_m", unit: Unit::Mv, doc: "membrane potential" }],
        derived: &[],
        counters: 1,
        ports: &[Port::only(Unit::Mv)],
        currents: &[CurrentPort::only(Unit::Pa)],
        output: Output::Spikes,
    };
    type Params = LifDeltaParams;
    type Propagator<R: Real> = Propagator<R>;

    fn conflicts(p: &LifDeltaParams) -> Vec<BadParameter> {
        reset_conflict(p.v_reset, p.v_th)
    }

    fn propagator<R: Real>(p: &LifDeltaParams, clock: Clock) -> Result<Propagator<R>, ClockError> {
        let h = clock.dt_ms();
        let p20 = current_step(p.c_m.0, p.tau_m.0, h);
        Ok(Propagator {
            p22: R::from_f64((-h / p.tau_m.0).exp()),
            p20: R::from_f64(p20),
            drift: R::from_f64(p20 * p.i_e.0),
            threshold: Threshold::new(p.v_th, p.v_reset, p.e_l, p.reset.0, p.t_ref, clock)?,
        })
    }

    fn rest(p: &LifDeltaParams, _: usize) -> f64 {
        p.e_l.0
    }

    fn stored(p: &LifDeltaParams, _: usize, value: f64) -> f64 {
        value - p.e_l.0
    }

    fn observed(p: &LifDeltaParams, _: usize, stored: &[f64], _: &[u32], _: f64) -> f64 {
        stored[0] + p.e_l.0
    }

    #[inline(always)]
    fn advance<R: Real>(p: &Propagator<R>, frame: Frame<'_, '_, R>) -> bool {
        frame.each_cell(
            #[inline(always)]
            |[v_m], [refractory], [input], current| {
                let free = p.p22 * *v_m + p.p20 * current + p.drift + input;
                *v_m = select_unpredictable(*refractory == 0, free, *v_m);
                p.threshold.test(v_m, refractory)
            },
        )
    }

    const LEARNS: bool = true;

    fn learnable(p: &LifDeltaParams, clock: Clock) -> Option<Learnable> {
        let own = Self::propagator::<f64>(p, clock).ok()?;
        let Threshold { v_th, v_reset, by_subtraction, .. } = own.threshold;
        let receptors = None;
        (!by_subtraction).then_some(Learnable::Clamped { alpha: own.p22, v_th, v_reset, receptors })
    }

    /// Arrivals of both signs are one sum, so that those of one sign have no gain.
    fn modulated<R: Real>(p: &LifDeltaParams, by: &Modulation, clock: Clock) -> Result<Propagator<R>, Refusal> {
        if by.gain != 1.0 {
            return Err(Refusal::Effect { model: Self::INFO.name, effect: "the gain of excitatory input" });
        }
        Ok(Self::propagator(&modulated(p, by)?, clock).expect("the durations are those of the cell"))
    }

    fn without_threshold(p: &LifDeltaParams) -> Option<LifDeltaParams> {
        Some(LifDeltaParams { v_th: Mv(f64::MAX), ..p.clone() })
    }

    /// A train of jumps w at rate r is a current C_m w r (pF mV / ms = pA).
    fn mean_current(p: &LifDeltaParams, _: usize, weight: f64, rate_hz: f64) -> Option<f64> {
        Some(p.c_m.0 * weight * rate_hz * 1e-3)
    }
}

/// The parameters under a modulation.
fn modulated(p: &LifDeltaParams, by: &Modulation) -> Result<LifDeltaParams, Refusal> {
    let mut own = p.clone();
    let (tau_m, v_th, i_e) = (&mut own.tau_m, &mut own.v_th, &mut own.i_e);
    Leaky { c_m: p.c_m.0, e_l: p.e_l, tau_m, v_th, i_e }.modulate(by);
    let faults = own.out_of_range().into_iter().chain(reset_conflict(own.v_reset, own.v_th));
    faults.map(Refusal::Parameter).next().map_or(Ok(own), Err)
}

#[cfg(test)]
mod tests {
    use crate::neuron::bench::one_cell;
    use neuropil_core::Clock;

    /// u(t) = R I (1 - e^{-t/tau}) of the constant current, the same from 5 to 12 ms of the injected one, and
    /// w e^{-(t - t_w)/tau} of each arrival. Would catch a step that is not exact, or exact for one dt only.
    #[test]
    fn subthreshold_matches_the_closed_form() {
        let tau: f64 = 12.0;
        let resistance = tau / 200.0;
        let charge = |t: f64| if t > 0.0 { resistance * (1.0 - (-t / tau).exp()) } else { 0.0 };
        let jump = |t: f64| if t > -1e-9 { (-t / tau).exp() } else { 0.0 };
        for dt in [0.05, 0.1, 0.5] {
            let clock = Clock::new(dt).unwrap();
            let given = [("tau_m", tau), ("c_m", 200.0), ("e_l", -65.0), ("v_th", 1000.0), ("i_e", 30.0)];
            let mut bench = one_cell("lif_delta", dt, &given);
            for step in 1..=clock.steps(40.0).unwrap() {
                let t = clock.time_ms(step);
                bench.current[0] = if t > 5.0 + 1e-9 && t < 12.0 + 1e-9 { 50.0 } else { 0.0 };
                if step == clock.steps(3.0).unwrap() {
                    bench.arrive(0, 4.0);
                    bench.arrive(0, -1.5);
                }
                if step == clock.steps(7.0).unwrap() {
                    bench.arrive(0, -3.0);
                }
                bench.advance();
                let injected = 50.0 * (charge(t - 5.0) - charge(t - 12.0));
                let expected = -65.0 + 30.0 * charge(t) + injected + 2.5 * jump(t - 3.0) - 3.0 * jump(t - 7.0);
                assert!((bench.value(0, 0) - expected).abs() < 1e-11, "dt {dt}, t {t}: {}", bench.value(0, 0));
            }
        }
    }

    /// Arrivals while the membrane is held have no effect, the one in the first free step has. Would catch arrivals
    /// that are kept for later, or lost a step too long.
    #[test]
    fn arrivals_during_refractoriness_are_lost() {
        let mut bench = one_cell("lif_delta", 0.1, &[("t_ref", 0.3)]);
        bench.arrive(0, 16.0);
        assert!(bench.advance());
        for _ in 0..3 {
            bench.arrive(0, 20.0);
            assert!(!bench.advance());
            assert_eq!(bench.value(0, 0), -70.0);
        }
        bench.arrive(0, 2.0);
        bench.advance();
        assert_eq!(bench.value(0, 0), -68.0);
    }

    /// v_m >= v_th fires, without t_ref in every step. Would catch a strict comparison.
    #[test]
    fn the_threshold_itself_fires() {
        let mut bench = one_cell("lif_delta", 0.1, &[("t_ref", 0.0)]);
        for _ in 0..3 {
            bench.arrive(0, 15.0);
            assert!(bench.advance());
        }
        bench.arrive(0, 14.999_999);
        assert!(!bench.advance());
    }
}
