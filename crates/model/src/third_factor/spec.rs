//! What a file says of a third factor.

use crate::chosen::Chosen;
use neuropil_engine::tissue::Felt;
use neuropil_network::synapse::third_factor::Course;
use std::path::PathBuf;

/// A third factor.
#[derive(Debug, Clone)]
pub(crate) struct ThirdFactorSpec {
    pub path: String,
    pub gain: f64,
    pub kind: FactorKind,
    /// Files that it is read of, and where they are named.
    pub files: Vec<(String, PathBuf)>,
}

#[derive(Debug, Clone)]
pub(crate) enum FactorKind {
    Signal(Course),
    Spikes {
        senders: Vec<Chosen>,
        delay_steps: u32,
    },
    Felt(Felt),
    /// A variable of each receiving population.
    Watched(Vec<WatchedVariable>),
}

/// A variable of the receiving cells of a projection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct WatchedVariable {
    /// Whose cells have it.
    pub population: usize,
    /// Its place among what can be observed of them.
    pub variable: usize,
    /// What makes a coherent number of it.
    pub factor: f64,
}
