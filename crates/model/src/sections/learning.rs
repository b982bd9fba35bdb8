//! `learning` of a model file: how a network learns while it runs. What of it is said in task files too are sections of their own.

use super::kinds::{Any, NonNegative, Positive, RuleName, Sub, SubElsewhere, TimeSeries, Whole, Word, Words};
use super::table::section;
use super::{CarrierSection, CascadeSection, FeedbackSection, LossSection, MuSection, ReadoutSection, SpikingSlope};
use crate::taps::{TapSection, WholeTaps};
use neuropil_engine::learning::Descent;
use neuropil_engine::trial::ResetGradient;

section! {
    /// How a network learns while it runs.
    pub struct LearningSection = "learning" {
        /// Rule that weights learn by.
        rule: RuleName, required;
        /// Weights change so often, ms; a multiple of dt_ms.
        apply_every_ms: Positive, required;
        /// Synapses remember so long, ms; a multiple of dt_ms: what spikes of longer before a window add to it is left out of gradients. Then synapses carry nothing but weights and gradients; default: nothing is left out.
        horizon_ms: Positive, optional;
        /// Weights are recorded so often, ms; a multiple of apply_every_ms, beside those of the end, which always are; default: those alone.
        record_weights_every_ms: Positive, optional;
        /// What stands for the derivative of a spike; default: piecewise linear, gamma 0.3.
        pseudo_derivative: Sub<SpikingSlope>, optional;
        /// Whether gradients go through the reset of a spike.
        reset_gradient: Word<ResetGradient> = ResetGradient::Detached;
        /// Mean slope of intermediate cells; needed by ModProp.
        mu: Sub<MuSection>, optional;
        /// The random matrix that brings errors to cells, of the rules *_random; default: normal numbers of standard deviation 1.
        feedback: Sub<FeedbackSection> = FeedbackSection::USUAL;
        /// Which steps of a trial count, and the regulariser of firing rates; default: all, and none.
        loss: Sub<LossSection> = LossSection::PLAIN;
        /// S of the rules *_S, which learn from recordings.
        lags: Whole<1, 100_000> = 5;
        /// What the rules *_S make of their taps; default: whole.
        taps: Sub<TapSection> = TapSection::WholeTaps(WholeTaps {});
        /// How long synapses wait for signals, as stages between what they remember and what arrives; default: not at all.
        cascade: Sub<CascadeSection>, optional;
        /// What brings the signal of the rule to the cells; default: ideal.
        carrier: SubElsewhere<CarrierSection>, optional;
        /// What is recorded of the signals on their way; default: nothing.
        record_credit: SubElsewhere<RecordCredit>, optional;
    }
}

section! {
    /// What the rules of a readout take besides.
    pub struct TaughtSection = "learning" {
        /// Whom the rule listens to; needed by all rules but three_factor.
        readout: SubElsewhere<ReadoutSection>, optional;
        /// What the readout should say; default: what the task asks.
        target: TimeSeries, optional;
        /// What the readout said, by a recording; default: what the cells come to.
        y: TimeSeries, optional;
        /// Errors that were found elsewhere, in the place of target; default: made of target.
        err: TimeSeries, optional;
    }
}

section! {
    /// What three_factor takes besides.
    pub struct ThirdFactorSection = "learning" {
        /// What the eligibility is multiplied with, such as a reward; needed by three_factor.
        third_factor: TimeSeries, optional;
        /// Memory of the eligibility that the third factor meets, ms.
        tau_e_ms: NonNegative = 0.0;
    }
}

section! {
    /// What is recorded of the signals of a carrier on their way.
    pub struct RecordCredit = "record_credit" {
        /// Between two frames, ms.
        every_ms: Positive, required;
        /// The first so many of each population.
        cells: Whole<0, { u64::MAX }> = 1;
    }
}

impl Words for Descent {
    const WORDS: &'static [(&'static str, Self)] = &[("gradient_descent", Self::Plain), ("adam", Self::Adam)];
}

section! {
    /// How the weights of a projection learn while the network runs.
    pub struct PlasticSection = "plastic" {
        /// Step along the gradient, in the unit of the weight.
        learning_rate: NonNegative, required;
        /// What makes changes of gradients.
        optimiser: Word<Descent> = Descent::Plain;
        /// Least weight, in its unit; default: none.
        min: Any, optional;
        /// Greatest weight, in its unit; default: none.
        max: Any, optional;
    }
}
