//! Cells and synapses written as equations, in the language NESTML, and run without a compiler.
//!
//! From text to what runs, each stage a module:
//! ```text
//! text ─> syntax ─> check ─> lower ─> ir::Cell ─> analyse ─> what is linear, ports, names
//! ```
//! A [`graph::Graph`] holds every expression of a model once; an [`ir::Cell`] says when each is evaluated and where its
//! value goes. Both are pure data: they know no network and no file.
//!
//! Numbers are coherent in ms, mV, pA, nS, pF, GOhm and kHz: a literal is multiplied by the factor of its unit when it
//! is read, and no expression holds a factor of its own.

mod analyse;
mod calculus;
mod check;
pub mod derivative;
pub mod describe;
pub mod fault;
pub mod function;
pub mod graph;
pub mod ir;
pub mod linear;
mod lower;
pub mod machine;
mod no_slope;
pub mod node;
pub mod read;
pub mod spike;
pub mod synapse;
pub mod syntax;
pub mod unit;
mod visit;

pub use fault::{Fault, Findings};
pub use graph::{Binary, Draw, Graph, Node, NodeId, Unary};
pub use ir::Cell;
pub use lower::Role;
pub use read::{File, read};
pub use synapse::Synapse;
pub use unit::{Dimensions, Unit};

#[cfg(test)]
mod tests;
