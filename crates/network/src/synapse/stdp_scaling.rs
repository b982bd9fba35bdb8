//! `stdp_scaling`: pairs of spikes, and a scaling of all weights of a cell that keeps its rate.
//!
//! # Equations
//! Pairs are those of `stdp` ([`super::stdp`]). The receiving cell has a slow trace a of its rate, which jumps by 1/τ_a at its
//! spikes; every weight onto it grows or shrinks in proportion to itself:
//! ```text
//! da/dt = −a/τ_a,     dw/dt = β w (ρ − a),     w ≤ w_max
//! ```
//! With a `learning_rate` of 0 only the scaling is left. a is 0 at the start of the run.
//!
//! # Numerics
//! Exact between spikes: over a time h from a₀ on, ln w grows by β [ρ h − a₀ τ_a (1 − e^{−h/τ_a})]. ln w is convex there, so that a
//! weight that ends within its bound never was beyond it. Tests: `scaling_lazy_is_eager`, `scaling_keeps_the_rate`.
//!
//! # References
//! \[Turrigiano1998\]; \[VanRossum2000\] eq. 5, without its integral of the error.

use super::equations::SynapseInfo;
use super::stdp::{StdpParams, Steps};
use super::timing::{Elapsed, Post, Pre, Stretch, Timing};
use neuropil_core::units::Ms;
use neuropil_core::{Clock, ParameterSet};

neuropil_core::parameters! {
    /// Parameters of pairs and scaling.
    pub struct StdpScalingParams {
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
        /// beta: by how much a weight grows, of itself, for each spike that is missing
        scaling_rate: One = 4e-5, NonNegative;
        /// rho: the rate that scaling keeps
        target: Hz = 10.0, NonNegative;
        /// Time constant of the trace of the rate
        tau_rate: Ms = 1e5, Positive;
        /// Greatest size of a weight, in its unit
        w_max: One = 1.0, Positive;
        /// The part of the delay that lies before the synapse
        axonal_delay: Ms = 0.0, NonNegative;
    }
}

/// The model; see the [module](self).
pub struct StdpScaling {
    params: StdpScalingParams,
    steps: Steps,
    /// ρ, spikes/ms.
    target: f64,
}

impl Timing for StdpScaling {
    const INFO: SynapseInfo = SynapseInfo {
        name: "stdp_scaling",
        title: "plasticity with homeostatic scaling",
        references: &["Turrigiano1998", "VanRossum2000"],
        summary: "Pairs of spikes, and a scaling of weights that keeps the rate of their cell [VanRossum2000]",
        parameters: StdpScalingParams::TABLE,
        variables: &[],
        third_factor: None,
    };
    const FLOWS: bool = true;
    type Params = StdpScalingParams;
    type Pre = [f64; 1];
    type Post = [f64; 2];
    type Own = [f64; 0];
    type Factor = [f64; 0];
    type Membrane = [f64; 0];

    fn new(params: &StdpScalingParams, clock: Clock) -> Self {
        let StdpScalingParams { learning_rate, alpha, mu_plus, mu_minus, tau_plus, tau_minus, w_max, .. } =
            params.clone();
        let axonal_delay = Ms(0.0);
        let pairs = StdpParams { learning_rate, alpha, mu_plus, mu_minus, tau_plus, tau_minus, w_max, axonal_delay };
        Self { params: params.clone(), steps: Steps::new(&pairs, clock), target: params.target.0 / 1000.0 }
    }

    fn trace_pre(&self, before: Option<(&[f64; 1], Elapsed)>) -> [f64; 1] {
        self.steps.plus.jumped(before, 1.0)
    }

    fn trace_post(&self, before: Option<(&[f64; 2], Elapsed)>) -> [f64; 2] {
        let tau = self.params.tau_rate.0;
        let left = before.map_or([0.0; 2], |([k, rate], elapsed)| {
            [k * self.steps.decay_post(elapsed), rate * (-elapsed.ms() / tau).exp()]
        });
        [left[0] + 1.0, left[1] + 1.0 / tau]
    }

    #[inline(always)]
    fn pass(&self, size: &mut f64, _own: &mut [f64; 0], stretch: Stretch<'_, Self>) {
        let p = &self.params;
        let (elapsed, tau) = (stretch.elapsed.ms(), p.tau_rate.0);
        let fired = stretch.post.map_or(0.0, |([_, rate], since)| {
            // Spikes that the trace stands for in this time.
            rate * (-since.ms() / tau).exp() * tau * -(-elapsed / tau).exp_m1()
        });
        *size = (*size * (p.scaling_rate.0 * (self.target * elapsed - fired)).exp()).min(p.w_max.0);
    }

    #[inline(always)]
    fn post(&self, size: &mut f64, _own: &mut [f64; 0], event: Post<'_, Self>) {
        if let Some([k]) = event.pre {
            *size = self.steps.potentiate(*size, k * self.steps.decay_pre(event.since_pre));
        }
    }

    #[inline(always)]
    fn pre(&self, size: &mut f64, _own: &mut [f64; 0], event: Pre<'_, Self>) {
        if let Some([k, _]) = event.post {
            *size = self.steps.depress(*size, k * self.steps.decay_post(event.since_post));
        }
    }
}
