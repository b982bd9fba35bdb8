//! `stdp_power_law`: pairs of spikes, all to all, with potentiation that grows as a power of the weight.
//!
//! # Equations
//! With the traces K₊ and K₋ of `stdp` ([`super::stdp`]), at a postsynaptic spike, and at a presynaptic one:
//! ```text
//! w ← w + λ w^μ K₊,     w ← max(0, w − α λ w K₋)
//! ```
//! There is no greatest weight: w settles where the two balance. Test: `neuropil verify` on `stdp_pl_hom`.
//!
//! # References
//! \[Morrison2007\] eqs. 6-7, with a reference weight of 1; as NEST's `stdp_pl_synapse_hom`.

use super::equations::SynapseInfo;
use super::timing::{Decay, Elapsed, Post, Pre, Timing};
use neuropil_core::units::Ms;
use neuropil_core::{Clock, ParameterSet};

neuropil_core::parameters! {
    /// Parameters of pairs with a power law.
    pub struct StdpPowerLawParams {
        /// lambda: size of a step, for weights in their unit
        learning_rate: One = 0.1, NonNegative;
        /// Depression beside potentiation
        alpha: One = 1.0, NonNegative;
        /// Power of the weight in potentiation
        mu: One = 0.4, Fraction;
        /// Time constant of the presynaptic trace
        tau_plus: Ms = 20.0, Positive;
        /// Time constant of the postsynaptic trace
        tau_minus: Ms = 20.0, Positive;
        /// The part of the delay that lies before the synapse
        axonal_delay: Ms = 0.0, NonNegative;
    }
}

/// The model; see the [module](self).
pub struct StdpPowerLaw {
    params: StdpPowerLawParams,
    plus: Decay,
    minus: Decay,
}

impl Timing for StdpPowerLaw {
    const INFO: SynapseInfo = SynapseInfo {
        name: "stdp_power_law",
        title: "spike-timing-dependent plasticity with a power law",
        references: &["Morrison2007"],
        summary: "Spike-timing-dependent plasticity with a power law of the weight [Morrison2007]",
        parameters: StdpPowerLawParams::TABLE,
        variables: &[],
        third_factor: None,
    };
    type Params = StdpPowerLawParams;
    type Pre = [f64; 1];
    type Post = [f64; 1];
    type Own = [f64; 0];
    type Factor = [f64; 0];
    type Membrane = [f64; 0];

    fn new(params: &StdpPowerLawParams, clock: Clock) -> Self {
        let decay = |tau: Ms| Decay::new(tau.0, clock);
        Self { params: params.clone(), plus: decay(params.tau_plus), minus: decay(params.tau_minus) }
    }

    fn trace_pre(&self, before: Option<(&[f64; 1], Elapsed)>) -> [f64; 1] {
        self.plus.jumped(before, 1.0)
    }

    fn trace_post(&self, before: Option<(&[f64; 1], Elapsed)>) -> [f64; 1] {
        self.minus.jumped(before, 1.0)
    }

    #[inline(always)]
    fn post(&self, size: &mut f64, _own: &mut [f64; 0], event: Post<'_, Self>) {
        if let Some([k]) = event.pre {
            let p = &self.params;
            *size += p.learning_rate.0 * size.powf(p.mu.0) * k * self.plus.left(event.since_pre);
        }
    }

    #[inline(always)]
    fn pre(&self, size: &mut f64, _own: &mut [f64; 0], event: Pre<'_, Self>) {
        if let Some([k]) = event.post {
            let p = &self.params;
            let k_minus = k * self.minus.left(event.since_post);
            *size = (*size - *size * p.learning_rate.0 * p.alpha.0 * k_minus).max(0.0);
        }
    }
}
