//! Declarations, statements and blocks as trees.

use super::{Expression, Infix, Span, TypeName, Variable};

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
    /// Marks, of which none belongs to a port.
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
