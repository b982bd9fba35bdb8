//! The text of a file as a tree: words, blocks, expressions, each with its place.
//!
//! `parse` is a descent by hand. It goes on behind a fault at the next line, so that all faults of a text are found,
//! and takes [`NESTING`] levels of brackets and blocks at most, and [`DEPTH`] levels of any expression, so that no text
//! can exhaust the stack.

mod blocks;
mod declaration;
mod expression;
mod lexer;
mod parser;
mod statement;
mod tree;
mod units;

pub use blocks::*;
pub(crate) use parser::parse;
pub use tree::*;

/// Most levels of brackets, signs, conditionals and indented blocks.
pub const NESTING: usize = 64;
/// Most levels of an expression as a tree: a chain of sums or products has one a term.
pub const DEPTH: u16 = 200;
