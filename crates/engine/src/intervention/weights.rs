//! Other weights of synapses that do not change by themselves, from the next delivery on: spikes under way are delivered with them.
//!
//! The tables that hold such a projection are drawn again with the weights in force. Sums keep their order, so that weights times 1 change
//! no bit, and weights times 0 add zeros.

use super::{EditFault, Hands, Thing};
use neuropil_core::{CellSet, Real};
use neuropil_network::delivery::{Reweigh, Rows, Weights};
use neuropil_network::network::Design;
use neuropil_network::neuron::SignRule;
use neuropil_network::projection::Synapse;
use neuropil_network::{Network, NetworkError, Sign};
use std::sync::Arc;

/// What becomes of weights.
#[derive(Debug, Clone, PartialEq)]
pub enum WeightChange {
    /// All are this, in the unit of the projection.
    Set(f64),
    /// All are multiplied by a number >= 0.
    Scale(f64),
    /// Each is another: one a synapse, in the order in which the design draws them.
    Each(Arc<Vec<f64>>),
}

/// Other weights of the synapses of a projection.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightEdit {
    /// Index of the projection.
    pub projection: usize,
    /// Only synapses from these cells; all if `None`.
    pub from: Option<CellSet>,
    /// Only synapses onto these cells; all if `None`.
    pub to: Option<CellSet>,
    /// What becomes of them.
    pub change: WeightChange,
}

impl WeightEdit {
    pub(super) fn thing(&self) -> Option<Thing<'_>> {
        let Self { projection, from, to, .. } = self;
        Some(Thing::Synapses { projection: *projection, from: from.as_ref(), to: to.as_ref() })
    }

    fn meets(&self, synapse: &Synapse) -> bool {
        let within = |set: &Option<CellSet>, cell| set.as_ref().is_none_or(|set| set.contains(cell));
        within(&self.from, synapse.source) && within(&self.to, synapse.target)
    }

    /// The weight of synapse `number` of the projection, whose weight is `synapse.weight`.
    pub(super) fn weight(&self, number: u64, synapse: &Synapse) -> f64 {
        let own = synapse.weight;
        if !self.meets(synapse) {
            return own;
        }
        let weight = match &self.change {
            WeightChange::Set(weight) => *weight,
            WeightChange::Scale(factor) => own * factor,
            WeightChange::Each(all) => usize::try_from(number).ok().and_then(|n| all.get(n)).copied().unwrap_or(own),
        };
        // A weight of 0 has the sign that it had, so that it meets the same receptor.
        if weight == 0.0 { weight.copysign(own) } else { weight }
    }

    pub(super) fn faults<R: Real>(&self, design: &Design<R>) -> Vec<EditFault> {
        let own = &design.projections[self.projection];
        if let Some(fault) = taught(design, self.projection) {
            return vec![fault];
        }
        let model = design.populations[own.target].neurons();
        let placement = model.and_then(|model| model.info().placement(own.receptor));
        let rules = Rules {
            sign: design.populations[own.source].sign,
            port: placement.map_or(SignRule::Any, |placement| placement.sign()),
            stored: design.weights,
        };
        if let Some(model) = own.timing() {
            return super::timed::faults(self, model, &rules, design);
        }
        let wrong =
            |found: f64, why: &'static str| EditFault::Weight { projection: own.name.clone(), found, expected: why };
        match &self.change {
            WeightChange::Set(weight) => rules.fault(*weight).map(|why| wrong(*weight, why)).into_iter().collect(),
            WeightChange::Scale(factor) if !(factor.is_finite() && *factor >= 0.0) => {
                vec![EditFault::Number { what: "scale".into(), found: *factor, expected: "a number >= 0" }]
            }
            WeightChange::Scale(factor) if *factor <= 1.0 => Vec::new(),
            WeightChange::Scale(_) => {
                let mut found = None;
                let _ = design.synapses(self.projection, &mut |synapse| {
                    let weight = self.weight(0, &synapse);
                    found = found.take().or_else(|| rules.fault(weight).map(|why| wrong(weight, why)));
                });
                found.into_iter().collect()
            }
            WeightChange::Each(all) => {
                let mut count = 0;
                let counted = design.synapses(self.projection, &mut |_| count += 1);
                if counted.is_ok() && count != all.len() {
                    let projection = own.name.clone();
                    return vec![EditFault::WeightCount { projection, found: all.len(), expected: count }];
                }
                all.iter().find_map(|weight| Some(wrong(*weight, rules.fault(*weight)?))).into_iter().collect()
            }
        }
    }
}

/// Why no weight of a projection may be edited in a network that learns.
pub(super) fn taught<R: Real>(design: &Design<R>, projection: usize) -> Option<EditFault> {
    let own = &design.projections[projection];
    let fault = |why: &'static str| EditFault::Changing { projection: own.name.clone(), why };
    if own.plastic {
        return Some(fault("its weights learn by a rule"));
    }
    let learns = design.projections.iter().any(|other| other.plastic);
    learns.then(|| fault("the rule by which the network learns counts with those of the beginning"))
}

/// What weights of a projection may be.
pub(super) struct Rules {
    sign: Sign,
    port: SignRule,
    stored: Weights,
}

