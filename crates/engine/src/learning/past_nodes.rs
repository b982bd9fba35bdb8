//! The path of credit through the classes as it was before weights changed, as far back as synapses remember.

use neuropil_plasticity::Matrix;
use neuropil_plasticity::window::Nodes;

/// What was in force up to a step.
struct Past {
    last: u64,
    nodes: Nodes,
    sums: Vec<Matrix>,
}

/// All of it, oldest first.
#[derive(Default)]
pub(super) struct PastNodes(Vec<Past>);

impl PastNodes {
    /// Nodes that were in force up to `last`, with the sums of weights that they were made of.
    pub fn push(&mut self, last: u64, nodes: Nodes, sums: Vec<Matrix>) {
        self.0.push(Past { last, nodes, sums });
    }

    /// Leaves out what no step behind `first` had.
    pub fn forget(&mut self, first: u64) {
        self.0.retain(|own| own.last > first);
    }

    /// Each with its last step, counted from `first`.
    pub fn since(&self, first: u64) -> Vec<(usize, &Nodes)> {
        let steps = |last: u64| usize::try_from(last - first).unwrap_or(usize::MAX);
        self.0.iter().filter(|own| own.last > first).map(|own| (steps(own.last), &own.nodes)).collect()
    }

    /// Last steps and sums, for a checkpoint.
    pub fn numbers(&self) -> (Vec<u64>, Vec<f64>) {
        let sums = self.0.iter().flat_map(|own| own.sums.iter().flat_map(|sums| sums.values().iter().copied()));
        (self.0.iter().map(|own| own.last).collect(), sums.collect())
    }
}
