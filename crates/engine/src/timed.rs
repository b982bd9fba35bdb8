//! Synapses whose weights follow spikes of both sides, as blocks hold them.

use neuropil_core::{Clock, Real};
use neuropil_network::delivery::PlasticTable;
use neuropil_network::synapse::TimedSynapses;
use neuropil_network::synapse::timing::Seat;
use neuropil_network::{Block, Network, Part};

/// How often all synapses are brought up to date, so that the spikes of their cells can be forgotten, ms. It is the same for any
/// division into blocks, threads and chunks.
const SETTLE_MS: f64 = 1000.0;

/// The same in steps.
pub(crate) fn settle_steps(clock: Clock) -> u64 {
    clock.nearest_step(SETTLE_MS).unwrap_or(1).max(1)
}

/// The synapses of each table of a block, before the first step.
pub(crate) fn at_start<R: Real>(network: &Network<R>, block: &Block<R>) -> Vec<Box<dyn TimedSynapses>> {
    let of_table = |table: &PlasticTable| {
        let part = part_of(network, block, table);
        let model = network.design.projections[table.projection].timing().expect("the tables are of such projections");
        let (offset, cells, clock) = (part.offset, part.cells.len(), network.design.clock);
        model.synapses(table, Seat { offset, cells, max_delay: network.max_delay, clock })
    };
    block.timed.tables.iter().map(of_table).collect()
}

/// The cells that the synapses of a table reach.
pub(crate) fn part_of<'b, R: Real>(network: &Network<R>, block: &'b Block<R>, table: &PlasticTable) -> &'b Part {
    let target = network.design.projections[table.projection].target;
    block.parts.iter().find(|part| part.population == target).expect("a table has synapses onto cells of its block")
}
