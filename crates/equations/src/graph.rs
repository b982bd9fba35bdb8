//! Expressions as a graph in which equal parts are one node.
//!
//! A [`Graph`] only grows, and an operand always has a smaller number than what uses it: the order of numbers is an
//! order of evaluation. A node has no type: a boolean is 0 or 1, an integer a whole number.
//!
//! # When a leaf is read
//!
//! A node that depends on no state means the same number everywhere. [`Node::State`], [`Node::Local`],
//! [`Node::Convolution`], [`Node::Arrivals`], [`Node::Input`] and [`Node::Time`] mean the value *at the moment at which
//! the expression is evaluated*; what that moment is, is said by the place in [`ir::Cell`](crate::ir::Cell) that names
//! the node. Two statements that share a node therefore share its value only if nothing that it reads was assigned
//! between them.
//!
//! # What is simplified
//!
//! [`Graph::unary`], [`Graph::binary`] and [`Graph::select`] fold what keeps the bits: operations on constants that are
//! exact by IEEE 754 (+ - * / and comparisons, not `exp`), x*1, x/1, x-0, x+0, double negations. Small whole powers
//! become products and half powers roots. x*0 stays, since x may be infinite.

pub use crate::node::{Binary, Constant, Draw, Node, NodeId, Unary};
use std::collections::HashMap;

/// Expressions, equal ones stored once.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    numbers: HashMap<Node, NodeId>,
}

impl Graph {
    /// All nodes; operands before what uses them.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// A node.
    pub fn node(&self, id: NodeId) -> Node {
        self.nodes[id.index()]
    }

    /// The number of a node, which is added if it is new. Simplifies nothing.
    ///
    /// # Panics
    /// If there are 2^32 nodes.
    pub fn add(&mut self, node: Node) -> NodeId {
        if let Some(known) = self.numbers.get(&node) {
            return *known;
        }
        let id = NodeId(u32::try_from(self.nodes.len()).expect("a model has fewer than 2^32 operations"));
        self.nodes.push(node);
        self.numbers.insert(node, id);
        id
    }

    /// A number.
    pub fn constant(&mut self, value: f64) -> NodeId {
        self.add(Node::Constant(Constant::of(value)))
    }

    /// The number that a node is, if it is one.
    pub fn value(&self, id: NodeId) -> Option<f64> {
        match self.node(id) {
            Node::Constant(constant) => Some(constant.value()),
            _ => None,
        }
    }

    /// A function of one number, simplified.
    pub fn unary(&mut self, op: Unary, a: NodeId) -> NodeId {
        if let (Unary::Neg, Node::Unary(Unary::Neg, inner)) = (op, self.node(a)) {
            return inner;
        }
        let folded = self.value(a).and_then(|a| match op {
            Unary::Neg => Some(-a),
            Unary::Not => Some(f64::from(a == 0.0)),
            Unary::Abs => Some(a.abs()),
            Unary::Sqrt => Some(a.sqrt()),
            Unary::Ceil => Some(a.ceil()),
            Unary::Floor => Some(a.floor()),
            Unary::Round => Some(a.round()),
            Unary::Trunc => Some(a.trunc()),
            _ => None,
        });
        match folded {
            Some(value) => self.constant(value),
            None => self.add(Node::Unary(op, a)),
        }
    }

    /// A function of two numbers, simplified.
    pub fn binary(&mut self, op: Binary, a: NodeId, b: NodeId) -> NodeId {
        let (left, right) = (self.value(a), self.value(b));
        if let (Some(left), Some(right)) = (left, right)
            && let Some(value) = fold(op, left, right)
        {
            return self.constant(value);
        }
        match (op, left, right) {
            (Binary::Mul, Some(1.0), _) | (Binary::Add, Some(0.0), _) => b,
            (Binary::Mul | Binary::Div | Binary::Pow, _, Some(1.0)) | (Binary::Add | Binary::Sub, _, Some(0.0)) => a,
            (Binary::Pow, _, Some(exponent)) => self.power(a, exponent),
            _ => self.add(Node::Binary(op, a, b)),
        }
    }

    /// a to a constant power: 2, 3, 4 and their halves by products and a root.
    fn power(&mut self, a: NodeId, exponent: f64) -> NodeId {
        let mut times = |x, y| self.binary(Binary::Mul, x, y);
        match exponent {
            2.0 => times(a, a),
            3.0 => {
                let square = times(a, a);
                times(square, a)
            }
            4.0 => {
                let square = times(a, a);
                times(square, square)
            }
            0.5 => self.unary(Unary::Sqrt, a),
            1.5 | 2.5 | 3.5 => {
                let (whole, root) = (self.power_or_self(a, exponent - 0.5), self.unary(Unary::Sqrt, a));
                self.binary(Binary::Mul, whole, root)
            }
            _ => {
                let exponent = self.constant(exponent);
                self.add(Node::Binary(Binary::Pow, a, exponent))
            }
        }
    }

    fn power_or_self(&mut self, a: NodeId, exponent: f64) -> NodeId {
        if exponent == 1.0 { a } else { self.power(a, exponent) }
    }

    /// `yes` where `condition` is not 0, else `no`.
    pub fn select(&mut self, condition: NodeId, yes: NodeId, no: NodeId) -> NodeId {
        match self.value(condition) {
            Some(0.0) => no,
            Some(_) => yes,
            None if yes == no => yes,
            None => self.add(Node::Select(condition, yes, no)),
        }
    }

    /// The same expression with some leaves replaced: `leaf` tells what stands for a node, `None` to keep it. Parts that
    /// hold no replaced leaf are the same nodes as before. The result is simplified again.
    pub fn substitute(&mut self, root: NodeId, leaf: &mut dyn FnMut(Node) -> Option<NodeId>) -> NodeId {
        self.substitute_known(root, leaf, &mut HashMap::new())
    }

