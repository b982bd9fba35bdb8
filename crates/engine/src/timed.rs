//! Synapses whose weights follow spikes of both sides, as blocks hold them.

use neuropil_core::Real;
use neuropil_network::delivery::PlasticTable;
use neuropil_network::network::Design;
use neuropil_network::synapse::TimedSynapses;
use neuropil_network::synapse::timing::Seat;
use neuropil_network::{Block, Network, Part};

/// How often all synapses are brought up to date, so that what their cells did can be forgotten, in steps; `None` where there are none. It is the
/// same for any division into blocks, threads and chunks.
pub(crate) fn settle_steps<R: Real>(design: &Design<R>) -> Option<u64> {
    let each = design.timed().map(|(_, model)| design.clock.nearest_step(model.settle_ms()).unwrap_or(1).max(1));
    each.min()
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
