//! What crosses the border between the sciences: one set a block, owned by the engine.

use neuropil_core::Real;
use neuropil_network::Network;
use neuropil_network::delivery::Plane;
use neuropil_network::history::Outbox;

/// The signals of one block. Planes are (cell).
pub struct Signals<R> {
    /// Arrivals, in the [`Layout`](neuropil_network::delivery::Layout) of the network: those that cells are given as
    /// they advance, zeros again once they have them, and the state variables that arrivals are added to.
    pub arrivals: Vec<Plane<R>>,
    /// Injected currents of this step, one plane a continuous port.
    pub currents: Vec<Vec<R>>,
    /// 1 where a cell fires in this step.
    pub fired: Vec<u8>,
    /// What leaves the block in this step.
    pub outbox: Outbox<R>,
}

impl<R: Real> Signals<R> {
    /// Signals of a block of `cells` cells of a network.
    pub fn new(network: &Network<R>, cells: usize) -> Self {
        let scaled = network.design.scaled().count();
        let ports = network.design.currents.iter().map(|current| current.port + 1).max().unwrap_or(0);
        Self {
            arrivals: network.layout.empty(),
            currents: vec![vec![R::ZERO; cells]; ports],
            fired: vec![0; cells],
            outbox: Outbox { fired: Vec::new(), factors: vec![Vec::new(); scaled], graded: Vec::new() },
        }
    }
}
