//! `stdp_dopamine`: pairs of spikes make a synapse eligible, and dopamine changes its weight.
//!
//! # Equations
//! K₊ and K₋ are the traces of `stdp` ([`super::stdp`]). The eligibility c of a synapse jumps at a postsynaptic spike and at a
//! presynaptic one, and decays; the third factor M is followed by the dopamine n:
//! ```text
//! c ← c + A₊ K₊,     c ← c − A₋ K₋,     dc/dt = −c/τ_c
//! dn/dt = (L − n)/τ_n,     n ← n + 1/τ_n at each spike of the third factor
//! dw/dt = c (n − b),     w in [w_min, w_max]
//! ```
//! L is the level of the third factor, and 0 where it comes in spikes. n begins with the level that the run begins with.
//!
//! # Numerics
//! Exact between events. With 1/τ = 1/τ_c + 1/τ_n, over a time h from c₀ and n₀ on:
//! ```text
//! w ← w + c₀ [(L − b) τ_c (1 − e^{−h/τ_c}) + (n₀ − L) τ (1 − e^{−h/τ})]
//! ```
//! The bounds hold at every step of the grid of time: where n passes b within h, w has an extremum there, and is held at the steps before and
//! behind it. Tests: `a_reward_is_the_closed_form`, `dopamine_lazy_is_eager`, and `neuropil verify` on `stdp_dopamine`.
//!
//! # References
//! \[Izhikevich2007\] eqs. 2.1-2.3; \[Potjans2010\]; as NEST's `stdp_dopamine_synapse`.

use super::equations::SynapseInfo;
use super::third_factor::{Change, Port};
use super::timing::{Decay, Elapsed, Post, Pre, Stretch, Timing};
use neuropil_core::units::Ms;
use neuropil_core::{Clock, ParameterSet};

neuropil_core::parameters! {
    /// Parameters of plasticity by dopamine.
    pub struct StdpDopamineParams {
        /// A+: what a pair of the presynaptic spike first adds to the eligibility, in the unit of the weight
        a_plus: One = 1.0, NonNegative;
        /// A-: what a pair of the postsynaptic spike first takes from it, in the unit of the weight
        a_minus: One = 1.5, NonNegative;
        /// Time constant of the presynaptic trace
        tau_plus: Ms = 20.0, Positive;
        /// Time constant of the postsynaptic trace
        tau_minus: Ms = 20.0, Positive;
        /// Time constant of the eligibility
        tau_c: Ms = 1000.0, Positive;
        /// Time constant with which dopamine follows the third factor
        tau_n: Ms = 200.0, Positive;
        /// b: dopamine at which weights stay, 1/ms
        baseline: PerMs = 0.0, Any;
        /// Least size of a weight, in its unit
        w_min: One = 0.0, NonNegative;
        /// Greatest size of a weight, in its unit
        w_max: One = 1.0, Positive;
        /// The part of the delay that lies before the synapse
        axonal_delay: Ms = 0.0, NonNegative;
    }
}

/// The model; see the [module](self).
pub struct StdpDopamine {
    params: StdpDopamineParams,
    plus: Decay,
    minus: Decay,
    /// Of eligibility and of dopamine.
    c: Decay,
    n: Decay,
    /// 1/τ = 1/τ_c + 1/τ_n.
    tau_both: f64,
}

/// What has gone of 1.
#[inline(always)]
fn gone(elapsed_ms: f64, tau_ms: f64) -> f64 {
    -(-elapsed_ms / tau_ms).exp_m1()
}

impl StdpDopamine {
    /// n and L, some time after a change left them behind.
    fn dopamine(&self, factor: Option<(&[f64; 2], Elapsed)>) -> [f64; 2] {
        factor.map_or([0.0; 2], |([n, level], since)| [level + (n - level) * self.n.left(since), *level])
    }

    /// When n passes b, if it does so within a time.
    fn turn(&self, [n, level]: [f64; 2], within_ms: f64) -> Option<f64> {
        let (from, to) = (n - self.params.baseline.0, level - self.params.baseline.0);
        if from * to >= 0.0 {
            return None;
        }
        let at = self.params.tau_n.0 * ((from - to) / -to).ln();
        (at < within_ms).then_some(at)
    }
}

