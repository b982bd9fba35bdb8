//! `r_max`: reward that strengthens what a cell did by chance.
//!
//! # Equations
//! The receiving cell fires by chance, at a rate that grows with its potential u: ρ(u) = ρ₀ exp((u − θ)/Δ). A synapse is eligible for what its
//! cell did beside what was to be expected. x is the trace of the sending cell, which jumps by 1 at each of its spikes *as it
//! reaches the cell* and decays with τ_x; S is the train of the receiving cell:
//! ```text
//! de/dt = −e/τ_e + η x (S − ρ(u)) / Δ
//! dn/dt = (L − n)/τ_n,     n ← n + 1/τ_n at each spike of the third factor
//! dw/dt = e (n − b),       w in [w_min, w_max]
//! ```
//! For a cell that does fire at the rate ρ(u), and whose potential is raised by w x, (S − ρ) x/Δ is the derivative of the logarithm of
//! the probability of what it did. The rule then climbs the mean reward; without reward (n = b) nothing changes, and e is 0 in the mean.
//!
//! # Numerics
//! On a grid of time a cell fires in a step with probability p = 1 − exp(−ρ dt). The derivatives of ln p and of ln(1 − p) are
//! ρ dt/(exp(ρ dt) − 1) and −ρ dt over Δ, in place of 1 − ρ dt and −ρ dt: e is 0 in the mean whatever dt is. u is that of the end
//! of the step; in a step in which the cell fires, that of its beginning, since a spike may reset u. ρ dt is at most 700. Between steps
//! e, n and w are exact, as in `stdp_dopamine`. The synapse lies at the soma: there is no `axonal_delay`.
//! Tests: `of_all_that_a_cell_may_do_the_mean_eligibility_is_zero`, `r_max_lazy_is_eager`, and in a network
//! `eligibility_is_zero_in_the_mean`.
//!
//! # Departures
//! x is one exponential. In the paper it is the difference of two, the potential that a spike of the sending cell makes.
//!
//! # References
//! \[Fremaux2010\], methods (R-max).

use super::dopamine::{Constants, Dopamine};
use super::equations::SynapseInfo;
use super::third_factor::{Change, Port};
use super::timing::{Decay, Elapsed, Post, Pre, Stretch, Timing, Watched};
use neuropil_core::{Clock, ParameterSet};

neuropil_core::parameters! {
    /// Parameters of plasticity by reward of what cells do by chance.
    pub struct RMaxParams {
        /// eta: size of a step of eligibility, in the unit of the weight times mV
        learning_rate: One = 1.0, NonNegative;
        /// rho0: rate at which the cell fires at theta
        rho_0: Hz = 60.0, NonNegative;
        /// Potential at which the cell fires at rho0
        theta: Mv = -55.0, Any;
        /// Delta: potential by which the rate grows e-fold
        delta_u: Mv = 2.0, Positive;
        /// Time constant of the presynaptic trace
        tau_x: Ms = 20.0, Positive;
        /// Time constant of the eligibility
        tau_e: Ms = 500.0, Positive;
        /// Time constant with which n follows the third factor
        tau_n: Ms = 50.0, Positive;
        /// b: n at which weights stay, 1/ms
        baseline: PerMs = 0.0, Any;
        /// Least size of a weight, in its unit
        w_min: One = 0.0, NonNegative;
        /// Greatest size of a weight, in its unit
        w_max: One = 1.0, Positive;
    }
}

/// Most spikes that are expected in a step: beyond, what a cell did is impossible, and no number says how much so.
const MOST_EXPECTED: f64 = 700.0;

/// The model; see the [module](self).
pub struct RMax {
    params: RMaxParams,
    x: Decay,
    dopamine: Dopamine,
    dt_ms: f64,
}

impl RMax {
    /// ρ(u) dt.
    #[inline(always)]
    fn expected(&self, u: f64) -> f64 {
        let p = &self.params;
        (p.rho_0.0 / 1000.0 * ((u - p.theta.0) / p.delta_u.0).exp() * self.dt_ms).min(MOST_EXPECTED)
    }
}

impl Timing for RMax {
    const INFO: SynapseInfo = SynapseInfo {
        name: "r_max",
        title: "plasticity by reward of chance",
        references: &["Fremaux2010"],
        summary: "Reward strengthens what cells do by chance: R-max, eligibility of an escape rate [Fremaux2010]",
        parameters: RMaxParams::TABLE,
        variables: &[],
        third_factor: Some(Port {
            name: "third_factor",
            doc: "reward, 1/ms",
            spikes: true,
            levels: true,
            watches: false,
        }),
    };
    const FLOWS: bool = true;
    const AT_SOMA: bool = true;
    /// Every step of a cell is a moment.
    const SETTLE_MS: f64 = 10.0;
    const MOMENTS: f64 = 1.0;
    type Params = RMaxParams;
    type Pre = [f64; 1];
    /// What the cell did beside what was to be expected, over Δ.
    type Post = [f64; 1];
    type Own = [f64; 1];
    type Factor = [f64; 2];
    /// u at the end of a step and at its beginning, mV.
    type Membrane = [f64; 2];

