//! `stdp_nn_restr`: the nearest pair each way, each spike in one pair at most.
//!
//! # Equations
//! As of `stdp_nn_symm` ([`super::stdp_nn_symm`]), but of the postsynaptic spikes between two presynaptic ones the first alone
//! potentiates, and a presynaptic spike depresses only where there was one.
//!
//! # Departures from the paper
//! Before the first presynaptic spike, one at time 0 is counted, as in NEST. Test: `neuropil verify` on `stdp_nn_restr`.
//!
//! # References
//! \[Morrison2008\] figure 7D; as NEST's `stdp_nn_restr_synapse`.

use super::equations::SynapseInfo;
use super::stdp::{StdpParams, Steps};
use super::timing::{Elapsed, Post, Pre, Timing};
use neuropil_core::{Clock, ParameterSet};

/// The model; see the [module](self).
pub struct StdpNnRestr {
    steps: Steps,
}

impl Timing for StdpNnRestr {
    const INFO: SynapseInfo = SynapseInfo {
        name: "stdp_nn_restr",
        title: "spike-timing-dependent plasticity of nearest spikes",
        references: &["Morrison2008"],
        summary: "Spike-timing-dependent plasticity: one pair each way between spikes, the nearest [Morrison2008]",
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
        if event.first {
            *size = self.steps.potentiate(*size, self.steps.decay_pre(event.since_pre));
        }
    }

    #[inline(always)]
    fn pre(&self, size: &mut f64, _own: &mut [f64; 0], event: Pre<'_, Self>) {
        if event.paired && event.post.is_some() {
            *size = self.steps.depress(*size, self.steps.decay_post(event.since_post));
        }
    }
}
