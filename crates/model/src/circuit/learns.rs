//! What the member `neuropil_learning` of a configuration says, as it is kept.

use crate::document::Document;
use crate::learning::{LearningSpec, PlasticSpec};
use std::collections::BTreeSet;

/// What the member says.
#[derive(Debug)]
pub(super) struct CircuitLearning {
    /// The section.
    pub spec: LearningSpec,
    /// Edges that learn.
    pub plastic: Vec<PlasticEdges>,
    /// Of the numbers that are drawn.
    pub seed: u64,
    /// The configuration.
    pub document: Document,
}

/// Edges that learn.
#[derive(Debug)]
pub(super) struct PlasticEdges {
    /// Which of the circuit's populations of edges.
    pub edges: usize,
    /// Their types; `None` for all.
    pub types: Option<BTreeSet<i64>>,
    /// How.
    pub own: PlasticSpec,
    /// Where the entry stands.
    pub path: String,
}

/// How synapses of one list learn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Learns {
    /// Which entry of `plastic` says so.
    pub entry: usize,
    /// Whether their weights are 0 or more, and stay so; else they are below, and stay at 0 or below.
    pub is_positive: bool,
}

impl PlasticEdges {
    /// Whether edges of this type are among them.
    pub fn has(&self, type_id: i64) -> bool {
        self.types.as_ref().is_none_or(|types| types.contains(&type_id))
    }

    /// Whether both have an edge.
    pub fn meets(&self, other: &Self) -> bool {
        self.edges == other.edges
            && match (&self.types, &other.types) {
                (Some(own), Some(other)) => !own.is_disjoint(other),
                _ => true,
            }
    }
}
