//! Values of expressions as they are lowered.

use crate::check::Type;
use crate::graph::{Binary, Graph, Node, NodeId, Unary};
use crate::unit::Dimensions;

/// What an arrival does through an expression.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Effect {
    /// The spike port.
    pub port: u32,
    /// The dimensions of what a weight of 1 does.
    pub dimensions: Dimensions,
    /// How much of the coherent unit a weight of 1 does; unknown once a factor is a parameter.
    pub size: Option<f64>,
    /// Whether factors around it still count.
    pub open: bool,
}

/// A value: its node, its type, and what is still to be done to it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Value {
    pub node: NodeId,
    pub of: Type,
    /// The exponent of ten that the node has yet to be multiplied by. A spike port is in 1/s, and its 1/1000 waits for
    /// a factor of seconds that cancels it, so that `port * s` is the sum of the weights to the last bit.
    pub exponent: i32,
    /// What arrivals do through it.
    pub effects: Vec<Effect>,
}

impl Effect {
    /// Of a port, with a size that factors have yet to be multiplied onto.
    pub fn of(port: u32, dimensions: Dimensions, size: f64) -> Self {
        Self { port, dimensions, size: Some(size), open: true }
    }

    /// Whether a weight of 1 does 1 of the coherent unit, in one direction or the other: then that unit is the weight's.
    pub fn is_one(&self) -> bool {
        self.size.is_some_and(|size| (size.abs() - 1.0).abs() < 1e-9)
    }
}

impl Value {
    pub fn new(node: NodeId, of: Type) -> Self {
        Self { node, of, exponent: 0, effects: Vec::new() }
    }

    /// Its node with all factors.
    pub fn settled(&self, graph: &mut Graph) -> NodeId {
        scaled(graph, self.node, self.exponent)
    }

    /// Effects to which no factor is added any more.
    pub fn closed(&self) -> Vec<Effect> {
        self.effects.iter().map(|effect| Effect { open: false, ..*effect }).collect()
    }
}

fn scaled(graph: &mut Graph, node: NodeId, exponent: i32) -> NodeId {
    if exponent == 0 {
        return node;
    }
    let factor = graph.constant(10f64.powi(exponent.abs()));
    graph.binary(if exponent > 0 { Binary::Mul } else { Binary::Div }, node, factor)
}

/// The product or quotient of two, with the powers of ten that cancel left out.
pub(super) fn product(graph: &mut Graph, mut left: Value, mut right: Value, over: bool) -> Value {
    let right_exponent = if over { -right.exponent } else { right.exponent };
    let cancel = left.exponent != 0 && right_exponent != 0 && (left.exponent > 0) != (right_exponent > 0);
    let (mut rest_left, mut rest_right) = (left.exponent, right_exponent);
    if !cancel {
        for (value, rest) in [(&mut left, &mut rest_left), (&mut right, &mut rest_right)] {
            if graph.value(value.node).is_some() {
                value.node = value.settled(graph);
                *rest = 0;
            }
        }
    }
    let of = match (left.of, right.of) {
        (Type::Number { dimensions: a, whole: x }, Type::Number { dimensions: b, whole: y }) => {
            // `/` is the division of real numbers, of integers too; `//` is that of integers.
            Type::Number { dimensions: if over { a.over(b) } else { a.times(b) }, whole: x && y && !over }
        }
        _ => Type::Unknown,
    };
    let node = match over.then(|| removable(graph, left.node, right.node)).flatten() {
        Some(node) => node,
        None => graph.binary(if over { Binary::Div } else { Binary::Mul }, left.node, right.node),
    };
    let effects = [around(graph, &left, &right, over), around(graph, &right, &left, over)].concat();
    Value { node, of, exponent: rest_left + rest_right, effects }
}

