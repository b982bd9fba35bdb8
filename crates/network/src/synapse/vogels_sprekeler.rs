//! `vogels_sprekeler`: inhibitory synapses that grow until their cells fire at a target rate.
//!
//! # Equations
//! Sizes |w|, with the traces K₊ and K₋ of `stdp` ([`super::stdp`]). At a postsynaptic spike, and at a presynaptic one:
//! ```text
//! |w| ← min(w_max, |w| + η K₊),     |w| ← min(w_max, |w| + η K₋),  then |w| ← max(0, |w| − α η)
//! ```
//! With α = 2 ρ τ the cells come to fire at the rate ρ. Test: `neuropil verify` on `vogels_sprekeler`.
//!
//! # References
//! \[Vogels2011\] eqs. 2-3 of the supplement; as NEST's `vogels_sprekeler_synapse`.

use super::equations::SynapseInfo;
use super::timing::{Decay, Elapsed, Post, Pre, Timing};
use neuropil_core::units::Ms;
use neuropil_core::{Clock, ParameterSet};

neuropil_core::parameters! {
    /// Parameters of inhibitory plasticity.
    pub struct VogelsSprekelerParams {
        /// eta: size of a step, in the unit of the weight
        learning_rate: One = 1e-3, NonNegative;
        /// Depression by each presynaptic spike, of eta
        alpha: One = 0.12, NonNegative;
        /// Time constant of the presynaptic trace
        tau_plus: Ms = 20.0, Positive;
        /// Time constant of the postsynaptic trace
        tau_minus: Ms = 20.0, Positive;
        /// Greatest size of a weight, in its unit
        w_max: One = 1.0, Positive;
        /// The part of the delay that lies before the synapse
        axonal_delay: Ms = 0.0, NonNegative;
    }
}

/// The model; see the [module](self).
pub struct VogelsSprekeler {
    params: VogelsSprekelerParams,
    plus: Decay,
    minus: Decay,
}

impl Timing for VogelsSprekeler {
    const INFO: SynapseInfo = SynapseInfo {
        name: "vogels_sprekeler",
        title: "inhibitory plasticity",
        references: &["Vogels2011"],
        summary: "Inhibitory plasticity that balances excitation [Vogels2011]",
        parameters: VogelsSprekelerParams::TABLE,
        variables: &[],
        third_factor: None,
    };
    type Params = VogelsSprekelerParams;
    type Pre = [f64; 1];
    type Post = [f64; 1];
    type Own = [f64; 0];
    type Factor = [f64; 0];
    type Membrane = [f64; 0];

    fn new(params: &VogelsSprekelerParams, clock: Clock) -> Self {
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
        let p = &self.params;
        let k_plus = event.pre.map_or(0.0, |[k]| k * self.plus.left(event.since_pre));
        *size = (*size + p.learning_rate.0 * k_plus).min(p.w_max.0);
    }

    #[inline(always)]
    fn pre(&self, size: &mut f64, _own: &mut [f64; 0], event: Pre<'_, Self>) {
        let p = &self.params;
        let k_minus = event.post.map_or(0.0, |[k]| k * self.minus.left(event.since_post));
        *size = (*size + p.learning_rate.0 * k_minus).min(p.w_max.0);
        *size = (*size - p.alpha.0 * p.learning_rate.0).max(0.0);
    }
}
