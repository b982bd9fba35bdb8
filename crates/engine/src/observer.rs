//! Those who watch a run.

use crate::error::EngineError;
use crate::learning::Learned;
use crate::simulation::Runnable;

/// What happened in some consecutive steps.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chunk {
    /// The last step, from 1 on.
    pub last_step: u64,
    /// (step, global id) of every spike, in that order; a sender that fires twice in a step is there twice.
    pub spikes: Vec<(u64, u32)>,
    /// For each probe its frames, row-major (frame, cell).
    pub frames: Vec<Vec<f64>>,
    /// For each probe of the tissue its samples, one after another.
    pub samples: Vec<Vec<f64>>,
    /// What came of the windows of learning that ended; `None` in a network that does not learn, or before the first.
    pub learned: Option<Learned>,
}

/// An observer's failure, in its own words.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ObserverError(#[from] pub Box<dyn std::error::Error + Send + Sync>);

/// Is shown every chunk of a run.
pub trait Observer {
    /// Takes what it needs of `chunk`.
    ///
    /// # Errors
    /// Its own; ends the run.
    fn observe(&mut self, chunk: &Chunk) -> Result<(), ObserverError>;
}

/// Advances `simulation` to step `until`, `chunk_steps` at a time, until `stop` says so; returns the last step.
///
/// # Errors
/// The run's own, after its observers saw all that came before; or an observer's.
pub fn run(
    simulation: &mut dyn Runnable,
    until: u64,
    chunk_steps: u64,
    observers: &mut [&mut dyn Observer],
    stop: &dyn Fn() -> bool,
) -> Result<u64, EngineError> {
    while simulation.step() < until && !stop() {
        let steps = chunk_steps.min(until - simulation.step());
        let outcome = simulation.advance(steps);
        for observer in observers.iter_mut() {
            observer.observe(simulation.chunk())?;
        }
        outcome?;
    }
    Ok(simulation.step())
}
