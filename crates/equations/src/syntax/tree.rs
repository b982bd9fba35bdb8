//! Expressions and types as trees.

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
    WholeOver,
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
