//! A cell as its synapses meet it.

use crate::Dynamics;
use crate::cell::LocalStep;

/// A cell that learns, as the synapses of one receptor channel meet it.
#[derive(Debug, Clone, PartialEq)]
pub struct LearningCell {
    /// Its place in all arrays.
    pub place: usize,
    /// Its constants.
    pub dynamics: Dynamics,
    /// Its type.
    pub type_id: usize,
    /// Where synapses of the channel come in.
    pub(super) port: usize,
    /// The states that they have traces in.
    pub(super) traced: Vec<usize>,
}

impl LearningCell {
    /// The cell at a place, for the synapses of a channel.
    pub fn new(place: usize, dynamics: Dynamics, type_id: usize, channel: usize) -> Self {
        let port = dynamics.port(channel);
        let traced = dynamics.traced(port);
        Self { place, dynamics, type_id, port, traced }
    }
}
