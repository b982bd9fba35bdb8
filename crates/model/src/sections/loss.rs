//! `loss`: which steps of a trial count, and the regulariser of firing rates.

use super::kinds::{NonNegative, Positive, Word, Words};
use super::table::section;
use crate::document::join;
use crate::fields::Fields;
use neuropil_plasticity::{RateOver, RateRegulariser};

impl Words for RateOver {
    const WORDS: &'static [(&'static str, Self)] = &[("batch", Self::Batch), ("trial", Self::Trial)];
}

section! {
    /// Which steps of a trial count, and the regulariser of firing rates.
    #[derive(Copy)]
    pub struct LossSection = "loss" {
        /// Of a task: how long at a trial's end its answer counts, ms; default: all the trial.
        last_ms: Positive, optional;
        /// c of the firing-rate regulariser c/2 sum (f - f*)^2, f in spikes a step of a trial, or between changes of weights.
        rate_strength: NonNegative = 0.0;
        /// f* of the firing-rate regulariser, Hz.
        rate_target_hz: NonNegative = 10.0;
        /// Of a task: whether f is the mean of a cell over all trials of a batch, or its rate in each trial, of which the mean over trials is taken after the square.
        rate_over: Word<RateOver> = RateOver::Batch;
    }
}

impl LossSection {
    /// Faults of fields that need another.
    pub fn lonely(fields: &Fields<'_, '_>) {
        let of = |key| join(&fields.path_of("loss"), key);
        let is_there = |key| fields.reader.document.find(&of(key)).is_some();
        for key in ["rate_target_hz", "rate_over"] {
            if is_there(key) && !is_there("rate_strength") {
                fields.reader.fault(&of(key), "has no effect without `rate_strength`");
            }
        }
    }

    /// Faults of fields of trials where there are none.
    pub fn without_trials(fields: &Fields<'_, '_>) {
        let path = join(&fields.path_of("loss"), "rate_over");
        if fields.reader.document.find(&path).is_some() {
            fields.reader.fault(
                &path,
                "has no effect: a network that runs free has no trials, and f is the rate between changes of weights",
            );
        }
    }

    /// All of a trial, without a regulariser.
    pub const PLAIN: Self =
        Self { last_ms: None, rate_strength: 0.0, rate_target_hz: 10.0, rate_over: RateOver::Batch };

    /// c/2 Σ (f − f*)², f in spikes a step of `dt_ms`; `None` for a strength of 0.
    pub fn regulariser(&self, dt_ms: f64) -> Option<RateRegulariser> {
        let target = self.rate_target_hz * 1e-3 * dt_ms;
        let own = RateRegulariser { strength: self.rate_strength, target, over: self.rate_over };
        (own.strength > 0.0).then_some(own)
    }
}
