//! Third factors of synapses, from a model to a design.

use super::Lowering;
use crate::model::{ProjectionSpec, SynapseSpec};
use crate::third_factor::spec::{FactorKind, WatchedVariable};
use neuropil_core::{Stream, StreamKey};
use neuropil_network::Scalar;
use neuropil_network::network::Design;
use neuropil_network::synapse::third_factor::{Origin, ThirdFactor};

impl Lowering<'_> {
    /// Of the random numbers of a projection's synapses.
    pub(super) fn synapse_key(&self, stream: u32) -> StreamKey {
        StreamKey::new(self.seed, Stream::SynapseEquation, stream)
    }

    /// What the synapses of a projection hear beside spikes.
    pub(super) fn third_factors<R: Scalar>(
        &mut self,
        (spec, target): (&ProjectionSpec, usize),
        design: &Design<R>,
    ) -> Vec<ThirdFactor> {
        let felt = self.model.felt();
        let own = spec.synapse.iter().flat_map(SynapseSpec::third_factors);
        own.map(|own| {
            let origin = match &own.kind {
                FactorKind::Signal(course) => Origin::Course(course.clone()),
                FactorKind::Spikes { senders, delay_steps } => {
                    let sets = self.sets(senders, design);
                    let senders = senders.iter().zip(sets).map(|(own, cells)| (own.population, cells));
                    Origin::Spikes { senders: senders.collect(), delay_steps: *delay_steps }
                }
                FactorKind::Felt(own) => {
                    let signal = felt.iter().position(|known| known == own).unwrap_or_default();
                    Origin::Felt { signal }
                }
                FactorKind::Watched(each) => {
                    let of_target = each.iter().find(|own| own.population == target);
                    let WatchedVariable { variable, factor, .. } =
                        *of_target.expect("each receiving population was read");
                    Origin::Watched { variable, factor }
                }
            };
            ThirdFactor { gain: own.gain, origin }
        })
        .collect()
    }
}
