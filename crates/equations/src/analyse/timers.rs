//! Timers: variables that run at a constant speed and are compared with fixed numbers only.

use crate::graph::{Binary, Node, NodeId};
use crate::ir::{Cell, Kind, Statement, Target};

/// Marks the timers of a cell.
pub(super) fn find(cell: &mut Cell) {
    let roots = cell.roots();
    let nodes = cell.graph.reached(&roots);
    for state in 0..cell.states.len() {
        let own = &cell.states[state];
        let Some(speed) = own.derivative.filter(|node| cell.graph.is_fixed(*node)) else { continue };
        if own.kind != Kind::Real || cell.graph.value(speed) == Some(0.0) {
            continue;
        }
        let number = u32::try_from(state).unwrap_or(u32::MAX);
        let compared = nodes.iter().all(|id| is_comparison(cell, *id, Node::State(number)));
        if compared && assigned_fixed(cell, number) && !cell.jumps.iter().any(|jump| jump.state == number) {
            cell.states[state].timer = Some(speed);
        }
    }
}

/// Whether a node that uses the leaf compares it with a fixed number; `true` for nodes that do not use it.
fn is_comparison(cell: &Cell, id: NodeId, leaf: Node) -> bool {
    let node = cell.graph.node(id);
    if !node.operands().any(|operand| cell.graph.node(operand) == leaf) {
        return true;
    }
    match node {
        Node::Binary(Binary::Lt | Binary::Le | Binary::Eq | Binary::Ne, a, b) => {
            let other = if cell.graph.node(a) == leaf { b } else { a };
            cell.graph.is_fixed(other)
        }
        _ => false,
    }
}

fn assigned_fixed(cell: &Cell, state: u32) -> bool {
    let mut fixed = true;
    cell.each_statement(&mut |statement| {
        if let Statement::Assign { target: Target::State(own), value } = statement
            && *own == state
        {
            fixed &= cell.graph.is_fixed(*value);
        }
    });
    fixed
}