    /// [`Self::substitute`] for several roots: `known` keeps what was already replaced.
    pub fn substitute_known(
        &mut self,
        root: NodeId,
        leaf: &mut dyn FnMut(Node) -> Option<NodeId>,
        known: &mut HashMap<NodeId, NodeId>,
    ) -> NodeId {
        // Operands come first: no recursion, however deep an expression is.
        for id in self.reached(&[root]) {
            if known.contains_key(&id) {
                continue;
            }
            let node = self.node(id);
            let new = match leaf(node) {
                Some(new) => new,
                None => match node {
                    Node::Unary(op, a) => self.unary(op, known[&a]),
                    Node::Binary(op, a, b) => self.binary(op, known[&a], known[&b]),
                    Node::Select(c, a, b) => self.select(known[&c], known[&a], known[&b]),
                    Node::Random { site, draw, a, b } => {
                        self.add(Node::Random { site, draw, a: known[&a], b: known[&b] })
                    }
                    _ => id,
                },
            };
            known.insert(id, new);
        }
        known[&root]
    }

    /// Every node that `roots` are computed from and they themselves, in order of evaluation.
    pub fn reached(&self, roots: &[NodeId]) -> Vec<NodeId> {
        let Some(last) = roots.iter().max() else { return Vec::new() };
        let mut wanted = vec![false; last.index() + 1];
        for root in roots {
            wanted[root.index()] = true;
        }
        for index in (0..wanted.len()).rev() {
            if wanted[index] {
                for operand in self.nodes[index].operands() {
                    wanted[operand.index()] = true;
                }
            }
        }
        let all = (0..=last.0).map(NodeId);
        all.filter(|id| wanted[id.index()]).collect()
    }

    /// Whether a leaf of the expression is as `wanted`.
    pub fn depends(&self, root: NodeId, wanted: impl Fn(&Node) -> bool) -> bool {
        self.reached(&[root]).into_iter().any(|id| wanted(&self.nodes[id.index()]))
    }

    /// Whether the value is fixed when the network is built: it depends on constants, parameters and dt only.
    pub fn is_fixed(&self, root: NodeId) -> bool {
        !self.depends(root, |node| {
            matches!(
                node,
                Node::Elapsed
                    | Node::Time
                    | Node::State(_)
                    | Node::Local(_)
                    | Node::Convolution { .. }
                    | Node::Arrivals(_)
                    | Node::Input(_)
                    | Node::Random { .. }
            )
        })
    }
}

/// An operation on two constants, where IEEE 754 says its bits.
fn fold(op: Binary, a: f64, b: f64) -> Option<f64> {
    let truth = |value: bool| Some(f64::from(value));
    match op {
        Binary::Add => Some(a + b),
        Binary::Sub => Some(a - b),
        Binary::Mul => Some(a * b),
        Binary::Div => Some(a / b),
        Binary::Rem => Some(a % b),
        Binary::Min => Some(if b < a { b } else { a }),
        Binary::Max => Some(if b > a { b } else { a }),
        Binary::Lt => truth(a < b),
        Binary::Le => truth(a <= b),
        Binary::Eq => truth(a == b),
        Binary::Ne => truth(a != b),
        Binary::And => truth(a != 0.0 && b != 0.0),
        Binary::Or => truth(a != 0.0 || b != 0.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch nodes that are stored twice, and an operand behind what uses it.
    #[test]
    fn equal_expressions_are_one_node() {
        let mut graph = Graph::default();
        let (v, g) = (graph.add(Node::State(0)), graph.add(Node::State(1)));
        let first = graph.binary(Binary::Mul, v, g);
        let second = graph.binary(Binary::Mul, v, g);
        assert_eq!(first, second);
        for (index, node) in graph.nodes().iter().enumerate() {
            assert!(node.operands().all(|operand| operand.index() < index));
        }
    }

    /// Would catch a simplification that changes bits, or one that is missed.
    #[test]
    fn what_keeps_bits_is_folded() {
        let mut graph = Graph::default();
        let x = graph.add(Node::State(0));
        let (zero, one, half) = (graph.constant(0.0), graph.constant(1.0), graph.constant(3.5));
        assert_eq!(graph.binary(Binary::Mul, x, one), x);
        assert_eq!(graph.binary(Binary::Sub, x, zero), x);
        let product = graph.binary(Binary::Mul, x, zero);
        assert_ne!(product, zero, "infinity times 0 is NaN");
        let exponential = graph.unary(Unary::Exp, one);
        assert_eq!(graph.value(exponential), None, "the bits of exp are those of the machine's formula");
        let power = graph.binary(Binary::Pow, x, half);
        let used: Vec<Node> = graph.reached(&[power]).into_iter().map(|id| graph.node(id)).collect();
        assert!(used.iter().any(|node| matches!(node, Node::Unary(Unary::Sqrt, _))));
        assert!(!used.iter().any(|node| matches!(node, Node::Binary(Binary::Pow, ..))));
    }

    /// Would catch a substitution that misses a leaf or forgets to simplify.
    #[test]
    fn leaves_are_replaced() {
        let mut graph = Graph::default();
        let (x, two) = (graph.add(Node::State(0)), graph.constant(2.0));
        let sum = graph.binary(Binary::Add, x, two);
        let root = graph.binary(Binary::Mul, sum, x);
        let three = graph.constant(3.0);
        let replaced = graph.substitute(root, &mut |node| (node == Node::State(0)).then_some(three));
        assert_eq!(graph.value(replaced), Some(15.0));
        assert!(graph.is_fixed(replaced) && !graph.is_fixed(root));
    }
}