impl Timing for StdpDopamine {
    const INFO: SynapseInfo = SynapseInfo {
        name: "stdp_dopamine",
        title: "plasticity by dopamine",
        references: &["Izhikevich2007", "Potjans2010"],
        summary: "Pairs of spikes make a synapse eligible, dopamine changes its weight [Izhikevich2007]",
        parameters: StdpDopamineParams::TABLE,
        variables: &[],
        third_factor: Some(Port { name: "third_factor", doc: "dopamine, 1/ms", spikes: true, levels: true }),
    };
    const FLOWS: bool = true;
    type Params = StdpDopamineParams;
    type Pre = [f64; 1];
    type Post = [f64; 1];
    type Own = [f64; 1];
    type Factor = [f64; 2];
    type Membrane = [f64; 0];

    fn new(params: &StdpDopamineParams, clock: Clock) -> Self {
        let (tau_c, tau_n) = (params.tau_c.0, params.tau_n.0);
        let decay = |tau: Ms| Decay::new(tau.0, clock);
        Self {
            params: params.clone(),
            plus: decay(params.tau_plus),
            minus: decay(params.tau_minus),
            c: decay(params.tau_c),
            n: decay(params.tau_n),
            tau_both: tau_c * tau_n / (tau_c + tau_n),
        }
    }

    fn axonal_delay_ms(params: &StdpDopamineParams) -> f64 {
        params.axonal_delay.0
    }

    fn smallest(params: &StdpDopamineParams) -> f64 {
        params.w_min.0
    }

    fn largest(params: &StdpDopamineParams) -> f64 {
        params.w_max.0
    }

    fn trace_pre(&self, before: Option<(&[f64; 1], Elapsed)>) -> [f64; 1] {
        [before.map_or(0.0, |([k], elapsed)| k * self.plus.left(elapsed)) + 1.0]
    }

    fn trace_post(&self, before: Option<(&[f64; 1], Elapsed)>) -> [f64; 1] {
        [before.map_or(0.0, |([k], elapsed)| k * self.minus.left(elapsed)) + 1.0]
    }

    fn trace_factor(&self, before: Option<(&[f64; 2], Elapsed)>, change: Change) -> [f64; 2] {
        let [n, level] = self.dopamine(before);
        match change {
            Change::Spikes(count) => [n + count / self.params.tau_n.0, level],
            Change::Level(level) if before.is_none() => [level, level],
            Change::Level(level) => [n, level],
        }
    }

    #[inline(always)]
    fn pass(&self, size: &mut f64, [c]: &mut [f64; 1], stretch: Stretch<'_, Self>) {
        let p = &self.params;
        let (elapsed, dt_ms) = (stretch.elapsed.ms(), stretch.elapsed.dt_ms);
        if *c == 0.0 {
            return;
        }
        let [n, level] = self.dopamine(stretch.factor);
        let change = |elapsed: f64| {
            let steady = (level - p.baseline.0) * p.tau_c.0 * gone(elapsed, p.tau_c.0);
            *c * (steady + (n - level) * self.tau_both * gone(elapsed, self.tau_both))
        };
        let held = |size: f64| size.max(p.w_min.0).min(p.w_max.0);
        let mut passed = 0.0;
        if let Some(turn) = self.turn([n, level], elapsed) {
            let step = (turn / dt_ms).floor() * dt_ms;
            for until in [step, (step + dt_ms).min(elapsed)] {
                let now = change(until);
                (*size, passed) = (held(*size + (now - passed)), now);
            }
        }
        *size = held(*size + (change(elapsed) - passed));
        *c *= self.c.left(stretch.elapsed);
    }

    #[inline(always)]
    fn post(&self, _size: &mut f64, [c]: &mut [f64; 1], event: Post<'_, Self>) {
        if let Some([k]) = event.pre {
            *c += self.params.a_plus.0 * k * self.plus.left(event.since_pre);
        }
    }

    #[inline(always)]
    fn pre(&self, _size: &mut f64, [c]: &mut [f64; 1], event: Pre<'_, Self>) {
        if let Some([k]) = event.post {
            *c -= self.params.a_minus.0 * k * self.minus.left(event.since_post);
        }
    }
}
