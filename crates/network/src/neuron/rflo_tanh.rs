//! `rflo_tanh`: graded cell with a leak after the nonlinearity, the cell of the RFLO papers.
//!
//! # Equations
//! ```text
//! u = Σ arrivals + I,     h ← (1 − dt/τ_m) h + (dt/τ_m) tanh u
//! ```
//! h leaves the cell at every step. Test: `rflo_tanh_follows_its_recursion`.
//!
//! # Numerics
//! The recursion is the model; dt must not exceed tau_m.
//!
//! # References
//! \[Murray2019\] eqs. 1-2.

use super::{CurrentPort, Equations, Frame, Learnable, ModelInfo, Output, Port, Variable};
use neuropil_core::{Clock, ClockError, ParameterSet, Real, Unit};

neuropil_core::parameters! {
    /// Parameters of `rflo_tanh`.
    pub struct RfloTanhParams {
        /// Time constant of the leak
        tau_m: Ms = 10.0, Positive;
        /// Constant input
        i_e: One = 0.0, Any;
    }
}

/// The model; see the [module](self).
pub struct RfloTanh;

/// What a step needs.
pub struct Propagator<R> {
    rate: R,
    i_e: R,
}

impl Equations for RfloTanh {
    const INFO: ModelInfo = ModelInfo {
        name: "rflo_tanh",
        summary: "graded cell, leak after a hyperbolic tangent",
        references: &["Murray2019"],
        parameters: RfloTanhParams::TABLE,
        variables: &[
            Variable { symbol: "h", unit: Unit::One, doc: "output" },
            Variable { symbol: "u", unit: Unit::One, doc: "summed input" },
        ],
        derived: &[],
        counters: 0,
        ports: &[Port::only(Unit::One)],
        currents: &[CurrentPort::only(Unit::One)],
        output: Output::Graded(0),
    };
    type Params = RfloTanhParams;
    type Propagator<R: Real> = Propagator<R>;

    fn propagator<R: Real>(p: &RfloTanhParams, clock: Clock) -> Result<Propagator<R>, ClockError> {
        Ok(Propagator { rate: R::from_f64(clock.dt_ms() / p.tau_m.0), i_e: R::from_f64(p.i_e.0) })
    }

    fn rest(_: &RfloTanhParams, _: usize) -> f64 {
        0.0
    }

    fn advance<R: Real>(p: &Propagator<R>, frame: Frame<'_, '_, R>) -> bool {
        frame.each_cell(
            #[inline(always)]
            |[h, u], [], [input], current| {
                *u = input + current + p.i_e;
                *h = (R::ONE - p.rate) * *h + p.rate * u.tanh();
                false
            },
        )
    }

    const LEARNS: bool = true;

    fn learnable(p: &RfloTanhParams, clock: Clock) -> Option<Learnable> {
        Some(Learnable::Tanh { rate: Self::propagator::<f64>(p, clock).ok()?.rate })
    }

    fn mean_current(_: &RfloTanhParams, _: usize, _: f64, _: f64) -> Option<f64> {
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::neuron::bench::{noise, one_cell};

    /// The sum h_n = sum_k r (1 - r)^k tanh x_{n-k}, r = dt/tau, written out. Would catch an exponential leak and a leak
    /// before the nonlinearity.
    #[test]
    fn rflo_tanh_follows_its_recursion() {
        let mut bench = one_cell("rflo_tanh", 1.0, &[("tau_m", 4.0), ("i_e", 0.1)]);
        let mut outputs: Vec<f64> = Vec::new();
        for step in 1..=100 {
            let (arrival, current) = (4.0 * noise(0, step) - 2.0, noise(1, step) - 0.5);
            bench.arrive(0, arrival);
            bench.current[0] = current;
            outputs.push((arrival + current + 0.1).tanh());
            assert!(!bench.advance());
            assert!((bench.value(1, 0).tanh() - outputs[outputs.len() - 1]).abs() < 1e-14, "step {step}");
            let h: f64 = (0..).zip(outputs.iter().rev()).map(|(k, u)| 0.25 * 0.75_f64.powi(k) * u).sum();
            assert!((bench.value(0, 0) - h).abs() < 1e-14, "step {step}");
        }
    }
}
