//! What a section `learning` says without effect on the run of its network.

use super::spec::{LearningSpec, TeacherSpec};
use crate::catalogue::THREE_FACTOR;
use crate::document::join;
use crate::fields::Fields;
use crate::model::Model;
use neuropil_plasticity::Rule;
use neuropil_plasticity::carrier::CarrierKind;
use neuropil_plasticity::rule::{Broadcast, Feedback, Reach};

/// Keys that a third factor has no use for, in a run or when a recording is learned from.
const OF_READOUTS: [&str; 6] = ["mu", "feedback", "lags", "taps", "record_credit", "loss.last_ms"];

/// Faults of keys beside the rule that has no readout.
pub(super) fn beside_third_factor(fields: &Fields<'_, '_>) {
    for key in OF_READOUTS {
        let path = fields.path_of(key);
        if fields.reader.document.find(&path).is_some() {
            fields.reader.fault(&path, format!("has no effect with rule `{THREE_FACTOR}`: leave it out"));
        }
    }
}

/// Which keys a rule has no use for, and who has.
fn unused(rule: &Rule) -> impl Iterator<Item = (&'static str, &'static str)> {
    let has_lags = matches!(rule.reach, Reach::Lags | Reach::LagsWithoutLeak);
    let keys = [
        ("mu", rule.needs_mu(), ""),
        ("feedback", rule.broadcast == Broadcast::Given, ""),
        ("lags", has_lags, OF_LAGS),
        ("taps", has_lags, OF_LAGS),
    ];
    keys.into_iter().filter(|(_, is_used, _)| !is_used).map(|(key, _, users)| (key, users))
}

const OF_LAGS: &str = "; rules `*_S` of `neuropil learn` use it";

impl Model {
    /// A word on what a run with the rule of the file does not use. A file may serve several rules, of runs that name one by
    /// `--set` and of `learn`, which names others: so this is no fault.
    pub(crate) fn unused_by_rule(&self) -> Vec<String> {
        let Some(LearningSpec { teacher: TeacherSpec::Readout(rule, _), carrier, .. }) = &self.learning else {
            return Vec::new();
        };
        let is_ideal = carrier.kind == CarrierKind::Ideal;
        let with_rule = format!("rule `{}`", rule.name);
        let mut words: Vec<_> = unused(rule).map(|(key, users)| (key, &with_rule, users)).collect();
        let ideal = "the carrier `ideal`".to_owned();
        if rule.feedback == Feedback::None {
            words.push(("record_credit", &with_rule, ", which sends no credit from cell to cell"));
        } else if is_ideal {
            words.push(("record_credit.cells", &ideal, ", whose modulators are the same at all cells"));
        }
        if is_ideal && carrier.tissue.is_some() {
            words.push(("carrier", &ideal, "; rules `RULE+CARRIER` of `neuropil learn` use the tissue"));
        }
        let said = words.into_iter().map(|(key, with, users)| (join("learning", key), with, users));
        let said = said.filter(|(path, ..)| self.document.find(path).is_some());
        said.map(|(path, with, users)| format!("{path} {NO_EFFECT} {with}{users}")).collect()
    }

    /// A word on each path, such as `learning.lags`, that none of the rules uses which a recording is learned from by (that
    /// of the file, if there is none).
    pub fn unused_by(&self, rules: &[&'static Rule], paths: &[&str]) -> Vec<String> {
        let own = match &self.learning {
            Some(LearningSpec { teacher: TeacherSpec::Readout(rule, _), .. }) => Some(*rule),
            _ => None,
        };
        let rules: Vec<&Rule> = if rules.is_empty() { own.into_iter().collect() } else { rules.to_vec() };
        let names = rules.iter().map(|rule| format!("`{}`", rule.name)).collect::<Vec<_>>().join(", ");
        let is_unused = |path: &&&str| {
            let mut of_rules = rules.iter().map(|rule| unused(rule).any(|(key, _)| is_within(path, key)));
            of_rules.len() > 0 && of_rules.all(|own| own)
        };
        paths.iter().filter(is_unused).map(|path| format!("{path} has no effect with {names}")).collect()
    }
}

fn is_within(path: &str, key: &str) -> bool {
    let place = join("learning", key);
    path.strip_prefix(&place).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// By which such a word on a run is known.
pub(crate) const NO_EFFECT: &str = "has no effect on a run with";
