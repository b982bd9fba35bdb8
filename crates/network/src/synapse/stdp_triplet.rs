//! `stdp_triplet`: pairs and triplets of spikes, all to all.
//!
//! # Equations
//! The sending cell has a fast trace r₁ and a slow one r₂, the receiving cell o₁ and o₂; each jumps by 1 at a spike and decays. At a
//! postsynaptic spike, with o₂ just before it, and at a presynaptic one, with r₂ just before it:
//! ```text
//! w ← min(w_max, w + r₁ (A₂⁺ + A₃⁺ o₂)),     w ← max(0, w − o₁ (A₂⁻ + A₃⁻ r₂))
//! ```
//! Test: `neuropil verify` on `stdp_triplet`.
//!
//! # References
//! \[Pfister2006\] eqs. 1-4, all to all; as NEST's `stdp_triplet_synapse`.

use super::equations::SynapseInfo;
use super::timing::{Decay, Elapsed, Post, Pre, Timing};
use neuropil_core::units::Ms;
use neuropil_core::{Clock, ParameterSet};

neuropil_core::parameters! {
    /// Parameters of triplets; the defaults are those of the visual cortex, for weights around 1.
    pub struct StdpTripletParams {
        /// A2+: potentiation by a pair, in the unit of the weight
        a_plus: One = 5e-10, NonNegative;
        /// A3+: potentiation by a triplet, in the unit of the weight
        a_plus_triplet: One = 6.2e-3, NonNegative;
        /// A2-: depression by a pair, in the unit of the weight
        a_minus: One = 7e-3, NonNegative;
        /// A3-: depression by a triplet, in the unit of the weight
        a_minus_triplet: One = 2.3e-4, NonNegative;
        /// Time constant of r1
        tau_plus: Ms = 16.8, Positive;
        /// Time constant of r2
        tau_plus_triplet: Ms = 101.0, Positive;
        /// Time constant of o1
        tau_minus: Ms = 33.7, Positive;
        /// Time constant of o2
        tau_minus_triplet: Ms = 125.0, Positive;
        /// Greatest size of a weight, in its unit
        w_max: One = 1.0, Positive;
        /// The part of the delay that lies before the synapse
        axonal_delay: Ms = 0.0, NonNegative;
    }
}

/// The model; see the [module](self).
pub struct StdpTriplet {
    params: StdpTripletParams,
    /// Of r1, r2, o1 and o2.
    r_fast: Decay,
    r_slow: Decay,
    o_fast: Decay,
    o_slow: Decay,
}

impl Timing for StdpTriplet {
    const INFO: SynapseInfo = SynapseInfo {
        name: "stdp_triplet",
        title: "triplets of spikes",
        references: &["Pfister2006"],
        summary: "Spike-timing-dependent plasticity of triplets of spikes [Pfister2006]",
        parameters: StdpTripletParams::TABLE,
        variables: &[],
        third_factor: None,
    };
    type Params = StdpTripletParams;
    type Pre = [f64; 2];
    type Post = [f64; 2];
    type Own = [f64; 0];
    type Factor = [f64; 0];
    type Membrane = [f64; 0];

    fn new(params: &StdpTripletParams, clock: Clock) -> Self {
        let decay = |tau: Ms| Decay::new(tau.0, clock);
        Self {
            params: params.clone(),
            r_fast: decay(params.tau_plus),
            r_slow: decay(params.tau_plus_triplet),
            o_fast: decay(params.tau_minus),
            o_slow: decay(params.tau_minus_triplet),
        }
    }

    fn trace_pre(&self, before: Option<(&[f64; 2], Elapsed)>) -> [f64; 2] {
        // r1 and r2 just after the spike.
        before.map_or([1.0, 1.0], |([fast, slow], elapsed)| {
            [fast * self.r_fast.left(elapsed) + 1.0, slow * self.r_slow.left(elapsed) + 1.0]
        })
    }

    fn trace_post(&self, before: Option<(&[f64; 2], Elapsed)>) -> [f64; 2] {
        // o1 just after the spike, o2 just before it.
        before.map_or([1.0, 0.0], |([fast, slow], elapsed)| {
            [fast * self.o_fast.left(elapsed) + 1.0, (slow + 1.0) * self.o_slow.left(elapsed)]
        })
    }

    #[inline(always)]
    fn post(&self, size: &mut f64, _own: &mut [f64; 0], event: Post<'_, Self>) {
        if let Some([fast, _]) = event.pre {
            let p = &self.params;
            let [_, slow] = event.post;
            let r_1 = fast * self.r_fast.left(event.since_pre);
            *size = (*size + r_1 * (p.a_plus.0 + p.a_plus_triplet.0 * slow)).min(p.w_max.0);
        }
    }

    #[inline(always)]
    fn pre(&self, size: &mut f64, _own: &mut [f64; 0], event: Pre<'_, Self>) {
        if let Some([fast, _]) = event.post {
            let p = &self.params;
            let r_2 = event.pre.map_or(0.0, |[_, slow]| slow * self.r_slow.left(event.since_pre));
            let o_1 = fast * self.o_fast.left(event.since_post);
            *size = (*size - o_1 * (p.a_minus.0 + p.a_minus_triplet.0 * r_2)).max(0.0);
        }
    }
}
