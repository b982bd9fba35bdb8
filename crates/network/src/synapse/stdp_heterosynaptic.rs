//! `stdp_heterosynaptic`: triplets of spikes, and terms that need spikes of one side only and keep weights bounded.
//!
//! # Equations
//! The sending cell has a trace z⁺, the receiving cell z⁻ and a slow one z_s; each jumps by 1 at a spike and decays. A synapse has a
//! reference w̃ beside its weight. At a postsynaptic spike, with z⁻ and z_s just before it, and at a presynaptic one:
//! ```text
//! w ← w + A z⁺ z_s − β (w − w̃) (z⁻)³,     w ← w − B z⁻ + δ,     0 ≤ w ≤ w_max
//! τ_cons dw̃/dt = w − w̃ − P w̃ (w_P/2 − w̃)(w_P − w̃)
//! ```
//! The first term is potentiation by triplets, the second brings weights of a cell that bursts back to their references
//! (heterosynaptic), the third is depression by pairs, the fourth is potentiation by the transmitter alone. References
//! follow their weights over many minutes and prefer 0 and w_P.
//!
//! # Numerics
//! Exact for w. w is constant between spikes, and w̃ is carried by Runge-Kutta steps of fourth order, of 0.1 τ_cons/(1 + 3 P w_max²) at most, so that
//! the error of a step is below 1e-7 of the change. Test: `heterosynaptic_lazy_is_eager`.
//!
//! # Departures from the paper
//! Terms and defaults were compared with the program that the authors published (fzenke/pub2015orchestrated, `P10Connection`, behind figure 3).
//! - A spike is sent with the weight after its own change, as by all models here; that program sends the weight before.
//! - B is a constant, as it is there. In `P11Connection` B grows with the square of the cell's rate over 20 minutes; that is not here.
//! - Its β is 0.04 or 0.05, by script. References move there by Euler steps of 1.2 s.
//!
//! # References
//! \[Zenke2015\] (methods, plasticity model).

use super::equations::SynapseInfo;
use super::timing::{Decay, Elapsed, Post, Pre, Stretch, Timing};
use neuropil_core::units::Ms;
use neuropil_core::{Clock, ParameterSet};

neuropil_core::parameters! {
    /// Parameters of triplets with heterosynaptic and transmitter-induced terms, for weights around 1.
    pub struct StdpHeterosynapticParams {
        /// A: potentiation by a triplet, in the unit of the weight
        a_plus: One = 1e-3, NonNegative;
        /// B: depression by a pair, in the unit of the weight
        a_minus: One = 1e-3, NonNegative;
        /// beta: how far a burst brings a weight to its reference
        heterosynaptic: One = 0.05, NonNegative;
        /// delta: potentiation by each presynaptic spike, in the unit of the weight
        transmitter: One = 2e-5, NonNegative;
        /// Time constant of the presynaptic trace
        tau_plus: Ms = 20.0, Positive;
        /// Time constant of the postsynaptic trace
        tau_minus: Ms = 20.0, Positive;
        /// Time constant of the slow postsynaptic trace
        tau_slow: Ms = 100.0, Positive;
        /// Time constant with which references follow their weights
        tau_cons: Ms = 1.2e6, Positive;
        /// P: how strongly references prefer 0 and w_p, over the square of the unit of the weight
        p: One = 20.0, NonNegative;
        /// w_P: the preferred reference above 0, in the unit of the weight
        w_p: One = 0.5, NonNegative;
        /// The reference of every synapse at the start, in the unit of the weight
        reference: One = 0.0, NonNegative;
        /// Greatest size of a weight, in its unit
        w_max: One = 5.0, Positive;
        /// The part of the delay that lies before the synapse
        axonal_delay: Ms = 0.0, NonNegative;
    }
}

/// The model; see the [module](self).
pub struct StdpHeterosynaptic {
    params: StdpHeterosynapticParams,
    plus: Decay,
    minus: Decay,
    slow: Decay,
    /// Longest step of a reference, ms.
    longest: f64,
}

