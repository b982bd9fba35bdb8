//! `alif`: dimensionless leaky integrate-and-fire with adaptive threshold, the cell of the e-prop tasks.
//!
//! # Equations
//! Discrete, with all state 0 before the first step (β = 0 is plain LIF):
//! ```text
//! a ← ρ a + g_a z⁻,     v_m ← α v_m + g (Σ arrivals + I) − v_th z⁻,     A = v_th + β a
//! z = 1 if v_m > A and not refractory, else 0;      α = e^{−dt/τ_m},   ρ = e^{−dt/τ_a},   z⁻ = z of the step before
//! ```
//! During refractory steps v_m keeps integrating, and may exceed A; z = 0. The reset subtracts the baseline v_th.
//! `input_scaling` chooses g = 1 (`unit`) or 1 − α (`one_minus_alpha`), `adaptation_scaling` chooses g_a = 1 or
//! 1 − ρ; with the latter β is larger by 1/(1 − ρ). `input_gain` and `adaptation_gain` multiply g and g_a once more, for
//! cells whose gains follow neither convention. Test: `alif_follows_its_recursion`.
//!
//! # Numerics
//! The recursion is the model; v_m and a are held before the reset of the next step, as in the equations.
//!
//! # References
//! \[Bellec2020\] eqs. 6-8 (g = 1, g_a = 1); \[Bellec2018\], \[Liu2021\] (1 − α, 1 − ρ).

use super::membrane::ref_steps;
use super::{CurrentPort, Equations, Frame, Learnable, ModelInfo, Output, Port, Variable};
use neuropil_core::{Clock, ClockError, ParameterSet, Real, Unit};

neuropil_core::parameters! {
    /// Parameters of `alif`.
    pub struct AlifParams {
        /// Membrane time constant
        tau_m: Ms = 20.0, Positive;
        /// Time constant of the threshold's adaptation
        tau_a: Ms = 2000.0, Positive;
        /// Baseline threshold
        v_th: One = 0.6, Positive;
        /// Strength of the adaptation; 0 is plain LIF
        beta: One = 0.0, NonNegative;
        /// Silent time after a spike
        t_ref: Ms = 0.0, NonNegative;
        /// Constant input
        i_e: One = 0.0, Any;
        /// What multiplies arrivals
        input_scaling: One = 0.0, Choice(&["unit", "one_minus_alpha"]);
        /// What multiplies a spike in the adaptation
        adaptation_scaling: One = 0.0, Choice(&["unit", "one_minus_rho"]);
        /// Another factor to arrivals
        input_gain: One = 1.0, Any;
        /// Another factor to a spike in the adaptation
        adaptation_gain: One = 1.0, Any;
    }
}

/// The model; see the [module](self).
pub struct Alif;

/// What a step needs.
pub struct Propagator<R> {
    alpha: R,
    rho: R,
    g: R,
    g_a: R,
    v_th: R,
    beta: R,
    i_e: R,
    ref_steps: u32,
}

impl Equations for Alif {
    const INFO: ModelInfo = ModelInfo {
        name: "alif",
        summary: "dimensionless leaky integrate-and-fire with adaptive threshold",
        references: &["Bellec2020", "Bellec2018", "Liu2021"],
        parameters: AlifParams::TABLE,
        variables: &[
            Variable { symbol: "v_m", unit: Unit::One, doc: "membrane" },
            Variable { symbol: "a", unit: Unit::One, doc: "adaptation" },
            Variable { symbol: "z", unit: Unit::One, doc: "1 in the step of a spike" },
        ],
        derived: &[],
        counters: 1,
        ports: &[Port::only(Unit::One)],
        currents: &[CurrentPort::only(Unit::One)],
        output: Output::Spikes,
    };
    type Params = AlifParams;
    type Propagator<R: Real> = Propagator<R>;

    fn propagator<R: Real>(p: &AlifParams, clock: Clock) -> Result<Propagator<R>, ClockError> {
        let decay = |tau: f64| (-clock.dt_ms() / tau).exp();
        let (alpha, rho) = (decay(p.tau_m.0), decay(p.tau_a.0));
        Ok(Propagator {
            alpha: R::from_f64(alpha),
            rho: R::from_f64(rho),
            g: R::from_f64(p.input_gain.0 * if p.input_scaling.0 == 1.0 { 1.0 - alpha } else { 1.0 }),
            g_a: R::from_f64(p.adaptation_gain.0 * if p.adaptation_scaling.0 == 1.0 { 1.0 - rho } else { 1.0 }),
            v_th: R::from_f64(p.v_th.0),
            beta: R::from_f64(p.beta.0),
            i_e: R::from_f64(p.i_e.0),
            ref_steps: ref_steps(p.t_ref, clock)?,
        })
    }

