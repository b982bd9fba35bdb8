//! `int_fire1`: NEURON's artificial cell of that name; a decaying sum of events with threshold 1.
//!
//! # Equations
//! ```text
//! between events m decays:  m(t) = m(t₀) e^{−(t − t₀)/τ_m}
//! event of summed weight w, not refractory:  m ← m + w;  m > 1: spike, m ← 0, refractory for t_ref
//! ```
//! Events during refractoriness are lost. Events of one step are summed before the one test, so their order does
//! not matter. The decay is applied at events only, as one factor over the whole interval. Test:
//! `int_fire1_decays_over_the_whole_interval`.
//!
//! # Numerics
//! Exact for events on the grid.
//!
//! # Departures
//! NEURON handles simultaneous events one after the other.
//!
//! # References
//! \[Carnevale2006\] chapter 10 (IntFire1).

use super::membrane::ref_steps;
use super::{Equations, Frame, ModelInfo, Output, Port, Variable};
use neuropil_core::{Clock, ClockError, ParameterSet, Real, Unit};

neuropil_core::parameters! {
    /// Parameters of `int_fire1`.
    pub struct IntFire1Params {
        /// Time constant of the decay
        tau_m: Ms = 10.0, Positive;
        /// Refractory period
        t_ref: Ms = 5.0, NonNegative;
    }
}

/// The model; see the [module](self).
pub struct IntFire1;

/// What a step needs.
pub struct Propagator {
    tau_m: f64,
    dt: f64,
    ref_steps: u32,
}

impl Equations for IntFire1 {
    const INFO: ModelInfo = ModelInfo {
        name: "int_fire1",
        summary: "decaying sum of events with threshold 1 (NEURON's IntFire1)",
        references: &["Carnevale2006"],
        parameters: IntFire1Params::TABLE,
        variables: &[Variable { symbol: "m", unit: Unit::One, doc: "decaying sum of events" }],
        derived: &[],
        counters: 2,
        ports: &[Port::only(Unit::One)],
        currents: &[],
        output: Output::Spikes,
    };
    type Params = IntFire1Params;
    type Propagator<R: Real> = Propagator;

    const STORED_AT: Option<usize> = Some(0);

