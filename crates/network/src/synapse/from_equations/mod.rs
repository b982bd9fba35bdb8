//! Synapses whose equations come from a file: programs of `neuropil-equations` behind the doors of all synapses.
//!
//! Two kinds, as the file needs: where spikes leave with a factor that the sending cell's past decides (or nothing, which makes the
//! factor 1), [`SenderModel`](super::SenderModel); else [`TimingModel`](super::TimingModel), in which each synapse has
//! numbers of its own.
//!
//! # Time
//! As of [`super::timing`]: what the presynaptic side keeps begins when the run begins, at the synapse; what a receiving cell keeps
//! begins with the run at the cell, and is at its synapses later by the part of the delay that lies between them.
//!
//! # Cells that are watched
//! A continuous port may be a variable of the receiving cell ([`Origin::Watched`](super::third_factor::Origin)). What the cell keeps for its
//! synapses is then advanced in every step, with the port held at its value at the end of the step, and the last steps stay in a ring.
//! A synapse whose own numbers follow it between events is advanced in every step too, when it is asked for: `update`, then what comes at the
//! end of the step.
//!
//! # Sizes
//! Equations are of the size of a weight; what is transmitted has the sign that the synapse was drawn with.

mod described;
mod heard;
mod lanes;
mod model;
mod programs;
mod rows;
mod sender;
mod sides;
mod steps;
mod watched;

pub use model::{BadSynapse, EquationSynapse, Given};
