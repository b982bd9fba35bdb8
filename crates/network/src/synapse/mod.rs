//! What happens between a spike and its arrival: static synapses do nothing, short-term plasticity scales.

pub mod tsodyks_markram;

pub use tsodyks_markram::{EfficacyState, ShortTerm};
