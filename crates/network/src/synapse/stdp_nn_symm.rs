//! `stdp_nn_symm`: every spike pairs with the last one of the other side.
//!
//! # Equations
//! As of `stdp` ([`super::stdp`]), with K₊ = e^{−Δ/τ₊} of the time Δ since the last presynaptic spike, and K₋ = e^{−Δ/τ₋} of the
//! time since the last postsynaptic spike before.
//!
//! # Departures from the paper
//! Before the first presynaptic spike, one at time 0 is counted, as in NEST. Test: `neuropil verify` on `stdp_nn_symm`.
//!
//! # References
//! \[Morrison2008\] figure 7B; as NEST's `stdp_nn_symm_synapse`.

use super::equations::SynapseInfo;
use super::stdp::{StdpParams, Steps};
use super::timing::{Elapsed, Post, Pre, Timing};
use neuropil_core::{Clock, ParameterSet};

/// The model; see the [module](self).
pub struct StdpNnSymm {
    steps: Steps,
}

impl Timing for StdpNnSymm {
    const INFO: SynapseInfo = SynapseInfo {
        name: "stdp_nn_symm",
        title: "spike-timing-dependent plasticity of nearest spikes",
        references: &["Morrison2008"],
        summary: "Spike-timing-dependent plasticity: each spike with the last of the other side [Morrison2008]",
        parameters: StdpParams::TABLE,
        variables: &[],
        third_factor: None,
    };
    type Params = StdpParams;
    type Pre = [f64; 0];
    type Post = [f64; 0];
    type Own = [f64; 0];
    type Factor = [f64; 0];
    type Membrane = [f64; 0];

    fn new(params: &StdpParams, clock: Clock) -> Self {
        Self { steps: Steps::new(params, clock) }
    }

    fn trace_pre(&self, _before: Option<(&[f64; 0], Elapsed)>) -> [f64; 0] {
        []
    }

    fn trace_post(&self, _before: Option<(&[f64; 0], Elapsed)>) -> [f64; 0] {
        []
    }

    #[inline(always)]
    fn post(&self, size: &mut f64, _own: &mut [f64; 0], event: Post<'_, Self>) {
        *size = self.steps.potentiate(*size, self.steps.decay_pre(event.since_pre));
    }

    #[inline(always)]
    fn pre(&self, size: &mut f64, _own: &mut [f64; 0], event: Pre<'_, Self>) {
        if event.post.is_some() {
            *size = self.steps.depress(*size, self.steps.decay_post(event.since_post));
        }
    }
}
