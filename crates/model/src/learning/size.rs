//! The memory that learning takes beside the network, as far as it is known before synapses are drawn. What cells of files write down in each
//! step is not told here.

use super::spec::{LearningSpec, TeacherSpec};
use crate::model::Model;
use neuropil_core::Real;
use neuropil_engine::learning::{Descent, Horizon, WINDOW};
use neuropil_engine::trial::ResetGradient;
use neuropil_network::Projection;
use neuropil_network::network::Design;
use neuropil_plasticity::carrier::CarrierKind;
use neuropil_plasticity::rule::Feedback;
use std::collections::BTreeSet;

/// Bytes of a plastic synapse beside its target: the weight that it begins with and the present one, its number and its gradient.
const SYNAPSE: f64 = 8.0 + 8.0 + 4.0 + 8.0;

impl Model {
    /// Bytes that are expected; 0 where nothing learns.
    pub fn learning_bytes<R: Real>(&self, design: &Design<R>) -> u64 {
        let is_adam = self.projections.iter().filter_map(|own| own.plastic).any(|own| own.descent == Descent::Adam);
        self.learning.as_ref().map_or(0, |own| own.bytes(design, is_adam))
    }
}

impl LearningSpec {
    /// Bytes that learning takes beside the network, as far as they are known; `is_adam` where Adam changes some weights.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate"
    )]
    pub(crate) fn bytes<R: Real>(&self, design: &Design<R>, is_adam: bool) -> u64 {
        let plastic = (0..).zip(&design.projections).filter(|(_, projection)| projection.plastic);
        let expected = |(at, own): (u32, &Projection)| own.connector.expected(&design.context(at).wiring(own));
        let synapses: f64 = plastic.map(expected).sum();
        let moments = if is_adam { 16.0 } else { 0.0 };
        let with_v = if self.reset == ResetGradient::Attached { 8.0 } else { 0.0 };
        let carried = if self.carrier.kind != CarrierKind::Ideal { 8.0 } else { 0.0 };
        let a_step = design.cells() as f64 * (10.0 + with_v + carried);
        let (a_synapse, steps) = match self.horizon_steps {
            Some(steps) => {
                let most = Horizon::of(steps).tape_bytes as f64 / a_step;
                (2.0, most.min((self.apply_steps + steps) as f64))
            }
            None => (12.0 + 8.0 * self.numbers(design), WINDOW.min(self.apply_steps) as f64),
        };
        // The network is reckoned with a weight of each synapse.
        let beside = SYNAPSE - design.weights.bytes::<R>() as f64;
        (synapses * (beside + moments + a_synapse) + a_step * steps) as u64
    }

    /// Numbers that a synapse carries, about: its traces, what the readout remembers, and three for each type that credit returns by.
    fn numbers<R: Real>(&self, design: &Design<R>) -> f64 {
        let cells = design.populations.iter().filter(|own| own.neurons().is_some());
        let types: BTreeSet<&str> =
            cells.map(|own| if own.cell_type.is_empty() { &own.name[..] } else { &own.cell_type[..] }).collect();
        match &self.teacher {
            TeacherSpec::Readout(rule, _) if rule.feedback != Feedback::None => {
                3.0 + 3.0 * f64::from(u32::try_from(types.len()).unwrap_or(u32::MAX))
            }
            _ => 3.0,
        }
    }
}
