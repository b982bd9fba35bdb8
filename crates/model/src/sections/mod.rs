//! Sections that say one science once: the same words and one table each, in `learning` of a model file and in a task file.

pub mod carrier;
mod cascade;
mod feedback;
pub mod kinds;
pub mod learning;
mod loss;
mod mu;
mod perturbation;
mod products;
mod readout;
mod slope;
pub mod table;
pub mod task_cells;
pub mod task_file;
pub mod training;
pub mod weights;

pub use carrier::CarrierSection;
pub use cascade::CascadeSection;
pub use feedback::{FeedbackKind, FeedbackSection};
pub use loss::LossSection;
pub use mu::{AdaptiveMu, ConstantMu, MuKind, MuSection, MuSettings, TakesBatch};
pub use perturbation::PerturbationSection;
pub use products::{PpPropSection, STllrSection};
pub use readout::{ReadoutFilter, ReadoutSection, Scaling, TaskReadout, filter};
pub use slope::{AnyShape, SpikingShape, SpikingSlope, TaskSlope, pseudo_derivative, refuse_unread};

use neuropil_core::Clock;

/// e^(−dt / tau): what is left of a trace after a step; 0 for a `tau_ms` of 0.
pub(crate) fn decay(clock: Clock, tau_ms: f64) -> f64 {
    if tau_ms > 0.0 { (-clock.dt_ms() / tau_ms).exp() } else { 0.0 }
}