impl StdpHeterosynaptic {
    /// The reference after a time in which the weight was constant.
    fn consolidated(&self, reference: f64, size: f64, elapsed_ms: f64) -> f64 {
        let p = &self.params;
        let slope = |own: f64| {
            let preference = p.p.0 * own * (0.5 * p.w_p.0 - own) * (p.w_p.0 - own);
            (size - own - preference) / p.tau_cons.0
        };
        let steps = (elapsed_ms / self.longest).ceil();
        let (step, mut own, mut done) = (elapsed_ms / steps, reference, 0.0);
        while done < steps {
            let first = slope(own);
            let second = slope(own + 0.5 * step * first);
            let third = slope(own + 0.5 * step * second);
            let fourth = slope(own + step * third);
            own += step / 6.0 * (first + 2.0 * (second + third) + fourth);
            done += 1.0;
        }
        own
    }
}

impl Timing for StdpHeterosynaptic {
    const INFO: SynapseInfo = SynapseInfo {
        name: "stdp_heterosynaptic",
        title: "heterosynaptic plasticity",
        references: &["Zenke2015"],
        summary: "Triplets of spikes with heterosynaptic and transmitter-induced terms and consolidation [Zenke2015]",
        parameters: StdpHeterosynapticParams::TABLE,
        variables: &[],
        third_factor: None,
    };
    const FLOWS: bool = true;
    type Params = StdpHeterosynapticParams;
    type Pre = [f64; 1];
    type Post = [f64; 2];
    /// How far its reference is from that of the start.
    type Own = [f64; 1];
    type Factor = [f64; 0];
    type Membrane = [f64; 0];

    fn new(params: &StdpHeterosynapticParams, clock: Clock) -> Self {
        let largest = params.w_max.0.max(params.w_p.0);
        let longest = 0.1 * params.tau_cons.0 / (1.0 + 3.0 * params.p.0 * largest * largest);
        let decay = |tau: Ms| Decay::new(tau.0, clock);
        let (plus, minus, slow) = (decay(params.tau_plus), decay(params.tau_minus), decay(params.tau_slow));
        Self { params: params.clone(), plus, minus, slow, longest }
    }

    fn trace_pre(&self, before: Option<(&[f64; 1], Elapsed)>) -> [f64; 1] {
        self.plus.jumped(before, 1.0)
    }

    fn trace_post(&self, before: Option<(&[f64; 2], Elapsed)>) -> [f64; 2] {
        // z⁻ just after the spike, z_s just before it.
        before.map_or([1.0, 0.0], |([z, slow], elapsed)| {
            [z * self.minus.left(elapsed) + 1.0, (slow + 1.0) * self.slow.left(elapsed)]
        })
    }

    #[inline(always)]
    fn pass(&self, size: &mut f64, [moved]: &mut [f64; 1], stretch: Stretch<'_, Self>) {
        let start = self.params.reference.0;
        *moved = self.consolidated(start + *moved, *size, stretch.elapsed.ms()) - start;
    }

    #[inline(always)]
    fn post(&self, size: &mut f64, [moved]: &mut [f64; 1], event: Post<'_, Self>) {
        let p = &self.params;
        let [after, slow] = event.post;
        let z_plus = event.pre.map_or(0.0, |[z]| z * self.plus.left(event.since_pre));
        let away = *size - (p.reference.0 + *moved);
        let change = p.a_plus.0 * z_plus * slow - p.heterosynaptic.0 * away * (after - 1.0).powi(3);
        *size = (*size + change).clamp(0.0, p.w_max.0);
    }

    #[inline(always)]
    fn pre(&self, size: &mut f64, _own: &mut [f64; 1], event: Pre<'_, Self>) {
        let p = &self.params;
        let z_minus = event.post.map_or(0.0, |[z, _]| z * self.minus.left(event.since_post));
        *size = (*size - p.a_minus.0 * z_minus + p.transmitter.0).clamp(0.0, p.w_max.0);
    }
}
