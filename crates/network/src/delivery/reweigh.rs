//! Weights other than those that synapses were drawn with.

use crate::projection::Synapse;

/// Says which synapses onto a block have another weight than that they were drawn with.
pub trait Reweigh: Sync {
    /// Whether some synapse of a projection has.
    fn touches(&self, projection: u32) -> bool;

    /// The weight of a synapse of such a projection: one that can be stored. `number` counts its synapses onto the block, in the
    /// order in which they are drawn.
    fn weight(&self, projection: u32, number: u64, synapse: &Synapse) -> f64;
}
