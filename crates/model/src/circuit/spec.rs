//! What a circuit is.

use super::cells::Part;
use super::config::Config;
use super::edge_kinds::{Aliases, Synapses};
use super::learns::CircuitLearning;
use super::rounding::Rounding;
use neuropil_core::Clock;
use neuropil_record::{Edges, Nodes, Spikes};

/// A circuit, read and checked.
#[derive(Debug)]
pub struct Circuit {
    /// The grid of time.
    pub clock: Clock,
    /// How long to run, ms.
    pub duration_ms: f64,
    /// What the user should know: time step not used, spikes dropped.
    pub notes: Vec<String>,
    pub(super) config: Config,
    pub(super) nodes: Vec<Nodes>,
    pub(super) edges: Vec<Edges>,
    pub(super) synapses: Synapses,
    /// What weight recorders call synapses.
    pub(super) aliases: Aliases,
    pub(super) parts: Vec<Part>,
    /// For each node population, which part and which slot each node is.
    pub(super) places: Vec<Vec<(usize, usize)>>,
    /// For each node population, the spikes that its virtual nodes send.
    pub(super) spikes: Vec<Spikes>,
    /// For each node population, the nodes that send at time 0, the start, too.
    pub(super) at_start: Vec<Vec<u64>>,
    /// How input times meet the grid.
    pub(super) rounding: Rounding,
    /// How it learns.
    pub(super) learning: Option<CircuitLearning>,
}
