//! Operations and leaves of a graph.

/// The number of a node in its graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

impl NodeId {
    /// Its place in `Graph::nodes`.
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

impl Unary {
    /// Whether it is an exponential, a logarithm or made of these.
    pub fn is_costly(self) -> bool {
        use Unary::{Abs, BitNot, Ceil, Floor, Neg, Not, Round, Sqrt, Trunc};
        !matches!(self, Neg | Abs | Not | BitNot | Sqrt | Ceil | Floor | Round | Trunc)
    }
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
    /// a / b; `//` of integers is followed by [`Unary::Trunc`].
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
    /// Of a number.
    pub fn of(value: f64) -> Self {
        Self(value.to_bits())
    }

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
