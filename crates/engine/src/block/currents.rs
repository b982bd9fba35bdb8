//! Currents into the cells of a block, and what they remember from step to step.

use super::{BlockState, Ground};
use crate::snapshot::Snapshot;
use neuropil_core::Real;
use neuropil_network::current::Current;
use neuropil_network::{Network, Part};

impl<R: Real> BlockState<R> {
    /// Sums the currents of this step: those of the design, then those that are laid on, which remember nothing.
    pub fn drive(&mut self, (network, overlay): Ground<'_, R>, step: u64) {
        let clock = network.design.clock;
        for (part, memories) in network.blocks[self.index].parts.iter().zip(&mut self.currents) {
            for (port, plane) in self.signals.currents.iter_mut().enumerate() {
                if !overlay.has_currents(network, part.population, port) {
                    continue;
                }
                let current = &mut plane[part.offset..part.offset + part.cells.len()];
                current.fill(R::ZERO);
                for (own, memory) in network.design.currents.iter().zip(memories.iter_mut()) {
                    if own.is_into(part.population, port) {
                        own.add(step, clock, part.cells.clone(), memory, current);
                    }
                }
                for own in overlay.laid_on(part.population, port) {
                    own.add(step, clock, part.cells.clone(), &mut [], current);
                }
            }
        }
    }

    /// Adds what they remember behind that of the blocks before.
    pub(super) fn save_currents(&self, snapshot: &mut Snapshot) {
        for own in &self.currents {
            own.iter().zip(&mut snapshot.currents).for_each(|(own, whole)| whole.extend(own));
        }
    }

    /// Takes what they remember from a snapshot that fits.
    pub(super) fn load_currents(&mut self, network: &Network<R>, snapshot: &Snapshot) {
        for (part, currents) in network.blocks[self.index].parts.iter().zip(&mut self.currents) {
            for (own, whole) in currents.iter_mut().zip(&snapshot.currents).filter(|(own, _)| !own.is_empty()) {
                own.copy_from_slice(&whole[part.cells.start as usize..part.cells.end as usize]);
            }
        }
    }
}

/// What the currents of the network remember of a part before the first step.
pub(super) fn remembered<R: Real>(network: &Network<R>, part: &Part) -> Vec<Vec<f64>> {
    let own = |current: &Current| match current.target == part.population {
        true => current.memory(part.cells.clone()),
        false => Vec::new(),
    };
    network.design.currents.iter().map(own).collect()
}
