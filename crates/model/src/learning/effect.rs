//! What a section `learning` says without effect on the run of its network.

use super::spec::{LearningSpec, TeacherSpec};
use crate::catalogue::THREE_FACTOR;
use crate::document::{Document, join};
use crate::fields::Fields;
use crate::model::Model;
use crate::sections::carrier::CarrierSettings;
use neuropil_plasticity::Rule;
use neuropil_plasticity::carrier::CarrierKind;
use neuropil_plasticity::rule::{Broadcast, Feedback, Reach};

/// Keys that a third factor has no use for, in a run or when a recording is learned from.
const OF_READOUTS: [&str; 6] = ["mu", "feedback", "lags", "taps", "record_credit", "loss.last_ms"];

/// Faults of keys beside the rule that has no readout.
pub(super) fn beside_third_factor(fields: &Fields<'_, '_>, carrier: Option<&CarrierSettings>) {
    for key in OF_READOUTS {
        let path = fields.path_of(key);
        if fields.reader.document.find(&path).is_some() {
            fields.reader.fault(&path, format!("has no effect with rule `{THREE_FACTOR}`: leave it out"));
        }
    }
    let path = fields.path_of("carrier");
    let has_blur = fields.reader.document.find(&join(&path, "blur")).is_some();
    if carrier.is_some_and(|own| has_blur || own.kind != CarrierKind::Ideal || own.tissue.is_some()) {
        let message = "whose factor is everywhere at once: leave it out";
        fields.reader.fault(&path, format!("has no effect with rule `{THREE_FACTOR}`, {message}"));
    }
}

/// Which keys a rule has no use for, of `mu`, `feedback`, `lags` and `taps`.
pub fn unused(rule: &Rule) -> Vec<&'static str> {
    unused_and_users(rule).map(|own| own.0).collect()
}

/// The same, and who has.
fn unused_and_users(rule: &Rule) -> impl Iterator<Item = (&'static str, &'static str)> {
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

impl LearningSpec {
    /// Steps between two changes of weights.
    pub(crate) fn apply_steps(&self) -> u64 {
        self.apply_steps
    }

    /// A word on each field of the section, at a path of a document, that a run with its rule does not use.
    pub(crate) fn unused_at(&self, document: &Document, section: &str) -> Vec<String> {
        let Self { teacher: TeacherSpec::Readout(rule, _), carrier, .. } = self else { return Vec::new() };
        let is_ideal = carrier.kind == CarrierKind::Ideal;
        let with_rule = format!("rule `{}`", rule.name);
        let mut words: Vec<_> = unused_and_users(rule).map(|(key, users)| (key, &with_rule, users)).collect();
        let ideal = "the carrier `ideal`".to_owned();
        if rule.feedback == Feedback::None {
            words.push(("record_credit", &with_rule, ", which sends no credit from cell to cell"));
        } else if is_ideal {
            words.push(("record_credit.cells", &ideal, ", whose modulators are the same at all cells"));
        }
        if is_ideal && carrier.tissue.is_some() {
            words.push(("carrier", &ideal, "; rules `RULE+CARRIER` of `neuropil learn` use the tissue"));
        }
        let said = words.into_iter().map(|(key, with, users)| (join(section, key), with, users));
        let said = said.filter(|(path, ..)| document.find(path).is_some());
        said.map(|(path, with, users)| format!("{path} {NO_EFFECT} {with}{users}")).collect()
    }
}

impl Model {
    /// A word on what a run with the rule of the file does not use. A file may serve several rules, of runs that name one by
    /// `--set` and of `learn`, which names others: so this is no fault.
    pub(crate) fn unused_by_rule(&self) -> Vec<String> {
        self.learning.as_ref().map_or_else(Vec::new, |own| own.unused_at(&self.document, "learning"))
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
            let mut of_rules = rules.iter().map(|rule| unused(rule).iter().any(|key| is_within(path, key)));
            of_rules.len() > 0 && of_rules.all(|own| own)
        };
        let of_rules = paths.iter().filter(is_unused).map(|path| format!("{path} has no effect with {names}"));
        let of_changes = paths.iter().filter(|path| self.is_of_changes(path)).map(|path| {
            format!("{path} has no effect here: a recording is learned from by gradients, and no weight changes")
        });
        of_rules.chain(of_changes).collect()
    }

    /// Whether a path says how a run makes changes of weights of gradients, or what it records of them.
    fn is_of_changes(&self, path: &str) -> bool {
        let has_rates = self.learning.as_ref().is_some_and(|own| own.regulariser.is_some());
        let of_plastic = |key: &str| path.starts_with("projections.") && path.ends_with(&format!(".plastic.{key}"));
        // The regulariser takes rates over the time between two changes.
        let of_learning = ["readout.learning_rate", "record_weights_every_ms", "record_credit"];
        PLASTIC.iter().any(|key| of_plastic(key))
            || of_learning.iter().any(|key| is_within(path, key))
            || (!has_rates && is_within(path, "apply_every_ms"))
    }
}

/// What `plastic` says of changes of weights.
const PLASTIC: [&str; 4] = ["learning_rate", "optimiser", "min", "max"];

fn is_within(path: &str, key: &str) -> bool {
    let place = join("learning", key);
    path.strip_prefix(&place).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// By which such a word on a run is known.
pub(crate) const NO_EFFECT: &str = "has no effect on a run with";
