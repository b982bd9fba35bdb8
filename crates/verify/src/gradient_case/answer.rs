//! What `neuropil gradients` writes: the gradients of rules, and what they approximate weights by.

use super::{Case, CaseError, Kind};
use neuropil_engine::trial::Outcome;
use neuropil_plasticity::rule::Feedback;
use neuropil_plasticity::stability::Stability;
use neuropil_plasticity::taps::Taps;
use neuropil_plasticity::types::{Classes, TypeMatrix};
use neuropil_plasticity::{Form, Gradient, Rule};
use neuropil_record::Table;

/// The gradients of some rules for a batch.
pub struct Answer {
    /// One a rule, in the order asked for.
    pub gradients: Vec<(&'static Rule, Gradient)>,
    /// What the file holds.
    pub tables: Vec<Table>,
    /// How credit grows on its way through type means, where a rule sends it so.
    pub stability: Option<Stability>,
}

impl Case {
    /// The gradients of `rules`, of which there is at least one.
    ///
    /// # Errors
    /// A rule that its cells or settings do not allow.
    pub fn answer(&self, outcome: &Outcome, rules: &[&'static Rule], threads: usize) -> Result<Answer, CaseError> {
        let of = |rule: &&'static Rule| {
            let gradient = outcome.gradient(Form::Adjoint, rule, &self.learner, threads);
            Ok((*rule, gradient.map_err(|reason| self.refused(reason))?))
        };
        let gradients: Vec<(&Rule, Gradient)> = rules.iter().map(of).collect::<Result<_, CaseError>>()?;
        let s = &self.settings;
        let mut tables = Vec::new();
        let mut put = |object: String, shape: &[usize], values: &[f64]| {
            tables.push(Table { object, shape: shape.to_vec(), values: values.to_vec() });
        };
        for (rule, gradient) in &gradients {
            put(format!("grads/{}/dW_in", rule.name), &[s.cells, s.inputs], gradient.w_in.values());
            put(format!("grads/{}/dW_rec", rule.name), &[s.cells, s.cells], gradient.w_rec.values());
        }
        if let Some((_, gradient)) = gradients.first() {
            put("grads/readout/dW_out".into(), &[s.readouts, s.cells], gradient.w_out.values());
            put("grads/readout/db".into(), &[s.readouts], &gradient.b);
        }
        if s.kind != Kind::RfloTanh {
            let types = [s.types, s.types];
            put("types/W_ab_all".into(), &types, TypeMatrix::all(&self.learner).total().values());
            put("types/W_ab_connected".into(), &types, TypeMatrix::connected(&self.learner).total().values());
        }
        if s.kind != Kind::RfloTanh && !self.learner.mu.is_empty() {
            put("types/mu".into(), &[s.types], &self.learner.mu);
            let classes = Classes::new(&self.learner);
            let shape = [s.lags, classes.type_of.len(), s.types];
            let taps = [
                ("types/taps", Taps::new(&self.learner, s.lags)),
                ("types/taps_noleak", Taps::without_leak(&self.learner, s.lags)),
            ];
            for (object, taps) in taps {
                put(object.into(), &shape, taps.map_err(|reason| self.refused(reason.into()))?.values());
            }
            let numbers = |ids: &[usize]| ids.iter().map(|id| *id as f64).collect::<Vec<_>>();
            put("types/class_id".into(), &[s.cells], &numbers(&classes.of_cell));
            put("types/class_type".into(), &[classes.type_of.len()], &numbers(&classes.type_of));
        }
        let through_types = rules.iter().find(|rule| rule.feedback == Feedback::TypeAll && rule.needs_mu());
        let stability = match through_types {
            Some(rule) => Stability::of(rule, &self.learner).map_err(|reason| self.refused(reason.into()))?,
            None => None,
        };
        Ok(Answer { gradients, tables, stability })
    }
}
