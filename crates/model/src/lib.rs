//! JSON model files: reading, checking everything at once, lowering to a network.
//!
//! [`Document::parse`] reads the text with the place of every value, [`Model::decode`] checks what it says and
//! collects all faults, [`Model::design`] makes the network's design. [`schema`] describes the files.

pub mod catalogue;
mod caveats;
pub mod cell_file;
mod cells;
mod chosen;
pub mod circuit;
pub mod citations;
pub mod clamped;
mod connectors;
mod constants;
pub mod decode;
pub mod document;
pub mod export;
pub mod fault;
pub mod fields;
mod file_synapse;
pub mod given;
mod input;
pub mod interventions;
pub mod learning;
pub mod lower;
pub mod model;
pub mod nest;
mod off_grid;
mod outside;
mod overrides;
mod paths;
pub mod peptides;
mod placement;
mod players;
mod population;
mod projection;
mod reached;
mod record;
mod recorded;
mod replay;
pub mod scale;
pub mod schema;
pub mod sections;
mod shown;
pub mod taps;
pub mod task;
#[cfg(test)]
mod tests;
mod third_factor;
mod time_series;
mod tissue;
mod trials;
mod values;
mod watched;
mod whole;
mod written;
mod written_synapse;

pub use cell_file::CellFile;
pub use constants::constants;
pub use document::Document;
pub use fault::{Fault, Faults};
pub use model::Model;
pub use placement::{misfit, placement};
pub use written::{FileCell, is_file, spike_slope, written_for_task};
