//! SONATA circuits of point neurons: a published configuration, lowered to a network.
//!
//! Conventions that decide the spikes: a membrane starts at `V_m`, or where NEST has it, whatever `E_L`; what the JSON of a
//! cell leaves out has NEST's default; an edge without delay has 1 ms; input times are rounded up to the grid, as by bmtk,
//! delays to the nearest step; the weight of an edge is `syn_weight` x `nsyns`. A circuit of IntFire1 cells alone runs on
//! the coarsest grid that holds its input times and delays: these cells know no time step.

mod cells;
mod clamps;
mod config;
mod edge_kinds;
mod edge_reader;
mod factors;
mod files;
mod inputs;
mod keys;
mod learned_edges;
mod learning;
mod learns;
mod lower;
mod manifest;
mod names;
mod parameters;
mod program;
mod reports;
mod rounding;
mod spec;
mod synapse_models;
mod synapses;
mod templates;
mod times;
mod trains;
mod unheeded;
mod weight_functions;

pub use config::Config;
pub(crate) use keys::SPIKES_AT_START;
pub use keys::{INPUT_TIMES, LEARNING};
pub use learned_edges::LearnedWeights;
pub use learning::LoweredLearning;
pub use lower::Lowered;
pub use spec::Circuit;

use crate::document::Document;
use crate::document::Value;

/// What is wrong with a circuit, and where.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CircuitError {
    /// The configuration.
    #[error("`{file}`: {field}: {reason}")]
    Config {
        /// The file.
        file: String,
        /// The field, as a path.
        field: String,
        /// What was found and what was expected.
        reason: String,
    },
    /// JSON that cannot be parsed.
    #[error(transparent)]
    Json(#[from] crate::Faults),
    /// A file of nodes, edges or spikes.
    #[error(transparent)]
    Record(#[from] neuropil_record::Error),
    /// The time that a run is to reach.
    #[error("{0}")]
    Until(neuropil_core::ClockError),
    /// Nodes or edges that neuropil cannot run.
    #[error("{what}: {reason}")]
    Unsupported {
        /// The population and its item.
        what: String,
        /// What was found and what can be run.
        reason: String,
    },
}

/// Whether a JSON file is the configuration of a circuit rather than a model file.
pub fn is_circuit(document: &Document) -> bool {
    let Value::Object(members) = &document.root.value else { return false };
    let has = |name: &str| members.iter().any(|member| member.key == name);
    !has("populations") && ["network", "networks", "manifest", "run"].into_iter().any(has)
}

/// An error about a field of a file.
fn wrong(file: &str, field: &str, reason: impl Into<String>) -> CircuitError {
    CircuitError::Config { file: file.into(), field: field.into(), reason: reason.into() }
}
