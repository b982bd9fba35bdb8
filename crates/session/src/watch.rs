//! Who watches a run.

use neuropil_core::Clock;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How far the steps of a run are.
#[derive(Debug, Clone, Copy)]
pub struct Reached {
    /// The grid of time.
    pub clock: Clock,
    /// The step at which the steps of this session began.
    pub from: u64,
    /// The last step so far.
    pub step: u64,
    /// The step to reach.
    pub until: u64,
    /// Wall time of the steps so far.
    pub wall: Duration,
}

/// Is told what a run does, and may end it. Asked between chunks of steps, from the thread that called for the run.
pub trait Watch: Sync {
    /// A sentence of what happens.
    fn say(&self, _sentence: &str) {}

    /// Synapses drawn so far, and about how many there will be; told several times a second from a thread beside.
    fn placed(&self, _placed: u64, _expected: u64) {}

    /// All synapses are drawn.
    fn built(&self) {}

    /// Some steps are done.
    fn reached(&self, _reached: &Reached) {}

    /// The last step is done, or the run has ended before.
    fn ended(&self) {}

    /// Whether the run is to end before the next steps, with all that was recorded.
    fn stops(&self) -> bool {
        false
    }
}

/// Nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Watch for Unwatched {}

/// Keeps the notes of what is said.
#[derive(Debug, Default)]
pub(crate) struct Told(Mutex<Vec<String>>);

impl Told {
    /// The notes so far.
    pub fn notes(self) -> Vec<String> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch for Told {
    fn say(&self, sentence: &str) {
        if sentence.starts_with("note:") {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(sentence.into());
        }
    }
}
