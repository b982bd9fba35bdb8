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

use std::collections::HashMap;

/// The number of a node in its graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

impl NodeId {
    /// Its place in [`Graph::nodes`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A function of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unary {
    /// -x.
    Neg,
    /// 1 - x of a boolean.
    Not,
    /// The complement of an integer.
    BitNot,
    /// |x|.
    Abs,
    /// e^x.
    Exp,
    /// e^x - 1.
    Expm1,
    /// x/(e^x - 1), with its limit 1 - x/2 where |x| < 1e-6.
    OverExpm1,
    /// Natural logarithm.
    Ln,
    /// Logarithm to base 10.
    Log10,
    /// Square root.
    Sqrt,
    /// Sine of radians.
    Sin,
    /// Cosine.
    Cos,
    /// Tangent.
    Tan,
    /// Hyperbolic sine.
    Sinh,
    /// Hyperbolic cosine.
    Cosh,
    /// Hyperbolic tangent.
    Tanh,
    /// Error function.
    Erf,
    /// 1 - erf(x).
    Erfc,
    /// The least whole number that is not smaller.
    Ceil,
    /// The greatest whole number that is not greater.
    Floor,
    /// The nearest whole number, halves away from zero.
    Round,
    /// The whole part, towards zero: integer division, and a real number assigned to an integer.
    Trunc,
}

/// A function of two numbers. Comparisons and `And`, `Or` give 0 or 1; a comparison with NaN is 0, `Ne` is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Binary {
    /// a + b.
    Add,
    /// a - b.
    Sub,
    /// a b.
    Mul,
    /// a / b; of integers, followed by [`Unary::Trunc`].
    Div,
    /// The rest of a/b, with the sign of a.
    Rem,
    /// a to the power of b.
    Pow,
    /// The smaller; of equal ones the first.
    Min,
    /// The greater; of equal ones the first.
    Max,
    /// a < b.
    Lt,
    /// a <= b.
    Le,
    /// a == b.
    Eq,
    /// a != b.
    Ne,
    /// Both are true.
    And,
    /// One at least is true.
    Or,
    /// Bits of integers that both have.
    BitAnd,
    /// Bits of integers that one at least has.
    BitOr,
    /// Bits of integers that exactly one has.
    BitXor,
    /// a 2^b.
    ShiftLeft,
    /// a 2^-b, rounded down.
    ShiftRight,
}

/// A distribution that an expression draws from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Draw {
    /// Normal: mean a, standard deviation b.
    Normal,
    /// Uniform in [a, a + b).
    Uniform,
    /// Poisson counts: mean a; b is not used (a constant 0).
    Poisson,
}

/// A number, compared by its bits so that it can be a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Constant(u64);

impl Constant {
    /// The number.
    pub fn value(self) -> f64 {
        f64::from_bits(self.0)
    }
}

/// One operation or leaf. Indices are places in the lists of [`ir::Cell`](crate::ir::Cell).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Node {
    /// A number.
    Constant(Constant),
    /// dt, in ms: fixed when the network is built.
    Resolution,
    /// A parameter of the cell: fixed when the network is built, but possibly different in each cell. (An internal is
    /// no leaf: it is the expression that defines it.)
    Parameter(u32),
    /// The time that this `update` covers, in ms: dt in a cell (where the lowering writes [`Node::Resolution`]), the
    /// time since the last event in a synapse.
    Elapsed,
    /// `t`, in ms: t of the step's beginning in `update`, of its end in handlers and conditions.
    Time,
    /// A state variable.
    State(u32),
    /// A variable of a handler, function or update, in the numbering of [`ir::Cell::locals`](crate::ir::Cell::locals).
    Local(u32),
    /// A component of a convolution.
    Convolution {
        /// Its place in [`ir::Cell::convolutions`](crate::ir::Cell::convolutions).
        block: u32,
        /// The component: 0 is the value of the convolution with a kernel that is given directly.
        component: u32,
    },
    /// The sum of the weights that arrive at a spike port at t_n. (`port` in a file is this number a second; the
    /// lowering has divided by 1000 ms, and cancelled that against `* s`.)
    Arrivals(u32),
    /// The value of a continuous port, held over the step.
    Input(u32),
    /// A draw. Each call in the text is a site of its own, so that two of them never become one node; within a loop the
    /// number of the pass belongs to the key as well. Evaluated once each time that the statement runs.
    Random {
        /// The number of the call in the model, from 0.
        site: u32,
        /// The distribution.
        draw: Draw,
        /// Its first argument.
        a: NodeId,
        /// Its second argument.
        b: NodeId,
    },
    /// A function of one number.
    Unary(Unary, NodeId),
    /// A function of two.
    Binary(Binary, NodeId, NodeId),
    /// The second where the first is not 0, else the third. Both are evaluated; only one is looked at.
    Select(NodeId, NodeId, NodeId),
}

impl Node {
    /// What it is computed from.
    pub fn operands(&self) -> impl Iterator<Item = NodeId> + use<> {
        let all = match *self {
            Node::Unary(_, a) => [Some(a), None, None],
            Node::Binary(_, a, b) | Node::Random { a, b, .. } => [Some(a), Some(b), None],
            Node::Select(a, b, c) => [Some(a), Some(b), Some(c)],
            _ => [None; 3],
        };
        all.into_iter().flatten()
    }
}

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
        self.add(Node::Constant(Constant(value.to_bits())))
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
