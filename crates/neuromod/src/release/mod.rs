//! How cells release: vesicles at spikes, a rate without spikes, and where.

mod dense_core;
mod queue;
mod sites;

pub use dense_core::{DenseCore, MEAN, STOCHASTIC, VesicleState, Vesicles};
pub use queue::{Queue, Released, Where};
pub use sites::{Scatter, Sites};