    fn rest(_: &AlifParams, _: usize) -> f64 {
        0.0
    }

    #[inline(always)]
    fn advance<R: Real>(p: &Propagator<R>, frame: Frame<'_, '_, R>) -> bool {
        frame.each_cell(
            #[inline(always)]
            |[v_m, a, z], [refractory], [input], current| {
                *a = p.rho * *a + p.g_a * *z;
                *v_m = p.alpha * *v_m + p.g * (input + current + p.i_e) - p.v_th * *z;
                let fires = (*v_m > p.v_th + p.beta * *a) & (*refractory == 0);
                *z = if fires { R::ONE } else { R::ZERO };
                *refractory = if fires { p.ref_steps } else { refractory.saturating_sub(1) };
                fires
            },
        )
    }

    const LEARNS: bool = true;

    fn learnable(p: &AlifParams, clock: Clock) -> Option<Learnable> {
        let own = Self::propagator::<f64>(p, clock).ok()?;
        let Propagator { alpha, rho, g, g_a, v_th, beta, .. } = own;
        Some(Learnable::Adaptive { alpha, g, v_th, beta, rho, g_a })
    }

    /// An arrival counts for one step of the recursion, whose length the parameters do not know.
    fn mean_current(_: &AlifParams, _: usize, _: f64, _: f64) -> Option<f64> {
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::neuron::bench::{noise, one_cell};

    /// The equations of \[Bellec2020\] eqs. 6-8 as a scalar loop with its own gains, for all four scalings and several
    /// silent times. Would catch an adaptation or a reset that comes a step early or late, and a membrane that is held.
    #[test]
    fn alif_follows_its_recursion() {
        let (tau_m, tau_a, v_th, beta, i_e) = (20.0, 60.0, 0.6, 0.3, 0.01);
        for (input_scaling, adaptation_scaling) in [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)] {
            for silent in [0_u64, 1, 4] {
                let given = [
                    ("tau_m", tau_m),
                    ("tau_a", tau_a),
                    ("v_th", v_th),
                    ("beta", beta),
                    ("t_ref", silent as f64),
                    ("i_e", i_e),
                    ("input_scaling", input_scaling),
                    ("adaptation_scaling", adaptation_scaling),
                    ("input_gain", 0.9),
                    ("adaptation_gain", 1.3),
                ];
                let mut bench = one_cell("alif", 1.0, &given);
                let (alpha, rho) = ((-1.0_f64 / tau_m).exp(), (-1.0_f64 / tau_a).exp());
                let strength = if input_scaling == 1.0 { 20.0 } else { 1.0 };
                let (mut v, mut a, mut z, mut last) = (0.0, 0.0, 0.0, None);
                let (mut spikes, mut suppressed) = (0, 0);
                for step in 1..=400_u64 {
                    let (arrival, current) = (strength * noise(0, step), 0.5 * strength * noise(1, step));
                    let x = arrival + current + i_e;
                    a = rho * a + 1.3 * if adaptation_scaling == 1.0 { (1.0 - rho) * z } else { z };
                    v = alpha * v + 0.9 * if input_scaling == 1.0 { (1.0 - alpha) * x } else { x } - v_th * z;
                    let free = last.is_none_or(|last| step - last > silent);
                    let above = v > v_th + beta * a;
                    z = if above && free { 1.0 } else { 0.0 };
                    if z == 1.0 {
                        last = Some(step);
                        spikes += 1;
                    } else if above {
                        suppressed += 1;
                    }

                    bench.arrive(0, arrival);
                    bench.current[0] = current;
                    assert_eq!(bench.advance(), z == 1.0, "step {step}, {given:?}");
                    let found = [bench.value(0, 0), bench.value(1, 0), bench.value(2, 0)];
                    let close = found.iter().zip([v, a, z]).all(|(found, expected)| (found - expected).abs() < 1e-12);
                    assert!(close, "step {step}: {found:?} instead of {:?}", [v, a, z]);
                }
                assert!(spikes > 10, "{spikes} spikes, {given:?}");
                assert!(silent == 0 || suppressed > 0, "refractoriness never mattered, {given:?}");
            }
        }
    }

    /// v_m = A does not fire. Would catch >= (the models in mV have it).
    #[test]
    fn the_threshold_is_strict() {
        let mut bench = one_cell("alif", 1.0, &[("v_th", 0.5)]);
        bench.arrive(0, 0.5);
        assert!(!bench.advance());
        assert_eq!(bench.value(0, 0), 0.5);
    }
}
