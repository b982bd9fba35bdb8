//! Whether an expression is a sum of a_k x_k and a rest, with coefficients that are fixed.

use crate::graph::{Binary, Graph, Node, NodeId, Unary};
use std::collections::{BTreeMap, HashMap};

/// Σ a_k x_k + c.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form {
    /// The leaves x_k, in the order of their nodes, each with its coefficient.
    pub terms: BTreeMap<NodeId, NodeId>,
    /// c; `None` where it is 0.
    pub rest: Option<NodeId>,
}

/// What a leaf is in an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaf {
    /// One of the variables.
    Variable,
    /// A number that can be part of a coefficient.
    Fixed,
    /// A number that stays the same while the variables change, but may be another in the next step.
    Held,
    /// Neither: no expression with it is linear.
    Other,
}

/// The form of an expression, if it has one. `leaf` says what each leaf is.
pub(crate) fn linear(graph: &mut Graph, root: NodeId, leaf: &dyn Fn(&Node) -> Leaf) -> Option<Form> {
    let mut known: HashMap<NodeId, Known> = HashMap::new();
    for id in graph.reached(&[root]) {
        let node = graph.node(id);
        let operands: Vec<NodeId> = node.operands().collect();
        let new = if operands.is_empty() { of_leaf(id, leaf(&node), graph) } else { of_node(graph, node, &known) };
        known.insert(id, new);
    }
    match known.remove(&root)? {
        Known::Free { .. } => {
            Some(Form { terms: BTreeMap::new(), rest: Some(root).filter(|own| graph.value(*own) != Some(0.0)) })
        }
        Known::Linear(form) => Some(form),
        Known::Nonlinear => None,
    }
}

/// What is known of a node.
enum Known {
    /// It holds no variable; `fixed` where it is the same in every step.
    Free {
        fixed: bool,
    },
    Linear(Form),
    Nonlinear,
}

fn of_leaf(id: NodeId, leaf: Leaf, graph: &mut Graph) -> Known {
    match leaf {
        Leaf::Variable => {
            let one = graph.constant(1.0);
            Known::Linear(Form { terms: BTreeMap::from([(id, one)]), rest: None })
        }
        Leaf::Other => Known::Nonlinear,
        Leaf::Fixed => Known::Free { fixed: true },
        Leaf::Held => Known::Free { fixed: false },
    }
}

fn of_node(graph: &mut Graph, node: Node, known: &HashMap<NodeId, Known>) -> Known {
    let mut free = true;
    let mut all_fixed = !matches!(node, Node::Random { .. });
    for operand in node.operands() {
        match &known[&operand] {
            Known::Nonlinear => return Known::Nonlinear,
            Known::Linear(_) => free = false,
            Known::Free { fixed } => all_fixed &= fixed,
        }
    }
    if free {
        return Known::Free { fixed: all_fixed };
    }
    let fixed = |id: NodeId| matches!(known[&id], Known::Free { fixed: true });
    let form = |id: NodeId| match &known[&id] {
        Known::Linear(form) => form.clone(),
        _ => Form { terms: BTreeMap::new(), rest: Some(id) },
    };
    let linear = match node {
        Node::Unary(Unary::Neg, a) => Some(each(graph, form(a), |graph, x| graph.unary(Unary::Neg, x))),
        Node::Binary(Binary::Add, a, b) => Some(sum(graph, form(a), form(b), false)),
        Node::Binary(Binary::Sub, a, b) => Some(sum(graph, form(a), form(b), true)),
        Node::Binary(Binary::Mul, a, b) if fixed(a) => {
            Some(each(graph, form(b), |graph, x| graph.binary(Binary::Mul, a, x)))
        }
        Node::Binary(op @ (Binary::Mul | Binary::Div), a, b) if fixed(b) => {
            Some(each(graph, form(a), |graph, x| graph.binary(op, x, b)))
        }
        Node::Select(condition, a, b) if fixed(condition) => Some(selected(graph, condition, form(a), form(b))),
        _ => None,
    };
    linear.map_or(Known::Nonlinear, Known::Linear)
}

fn each(graph: &mut Graph, form: Form, apply: impl Fn(&mut Graph, NodeId) -> NodeId) -> Form {
    let rest = form.rest.map(|rest| apply(graph, rest));
    Form { terms: form.terms.into_iter().map(|(x, a)| (x, apply(graph, a))).collect(), rest }
}

fn sum(graph: &mut Graph, left: Form, right: Form, minus: bool) -> Form {
    let mut terms = left.terms;
    let op = if minus { Binary::Sub } else { Binary::Add };
    for (x, b) in right.terms {
        let new = match terms.get(&x) {
            Some(a) => graph.binary(op, *a, b),
            None if minus => graph.unary(Unary::Neg, b),
            None => b,
        };
        terms.insert(x, new);
    }
    let rest = match (left.rest, right.rest) {
        (Some(a), Some(b)) => Some(graph.binary(op, a, b)),
        (None, Some(b)) if minus => Some(graph.unary(Unary::Neg, b)),
        (a, b) => a.or(b),
    };
    Form { terms, rest }
}

fn selected(graph: &mut Graph, condition: NodeId, yes: Form, no: Form) -> Form {
    let zero = graph.constant(0.0);
    let mut terms = BTreeMap::new();
    for x in yes.terms.keys().chain(no.terms.keys()) {
        let (a, b) = (yes.terms.get(x).copied().unwrap_or(zero), no.terms.get(x).copied().unwrap_or(zero));
        terms.insert(*x, graph.select(condition, a, b));
    }
    let rest = if yes.rest.is_none() && no.rest.is_none() {
        None
    } else {
        Some(graph.select(condition, yes.rest.unwrap_or(zero), no.rest.unwrap_or(zero)))
    };
    Form { terms, rest }
}
