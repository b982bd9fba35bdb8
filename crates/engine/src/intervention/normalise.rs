//! Sums of weights onto each cell, brought to a number at once, once or again and again: |w| ← |w| S / Σ|w|.
//!
//! It is no overlay: weights that follow spikes go on from what they are made. It acts between two steps, at its beginning, and then every
//! so many steps while it is in force. Weights are those that would be recorded at that time. Synapses onto
//! one cell are held by one block, and are summed in the order of rows, so that no bit depends on blocks.

use super::{EditFault, Hands, Thing};
use crate::block::BlockState;
use neuropil_core::Real;
use neuropil_network::Network;
use neuropil_network::network::Design;

/// A sum that weights onto each receiving cell are brought to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normalisation {
    /// Index of the projection.
    pub projection: usize,
    /// The sum of the sizes of weights, in the unit of the projection.
    pub sum: f64,
    /// How often, in steps; `None` for once.
    pub every: Option<u64>,
}

impl Normalisation {
    pub(super) fn thing(&self) -> Option<Thing<'_>> {
        Some(Thing::Sums { projection: self.projection })
    }

    pub(super) fn faults<R: Real>(&self, design: &Design<R>) -> Vec<EditFault> {
        let own = &design.projections[self.projection];
        let refuse = |why: &'static str| vec![EditFault::Changing { projection: own.name.clone(), why }];
        if own.plastic {
            return refuse("its weights learn by a rule");
        }
        let Some(model) = own.timing() else {
            return refuse("its weights do not follow spikes: give it such weights, or edit its `weights`");
        };
        if model.moves() {
            return refuse("its rule moves weights between spikes, so that they cannot be made others at a time");
        }
        if !(self.sum.is_finite() && self.sum > 0.0) {
            return vec![EditFault::Number { what: "the sum".into(), found: self.sum, expected: "a number > 0" }];
        }
        Vec::new()
    }
}

/// Makes `weights`, those of its projection by their numbers, the ones that are put in.
pub(super) fn awaited<R: Real>(
    own: Normalisation,
    network: &Network<R>,
    blocks: &[BlockState<R>],
    weights: &mut [f64],
) {
    blocks.iter().for_each(|block| block.scale_numbered(network, (own.projection, own.sum), weights));
}

impl<R: Real> Hands<R> {
    /// The next step after `step` behind which something is made that is made again and again; `u64::MAX` if there is none.
    pub(super) fn next_action(&self, step: u64) -> u64 {
        let next = self.list.iter().filter_map(|own| {
            let every = own.edit.normalisation()?.every?;
            let next = if own.from > step {
                own.from
            } else {
                own.from + ((step - own.from) / every + 1).checked_mul(every)?
            };
            own.is_made_after(next).then_some(next)
        });
        next.min().unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Edit, Intervention};
    use super::*;

    fn hands(all: &[(u64, Option<u64>, Option<u64>)]) -> Hands<f64> {
        let own = |(from, until, every): &(u64, Option<u64>, Option<u64>)| Intervention {
            from: *from,
            until: *until,
            edit: Edit::Normalise(Normalisation { projection: 0, sum: 1.0, every: *every }),
            item: 0,
        };
        Hands::new(&all.iter().map(own).collect::<Vec<_>>())
    }

    /// Would catch an action one step early or late, one behind the end, and one that is left out.
    #[test]
    fn actions_are_at_their_steps() {
        for (all, expected) in [
            (vec![(4, None, None)], vec![4]),
            (vec![(0, None, None), (7, None, None)], vec![0, 7]),
            (vec![(3, None, Some(5))], vec![3, 8, 13, 18]),
            // In force up to step 13, so that nothing acts behind it.
            (vec![(3, Some(13), Some(5))], vec![3, 8]),
            (vec![(3, Some(14), Some(5))], vec![3, 8, 13]),
            // Another of the same projection ends it.
            (vec![(3, None, Some(5)), (10, None, Some(4))], vec![3, 8, 10, 14, 18]),
            (vec![(3, None, Some(5)), (9, None, None)], vec![3, 8, 9]),
        ] {
            let own = hands(&all);
            let found: Vec<u64> = (0..20).filter(|step| super::super::at_once(&own.list, *step).count() == 1).collect();
            assert_eq!(found, expected, "{all:?}");
            for step in 0..15 {
                // Beginnings and ends are times of edits, at which a chunk ends anyhow.
                let begins = own.list.iter().map(|own| own.from).filter(|from| *from > step).min();
                let told = own.next_action(step).min(begins.unwrap_or(u64::MAX));
                let next = expected.iter().copied().find(|own| *own > step);
                assert_eq!(Some(told).filter(|own| *own < 20), next, "{all:?} behind {step}");
            }
        }
    }
}
