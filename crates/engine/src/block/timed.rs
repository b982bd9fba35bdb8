//! What a block does with synapses whose weights follow spikes of both sides.

use super::BlockState;
use crate::snapshot::Snapshot;
use crate::timed::part_of;
use neuropil_core::Real;
use neuropil_network::Network;
use neuropil_network::history::History;
use neuropil_network::synapse::timing::Due;
use std::ops::Range;

impl<R: Real> BlockState<R> {
    /// Adds what arrives over such synapses onto some of the planes, with the weights that they have as spikes pass them.
    pub(super) fn deliver_timed(
        &mut self,
        network: &Network<R>,
        (history, step): (&History<R>, u64),
        planes: Range<usize>,
    ) {
        let tables = network.blocks[self.index].timed.tables.iter().zip(&mut self.timed);
        for (table, synapses) in tables.filter(|(table, _)| planes.contains(&table.plane)) {
            self.due_rows.clear();
            for (slot, &delay) in table.delays.iter().enumerate() {
                let due = history.spikes(step, delay, table.source).map(|source| Due {
                    row: source as usize * table.delays.len() + slot,
                    synapses: table.row(source, slot),
                    delay,
                });
                self.due_rows.extend(due.filter(|due| !due.synapses.is_empty()));
            }
            synapses.arrive(table, &self.due_rows, step);
            let (plane, sign) = (&mut *self.signals.arrivals[table.plane], table.arrives_as);
            for due in &self.due_rows {
                self.events += due.synapses.len() as u64;
                let weights = &synapses.weights()[due.synapses.clone()];
                for (cell, weight) in table.cells[due.synapses.clone()].iter().zip(weights) {
                    plane[usize::from(*cell)] += R::from_f64(sign * *weight);
                }
            }
        }
    }

    /// After a step, from time to time: all synapses have what came to them, and old spikes are forgotten.
    pub(crate) fn settle(&mut self, network: &Network<R>, step: u64) {
        let forget = step.saturating_sub(2 * u64::from(network.max_delay));
        for (table, synapses) in network.blocks[self.index].timed.tables.iter().zip(&mut self.timed) {
            synapses.settle(table, step, forget);
        }
    }

    /// The weights of each table of such synapses, as they were last sent.
    pub fn timed_weights(&self) -> impl Iterator<Item = &[f64]> {
        self.timed.iter().map(|synapses| synapses.weights())
    }

    /// Puts the weights of a projection, with all that has come to its synapses up to `step`, to their numbers.
    pub(crate) fn weights_at(&self, network: &Network<R>, projection: usize, step: u64, weights: &mut [f64]) {
        let tables = network.blocks[self.index].timed.tables.iter().zip(&self.timed);
        for (table, synapses) in tables.filter(|(table, _)| table.projection == projection) {
            for (number, weight) in table.numbers.iter().zip(synapses.weights_at(table, step)) {
                weights[*number as usize] = weight;
            }
        }
    }

    pub(super) fn save_timed(&self, network: &Network<R>, snapshot: &mut Snapshot) {
        let block = &network.blocks[self.index];
        for ((index, _), state) in network.design.timed().zip(&mut snapshot.timed) {
            let tables = block.timed.tables.iter().zip(&self.timed).filter(|(table, _)| table.projection == index);
            tables.for_each(|(table, own)| own.save(table, part_of(network, block, table).cells.start, state));
        }
    }

    pub(super) fn load_timed(&mut self, network: &Network<R>, snapshot: &Snapshot) {
        let block = &network.blocks[self.index];
        for ((index, _), state) in network.design.timed().zip(&snapshot.timed) {
            let tables = block.timed.tables.iter().zip(&mut self.timed).filter(|(table, _)| table.projection == index);
            tables.for_each(|(table, own)| own.load(table, part_of(network, block, table).cells.start, state));
        }
    }
}
