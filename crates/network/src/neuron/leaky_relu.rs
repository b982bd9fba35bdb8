//! `leaky_relu`: graded cell with a leak before a rectifier, the rate cell of the ModProp tasks.
//!
//! # Equations
//! ```text
//! s ← η s + g (Σ arrivals + I),     z = max(0, s − θ),     η = e^{−dt/τ_m}
//! ```
//! `input_scaling` chooses g = 1 − η (`one_minus_alpha`) or 1 (`unit`); `input_gain` multiplies it once more. z leaves the cell at every step. Test: `leaky_relu_follows_its_recursion`.
//!
//! # References
//! \[Liu2022\] section 4 (rate networks).

use super::{CurrentPort, Equations, Frame, Learnable, ModelInfo, Output, Port, Variable};
use neuropil_core::{Clock, ClockError, ParameterSet, Real, Unit};

neuropil_core::parameters! {
    /// Parameters of `leaky_relu`.
    pub struct LeakyReluParams {
        /// Time constant of the leak
        tau_m: Ms = 20.0, Positive;
        /// Threshold of the rectifier
        theta: One = 0.0, Any;
        /// Constant input
        i_e: One = 0.0, Any;
        /// What multiplies arrivals
        input_scaling: One = 0.0, Choice(&["one_minus_alpha", "unit"]);
        /// Another factor to arrivals
        input_gain: One = 1.0, Any;
    }
}

/// The model; see the [module](self).
pub struct LeakyRelu;

/// What a step needs.
pub struct Propagator<R> {
    eta: R,
    g: R,
    theta: R,
    i_e: R,
}

impl Equations for LeakyRelu {
    const INFO: ModelInfo = ModelInfo {
        name: "leaky_relu",
        summary: "graded cell, leak before a rectifier",
        references: &["Liu2022"],
        parameters: LeakyReluParams::TABLE,
        variables: &[
            Variable { symbol: "s", unit: Unit::One, doc: "leaky sum of arrivals" },
            Variable { symbol: "z", unit: Unit::One, doc: "output" },
        ],
        derived: &[],
        counters: 0,
        ports: &[Port::only(Unit::One)],
        currents: &[CurrentPort::only(Unit::One)],
        output: Output::Graded(1),
    };
    type Params = LeakyReluParams;
    type Propagator<R: Real> = Propagator<R>;

    fn propagator<R: Real>(p: &LeakyReluParams, clock: Clock) -> Result<Propagator<R>, ClockError> {
        let eta = (-clock.dt_ms() / p.tau_m.0).exp();
        Ok(Propagator {
            eta: R::from_f64(eta),
            g: R::from_f64(p.input_gain.0 * if p.input_scaling.0 == 1.0 { 1.0 } else { 1.0 - eta }),
            theta: R::from_f64(p.theta.0),
            i_e: R::from_f64(p.i_e.0),
        })
    }

    fn rest(_: &LeakyReluParams, _: usize) -> f64 {
        0.0
    }

    #[inline(always)]
    fn advance<R: Real>(p: &Propagator<R>, frame: Frame<'_, '_, R>) -> bool {
        frame.each_cell(
            #[inline(always)]
            |[s, z], [], [input], current| {
                *s = p.eta * *s + p.g * (input + current + p.i_e);
                let above = *s - p.theta;
                *z = if above > R::ZERO { above } else { R::ZERO };
                false
            },
        )
    }

    const LEARNS: bool = true;

    fn learnable(p: &LeakyReluParams, clock: Clock) -> Option<Learnable> {
        let Propagator { eta, g, theta, .. } = Self::propagator::<f64>(p, clock).ok()?;
        Some(Learnable::Rectified { alpha: eta, g, theta })
    }

    fn mean_current(_: &LeakyReluParams, _: usize, _: f64, _: f64) -> Option<f64> {
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::neuron::bench::{noise, one_cell};

    /// The sum s_n = sum_k g eta^k x_{n-k} written out, and its rectification, for both scalings. Would catch a gain of
    /// the other convention, an input of the step before, and a threshold on the wrong side.
    #[test]
    fn leaky_relu_follows_its_recursion() {
        let (tau, theta, i_e) = (5.0, 0.05, 0.02);
        let eta = (-0.5_f64 / tau).exp();
        for (scaling, g, weight) in [(0.0, 0.7 * (1.0 - eta), 1.0), (1.0, 0.7, 0.1)] {
            let given =
                [("tau_m", tau), ("theta", theta), ("i_e", i_e), ("input_scaling", scaling), ("input_gain", 0.7)];
            let mut bench = one_cell("leaky_relu", 0.5, &given);
            let mut inputs = Vec::new();
            let mut silent = 0;
            for step in 1..=100 {
                let (arrival, current) = (weight * (noise(0, step) - 0.5), weight * (0.5 * noise(1, step) - 0.2));
                bench.arrive(0, arrival);
                bench.current[0] = current;
                inputs.push(arrival + current + i_e);
                assert!(!bench.advance());
                let s: f64 = (0..).zip(inputs.iter().rev()).map(|(k, x)| g * eta.powi(k) * x).sum();
                assert!((bench.value(0, 0) - s).abs() < 1e-14, "step {step}");
                assert!((bench.value(1, 0) - (s - theta).max(0.0)).abs() < 1e-14, "step {step}");
                silent += usize::from(bench.value(1, 0) == 0.0);
            }
            assert!((1..=99).contains(&silent), "both sides of the rectifier: {silent} silent steps");
        }
    }
}
