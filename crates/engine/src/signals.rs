//! What crosses the border between the sciences: one set a block, owned by the engine.

use neuropil_core::Real;
use neuropil_network::delivery::{BLOCK_CELLS, PLANES, Plane};
use neuropil_network::history::Outbox;

/// The signals of one block. Planes are (cell).
pub struct Signals<R> {
    /// Arrivals: those of [`BEFORE_TEST`](neuropil_network::delivery::BEFORE_TEST), zeros again once the cells have
    /// them, and the state variables that arrivals are added to.
    pub arrivals: [Plane<R>; PLANES],
    /// Injected current of this step.
    pub current: Vec<R>,
    /// 1 where a cell fires in this step.
    pub fired: Vec<u8>,
    /// What leaves the block in this step.
    pub outbox: Outbox<R>,
}

impl<R: Real> Signals<R> {
    /// Signals of a block of `cells` cells.
    pub fn new(cells: usize, short_term: usize) -> Self {
        let plane = |_| vec![R::ZERO; BLOCK_CELLS].into_boxed_slice().try_into().expect("it has that length");
        Self {
            arrivals: std::array::from_fn(plane),
            current: vec![R::ZERO; cells],
            fired: vec![0; cells],
            outbox: Outbox { fired: Vec::new(), factors: vec![Vec::new(); short_term], graded: Vec::new() },
        }
    }
}
