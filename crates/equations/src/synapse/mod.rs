//! Synapses written as equations: who keeps which variable, and what each event does.
//!
//! # Roles
//! A synapse hears the spikes of its presynaptic cell and of its postsynaptic cell, by two ports of the file. The handler of the
//! presynaptic port sends on what the synapse transmits, by `emit_spike(weight)`.
//!
//! # Who keeps what
//! A variable that only presynaptic spikes and time act on is the same in all synapses of a cell with one delay; one that only
//! postsynaptic spikes and time act on is the same in all synapses onto a cell. Those are kept once, and the rest by synapse
//! ([`Keep`]). An equation between events is solved exactly, for any time.
//!
//! # Events
//! Handlers and `update` are taken to pieces: each variable is one expression of what it was and of elapsed times
//! ([`Events`]). Whoever runs them does nothing between events.

mod alone;
mod describe;
mod events;
mod flow;
mod keep;
mod model;
mod refusal;
mod roles;
mod scene;
mod walk;

pub use alone::{Alone, alone};
pub use describe::describe;
pub use events::{Event, Events};
pub use keep::Keep;
pub use model::Synapse;
pub use refusal::Refusal;
pub use roles::{Asked, Hears, Roles, Weight};
