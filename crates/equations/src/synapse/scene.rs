//! What names mean at some moment of an event.

use crate::graph::{Graph, Node, NodeId};
use crate::ir::{Cell, Name};

/// What names mean at some moment.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    /// States, then components of convolutions.
    pub variables: Vec<NodeId>,
    /// Local variables.
    pub locals: Vec<Option<NodeId>>,
    /// What was transmitted.
    pub sent: Option<NodeId>,
    /// `t`.
    pub time: NodeId,
    /// Time since the last event.
    pub elapsed: NodeId,
    /// The port that a spike comes to.
    pub port: Option<u32>,
    /// Whether what is meant lasts for a step: a variable of the receiving cell is then held at the mean of both ends.
    pub within: bool,
    /// The weight, where it is a parameter; the delay.
    pub parameters: Vec<(u32, NodeId)>,
}

/// The place of a component of a convolution among variables.
pub(super) fn component(cell: &Cell, block: u32, component: u32) -> usize {
    let before = cell.convolutions[..block as usize].iter().map(|own| own.start.len()).sum::<usize>();
    cell.states.len() + before + component as usize
}

impl Scene {
    /// Every variable as its own leaf.
    pub fn of_leaves(graph: &mut Graph, cell: &Cell) -> Self {
        let mut variables = Vec::new();
        for state in 0..u32::try_from(cell.states.len()).expect("few states") {
            variables.push(graph.add(Node::State(state)));
        }
        for (block, own) in (0..).zip(&cell.convolutions) {
            for component in 0..u32::try_from(own.start.len()).expect("small kernels") {
                variables.push(graph.add(Node::Convolution { block, component }));
            }
        }
        let (time, elapsed) = (graph.add(Node::Time), graph.add(Node::Elapsed));
        let locals = vec![None; cell.locals.len()];
        Self { variables, locals, sent: None, time, elapsed, port: None, within: false, parameters: Vec::new() }
    }
}

/// The name of a state variable or, behind those, of a component of a convolution.
pub(super) fn name(cell: &Cell, variable: usize) -> &Name {
    let states = cell.states.iter().map(|own| &own.name);
    let mut all = states.chain(cell.convolutions.iter().flat_map(|own| &own.names));
    all.nth(variable).expect("a variable of the model")
}
