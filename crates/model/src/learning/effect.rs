//! What a section `learning` says without effect on the run of its network.

use super::{LearningSpec, TeacherSpec};
use crate::catalogue::THREE_FACTOR;
use crate::document::join;
use crate::fields::Fields;
use crate::model::Model;
use neuropil_plasticity::rule::{Broadcast, Feedback, Reach};

/// Keys that a third factor has no use for, in a run or when a recording is learned from.
const OF_READOUTS: [&str; 5] = ["mu", "feedback", "lags", "taps", "loss.last_ms"];

/// Faults of keys beside the rule that has no readout.
pub(super) fn beside_third_factor(fields: &Fields<'_, '_>) {
    for key in OF_READOUTS {
        let path = fields.path_of(key);
        if fields.reader.document.find(&path).is_some() {
            fields.reader.fault(&path, format!("has no effect with rule `{THREE_FACTOR}`: leave it out"));
        }
    }
}

impl Model {
    /// A word on what the rule of the file does not use. A file may serve several rules, of runs that name one by `--set` and
    /// of `learn`, which names others: so this is no fault.
    pub(crate) fn unused_by_rule(&self) -> Vec<String> {
        let Some(LearningSpec { teacher: TeacherSpec::Readout(rule, _), .. }) = &self.learning else {
            return Vec::new();
        };
        let unused = [
            ("mu", rule.feedback == Feedback::None || rule.reach == Reach::OneHop),
            ("feedback", rule.broadcast != Broadcast::Given),
        ];
        let note = |(key, is_unused): (&str, bool)| {
            let path = join("learning", key);
            let is_said = is_unused && self.document.find(&path).is_some();
            is_said.then(|| format!("{path} {NO_EFFECT} `{}`", rule.name))
        };
        unused.into_iter().filter_map(note).collect()
    }
}

/// By which such a word is known.
pub(crate) const NO_EFFECT: &str = "has no effect on a run with rule";
