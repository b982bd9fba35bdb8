//! Synapses whose weights follow spikes of both sides, as blocks hold them.

use neuropil_core::Real;
use neuropil_network::delivery::PlasticTable;
use neuropil_network::network::Design;
use neuropil_network::synapse::TimedSynapses;
use neuropil_network::synapse::timing::{Seat, settle_steps};
use neuropil_network::{Block, Network, Part};

/// How often the synapses of each projection are brought up to date, so that what their cells did can be forgotten, in steps; for static ones
/// never. Empty where all are static. It is the same for any division into blocks, threads and chunks.
pub(crate) fn settle_steps_of_each<R: Real>(design: &Design<R>) -> Vec<u64> {
    let mut every = Vec::new();
    for (projection, model) in design.timed() {
        every.resize(design.projections.len(), u64::MAX);
        every[projection] = settle_steps(model.settle_ms(), design.clock);
    }
    every
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
