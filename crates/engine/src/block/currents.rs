//! Currents into the cells of a block, and what they remember from step to step.

use super::{BlockState, Ground};
use crate::intervention::LaidOn;
use crate::snapshot::Snapshot;
use neuropil_core::Real;
use neuropil_network::current::Current;
use neuropil_network::{Network, Part};

impl<R: Real> BlockState<R> {
    /// Sums the currents of this step: those of the design, then those that are laid on.
    pub fn drive(&mut self, (network, overlay): Ground<'_, R>, step: u64) {
        let clock = network.design.clock;
        let parts = network.blocks[self.index].parts.iter().zip(&mut self.currents);
        for (number, (part, memories)) in parts.enumerate() {
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
                for (own, Laid { parts, .. }) in overlay.currents.iter().zip(&mut self.laid_on) {
                    if own.current.is_into(part.population, port) {
                        own.current.add(step, clock, part.cells.clone(), &mut parts[number], current);
                    }
                }
            }
        }
    }

    /// Has a memory for each current that is laid on, in their order: the one that it had, or that of its beginning.
    pub(crate) fn lay_on(&mut self, network: &Network<R>, currents: &[LaidOn]) {
        let mut before = std::mem::take(&mut self.laid_on);
        let of = |own: &LaidOn| match before.iter().position(|laid| laid.edit == own.edit) {
            Some(place) => before.swap_remove(place),
            None => {
                let parts = network.blocks[self.index].parts.iter();
                Laid {
                    edit: own.edit,
                    remembers: !own.current.memory(0..1).is_empty(),
                    parts: parts.map(|part| memory(&own.current, part)).collect(),
                }
            }
        };
        self.laid_on = currents.iter().map(of).collect();
    }

    /// Takes what currents that are laid on remember from a snapshot; whether it has a number for each.
    pub(crate) fn load_laid_on(&mut self, network: &Network<R>, snapshot: &Snapshot) -> bool {
        let mut saved = snapshot.laid_on.iter();
        let mut fits = true;
        for own in self.laid_on.iter_mut().filter(|own| own.remembers) {
            let Some(whole) = saved.next() else { return false };
            for (part, own) in
                network.blocks[self.index].parts.iter().zip(&mut own.parts).filter(|(_, own)| !own.is_empty())
            {
                match whole.get(part.cells.start as usize..part.cells.end as usize) {
                    Some(saved) => own.copy_from_slice(saved),
                    None => fits = false,
                }
            }
        }
        fits && saved.next().is_none()
    }

    /// Adds what they remember behind that of the blocks before.
    pub(super) fn save_currents(&self, snapshot: &mut Snapshot) {
        let laid_on = self.laid_on.iter().filter(|own| own.remembers);
        snapshot.laid_on.resize(laid_on.clone().count(), Vec::new());
        laid_on.zip(&mut snapshot.laid_on).for_each(|(own, whole)| whole.extend(own.parts.iter().flatten()));
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

/// What a current that is laid on remembers.
pub(super) struct Laid {
    /// The number of the edit that lays it on.
    edit: usize,
    /// Whether it remembers anything of some cell, of this block or another.
    remembers: bool,
    /// Of each part, a number a cell; empty of those that it does not reach.
    parts: Vec<Vec<f64>>,
}

/// What the currents of the network remember of a part before the first step.
pub(super) fn remembered<R: Real>(network: &Network<R>, part: &Part) -> Vec<Vec<f64>> {
    network.design.currents.iter().map(|own| memory(own, part)).collect()
}

fn memory(current: &Current, part: &Part) -> Vec<f64> {
    if current.target == part.population { current.memory(part.cells.clone()) } else { Vec::new() }
}
