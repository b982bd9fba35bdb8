//! `int_fire1`: NEURON's artificial cell of that name; a decaying sum of events with threshold 1.
//!
//! # Equations
//! ```text
//! between events m decays:  m(t) = m(t₀) e^{−(t − t₀)/τ_m}
//! event of summed weight w, not refractory:  m ← m + w;  m > 1: spike, refractory for t_ref, then m = 0
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
//! [Carnevale2006] chapter 10 (IntFire1).

use super::membrane::ref_steps;
use super::{Equations, Frame, ModelInfo, Output, Receptors, Variable, slices, slices_mut};
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
        parameters: IntFire1Params::TABLE,
        variables: &[Variable { symbol: "m", unit: Unit::One, doc: "decaying sum of events" }],
        counters: 2,
        receptors: Receptors::Joint,
        weight_unit: Unit::One,
        current_unit: None,
        output: Output::Spikes,
    };
    type Params = IntFire1Params;
    type Propagator<R: Real> = Propagator;

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
    fn advance<R: Real>(p: &Propagator, frame: Frame<'_, R>) {
        let range = frame.range;
        let now = frame.step as u32;
        let [m] = slices_mut(frame.variables, range.clone());
        let [last, refractory] = slices_mut(frame.counters, range.clone());
        let [input] = slices(frame.input, range.clone());
        let fired = &mut frame.fired[range];
        for i in 0..m.len() {
            fired[i] = 0;
            let silent = refractory[i] != 0;
            refractory[i] = refractory[i].saturating_sub(1);
            if silent || input[i] == R::ZERO {
                continue;
            }
            let since = f64::from(now.wrapping_sub(last[i])) * p.dt;
            m[i] = R::from_f64(m[i].to_f64() * (-since / p.tau_m).exp()) + input[i];
            last[i] = now;
            if m[i] > R::ONE {
                m[i] = R::ZERO;
                refractory[i] = p.ref_steps;
                fired[i] = 1;
            }
        }
    }

    fn mean_current(_: &IntFire1Params, _: f64, _: f64) -> Option<f64> {
        None
    }
}