    fn new(params: &RMaxParams, clock: Clock) -> Self {
        let (tau_c, tau_n, baseline) = (params.tau_e.0, params.tau_n.0, params.baseline.0);
        let constants = Constants { tau_c, tau_n, baseline, w_min: params.w_min.0, w_max: params.w_max.0 };
        let dt_ms = clock.dt_ms();
        Self {
            params: params.clone(),
            x: Decay::new(params.tau_x.0, clock),
            dopamine: Dopamine::new(constants, clock),
            dt_ms,
        }
    }

    fn trace_pre(&self, before: Option<(&[f64; 1], Elapsed)>) -> [f64; 1] {
        self.x.jumped(before, 1.0)
    }

    fn trace_factor(&self, before: Option<(&[f64; 2], Elapsed)>, change: Change) -> [f64; 2] {
        self.dopamine.changed(before, change)
    }

    fn low_pass(&self, before: Option<&[f64; 2]>, v_m: f64) -> [f64; 2] {
        [v_m, before.map_or(v_m, |[u, _]| *u)]
    }

    fn moment(&self, membrane: Watched<[f64; 2]>, fired: bool) -> Option<[f64; 1]> {
        let [end, beginning] = membrane.now;
        let beside = if fired {
            let expected = self.expected(beginning);
            if expected > 0.0 { expected / expected.exp_m1() } else { 1.0 }
        } else {
            -self.expected(end)
        };
        (beside != 0.0).then_some([beside / self.params.delta_u.0])
    }

    #[inline(always)]
    fn pass(&self, size: &mut f64, [e]: &mut [f64; 1], stretch: Stretch<'_, Self>) {
        self.dopamine.pass(size, e, stretch.factor, stretch.elapsed);
    }

    #[inline(always)]
    fn post(&self, _size: &mut f64, [e]: &mut [f64; 1], event: Post<'_, Self>) {
        if let Some([x]) = event.pre {
            // A spike is at the synapse a step before it reaches the cell, where x jumps; moments come behind it by a step or more.
            let since = Elapsed { steps: event.since_pre.steps.saturating_sub(1), ..event.since_pre };
            *e += self.params.learning_rate.0 * x * self.x.left(since) * event.post[0];
        }
    }

    fn pre(&self, _size: &mut f64, _own: &mut [f64; 1], _event: Pre<'_, Self>) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cell fires in every step with probability 1 − exp(−ρ(u) dt), and each of its spikes lowers u. Of all 2^10 ways in which it may go
    /// on for ten steps, by how likely each is, the mean of e is 0: to rounding, for short steps and for steps in which it nearly always fires.
    /// Would catch 1 − ρ dt in place of the derivative of ln p, and a potential of another step.
    #[test]
    fn of_all_that_a_cell_may_do_the_mean_eligibility_is_zero() {
        const STEPS: u32 = 10;
        for dt_ms in [0.1, 1.0, 20.0] {
            let params = RMaxParams::defaults();
            let model = RMax::new(&params, Clock::new(dt_ms).unwrap());
            let rate = |u: f64| 0.06 * ((u + 55.0) / 2.0).exp();
            let (mut all, mut mean, mut size) = (0.0, 0.0, 0.0);
            for way in 0..1_u32 << STEPS {
                let (mut u, mut likely, mut e, mut weight) = (-54.0, 1.0, [0.0], 0.5);
                for step in 0..STEPS {
                    let fired = way >> step & 1 == 1;
                    let none = (-rate(u) * dt_ms).exp();
                    likely *= if fired { 1.0 - none } else { none };
                    let beginning = u;
                    u -= if fired { 1.5 } else { 0.0 };
                    let now = [u, beginning];
                    let elapsed = |steps: u32| Elapsed { steps: u64::from(steps), dt_ms };
                    let stretch = Stretch { pre: None, post: None, factor: None, elapsed: elapsed(1) };
                    model.pass(&mut weight, &mut e, stretch);
                    let post = model.moment(Watched { now, earlier: now }, fired).unwrap();
                    let (pre, since_pre) = (Some(&[1.0]), elapsed(step + 1));
                    model.post(&mut weight, &mut e, Post { pre, since_pre, post: &post, first: false, factor: None });
                }
                (all, mean, size) = (all + likely, mean + likely * e[0], size + likely * e[0].abs());
            }
            assert!((all - 1.0_f64).abs() < 1e-12 && size > 1e-3, "{dt_ms} ms: {all}, {size}");
            assert!(mean.abs() < 1e-12 * size, "{dt_ms} ms: {mean} beside {size}");
        }
    }
}
