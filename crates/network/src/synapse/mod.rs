//! Synapse models: what happens between a spike and its arrival. One file each, behind one trait, and a line in [`MODELS`].
//!
//! A static synapse does nothing. A model with state is written once, as [`Equations`] over the state of one sending
//! cell. All synapses of a cell's projection share that state, because it depends on the cell's spikes only: a spike
//! leaves with a *factor*, by which all its arrivals are multiplied. [`Synapses`] makes of it a [`SynapseModel`], virtual
//! at the grain of a projection. State is brought up to date at a spike, with the time since the one before; nothing is
//! done in between.

pub mod short_term;

#[cfg(test)]
mod conformance;
mod equations;
mod model;
mod state;
pub use equations::{Equations, SynapseInfo};
pub use model::{Sent, SynapseModel, Synapses};
pub use short_term::ShortTerm;
pub use state::SenderState;

/// A model by name.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// What it is.
    pub info: &'static SynapseInfo,
    build: fn(&[f64]) -> Box<dyn SynapseModel>,
}

impl Entry {
    const fn of<M: Equations>() -> Self {
        Self { info: &M::INFO, build: Synapses::<M>::boxed }
    }

    /// The model with these values, one a parameter.
    pub fn build(&self, values: &[f64]) -> Box<dyn SynapseModel> {
        (self.build)(values)
    }
}

/// Every synapse model with state; a new one is its file and a line here.
pub static MODELS: &[Entry] = &[Entry::of::<ShortTerm>()];

/// The model of that name.
pub fn model(name: &str) -> Option<&'static Entry> {
    MODELS.iter().find(|entry| entry.info.name == name)
}
