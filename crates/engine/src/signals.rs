//! What crosses the border between the sciences: one set a block, owned by the engine.

use neuropil_core::Real;
use neuropil_network::delivery::BLOCK_CELLS;
use neuropil_network::history::Outbox;

/// The signals of one block. Planes are (channel, cell).
pub struct Signals<R> {
    /// Arrivals of this step, a plane a receptor channel; zeros again once the cells have them. Planes have room for any block, so that a 16-bit offset
    /// needs no check.
    pub input: Vec<Box<[R; BLOCK_CELLS]>>,
    /// Injected current of this step.
    pub current: Vec<R>,
    /// 1 where a cell fires in this step.
    pub fired: Vec<u8>,
    /// What leaves the block in this step.
    pub outbox: Outbox<R>,
}

impl<R: Real> Signals<R> {
    /// Signals of a block of `cells` cells with `channels` receptor channels.
    pub fn new(cells: usize, channels: usize, short_term: usize) -> Self {
        let plane = || vec![R::ZERO; BLOCK_CELLS].into_boxed_slice().try_into().expect("it has that length");
        Self {
            input: (0..channels).map(|_| plane()).collect(),
            current: vec![R::ZERO; cells],
            fired: vec![0; cells],
            outbox: Outbox { fired: Vec::new(), factors: vec![Vec::new(); short_term], graded: Vec::new() },
        }
    }
}
