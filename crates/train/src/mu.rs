//! μ over the updates of a run.

use neuropil_model::sections::{MuKind, MuSettings};
use neuropil_plasticity::mu::{AdaptiveMu, mean_by_type};
use neuropil_plasticity::rule::{Feedback, Reach};
use neuropil_plasticity::stability::{Stability, cap};
use neuropil_plasticity::types::Classes;
use neuropil_plasticity::{Error, Learner, Rule};

/// The growth of the credit of more intermediate cells is not looked for before a run: it would take seconds.
const MOST_NODES: usize = 128;

/// μ of each type, and how it goes on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mu {
    settings: MuSettings,
    own: AdaptiveMu,
}

impl Mu {
    /// At the start, for `types` types; `saved` values go on.
    pub fn new(settings: MuSettings, types: usize, saved: Option<Vec<f64>>) -> Self {
        let start = |value: Option<f64>| value.map_or(Vec::new(), |value| vec![value; types]);
        let own = match &settings.kind {
            MuKind::Constant(value) => AdaptiveMu::new(0.0, start(Some(*value))),
            // In the order of the types.
            MuKind::ByType(values) => AdaptiveMu::new(0.0, values.iter().map(|own| own.1).collect()),
            MuKind::Adaptive { rate, start: first, .. } => {
                AdaptiveMu::new(*rate, saved.unwrap_or_else(|| start(*first)))
            }
        };
        Self { settings, own }
    }

    /// Gives the learner the μ of an update, given the mean slope of each cell in its batch. Returns the factor that the cap has put to it.
    pub fn prepare(&mut self, rule: &Rule, learner: &mut Learner, slopes: &[f64]) -> Result<f64, Error> {
        let takes_now = matches!(self.settings.kind, MuKind::Adaptive { before: true, .. });
        if takes_now {
            self.own.update(&mean_by_type(slopes, &learner.type_id));
        }
        learner.mu = match self.own.values() {
            // The first update has nothing before it.
            [] => mean_by_type(slopes, &learner.type_id),
            values => values.to_vec(),
        };
        let factor = match self.settings.cap {
            Some(most) if rule.needs_mu() => cap(rule, learner, most)?,
            _ => 1.0,
        };
        learner.mu.iter_mut().for_each(|mu| *mu *= factor);
        Ok(factor)
    }

    /// What a constant μ, with its cap, multiplies the credit by at every step in the long run, where that is 1 or more.
    /// Not looked for: rules of finite reach, whose credit ends, and more than [`MOST_NODES`] intermediate cells.
    pub fn growth(&self, rule: &Rule, learner: &Learner) -> Option<f64> {
        let is_constant = !matches!(self.settings.kind, MuKind::Adaptive { .. });
        let is_endless = rule.needs_mu() && matches!(rule.reach, Reach::All | Reach::AllMeanConstants);
        if !is_constant || !is_endless {
            return None;
        }
        let nodes = match rule.feedback {
            Feedback::TypeAll => Classes::new(learner).size.len(),
            _ => learner.type_id.len(),
        };
        if nodes > MOST_NODES {
            return None;
        }
        let mut learner = learner.clone();
        self.clone().prepare(rule, &mut learner, &[]).ok()?;
        let stability = Stability::of(rule, &learner).ok()??;
        stability.check().is_err().then_some(stability.step)
    }

    /// Takes in the mean slopes of the batch of an update that was made.
    pub fn after(&mut self, learner: &Learner, slopes: &[f64]) {
        if matches!(self.settings.kind, MuKind::Adaptive { before: false, .. }) {
            self.own.update(&mean_by_type(slopes, &learner.type_id));
        }
    }

    /// The values before any cap.
    pub fn values(&self) -> &[f64] {
        self.own.values()
    }
}
