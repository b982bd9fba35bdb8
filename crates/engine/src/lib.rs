//! The engine: one step, its order, the threads that run it, and those who watch.
//!
//! A [`Simulation`] owns the state of a [`Network`](neuropil_network::Network) and advances it in chunks of steps.
//! What happened in a chunk (spikes, probed values) is handed over between chunks: the step itself does no input or
//! output. Results do not depend on the number of threads.
//!
//! [`trial`] runs many short trials of one small network in lockstep, and has gradients made of what happened.

mod barrier;
pub mod block;
pub mod carrier;
pub mod clamp;
pub mod error;
mod free_membrane;
pub mod intervention;
pub mod learning;
pub mod observer;
mod pace;
pub mod phases;
pub mod probe;
pub mod ranks;
pub mod replay;
pub mod schedule;
pub mod signals;
pub mod simulation;
mod slope;
pub mod snapshot;
mod timed;
pub mod tissue;
pub mod trial;

pub use error::EngineError;
pub use intervention::{Edit, EditFault, Intervention};
pub use learning::{Learned, Learning, LearningError};
pub use observer::{Chunk, Observer, ObserverError};
pub use phases::Phases;
pub use probe::Probe;
pub use simulation::{ProjectionWeights, Runnable, Simulation};
pub use snapshot::{Snapshot, SnapshotError};
pub use tissue::{Tissue, TissueError};
