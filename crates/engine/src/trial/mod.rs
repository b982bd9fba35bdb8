//! Trials in lockstep: many short runs of one small network with the same weights, and gradients of them.
//!
//! Every plane is (cell, trial), and the cells are those of the network crate, advanced for all trials of
//! a group at once. A [`Batch`] is cut into groups of [`GROUP_TRIALS`] trials, whatever the number of threads; what is summed
//! over groups is summed in their order. [`Workers::among`] divides the groups over ranks. All state is at rest before step 0. Weights are those of a
//! [`Learner`](neuropil_plasticity::Learner), which may change between batches.
//!
//! ```text
//! step t:  input x^t through W_in, no delay;  z^{t−d} through W_rec;  every cell advances;  z^t, ψ^t go to the tape
//! ```
//!
//! [`Outcome::of`] runs a batch and judges its readout; [`Outcome::gradient`] is what a rule makes of it.

mod batch;
mod cells;
mod derived;
mod design;
mod error;
mod group;
mod labels;
mod nudge;
mod nudges;
mod outcome;
mod shared;
mod synapses;
mod workers;

pub use batch::{Batch, GROUP_TRIALS, Objective, Target, Targets};
pub(crate) use cells::why_not;
pub use cells::{SpikeSlope, TrialCells};
pub(crate) use derived::{Derived, Stretch, Tested as TestedPlanes};
pub use design::{Outline, Teaching, Trainee};
pub use error::TrialError;
pub use group::run_group;
pub use labels::{Answer, Labels};
pub use neuropil_plasticity::cell::ResetGradient;
pub use nudges::Nudges;
pub use outcome::Outcome;
pub use workers::Workers;
