//! Derivatives of expressions, as expressions; the rules are in `crate::calculus`.

use crate::calculus::{Algebra, Applied, binary_slope, unary_slope};
use crate::graph::{Binary, Graph, Node, NodeId, Unary};
use std::collections::HashMap;

impl Algebra for Graph {
    type Value = NodeId;

    fn number(&mut self, value: f64) -> NodeId {
        self.constant(value)
    }

    fn unary(&mut self, op: Unary, a: NodeId) -> NodeId {
        Graph::unary(self, op, a)
    }

    fn binary(&mut self, op: Binary, a: NodeId, b: NodeId) -> NodeId {
        Graph::binary(self, op, a, b)
    }

    fn select(&mut self, condition: NodeId, yes: NodeId, no: NodeId) -> NodeId {
        Graph::select(self, condition, yes, no)
    }
}

/// ∂(root)/∂(leaf).
pub fn derivative(graph: &mut Graph, root: NodeId, leaf: Node) -> NodeId {
    let mut known: HashMap<NodeId, NodeId> = HashMap::new();
    for id in graph.reached(&[root]) {
        let node = graph.node(id);
        let slope = if node == leaf { Some(graph.constant(1.0)) } else { of_node(graph, id, node, &known) };
        if let Some(slope) = slope {
            known.insert(id, slope);
        }
    }
    known.get(&root).copied().unwrap_or_else(|| graph.constant(0.0))
}

/// The derivative of a node, if it is not 0.
fn of_node(graph: &mut Graph, id: NodeId, node: Node, known: &HashMap<NodeId, NodeId>) -> Option<NodeId> {
    let of = |id: NodeId| known.get(&id).copied();
    match node {
        Node::Unary(op, a) => {
            let inner = of(a)?;
            let factor = unary_slope(graph, op, a, id)?;
            Some(graph.binary(Binary::Mul, factor, inner))
        }
        Node::Binary(op, a, b) => binary_slope(graph, &Applied { op, a, b, value: id }, (of(a), of(b))),
        Node::Select(condition, a, b) => {
            let (a, b) = (of(a), of(b));
            if a.is_none() && b.is_none() {
                return None;
            }
            let zero = graph.constant(0.0);
            Some(graph.select(condition, a.unwrap_or(zero), b.unwrap_or(zero)))
        }
        _ => None,
    }
}