    /// m is stored as it was at the last event.
    const FIXED: &'static [&'static str] = &["tau_m"];

    fn propagator<R: Real>(p: &IntFire1Params, clock: Clock) -> Result<Propagator, ClockError> {
        Ok(Propagator { tau_m: p.tau_m.0, dt: clock.dt_ms(), ref_steps: ref_steps(p.t_ref, clock)? })
    }

    fn rest(_: &IntFire1Params, _: usize) -> f64 {
        0.0
    }

    fn observed(p: &IntFire1Params, _: usize, stored: &[f64], _: &[u32], since: f64) -> f64 {
        stored[0] * (-since / p.tau_m.0).exp()
    }

    #[expect(clippy::cast_possible_truncation, reason = "intervals are differences modulo 2^32")]
    fn advance<R: Real>(p: &Propagator, frame: Frame<'_, '_, R>) -> bool {
        let now = frame.step as u32;
        frame.each_cell(
            #[inline(always)]
            |[m], [last, refractory], [input], _| {
                let silent = *refractory != 0;
                *refractory = refractory.saturating_sub(1);
                if silent || input == R::ZERO {
                    return false;
                }
                let since = f64::from(now.wrapping_sub(*last)) * p.dt;
                *m = R::from_f64(m.to_f64() * (-since / p.tau_m).exp()) + input;
                *last = now;
                let fires = *m > R::ONE;
                if fires {
                    *m = R::ZERO;
                    *refractory = p.ref_steps;
                }
                fires
            },
        )
    }

    fn mean_current(_: &IntFire1Params, _: usize, _: f64, _: f64) -> Option<f64> {
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::neuron::bench::{noise, one_cell};

    /// An event after a gap finds w e^{-gap/tau}, computed at once; and so does an observer in between. Would catch a
    /// decay that forgets the steps without events.
    #[test]
    fn int_fire1_decays_over_the_whole_interval() {
        let mut bench = one_cell("int_fire1", 0.1, &[("tau_m", 7.0)]);
        let events: Vec<(u64, f64)> = vec![(3, 0.4), (4, -0.1), (104, 0.3), (1104, 0.2), (1500, 0.7)];
        let mut now = 0;
        for &(step, weight) in &events {
            while now + 1 < step {
                bench.advance();
                now += 1;
            }
            bench.arrive(0, weight);
            assert!(!bench.advance());
            now = step;
            for at in [now, now + 1, now + 50] {
                bench.step = at;
                let past = events.iter().filter(|event| event.0 <= now);
                let expected: f64 = past.map(|(then, w)| w * (-((at - then) as f64) * 0.1 / 7.0).exp()).sum();
                assert!((bench.value(0, 0) - expected).abs() < 1e-14, "step {at}: {}", bench.value(0, 0));
            }
            bench.step = now;
        }
    }

    /// An initial value decays from t = 0 on.
    #[test]
    fn an_initial_value_decays_too() {
        let mut bench = one_cell("int_fire1", 0.1, &[("tau_m", 5.0)]);
        bench.set(0, 0, 0.8);
        for _ in 0..20 {
            bench.advance();
        }
        bench.arrive(0, 0.1);
        bench.advance();
        assert!((bench.value(0, 0) - 0.8 * (-2.1_f64 / 5.0).exp() - 0.1).abs() < 1e-14);
    }

    /// Events during refractoriness are lost for ever, the first one after it starts from 0. Would catch a sum that
    /// survives the spike.
    #[test]
    fn events_during_refractoriness_are_lost() {
        let mut bench = one_cell("int_fire1", 0.1, &[("t_ref", 0.5)]);
        bench.arrive(0, 3.5);
        assert!(bench.advance());
        for _ in 0..5 {
            bench.arrive(0, 0.9);
            assert!(!bench.advance());
            assert_eq!(bench.value(0, 0), 0.0);
        }
        bench.arrive(0, 0.9);
        assert!(!bench.advance());
        assert_eq!(bench.value(0, 0), 0.9);
    }

    /// +0.8 and +0.5 and -0.4 in one step make 0.9: no spike, though a part of them would exceed 1; a sum of exactly 1
    /// does not fire, the next number above does.
    #[test]
    fn simultaneous_events_are_summed_before_the_strict_test() {
        let mut bench = one_cell("int_fire1", 0.1, &[("t_ref", 0.0)]);
        for weight in [0.8, 0.5, -0.4] {
            bench.arrive(0, weight);
        }
        assert!(!bench.advance());
        assert!((bench.value(0, 0) - 0.9).abs() < 1e-15);
        let mut bench = one_cell("int_fire1", 0.1, &[("t_ref", 0.0)]);
        bench.arrive(0, 0.5);
        bench.arrive(0, 0.5);
        assert!(!bench.advance());
        let mut bench = one_cell("int_fire1", 0.1, &[("t_ref", 0.0)]);
        bench.arrive(0, 1.0 + f64::EPSILON);
        assert!(bench.advance());
    }

    /// A random train against an independent loop over events.
    #[test]
    fn a_random_train_follows_the_event_recursion() {
        let mut bench = one_cell("int_fire1", 0.1, &[("tau_m", 3.0), ("t_ref", 1.2)]);
        let (mut m, mut last, mut spike) = (0.0, 0, None::<u64>);
        let mut spikes = 0;
        for step in 1..=3000_u64 {
            let draw = noise(0, step);
            let weight = if draw < 0.2 { 0.1 + 3.0 * draw } else { 0.0 };
            bench.arrive(0, weight);
            let mut fires = false;
            if weight > 0.0 && spike.is_none_or(|spike| step > spike + 12) {
                m = m * (-0.1 * (step - last) as f64 / 3.0).exp() + weight;
                last = step;
                fires = m > 1.0;
                if fires {
                    (m, spike, spikes) = (0.0, Some(step), spikes + 1);
                }
            }
            assert_eq!(bench.advance(), fires, "step {step}");
            assert!((bench.value(0, 0) - m * (-0.1 * (step - last) as f64 / 3.0).exp()).abs() < 1e-14);
        }
        assert!(spikes > 20, "{spikes}");
    }
}
