//! The text of a file as a tree: words, blocks, expressions, each with its place.
//!
//! [`parse`] is a descent by hand. It goes on behind a fault at the next line, so that all faults of a text are found,
//! and takes [`NESTING`] levels of brackets and blocks at most, and [`DEPTH`] levels of any expression, so that no text
//! can exhaust the stack.

mod expression;
mod lexer;
mod parser;
mod statement;
mod units;

pub(crate) use parser::parse;

/// Most levels of brackets, signs, conditionals and indented blocks.
pub const NESTING: usize = 64;
/// Most levels of an expression as a tree: a chain of sums or products has one a term.
pub const DEPTH: u16 = 200;

/// A part of the text: bytes from `start`, up to `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte behind the last.
    pub end: u32,
}

impl Span {
    /// From the beginning of `self` to the end of `other`.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start, end: other.end }
    }

    /// What the text has there.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// A name where it is used or declared: `g''`, `x[2]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// The name without primes and index.
    pub name: String,
    /// How many primes follow it.
    pub order: u8,
    /// What stands in `[ ]`.
    pub index: Option<Box<Expression>>,
    /// Where it stands.
    pub span: Span,
}

impl Variable {
    /// The name with its primes: `g''`.
    pub fn primed(&self) -> String {
        primed(&self.name, self.order)
    }
}

/// A name with so many primes.
pub fn primed(name: &str, order: u8) -> String {
    format!("{name}{}", "'".repeat(order.into()))
}

/// An expression and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Where it stands.
    pub span: Span,
    /// How deep it is as a tree.
    pub depth: u16,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub enum ExpressionKind {
    /// A number; whole if it was written without point and exponent.
    Number {
        /// The number.
        value: f64,
        /// Whether it is an integer.
        whole: bool,
    },
    /// A number directly before a name: their product.
    Scaled {
        /// The number.
        value: f64,
        /// Whether it is an integer.
        whole: bool,
        /// The name.
        by: Variable,
    },
    /// `true` or `false`.
    Boolean(bool),
    /// `"..."`, without the quotes.
    Text(String),
    /// A name.
    Name(Variable),
    /// A call.
    Call {
        /// What is called.
        function: String,
        /// Where its name stands.
        place: Span,
        /// What it is given.
        arguments: Vec<Expression>,
    },
    /// An operator before an expression.
    Prefix(Prefix, Box<Expression>),
    /// An operator between two.
    Infix(Infix, Box<Expression>, Box<Expression>),
    /// `condition ? yes : no`.
    Conditional(Box<[Expression; 3]>),
}

/// Operators before an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefix {
    /// `+`.
    Plus,
    /// `-`.
    Minus,
    /// `~`.
    Complement,
    /// `not`.
    Not,
}

/// Operators between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the operator of its name")]
pub enum Infix {
    Power,
    Times,
    Over,
    Modulo,
    Plus,
    Minus,
    BitAnd,
    BitXor,
    BitOr,
    ShiftLeft,
    ShiftRight,
    Less,
    LessOrEqual,
    Equal,
    Unequal,
    GreaterOrEqual,
    Greater,
    And,
    Or,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeName {
    /// What it is.
    pub kind: TypeKind,
    /// Where it stands.
    pub span: Span,
}

/// What a type is.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeKind {
    /// A pure number.
    Real,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// A text.
    Text,
    /// Nothing, of functions.
    Void,
    /// A number with a unit.
    Unit(UnitName),
}

/// A unit as written: names with powers, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitName {
    /// Each name with its power, where a divisor has a negative one.
    pub factors: Vec<UnitFactor>,
}

/// A name in a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitFactor {
    /// `mV`.
    pub name: String,
    /// Its power, as a fraction: above, below.
    pub power: [i16; 2],
    /// Where the name stands.
    pub span: Span,
}

/// A declaration: `recordable inline a, b TYPE = value [[guard]] @decorator`.
#[derive(Debug, Clone, PartialEq)]
pub struct Declaration {
    /// Whether `recordable` stands before it.
    pub recordable: bool,
    /// Whether `inline` stands before it.
    pub inline: bool,
    /// The names; the index of one is the size of a vector.
    pub names: Vec<Variable>,
    /// The type of all.
    pub of: TypeName,
    /// The value of all.
    pub value: Option<Expression>,
    /// What has to hold.
    pub guard: Option<Expression>,
    /// `@homogeneous`, `@neuropil::threshold`: without the `@`.
    pub decorators: Vec<Decorator>,
}

/// What follows `@`.
#[derive(Debug, Clone, PartialEq)]
pub struct Decorator {
    /// `homogeneous`, `neuropil::threshold`.
    pub name: String,
    /// Where it stands, with the `@`.
    pub span: Span,
}

