//! `stdp_nn_pre_centered`: each presynaptic spike with the next and the last postsynaptic one.
//!
//! # Equations
//! As of `stdp` ([`super::stdp`]), but of the postsynaptic spikes between two presynaptic ones the first alone potentiates, with the
//! trace K₊ of all presynaptic spikes since the last that did, which is then 0; depression is by the last postsynaptic spike before.
//! K₊ belongs to the synapse. Test: `neuropil verify` on `stdp_nn_pre_centered`.
//!
//! # References
//! \[Morrison2008\] figure 7C; as NEST's `stdp_nn_pre_centered_synapse`.

use super::equations::SynapseInfo;
use super::stdp::{StdpParams, Steps};
use super::timing::{Elapsed, Post, Pre, Timing};
use neuropil_core::{Clock, ParameterSet};

/// The model; see the [module](self).
pub struct StdpNnPreCentered {
    steps: Steps,
}

impl Timing for StdpNnPreCentered {
    const INFO: SynapseInfo = SynapseInfo {
        name: "stdp_nn_pre_centered",
        title: "spike-timing-dependent plasticity of nearest spikes",
        references: &["Morrison2008"],
        summary: "Spike-timing-dependent plasticity: pairs around presynaptic spikes [Morrison2008]",
        parameters: StdpParams::TABLE,
        variables: &[],
        third_factor: None,
    };
    type Params = StdpParams;
    type Pre = [f64; 0];
    type Post = [f64; 0];
    type Own = [f64; 1];
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
    fn post(&self, size: &mut f64, own: &mut [f64; 1], event: Post<'_, Self>) {
        if event.first {
            *size = self.steps.potentiate(*size, own[0] * self.steps.decay_pre(event.since_pre));
            own[0] = 0.0;
        }
    }

    #[inline(always)]
    fn pre(&self, size: &mut f64, own: &mut [f64; 1], event: Pre<'_, Self>) {
        if event.post.is_some() {
            *size = self.steps.depress(*size, self.steps.decay_post(event.since_post));
        }
        own[0] = own[0] * self.steps.decay_pre(event.since_pre) + 1.0;
    }
}
