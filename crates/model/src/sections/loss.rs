//! `loss`: which steps of a trial count, and the regulariser of firing rates.

use super::kinds::{NonNegative, Positive};
use super::table::section;
use crate::document::join;
use crate::fields::Fields;
use neuropil_plasticity::RateRegulariser;

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
    }
}

impl LossSection {
    /// Faults of fields that need another.
    pub fn lonely(fields: &Fields<'_, '_>) {
        let of = |key| join(&fields.path_of("loss"), key);
        let is_there = |key| fields.reader.document.find(&of(key)).is_some();
        if is_there("rate_target_hz") && !is_there("rate_strength") {
            fields.reader.fault(&of("rate_target_hz"), "has no effect without `rate_strength`");
        }
    }

    /// All of a trial, without a regulariser.
    pub const PLAIN: Self = Self { last_ms: None, rate_strength: 0.0, rate_target_hz: 10.0 };

    /// c/2 Σ (f − f*)², f in spikes a step of `dt_ms`; `None` for a strength of 0.
    pub fn regulariser(&self, dt_ms: f64) -> Option<RateRegulariser> {
        let own = RateRegulariser { strength: self.rate_strength, target: self.rate_target_hz * 1e-3 * dt_ms };
        (own.strength > 0.0).then_some(own)
    }
}
