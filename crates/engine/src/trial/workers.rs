//! Independent pieces of work, shared by threads, and the memory that they use again.

use crate::ranks::Rank;
use neuropil_plasticity::Plane;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Threads for batches, and planes of earlier ones: memory fresh from the system costs more than what is done with it.
#[derive(Debug)]
pub struct Workers {
    threads: usize,
    spare: Mutex<Vec<Vec<f64>>>,
    rank: Option<Rank>,
}

impl Workers {
    /// Up to `threads` threads, and no planes yet.
    pub fn new(threads: usize) -> Self {
        Self { threads, spare: Mutex::default(), rank: None }
    }

    /// As one of several ranks, each of which has the same learner and the same batches: every one runs its own groups of trials, and
    /// all have the sums over all groups, with the bits of one process. All ranks ask for the same, in the same order.
    pub fn among(self, rank: Option<Rank>) -> Self {
        Self { rank, ..self }
    }

    /// This rank among others, if there are any.
    pub fn rank(&self) -> Option<&Rank> {
        self.rank.as_ref()
    }

    /// Threads.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// A plane of any numbers, to be written before it is read.
    pub(super) fn plane(&self, steps: usize, channels: usize, trials: usize) -> Plane {
        let mut spare = self.spare.lock().expect("no thread panics while it holds the lock");
        let fitting = spare.iter().position(|values| values.len() == steps * channels * trials);
        let values = fitting.map(|place| spare.swap_remove(place)).unwrap_or_default();
        drop(spare);
        Plane::over(steps, channels, trials, values)
    }

    /// Keeps a plane that is no longer needed.
    pub(super) fn keep(&self, plane: Plane) {
        let values = plane.into_values();
        // Of groups that other ranks have run there is nothing to keep.
        if !values.is_empty() {
            self.spare.lock().expect("no thread panics while it holds the lock").push(values);
        }
    }

    /// Calls `work` for 0..count; results in their order, or the first error in that order.
    pub(super) fn each<T: Send, E: Send>(
        &self,
        count: usize,
        work: impl Fn(usize) -> Result<T, E> + Sync,
    ) -> Result<Vec<T>, E> {
        if self.threads.min(count) <= 1 {
            return (0..count).map(work).collect();
        }
        let done: Vec<Mutex<Option<Result<T, E>>>> = (0..count).map(|_| Mutex::new(None)).collect();
        let next = AtomicUsize::new(0);
        let share = || {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(place) = done.get(index) else { break };
                let result = work(index);
                *place.lock().expect("no thread panics while it holds the lock") = Some(result);
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..self.threads.min(count) {
                scope.spawn(share);
            }
            share();
        });
        let result =
            |place: Mutex<Option<_>>| place.into_inner().expect("all threads have ended").expect("all were done");
        done.into_iter().map(result).collect()
    }
}
