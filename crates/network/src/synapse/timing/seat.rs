//! Where the synapses of a table are, and how far back they may ask.

use super::rule::{Timing, value_of};
use neuropil_core::Clock;

/// Where the synapses of a table are.
#[derive(Debug, Clone, Copy)]
pub struct Seat {
    /// Offset of the first of their cells in the block.
    pub offset: usize,
    /// Their cells.
    pub cells: usize,
    /// The longest delay of the network, steps.
    pub max_delay: u32,
    /// The grid of time.
    pub clock: Clock,
}

/// How long ago a model looks at membranes as well, ms.
pub(super) fn lag_ms<M: Timing>(params: &M::Params) -> f64 {
    M::LAG.and_then(|symbol| value_of(params, symbol)).unwrap_or(0.0)
}

/// The same in steps.
pub(super) fn lag_steps<M: Timing>(params: &M::Params, clock: Clock) -> u64 {
    clock.nearest_step(lag_ms::<M>(params)).unwrap_or(0)
}

/// How many steps ago the membrane was that a spike asks for, at most: the way from the cell to the synapse, twice.
pub(crate) fn reach(max_delay: u32) -> u64 {
    2 * u64::from(max_delay)
}