impl Rules {
    pub(super) fn fault(&self, weight: f64) -> Option<&'static str> {
        match () {
            () if !weight.is_finite() => Some("a finite number"),
            () if !self.sign.allows(weight) && self.sign == Sign::Excitatory => {
                Some(">= 0, the sending population is excitatory")
            }
            () if !self.sign.allows(weight) => Some("<= 0, the sending population is inhibitory"),
            () if !self.port.allows(weight) => Some(self.port.expected()),
            () if self.stored.stored(weight).is_none() => Some("at most 65504 in size, for weights of 16 bits"),
            () => None,
        }
    }
}

/// The edits in force, as a block meets them.
struct BlockWeights<'a> {
    edits: &'a [&'a WeightEdit],
    /// For each edit, the numbers in its projection of the synapses of the block; empty where they do not count.
    numbers: &'a [Vec<u64>],
    stored: Weights,
}

impl Reweigh for BlockWeights<'_> {
    fn touches(&self, projection: u32) -> bool {
        self.edits.iter().any(|edit| edit.projection == projection as usize)
    }

    fn weight(&self, projection: u32, number: u64, synapse: &Synapse) -> f64 {
        let own = self.edits.iter().zip(self.numbers).filter(|(edit, _)| edit.projection == projection as usize);
        let in_projection =
            |numbers: &[u64]| usize::try_from(number).ok().and_then(|own| numbers.get(own)).copied().unwrap_or(number);
        let edited = own.fold(*synapse, |now, (edit, numbers)| Synapse {
            weight: edit.weight(in_projection(numbers), &now),
            ..now
        });
        self.stored.stored(edited.weight).unwrap_or(synapse.weight)
    }
}

/// For each block, the numbers of its synapses in the projection, in the order in which the block draws them: connectors need not draw
/// target by target.
fn numbers<R: Real>(network: &Network<R>, edit: &WeightEdit) -> Result<Vec<Vec<u64>>, NetworkError> {
    let target = network.design.projections[edit.projection].target;
    let mut numbers = vec![Vec::new(); network.blocks.len()];
    if let WeightChange::Each(_) = edit.change {
        let span = |block: &neuropil_network::Block<R>| {
            let own = || block.parts.iter().filter(|part| part.population == target).map(|part| &part.cells);
            Some(own().map(|cells| cells.start).min()?..own().map(|cells| cells.end).max()?)
        };
        let spans: Vec<(usize, std::ops::Range<u32>)> =
            network.blocks.iter().enumerate().filter_map(|(index, block)| Some((index, span(block)?))).collect();
        let mut number = 0;
        network.design.synapses(edit.projection, &mut |synapse| {
            let own = spans.partition_point(|(_, span)| span.end <= synapse.target);
            // Over ranks, others have the rest.
            if let Some((block, _)) = spans.get(own).filter(|(_, span)| span.contains(&synapse.target)) {
                numbers[*block].push(number);
            }
            number += 1;
        })?;
    }
    Ok(numbers)
}

pub(super) fn refresh<R: Real>(hands: &mut Hands<R>, network: &Network<R>, step: u64) -> Result<(), NetworkError> {
    let Hands { list, overlay, weights_of, .. } = hands;
    let edits: Vec<(usize, &WeightEdit)> =
        super::numbered_in_force(list, step).filter_map(|(index, edit)| Some((index, edit.weights()?))).collect();
    let now: Vec<usize> = edits.iter().map(|own| own.0).collect();
    if now == *weights_of {
        return Ok(());
    }
    let edits: Vec<&WeightEdit> = edits.into_iter().map(|own| own.1).collect();
    overlay.rows = if edits.is_empty() { Vec::new() } else { rows(network, &edits)? };
    *weights_of = now;
    Ok(())
}

fn rows<R: Real>(network: &Network<R>, edits: &[&WeightEdit]) -> Result<Vec<Rows<R>>, NetworkError> {
    let mut all = edits.iter().map(|edit| numbers(network, edit)).collect::<Result<Vec<_>, _>>()?;
    let blocks = network.blocks.iter().enumerate().map(|(index, block)| {
        let numbers: Vec<Vec<u64>> = all.iter_mut().map(|own| std::mem::take(&mut own[index])).collect();
        let reweigh = BlockWeights { edits, numbers: &numbers, stored: network.design.weights };
        block.rows.reweighed(&network.design, &block.parts, &reweigh)
    });
    blocks.collect()
}

/// The weights of a projection in force, in the order in which the design draws them.
pub(super) fn now<R: Real>(
    hands: &Hands<R>,
    design: &Design<R>,
    projection: usize,
    step: u64,
) -> Result<Vec<f64>, NetworkError> {
    let edits: Vec<&WeightEdit> = super::in_force(&hands.list, step)
        .filter_map(|edit| edit.weights())
        .filter(|edit| edit.projection == projection)
        .collect();
    let mut weights = Vec::new();
    design.synapses(projection, &mut |synapse| {
        let number = weights.len() as u64;
        let edited = edits.iter().fold(synapse, |now, edit| Synapse { weight: edit.weight(number, &now), ..now });
        weights.push(edited.weight);
    })?;
    Ok(weights)
}
