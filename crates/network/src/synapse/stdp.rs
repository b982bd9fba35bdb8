//! `stdp`: pairs of spikes, all to all, with a step that depends on the weight.
//!
//! # Equations
//! W = w / w_max, between 0 and 1. K₊ is the trace of the sending cell and K₋ that of the receiving cell; each jumps by 1 at a
//! spike and decays. At a postsynaptic spike, and at a presynaptic one:
//! ```text
//! W ← min(1, W + λ (1 − W)^μ₊ K₊),     W ← max(0, W − α λ W^μ₋ K₋)
//! ```
//! μ = 0 is the additive rule, μ = 1 the multiplicative one, and between them lies that of Gütig. A power 0 is 1.
//! Tests: `a_pair_is_the_window`, and `neuropil verify` on `stdp_additive`, `stdp_multiplicative`, `stdp_guetig`.
//!
//! # References
//! \[Song2000\] (additive), \[Rubin2001\] (multiplicative), \[Guetig2003\] eqs. 1-2; pairing as \[Morrison2008\] figure 7A.

use super::equations::SynapseInfo;
use super::timing::{Decay, Elapsed, Post, Pre, Timing};
use neuropil_core::{Clock, ParameterSet};

neuropil_core::parameters! {
    /// Parameters of pairs.
    pub struct StdpParams {
        /// lambda: size of a step of potentiation, of w_max
        learning_rate: One = 0.01, NonNegative;
        /// Depression beside potentiation
        alpha: One = 1.0, NonNegative;
        /// Power of 1 - w/w_max in potentiation
        mu_plus: One = 1.0, Fraction;
        /// Power of w/w_max in depression
        mu_minus: One = 1.0, Fraction;
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

/// x^mu, of which 0^0 is 1.
#[derive(Debug, Clone, Copy)]
enum Power {
    Zero,
    One,
    Of(f64),
}

impl Power {
    fn new(mu: f64) -> Self {
        match mu {
            0.0 => Self::Zero,
            1.0 => Self::One,
            mu => Self::Of(mu),
        }
    }

    #[inline(always)]
    fn of(self, x: impl Fn() -> f64) -> f64 {
        match self {
            Self::Zero => 1.0,
            Self::One => x(),
            Self::Of(mu) => x().powf(mu),
        }
    }
}

/// The steps of a weight, given a trace.
#[derive(Debug, Clone)]
pub(super) struct Steps {
    w_max: f64,
    /// λ w_max and α λ w_max.
    up: f64,
    down: f64,
    mu_plus: Power,
    mu_minus: Power,
    pub(super) plus: Decay,
    pub(super) minus: Decay,
}

impl Steps {
    pub(super) fn new(params: &StdpParams, clock: Clock) -> Self {
        let up = params.learning_rate.0 * params.w_max.0;
        Self {
            w_max: params.w_max.0,
            up,
            down: params.alpha.0 * up,
            mu_plus: Power::new(params.mu_plus.0),
            mu_minus: Power::new(params.mu_minus.0),
            plus: Decay::new(params.tau_plus.0, clock),
            minus: Decay::new(params.tau_minus.0, clock),
        }
    }

    /// What is left of 1 in the presynaptic trace.
    #[inline(always)]
    pub(super) fn decay_pre(&self, elapsed: Elapsed) -> f64 {
        self.plus.left(elapsed)
    }

    /// What is left of 1 in the postsynaptic trace.
    #[inline(always)]
    pub(super) fn decay_post(&self, elapsed: Elapsed) -> f64 {
        self.minus.left(elapsed)
    }

    #[inline(always)]
    pub(super) fn potentiate(&self, size: f64, k_plus: f64) -> f64 {
        let grown = size + self.up * k_plus * self.mu_plus.of(|| 1.0 - size / self.w_max);
        if grown < self.w_max { grown } else { self.w_max }
    }

    #[inline(always)]
    pub(super) fn depress(&self, size: f64, k_minus: f64) -> f64 {
        let shrunk = size - self.down * k_minus * self.mu_minus.of(|| size / self.w_max);
        if shrunk > 0.0 { shrunk } else { 0.0 }
    }
}

/// The model; see the [module](self).
pub struct Stdp {
    steps: Steps,
}

impl Timing for Stdp {
    const INFO: SynapseInfo = SynapseInfo {
        name: "stdp",
        title: "spike-timing-dependent plasticity",
        references: &["Song2000", "Rubin2001", "Guetig2003", "Morrison2008"],
        summary: "Spike-timing-dependent plasticity of all pairs of spikes [Song2000, Guetig2003]",
        parameters: StdpParams::TABLE,
        variables: &[],
        third_factor: None,
    };
    type Params = StdpParams;
    type Pre = [f64; 1];
    type Post = [f64; 1];
    type Own = [f64; 0];
    type Factor = [f64; 0];
    type Membrane = [f64; 0];

    fn new(params: &StdpParams, clock: Clock) -> Self {
        Self { steps: Steps::new(params, clock) }
    }

    fn trace_pre(&self, before: Option<(&[f64; 1], Elapsed)>) -> [f64; 1] {
        self.steps.plus.jumped(before, 1.0)
    }

    fn trace_post(&self, before: Option<(&[f64; 1], Elapsed)>) -> [f64; 1] {
        self.steps.minus.jumped(before, 1.0)
    }

    #[inline(always)]
    fn post(&self, size: &mut f64, _own: &mut [f64; 0], event: Post<'_, Self>) {
        if let Some([k]) = event.pre {
            *size = self.steps.potentiate(*size, k * self.steps.decay_pre(event.since_pre));
        }
    }

    #[inline(always)]
    fn pre(&self, size: &mut f64, _own: &mut [f64; 0], event: Pre<'_, Self>) {
        if let Some([k]) = event.post {
            *size = self.steps.depress(*size, k * self.steps.decay_post(event.since_post));
        }
    }
}
