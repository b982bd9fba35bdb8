//! Guards that a file need not write: a time or a capacitance that it divides by is above 0.

use crate::graph::{Binary, Graph, Node, NodeId, Unary};
use crate::ir::{Cell, Guard};
use crate::unit::Dimensions;

/// A guard for each time and capacitance that the model divides by and says nothing of. One that is compared with something may
/// be 0, where the model then does without the division.
pub(super) fn guard_divisors(cell: &mut Cell) {
    let capacitance = Dimensions::CURRENT.times(Dimensions::TIME).over(Dimensions::VOLTAGE);
    let zero = cell.graph.constant(0.0);
    for place in 0..cell.parameters.len() {
        let own = cell.parameters[place].name.clone();
        let leaf = Node::Parameter(u32::try_from(place).unwrap_or(u32::MAX));
        let is_guarded = cell.guards.iter().any(|guard| cell.graph.depends(guard.holds, |node| *node == leaf));
        let concerned = [Dimensions::TIME, capacitance].contains(&own.unit.dimensions);
        if is_guarded || !concerned || !divides_by(&cell.graph, leaf) {
            continue;
        }
        let leaf = cell.graph.add(leaf);
        let or_zero = cell.graph.nodes().iter().any(|node| match node {
            Node::Binary(Binary::Eq | Binary::Ne | Binary::Lt | Binary::Le, a, b) => [*a, *b].contains(&leaf),
            _ => false,
        });
        let holds = cell.graph.binary(if or_zero { Binary::Le } else { Binary::Lt }, zero, leaf);
        cell.guards.push(Guard { holds, text: None, or_zero, place: own.place, of: own });
    }
}

/// Whether a leaf is a factor of what something is divided by.
fn divides_by(graph: &Graph, leaf: Node) -> bool {
    let is_factor = |below: NodeId| {
        let mut pending = vec![below];
        while let Some(own) = pending.pop() {
            match graph.node(own) {
                Node::Unary(Unary::Neg, a) => pending.push(a),
                Node::Binary(Binary::Mul, a, b) => pending.extend([a, b]),
                node if node == leaf => return true,
                _ => {}
            }
        }
        false
    };
    graph.nodes().iter().any(|node| matches!(node, Node::Binary(Binary::Div, _, below) if is_factor(*below)))
}
