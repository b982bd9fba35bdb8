//! Hands on synapses whose weights follow spikes: other weights at a moment, and cuts.
//!
//! Other weights are put in once, between two steps: all that has come to a synapse by then is done with first, and the synapse goes on from its
//! new weight. What is still under way along a dendrite acts on the new weight.
//! A cut takes no weight: spikes that pass a cut synapse do to it what they always do, and nothing of them reaches the cell.

use super::{EditFault, Hands, Thing, WeightChange, WeightEdit, weights::Rules};
use crate::block::BlockState;
use neuropil_core::{CellSet, Real};
use neuropil_network::network::Design;
use neuropil_network::projection::Synapse;
use neuropil_network::synapse::TimingModel;
use neuropil_network::{Network, NetworkError};

/// Synapses that follow spikes and let none through.
#[derive(Debug, Clone, PartialEq)]
pub struct TimedCut {
    /// Index of the projection.
    pub projection: usize,
    /// Only synapses from these cells; all if `None`.
    pub from: Option<CellSet>,
    /// Only synapses onto these cells; all if `None`.
    pub to: Option<CellSet>,
}

impl TimedCut {
    pub(super) fn thing(&self) -> Option<Thing<'_>> {
        let Self { projection, from, to } = self;
        Some(Thing::Synapses { projection: *projection, from: from.as_ref(), to: to.as_ref() })
    }

    pub(super) fn faults<R: Real>(&self, design: &Design<R>) -> Vec<EditFault> {
        super::weights::taught(design, self.projection).into_iter().collect()
    }

    /// Whether it cuts synapses of a projection that a cell sends.
    pub(crate) fn is_from(&self, projection: usize, source: u32) -> bool {
        self.projection == projection && self.from.as_ref().is_none_or(|from| from.contains(source))
    }

    /// Whether it cuts those that reach a cell.
    pub(crate) fn is_onto(&self, target: u32) -> bool {
        self.to.as_ref().is_none_or(|to| to.contains(target))
    }
}

/// Why the weights of synapses of this model cannot become these; `rules` are those of their projection.
pub(super) fn faults<R: Real>(
    edit: &WeightEdit,
    model: &dyn TimingModel,
    rules: &Rules,
    design: &Design<R>,
) -> Vec<EditFault> {
    let name = &design.projections[edit.projection].name;
    let refuse = |why: &'static str| vec![EditFault::Changing { projection: name.clone(), why }];
    if model.moves() {
        return refuse("its weights move between spikes, so that none can be put in its place at a moment");
    }
    let bad = |weight: f64| {
        let unfit = || model.refuses(weight, u32::MAX, design.clock);
        let rule = rules.fault(weight).map(|why| format!("weight {weight}: must be {why}"));
        let why = rule.or_else(unfit)?;
        Some(EditFault::Unfit { projection: name.clone(), why })
    };
    let fault = match &edit.change {
        WeightChange::Scale(factor) if !(factor.is_finite() && *factor >= 0.0) => {
            return vec![EditFault::Number { what: "scale".into(), found: *factor, expected: "a number >= 0" }];
        }
        WeightChange::Scale(_) if model.bounds().is_none() => {
            return refuse("a guard of its file says what they may be: give weights instead of a scale");
        }
        WeightChange::Scale(_) => None,
        WeightChange::Set(weight) => bad(*weight),
        WeightChange::Each(all) => all.iter().find_map(|weight| bad(*weight)),
    };
    match fault {
        Some(fault) => vec![fault],
        None => unlike(edit, design).into_iter().collect(),
    }
}

/// A weight of another sign than its synapse has, which it keeps for good; not one weight a synapse.
fn unlike<R: Real>(edit: &WeightEdit, design: &Design<R>) -> Option<EditFault> {
    let own = &design.projections[edit.projection];
    let (mut count, mut fault) = (0, None);
    let drawn = design.synapses(edit.projection, &mut |synapse| {
        let weight = edit.weight(count, &synapse);
        count += 1;
        if weight.is_sign_negative() != synapse.weight.is_sign_negative() {
            let Synapse { source, target, .. } = synapse;
            let expected = if synapse.weight.is_sign_negative() { "<= 0" } else { ">= 0" };
            let why = format!(
                "weight {weight} from cell {source} to cell {target}: must be {expected}, as that of the synapse is"
            );
            fault.get_or_insert(EditFault::Unfit { projection: own.name.clone(), why });
        }
    });
    match &edit.change {
        WeightChange::Each(all) if drawn.is_ok() && count != all.len() as u64 => {
            let expected = usize::try_from(count).unwrap_or(usize::MAX);
            Some(EditFault::WeightCount { projection: own.name.clone(), found: all.len(), expected })
        }
        _ => fault,
    }
}

/// The weight of synapse `number` after the edit. A scale takes none beyond the bounds of its model.
fn after(edit: &WeightEdit, number: u64, synapse: &Synapse, bounds: Option<[f64; 2]>) -> Result<f64, String> {
    let weight = edit.weight(number, synapse);
    let weight = match (&edit.change, bounds) {
        (WeightChange::Scale(_), Some(bounds)) => bounded(weight, bounds),
        _ => weight,
    };
    let found = || format!("found weight {}, of which the scale makes no finite number", synapse.weight);
    weight.is_finite().then_some(weight).ok_or_else(found)
}

/// A weight whose size is taken to bounds at most.
pub(crate) fn bounded(weight: f64, [least, greatest]: [f64; 2]) -> f64 {
    weight.abs().max(least).min(greatest).copysign(weight)
}

pub(super) fn refresh<R: Real>(hands: &mut Hands<R>, step: u64) {
    let Hands { list, overlay, .. } = hands;
    overlay.timed_cuts = super::in_force(list, step).filter_map(|edit| edit.timed_cut().cloned()).collect();
}

/// Makes weights of its projection in a block, one list for each table, the ones that the edit makes of them.
pub(super) fn made<R: Real>(
    edit: &WeightEdit,
    network: &Network<R>,
    block: &BlockState<R>,
    all: &mut [Vec<f64>],
) -> Result<(), String> {
    let bounds = bounds(&network.design, edit.projection);
    let own = |number: u32, synapse: &Synapse| after(edit, u64::from(number), synapse, bounds);
    block.reweighed((network, edit.projection), all, own)
}

fn bounds<R: Real>(design: &Design<R>, projection: usize) -> Option<[f64; 2]> {
    design.projections[projection].timing().and_then(TimingModel::bounds)
}

/// Makes `weights`, those of its projection, the ones that the edit makes of them.
pub(super) fn awaited<R: Real>(edit: &WeightEdit, design: &Design<R>, weights: &mut [f64]) -> Result<(), NetworkError> {
    let bounds = bounds(design, edit.projection);
    let mut number = 0;
    design.synapses(edit.projection, &mut |synapse| {
        if let Some(weight) = usize::try_from(number).ok().and_then(|number: usize| weights.get_mut(number)) {
            *weight = after(edit, number, &Synapse { weight: *weight, ..synapse }, bounds).unwrap_or(*weight);
        }
        number += 1;
    })
}
