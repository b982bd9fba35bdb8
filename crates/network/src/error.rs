//! What can be wrong with a network.

use crate::projection::BadSynapse;
use thiserror::Error;

/// A fault found while a network is built.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// A rule of wiring does not fit its populations.
    #[error("projection {projection}: {fault}")]
    Wiring {
        /// Name of the projection.
        projection: String,
        /// What is wrong.
        fault: String,
    },
    /// A drawn or listed synapse breaks a rule.
    #[error("projection {projection}: {fault}")]
    Synapse {
        /// Name of the projection.
        projection: String,
        /// What is wrong.
        fault: BadSynapse,
    },
    /// Something is sent to cells that cannot receive it.
    #[error("{what} into population {population}: {fault}")]
    Target {
        /// What is sent.
        what: String,
        /// Name of the population.
        population: String,
        /// Why it cannot be received.
        fault: String,
    },
    /// More synapses onto one block of cells than can be indexed.
    #[error("{synapses} synapses onto one block of {cells} cells, at most 2^32 - 1 can be held: use more blocks")]
    TooManySynapses {
        /// Synapses of the block.
        synapses: u64,
        /// Its cells.
        cells: usize,
    },
    /// The system gives no memory for a table of synapses.
    #[error("there is no memory for a table of {bytes} bytes")]
    NoMemory {
        /// What was asked for.
        bytes: u64,
    },
    /// A division of cells into blocks that is not possible.
    #[error("{blocks} blocks for {cells} cells: each block must hold 1 to 65536 cells")]
    Blocks {
        /// Blocks asked for.
        blocks: u32,
        /// Cells there are.
        cells: u64,
    },
    /// More ranks than there are blocks to hold.
    #[error(
        "{blocks} blocks are fewer than the {ranks} ranks, each of which holds at least one: ask for more blocks (`simulation.blocks`) or for fewer ranks"
    )]
    Ranks {
        /// Ranks.
        ranks: usize,
        /// Blocks.
        blocks: usize,
    },
    /// More cells than ids.
    #[error("{0} cells, at most 2^31 can be numbered")]
    TooManyCells(u64),
}
