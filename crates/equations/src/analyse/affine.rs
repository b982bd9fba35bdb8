//! Handlers that only add their arrivals, with fixed factors, to variables.

use super::linear::{Leaf, linear};
use crate::graph::{Graph, Node, NodeId};
use crate::ir::{Cell, Kind, Statement, Target};
use std::collections::BTreeMap;

/// Marks the handlers that only add.
pub(super) fn find(cell: &mut Cell) {
    for at in 0..cell.handlers.len() {
        let (port, body) = (cell.handlers[at].port, cell.handlers[at].body.clone());
        let graph = &mut cell.graph;
        let plain =
            |state: u32| cell.states[state as usize].kind == Kind::Real && cell.states[state as usize].timer.is_none();
        cell.handlers[at].affine = sums(graph, port, &body).filter(|sums| sums.iter().all(|(state, _)| plain(*state)));
    }
}

/// The variables with their factors, if the statements do nothing else.
fn sums(graph: &mut Graph, port: u32, body: &[Statement]) -> Option<Vec<(u32, NodeId)>> {
    let mut states: BTreeMap<u32, NodeId> = BTreeMap::new();
    let mut locals: BTreeMap<u32, NodeId> = BTreeMap::new();
    for statement in body {
        let Statement::Assign { target, value } = statement else { return None };
        let value = graph.substitute(*value, &mut |leaf| match leaf {
            Node::State(state) => states.get(&state).copied(),
            Node::Local(local) => locals.get(&local).copied(),
            _ => None,
        });
        match target {
            Target::State(state) => states.insert(*state, value),
            Target::Local(local) => locals.insert(*local, value),
        };
    }
    let mut all = Vec::new();
    for (state, value) in states {
        let leaf = |node: &Node| match node {
            Node::State(own) if *own == state => Leaf::Variable,
            Node::Arrivals(own) if *own == port => Leaf::Variable,
            Node::Constant(_) | Node::Resolution | Node::Parameter(_) => Leaf::Fixed,
            _ => Leaf::Other,
        };
        let form = linear(graph, value, &leaf).filter(|form| form.rest.is_none())?;
        let (own, arrivals) = (graph.add(Node::State(state)), graph.add(Node::Arrivals(port)));
        if form.terms.get(&own).and_then(|a| graph.value(*a)) != Some(1.0) {
            return None;
        }
        match form.terms.get(&arrivals) {
            Some(factor) => all.push((state, *factor)),
            None => return None,
        }
    }
    Some(all)
}