/// A line of `equations`.
#[derive(Debug, Clone, PartialEq)]
pub enum EquationLine {
    /// `inline x TYPE = e`.
    Inline(Declaration),
    /// `x' = e`.
    Equation(Equation),
    /// `kernel ...`.
    Kernel(Kernel),
}

/// `x'' = e`.
#[derive(Debug, Clone, PartialEq)]
pub struct Equation {
    /// `x''`.
    pub of: Variable,
    /// The right-hand side.
    pub value: Expression,
}

/// `kernel k = e`, or `kernel k' = e, j' = f`.
#[derive(Debug, Clone, PartialEq)]
pub struct Kernel {
    /// Its equations; of order 0 where the kernel is given directly.
    pub equations: Vec<Equation>,
}

/// A line of `input`.
#[derive(Debug, Clone, PartialEq)]
pub struct Port {
    /// Its name; the index is the size of a vector of ports.
    pub name: Variable,
    /// The unit of a continuous port.
    pub of: Option<TypeName>,
    /// Whether it takes numbers at every time.
    pub continuous: bool,
    /// `excitatory` was written.
    pub excitatory: bool,
    /// `inhibitory` was written.
    pub inhibitory: bool,
    /// `@neuropil::current`.
    pub decorators: Vec<Decorator>,
}

/// A statement and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What it is.
    pub kind: LineKind,
    /// Where it stands.
    pub span: Span,
}

/// What a statement is.
#[derive(Debug, Clone, PartialEq)]
pub enum LineKind {
    /// `x += e`.
    Assign {
        /// What is assigned.
        target: Variable,
        /// The operator before `=`.
        with: Option<Infix>,
        /// The right-hand side.
        value: Expression,
    },
    /// A local variable.
    Local(Declaration),
    /// A call that stands alone.
    Call(Expression),
    /// `return e`.
    Return(Option<Expression>),
    /// `if`, `elif`, `else`: conditions with their blocks, and what runs otherwise.
    If {
        /// Each condition and its block.
        arms: Vec<Arm>,
        /// `else`.
        otherwise: Vec<Line>,
    },
    /// `while e:`.
    While(Arm),
    /// `for i in a ... b step c:`.
    For {
        /// What counts.
        variable: Variable,
        /// The first value.
        from: Expression,
        /// The value that is not reached.
        to: Expression,
        /// What is added.
        step: f64,
        /// Where the step stands.
        step_place: Span,
        /// What is repeated.
        body: Vec<Line>,
    },
}

/// A condition and what runs under it.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// A boolean.
    pub condition: Expression,
    /// What runs.
    pub body: Vec<Line>,
}

/// `onReceive(port, priority=n)`.
#[derive(Debug, Clone, PartialEq)]
pub struct OnReceive {
    /// The port.
    pub port: Variable,
    /// The priority.
    pub priority: Option<i64>,
    /// What runs.
    pub body: Vec<Line>,
    /// Where the first line stands.
    pub span: Span,
}

/// `onCondition(e)`.
#[derive(Debug, Clone, PartialEq)]
pub struct OnCondition {
    /// The condition and what runs.
    pub arm: Arm,
    /// Where the first line stands.
    pub span: Span,
}

/// `function f(a type, ...) type`.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub place: Span,
    /// Names and types of its arguments.
    pub arguments: Vec<Argument>,
    /// What it returns; `None` where nothing was written.
    pub returns: Option<TypeName>,
    /// What runs.
    pub body: Vec<Line>,
}

/// An argument of a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// Its type.
    pub of: TypeName,
    /// Where it stands.
    pub span: Span,
}

/// What leaves the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputKind {
    /// `spike`.
    Spike,
    /// `continuous`.
    Continuous,
}

/// A model.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Model {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub place: Span,
    /// `state`.
    pub state: Vec<Declaration>,
    /// `parameters`.
    pub parameters: Vec<Declaration>,
    /// `internals`.
    pub internals: Vec<Declaration>,
    /// `equations`.
    pub equations: Vec<EquationLine>,
    /// `input`.
    pub input: Vec<Port>,
    /// `output`, and where it stands.
    pub output: Option<(OutputKind, Span)>,
    /// `update`.
    pub update: Vec<Line>,
    /// `onReceive` blocks in their order.
    pub on_receive: Vec<OnReceive>,
    /// `onCondition` blocks in their order.
    pub on_condition: Vec<OnCondition>,
    /// Functions.
    pub functions: Vec<Function>,
    /// Names whose lines could not be read: nothing complains that they mean nothing.
    pub unread: Vec<String>,
}