/// The effects of `value` with the factor `by` around it: only fixed factors count. Where the unit of a weight is complete, a
/// parameter of another unit is no part of it: `* 1 pA / C_m` is a current over a capacitance.
fn around(graph: &Graph, value: &Value, by: &Value, over: bool) -> Vec<Effect> {
    let dimensions = by.of.dimensions().unwrap_or_default();
    let counts = graph.is_fixed(by.node);
    let size = graph.value(by.node).map(|own| own * 10f64.powi(by.exponent));
    let apply = |effect: &Effect| {
        let own = effect.dimensions;
        let complete = effect.is_one() && own.is_of_weights() && size.is_none() && dimensions != Dimensions::ONE;
        if !effect.open || !counts || complete {
            return Effect { open: false, ..*effect };
        }
        let both = effect.size.zip(size);
        Effect {
            dimensions: if over { own.over(dimensions) } else { own.times(dimensions) },
            size: both.map(|(own, by)| if over { own / by } else { own * by }),
            ..*effect
        }
    };
    value.effects.iter().map(apply).collect()
}

/// The effects of a sum: beside a term without effects, a unit is complete.
pub(super) fn sum_of_effects(left: &Value, right: &Value) -> Vec<Effect> {
    let side = |own: &Value, other: &Value| -> Vec<Effect> {
        let alone = other.effects.is_empty();
        let close = |effect: &Effect| Effect {
            open: effect.open && !(alone && effect.dimensions != Dimensions::ONE),
            ..*effect
        };
        own.effects.iter().map(close).collect()
    };
    [side(left, right), side(right, left)].concat()
}

/// k u/(e^y - 1), k u/(1 - e^y) and k u/expm1(y) with y = m u, as k/m y/expm1(y): 0/0 at u = 0 is its limit.
fn removable(graph: &mut Graph, above: NodeId, below: NodeId) -> Option<NodeId> {
    let is_one = |graph: &Graph, node: NodeId| graph.value(node) == Some(1.0);
    let exponent = |graph: &Graph, node: NodeId| match graph.node(node) {
        Node::Unary(Unary::Exp, y) => Some(y),
        _ => None,
    };
    let (y, minus) = match graph.node(below) {
        Node::Binary(Binary::Sub, a, b) if is_one(graph, b) => (exponent(graph, a)?, false),
        Node::Binary(Binary::Sub, a, b) if is_one(graph, a) => (exponent(graph, b)?, true),
        Node::Unary(Unary::Expm1, y) => (y, false),
        _ => return None,
    };
    let (numerator, denominator) = (peeled(graph, above), peeled(graph, y));
    let (k, m) = numerator.iter().find_map(|(u, k)| {
        let same = denominator.iter().find(|(other, _)| other == u && graph.value(*u).is_none());
        same.map(|(_, m)| (*k, *m))
    })?;
    let ratio = graph.binary(Binary::Div, k, m);
    let ratio = if minus { graph.unary(Unary::Neg, ratio) } else { ratio };
    let limit = graph.unary(Unary::OverExpm1, y);
    Some(graph.binary(Binary::Mul, ratio, limit))
}

/// An expression without its outer factors, one after the other, each with the product of what was left out.
fn peeled(graph: &mut Graph, mut node: NodeId) -> Vec<(NodeId, NodeId)> {
    let mut factor = graph.constant(1.0);
    let mut all = vec![(node, factor)];
    let outer = |graph: &Graph, own: NodeId, other: NodeId| {
        graph.value(own).is_some() || graph.is_fixed(own) && !graph.is_fixed(other)
    };
    loop {
        let (inner, by, over) = match graph.node(node) {
            Node::Unary(Unary::Neg, a) => (a, graph.constant(-1.0), false),
            Node::Binary(Binary::Mul, a, b) if outer(graph, a, b) => (b, a, false),
            Node::Binary(Binary::Mul, a, b) if outer(graph, b, a) => (a, b, false),
            Node::Binary(Binary::Div, a, b) if outer(graph, b, a) => (a, b, true),
            _ => return all,
        };
        factor = graph.binary(if over { Binary::Div } else { Binary::Mul }, factor, by);
        node = inner;
        all.push((node, factor));
    }
}
