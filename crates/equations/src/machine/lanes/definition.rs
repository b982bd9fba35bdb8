//! Leaves of expressions that a graph has no node for: what a lane is given, and exact solutions over an elapsed time.

use crate::graph::{Graph, Node, NodeId};
use std::collections::BTreeSet;

/// What a lane is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Input {
    /// A variable of the synapse, by its place among those.
    Own(usize),
    /// A variable that the presynaptic side keeps.
    Pre(usize),
    /// A variable that the receiving cell keeps.
    Post(usize),
    /// The weight, where it is a parameter of the file.
    Weight,
    /// The delay, ms, where the file has a parameter for it.
    Delay,
    /// A parameter of which each synapse has a value of its own, by its place among those.
    Drawn(usize),
    /// Time since the last event at the synapse, ms.
    SinceEvent,
    /// Time since the last presynaptic spike, ms; before the first, since the start of the run.
    SincePre,
    /// Time since the last postsynaptic spike, likewise.
    SincePost,
    /// The time of the event at the synapse, ms.
    Time,
    /// A continuous port, by its place; of one that watches the receiving cell, at the end of a step.
    Port(u32),
    /// The same at the beginning of the step.
    PortBefore(u32),
}

/// A row of the exact solution of linear equations over an elapsed time: x(Δ) = P(Δ) x + Q(Δ) c.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowRow {
    /// A of dx/dt = A x + c: fixed expressions.
    pub matrix: Vec<Vec<NodeId>>,
    /// x at the beginning.
    pub values: Vec<NodeId>,
    /// c.
    pub constants: Vec<NodeId>,
    /// Δ, ms.
    pub elapsed: NodeId,
    /// Which of the variables is wanted.
    pub row: usize,
}

/// What a leaf stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum Definition {
    /// Something that a lane is given.
    Input(Input),
    /// An exact solution.
    Flow(FlowRow),
}

/// Leaves [`Node::Local`] from `first` on, and what they stand for.
#[derive(Debug, Clone)]
pub struct Definitions {
    first: u32,
    list: Vec<Definition>,
}

impl Definitions {
    /// None; the leaves of a smaller number are local variables of the model.
    pub fn from(first: u32) -> Self {
        Self { first, list: Vec::new() }
    }

    /// The leaf of a definition: a new one, if it is new.
    pub fn leaf(&mut self, graph: &mut Graph, wanted: Definition) -> NodeId {
        let known = self.list.iter().position(|own| *own == wanted);
        let place = known.unwrap_or_else(|| {
            self.list.push(wanted);
            self.list.len() - 1
        });
        graph.add(Node::Local(self.first + u32::try_from(place).expect("few definitions")))
    }

    /// What a node stands for, if it is such a leaf.
    pub fn of(&self, node: Node) -> Option<&Definition> {
        let Node::Local(number) = node else { return None };
        self.list.get(number.checked_sub(self.first)? as usize)
    }

    /// Every node that some expressions are computed from, exact solutions and what those are computed from among them.
    pub fn reached(&self, graph: &Graph, roots: &[NodeId]) -> BTreeSet<NodeId> {
        let mut waiting = roots.to_vec();
        let mut seen = BTreeSet::new();
        while let Some(root) = waiting.pop() {
            for id in graph.reached(&[root]) {
                if seen.insert(id)
                    && let Some(Definition::Flow(flow)) = self.of(graph.node(id))
                {
                    waiting.extend(flow.values.iter().chain(&flow.constants).chain([&flow.elapsed]));
                    waiting.extend(flow.matrix.iter().flatten());
                }
            }
        }
        seen
    }

    /// Everything that a lane has to be given for some expressions.
    pub fn inputs(&self, graph: &Graph, roots: &[NodeId]) -> Vec<Input> {
        let all = self.reached(graph, roots).into_iter();
        let mut found: Vec<Input> = all
            .filter_map(|id| match self.of(graph.node(id)) {
                Some(Definition::Input(input)) => Some(*input),
                _ => None,
            })
            .collect();
        found.sort_unstable();
        found
    }
}
