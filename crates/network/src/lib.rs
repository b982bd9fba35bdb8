//! Networks of point neurons: cells, synapses, wiring, sources and the delivery of spikes.
//!
//! A [`Network`] is immutable: parameters, topology, weights. What evolves ([`neuron::State`],
//! [`synapse::SenderState`]) is owned by whoever runs it. Nothing here knows of learning rules or peptides.

pub mod connect;
pub mod current;
pub mod delivery;
pub mod error;
pub mod history;
pub mod network;
pub mod neuron;
pub mod population;
pub mod position;
pub mod projection;
pub mod scalar;
pub mod source;
pub mod synapse;
pub mod voice;
pub mod window;

pub use error::NetworkError;
pub use network::{Block, Network, Part};
pub use population::{Kind, Population, Sign};
pub use projection::{Projection, Property};
pub use scalar::Scalar;
pub use window::Window;
