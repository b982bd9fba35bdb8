//! Synapses whose weights follow the spikes of both sides: what one model of them says, and what it is told.
//!
//! # Time
//! A synapse lies `axonal_delay` behind the sending cell and the rest of the delay before the receiving one. A spike that leaves at
//! t is at the synapse at t + axonal and reaches the cell at t + delay. A spike of the receiving cell at s is at the
//! synapse at s + (delay − axonal). That part is a step at least, so that what a synapse needs has happened when its weight is needed.
//!
//! # Order
//! When a presynaptic spike comes, all postsynaptic spikes up to then come first, in their order and that of the same
//! time included, each with the presynaptic trace as older presynaptic spikes left it ([`Timing::post`]). Then the presynaptic spike
//! comes, with the postsynaptic trace of spikes *before* its time ([`Timing::pre`]), and is sent on with the weight after both.
//! Two spikes that meet at the synapse therefore do not pair.
//!
//! # Time between spikes
//! A model that flows ([`Timing::FLOWS`]) is told of every stretch of time between two things that come ([`Timing::pass`]): spikes of
//! either side, and changes of a third factor ([`third_factor`](super::third_factor)), which come last of what comes at one time.
//!
//! # Membranes
//! A model that watches the membranes of receiving cells ([`Timing::Membrane`]) is shown the potential of each at the end of every step
//! and keeps what low passes make of it. A step that concerns synapses is a *moment* ([`Timing::moment`]): it comes to them as a postsynaptic
//! spike does. A presynaptic spike finds the membrane of the step that reaches the synapse with it. The steps of a membrane that spikes may
//! still ask for are kept in a ring.
//!
//! # Sizes
//! Equations are of the size of a weight, |w| >= 0. The sign of a synapse never changes.

mod decay;
mod factor;
mod meeting;
mod membrane;
mod model;
mod rows;
mod rule;
mod seat;
mod spikes;
mod state;
mod together;

pub use decay::{Decay, Elapsed};
pub use membrane::LowPass;
pub(crate) use model::too_short;
pub use model::{Kept, Lag, Timed, TimingModel, settle_steps};
pub use rows::{Acted, Due, TimedRows, TimedSynapses};
pub use rule::{Numbers, Post, Pre, Stretch, Timing, Watched};
pub use seat::Seat;
pub(crate) use seat::reach;
pub use state::{Extent, Past, TimedState, Widths};
