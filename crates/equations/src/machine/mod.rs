//! Cells that run: programs over tiles of cells.
//!
//! [`Machine::new`] compiles a `Cell` once, for all cells of a population. Everything that depends on parameters and dt
//! only is computed then: once if all cells have the same parameters, into a column where they differ. The lines are the
//! same in both cases, and so are the bits. [`Machine::advance`] runs the lines over tiles of cells: one dispatch a
//! line and tile, one loop that the compiler makes vectors of.
//!
//! A cell's numbers never depend on its neighbours, on the size of tiles, on vectors or on threads: branches are masks,
//! a branch that no cell of a tile takes is skipped, and the adaptive solver gathers the cells that need smaller parts.

mod adapt;
mod allocate;
mod build;
mod builder;
mod code;
mod compile;
mod derivative;
mod derive;
mod execute;
mod fixed;
mod integrate;
pub mod lanes;
mod linear_part;
mod loops;
mod random;
mod scalar;
mod settings;
mod single;
mod tangent;
mod tuned;

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use build::value_of;
pub use build::{BadCell, Column, Machine, defaults};
pub use derivative::{Derivative, Entry, Source, SpikeLevel};
pub use derive::{Jump, Quantity};
pub use execute::Frame;
pub use settings::{Method, Settings};
pub use single::{Single, single};
pub use tuned::Tuned;
