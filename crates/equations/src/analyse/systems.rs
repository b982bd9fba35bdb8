//! For each list of `integrate_odes`: what is linear, and in which order it can be solved.

use super::linear::{Form, Leaf, linear};
use crate::graph::{Node, NodeId};
use crate::ir::{Block, Cell, Linear, Row, System};
use std::collections::{BTreeMap, BTreeSet};

/// The system of a list of variables.
pub(super) fn system(cell: &mut Cell, variables: Vec<u32>) -> System {
    let forms = linear_part(cell, &variables);
    let mut rows: BTreeMap<Linear, Row> = BTreeMap::new();
    let mut needed: BTreeSet<(u32, u32)> = BTreeSet::new();
    for (state, form) in &forms {
        let terms: Vec<(Linear, NodeId)> =
            form.terms.iter().filter_map(|(leaf, a)| Some((variable(cell.graph.node(*leaf))?, *a))).collect();
        let convolved = terms.iter().filter_map(|(of, _)| match of {
            Linear::Convolution { block, component } => Some((*block, *component)),
            Linear::State(_) => None,
        });
        needed.extend(convolved);
        let of = Linear::State(*state);
        rows.insert(of, Row { of, terms, constant: form.rest });
    }
    let nonlinear: Vec<u32> = variables.iter().copied().filter(|state| !forms.contains_key(state)).collect();
    let derivatives: Vec<NodeId> =
        nonlinear.iter().filter_map(|state| cell.states[*state as usize].derivative).collect();
    for id in cell.graph.reached(&derivatives) {
        if let Node::Convolution { block, component } = cell.graph.node(id) {
            needed.insert((block, component));
        }
    }
    convolution_rows(cell, needed, &mut rows);
    System { variables, linear: blocks(rows), nonlinear }
}

fn variable(leaf: Node) -> Option<Linear> {
    match leaf {
        Node::State(state) => Some(Linear::State(state)),
        Node::Convolution { block, component } => Some(Linear::Convolution { block, component }),
        _ => None,
    }
}

/// The variables whose equations are linear in each other: what is not is dropped until nothing changes.
fn linear_part(cell: &mut Cell, variables: &[u32]) -> BTreeMap<u32, Form> {
    let all: BTreeSet<u32> = variables.iter().copied().collect();
    let mut kept = all.clone();
    loop {
        let mut forms = BTreeMap::new();
        let leaf = |node: &Node| match node {
            Node::State(state) if kept.contains(state) => Leaf::Variable,
            Node::State(state) if all.contains(state) => Leaf::Other,
            Node::Convolution { .. } => Leaf::Variable,
            Node::State(_) | Node::Input(_) => Leaf::Held,
            Node::Constant(_) | Node::Resolution | Node::Parameter(_) => Leaf::Fixed,
            _ => Leaf::Other,
        };
        for state in &kept {
            let derivative = cell.states[*state as usize].derivative;
            if let Some(form) = derivative.and_then(|node| linear(&mut cell.graph, node, &leaf)) {
                forms.insert(*state, form);
            }
        }
        if forms.len() == kept.len() {
            return forms;
        }
        kept = forms.into_keys().collect();
    }
}

/// The rows of convolutions that are needed, and of what these depend on.
fn convolution_rows(cell: &Cell, mut needed: BTreeSet<(u32, u32)>, rows: &mut BTreeMap<Linear, Row>) {
    while let Some((block, component)) = needed.pop_first() {
        let of = Linear::Convolution { block, component };
        if rows.contains_key(&of) {
            continue;
        }
        let matrix = &cell.convolutions[block as usize].matrix[component as usize];
        let all = (0u32..).zip(matrix).filter(|(_, a)| cell.graph.value(**a) != Some(0.0));
        let terms: Vec<(Linear, NodeId)> =
            all.map(|(component, a)| (Linear::Convolution { block, component }, *a)).collect();
        for (own, _) in &terms {
            if let Linear::Convolution { block, component } = *own {
                needed.insert((block, component));
            }
        }
        rows.insert(of, Row { of, terms, constant: None });
    }
}

/// The strongly connected components, each after those that it needs.
fn blocks(rows: BTreeMap<Linear, Row>) -> Vec<Block> {
    let mut finished: Vec<Linear> = Vec::new();
    let mut seen: BTreeSet<Linear> = BTreeSet::new();
    let needs: BTreeMap<Linear, Vec<Linear>> =
        rows.iter().map(|(of, row)| (*of, row.terms.iter().map(|(x, _)| *x).collect())).collect();
    let mut needed_by: BTreeMap<Linear, Vec<Linear>> = BTreeMap::new();
    for (of, others) in &needs {
        for other in others {
            needed_by.entry(*other).or_default().push(*of);
        }
    }
    for root in rows.keys() {
        walk(*root, &needs, &mut seen, &mut finished);
    }
    // Components of the reversed graph, from what finished last: those that nothing needs come first.
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for root in finished.into_iter().rev() {
        let mut members = Vec::new();
        walk(root, &needed_by, &mut seen, &mut members);
        if !members.is_empty() {
            members.sort_unstable();
            all.push(Block { rows: members.iter().map(|of| rows[of].clone()).collect() });
        }
    }
    all.reverse();
    all
}

/// Depth first, without recursion; a node is finished after all that it leads to.
fn walk(root: Linear, edges: &BTreeMap<Linear, Vec<Linear>>, seen: &mut BTreeSet<Linear>, finished: &mut Vec<Linear>) {
    if !seen.insert(root) {
        return;
    }
    let next = |of: Linear| edges.get(&of).cloned().unwrap_or_default();
    let mut path = vec![(root, next(root))];
    while let Some((of, rest)) = path.last_mut() {
        match rest.pop() {
            Some(other) if seen.insert(other) => {
                let onward = next(other);
                path.push((other, onward));
            }
            Some(_) => {}
            None => {
                finished.push(*of);
                path.pop();
            }
        }
    }
}
