//! Expressions over lanes: each lane is an event with an elapsed time of its own, as synapses have them.
//!
//! [`Program::new`] compiles expressions of one graph, whose parameters are given, to lines; [`Program::run`] runs each line over
//! all lanes, one loop a line, as the programs of cells do over tiles. What a lane is given are [`Input`]s. A lane's numbers never
//! depend on the others, on their number or on vectors.

mod build;
mod definition;
mod run;

pub use definition::{Definition, Definitions, FlowRow, Input};
pub use run::{Bank, Draws, LANES, Program};
