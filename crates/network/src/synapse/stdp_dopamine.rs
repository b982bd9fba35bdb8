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

use super::dopamine::{Constants, Dopamine};
use super::equations::SynapseInfo;
use super::third_factor::{Change, Port};
use super::timing::{Decay, Elapsed, Post, Pre, Stretch, Timing};
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
    a_plus: f64,
    a_minus: f64,
    plus: Decay,
    minus: Decay,
    dopamine: Dopamine,
}

impl Timing for StdpDopamine {
    const INFO: SynapseInfo = SynapseInfo {
        name: "stdp_dopamine",
        title: "plasticity by dopamine",
        references: &["Izhikevich2007", "Potjans2010"],
        summary: "Pairs of spikes make a synapse eligible, dopamine changes its weight [Izhikevich2007]",
        parameters: StdpDopamineParams::TABLE,
        variables: &[],
        third_factor: Some(Port {
            name: "third_factor",
            doc: "dopamine, 1/ms",
            spikes: true,
            levels: true,
            watches: false,
        }),
    };
    const FLOWS: bool = true;
    type Params = StdpDopamineParams;
    type Pre = [f64; 1];
    type Post = [f64; 1];
    type Own = [f64; 1];
    type Factor = [f64; 2];
    type Membrane = [f64; 0];

    fn new(params: &StdpDopamineParams, clock: Clock) -> Self {
        let (tau_c, tau_n, baseline) = (params.tau_c.0, params.tau_n.0, params.baseline.0);
        let constants = Constants { tau_c, tau_n, baseline, w_min: params.w_min.0, w_max: params.w_max.0 };
        Self {
            a_plus: params.a_plus.0,
            a_minus: params.a_minus.0,
            plus: Decay::new(params.tau_plus.0, clock),
            minus: Decay::new(params.tau_minus.0, clock),
            dopamine: Dopamine::new(constants, clock),
        }
    }

    fn trace_pre(&self, before: Option<(&[f64; 1], Elapsed)>) -> [f64; 1] {
        self.plus.jumped(before, 1.0)
    }

    fn trace_post(&self, before: Option<(&[f64; 1], Elapsed)>) -> [f64; 1] {
        self.minus.jumped(before, 1.0)
    }

    fn trace_factor(&self, before: Option<(&[f64; 2], Elapsed)>, change: Change) -> [f64; 2] {
        self.dopamine.changed(before, change)
    }

    #[inline(always)]
    fn pass(&self, size: &mut f64, [c]: &mut [f64; 1], stretch: Stretch<'_, Self>) {
        self.dopamine.pass(size, c, stretch.factor, stretch.elapsed);
    }

    #[inline(always)]
    fn post(&self, _size: &mut f64, [c]: &mut [f64; 1], event: Post<'_, Self>) {
        if let Some([k]) = event.pre {
            *c += self.a_plus * k * self.plus.left(event.since_pre);
        }
    }

    #[inline(always)]
    fn pre(&self, _size: &mut f64, [c]: &mut [f64; 1], event: Pre<'_, Self>) {
        if let Some([k]) = event.post {
            *c -= self.a_minus * k * self.minus.left(event.since_post);
        }
    }
}
