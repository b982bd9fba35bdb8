//! What the names of a model mean.

use super::value::Value;
use crate::check::Type;
use crate::graph::NodeId;
use crate::syntax::Span;
use crate::unit::{Dimensions, Unit};
use std::collections::BTreeMap;

/// What a name is.
#[derive(Debug, Clone)]
pub(super) enum Meaning {
    /// Parameters from `first` on.
    Parameter { first: u32 },
    /// An internal, computed once its turn has come.
    Internal { value: Option<NodeId> },
    /// State variables from `first` on.
    State { first: u32 },
    /// An inline, computed once its turn has come.
    Inline { value: Option<Value> },
    /// A kernel or a variable of one: the group and the component.
    Kernel { group: usize, component: u32 },
    /// Spike ports from `first` on.
    SpikePort { first: u32 },
    /// Continuous ports from `first` on.
    InputPort { first: u32 },
    /// A function: its place in the model.
    Function { at: usize },
}

impl Meaning {
    /// For messages.
    pub fn article(&self) -> &'static str {
        match self {
            Meaning::Parameter { .. } => "a parameter",
            Meaning::Internal { .. } => "an internal",
            Meaning::State { .. } => "a state variable",
            Meaning::Inline { .. } => "an inline",
            Meaning::Kernel { .. } => "a kernel",
            Meaning::SpikePort { .. } => "a spike port",
            Meaning::InputPort { .. } => "a continuous port",
            Meaning::Function { .. } => "a function",
        }
    }
}

/// A name of the model.
#[derive(Debug, Clone)]
pub(super) struct Symbol {
    pub meaning: Meaning,
    pub of: Type,
    pub unit: Unit,
    /// How many elements a vector has.
    pub size: Option<u32>,
    pub span: Span,
}

/// All names of a model, with their primes.
pub(super) type Symbols = BTreeMap<String, Symbol>;

/// A name within a block: an argument of a function or a local variable.
#[derive(Debug, Clone)]
pub(super) struct Binding {
    pub of: Type,
    pub bound: Bound,
}

/// What a name within a block stands for.
#[derive(Debug, Clone)]
pub(super) enum Bound {
    /// A variable that statements assign.
    Local(u32),
    /// A value: in functions, which are inlined.
    Value(NodeId),
}

/// Where an expression stands, and so which names mean something in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Start values, parameters, internals and guards.
    Start,
    /// Inlines and equations.
    Equation,
    /// The definition of a kernel.
    Kernel,
    /// Statements.
    Statement,
    /// The body of a function.
    Function,
}

/// A constant of the language: its number and its type.
pub(super) fn predefined(name: &str) -> Option<f64> {
    match name {
        "e" => Some(std::f64::consts::E),
        "pi" => Some(std::f64::consts::PI),
        "inf" => Some(f64::INFINITY),
        _ => None,
    }
}

/// The equation that an expression belongs to, for messages.
#[derive(Debug, Clone)]
pub(super) struct Context {
    pub name: String,
    pub dimensions: Dimensions,
}
