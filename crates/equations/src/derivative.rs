//! Derivatives of expressions, as expressions.
//!
//! Of `min`, `max`, `|x|` and `? :` the branch taken, of ties the first argument; of what is rounded, compared or drawn 0.

use crate::graph::{Binary, Graph, Node, NodeId, Unary};
use std::collections::HashMap;

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
            let factor = of_unary(graph, op, a, id)?;
            Some(graph.binary(Binary::Mul, factor, inner))
        }
        Node::Binary(op, a, b) => of_binary(graph, (op, a, b), id, (of(a), of(b))),
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

/// f'(a) of f(a), which is the node `value`.
fn of_unary(graph: &mut Graph, op: Unary, a: NodeId, value: NodeId) -> Option<NodeId> {
    let one = graph.constant(1.0);
    let gauss = |graph: &mut Graph, sign: f64| {
        let square = graph.binary(Binary::Mul, a, a);
        let negative = graph.unary(Unary::Neg, square);
        let exponential = graph.unary(Unary::Exp, negative);
        let factor = graph.constant(sign * std::f64::consts::FRAC_2_SQRT_PI);
        graph.binary(Binary::Mul, factor, exponential)
    };
    let square = |graph: &mut Graph, of: NodeId| graph.binary(Binary::Mul, of, of);
    Some(match op {
        Unary::Neg => graph.constant(-1.0),
        Unary::Abs => {
            let zero = graph.constant(0.0);
            let negative = graph.binary(Binary::Lt, a, zero);
            let minus = graph.constant(-1.0);
            graph.select(negative, minus, one)
        }
        Unary::Exp => value,
        Unary::Expm1 => graph.binary(Binary::Add, value, one),
        Unary::OverExpm1 => {
            // (f - f² e^x / x) / x with f = x/(e^x - 1); near 0 its series, -1/2 + x/6.
            let exponential = graph.unary(Unary::Exp, a);
            let squared = square(graph, value);
            let product = graph.binary(Binary::Mul, squared, exponential);
            let quotient = graph.binary(Binary::Div, product, a);
            let difference = graph.binary(Binary::Sub, value, quotient);
            let far = graph.binary(Binary::Div, difference, a);
            let (sixth, half, bound) = (graph.constant(6.0), graph.constant(0.5), graph.constant(1e-4));
            let near = graph.binary(Binary::Div, a, sixth);
            let near = graph.binary(Binary::Sub, near, half);
            let size = graph.unary(Unary::Abs, a);
            let is_near = graph.binary(Binary::Lt, size, bound);
            graph.select(is_near, near, far)
        }
        Unary::Ln => graph.binary(Binary::Div, one, a),
        Unary::Log10 => {
            let factor = graph.constant(std::f64::consts::LOG10_E);
            graph.binary(Binary::Div, factor, a)
        }
        Unary::Sqrt => {
            let half = graph.constant(0.5);
            graph.binary(Binary::Div, half, value)
        }
        Unary::Sin => graph.unary(Unary::Cos, a),
        Unary::Cos => {
            let sine = graph.unary(Unary::Sin, a);
            graph.unary(Unary::Neg, sine)
        }
        Unary::Tan => {
            let squared = square(graph, value);
            graph.binary(Binary::Add, one, squared)
        }
        Unary::Sinh => graph.unary(Unary::Cosh, a),
        Unary::Cosh => graph.unary(Unary::Sinh, a),
        Unary::Tanh => {
            let squared = square(graph, value);
            graph.binary(Binary::Sub, one, squared)
        }
        Unary::Erf => gauss(graph, 1.0),
        Unary::Erfc => gauss(graph, -1.0),
        Unary::Not | Unary::BitNot | Unary::Ceil | Unary::Floor | Unary::Round | Unary::Trunc => return None,
    })
}

/// The derivative of f(a, b), which is the node `value`; those of a and b are `None` where they are 0.
fn of_binary(
    graph: &mut Graph,
    (op, a, b): (Binary, NodeId, NodeId),
    value: NodeId,
    (of_a, of_b): (Option<NodeId>, Option<NodeId>),
) -> Option<NodeId> {
    if of_a.is_none() && of_b.is_none() {
        return None;
    }
    let times = |graph: &mut Graph, slope: Option<NodeId>, factor: NodeId| {
        slope.map(|slope| graph.binary(Binary::Mul, slope, factor))
    };
    let (left, right, joined) = match op {
        Binary::Add => (of_a, of_b, Binary::Add),
        Binary::Sub => (of_a, of_b, Binary::Sub),
        Binary::Mul => (times(graph, of_a, b), times(graph, of_b, a), Binary::Add),
        Binary::Div => {
            let left = of_a.map(|slope| graph.binary(Binary::Div, slope, b));
            let quotient = graph.binary(Binary::Div, value, b);
            (left, times(graph, of_b, quotient), Binary::Sub)
        }
        Binary::Rem => {
            let quotient = graph.binary(Binary::Div, a, b);
            let whole = graph.unary(Unary::Trunc, quotient);
            (of_a, times(graph, of_b, whole), Binary::Sub)
        }
        Binary::Pow => {
            let one = graph.constant(1.0);
            let lower = graph.binary(Binary::Sub, b, one);
            let power = graph.binary(Binary::Pow, a, lower);
            let factor = graph.binary(Binary::Mul, b, power);
            let left = times(graph, of_a, factor);
            let right = of_b.map(|slope| {
                let logarithm = graph.unary(Unary::Ln, a);
                let factor = graph.binary(Binary::Mul, value, logarithm);
                graph.binary(Binary::Mul, slope, factor)
            });
            (left, right, Binary::Add)
        }
        Binary::Min | Binary::Max => {
            let second =
                if op == Binary::Min { graph.binary(Binary::Lt, b, a) } else { graph.binary(Binary::Lt, a, b) };
            let zero = graph.constant(0.0);
            return Some(graph.select(second, of_b.unwrap_or(zero), of_a.unwrap_or(zero)));
        }
        _ => return None,
    };
    match (left, right) {
        (Some(left), Some(right)) => Some(graph.binary(joined, left, right)),
        (Some(left), None) => Some(left),
        (None, Some(right)) if joined == Binary::Sub => Some(graph.unary(Unary::Neg, right)),
        (None, right) => right,
    }
}
