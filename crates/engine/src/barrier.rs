//! Where threads wait for each other, once a step.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Spins before the processor is offered to others; on a loaded machine the one awaited may need it.
const SPINS: u32 = 4000;

/// Shorter waits are not measured.
const SHORT: u32 = 64;

/// A barrier for short waits.
pub(crate) struct Barrier {
    threads: usize,
    arrived: AtomicUsize,
    generation: AtomicUsize,
    broken: AtomicBool,
}

impl Barrier {
    pub(crate) fn new(threads: usize) -> Self {
        Self { threads, arrived: AtomicUsize::new(0), generation: AtomicUsize::new(0), broken: AtomicBool::new(false) }
    }

    /// Returns when all threads have called it; tells how long that took, if it was worth a look at the clock.
    ///
    /// # Panics
    /// If one of them panicked: it will never come.
    pub(crate) fn wait(&self) -> Duration {
        let generation = self.generation.load(Ordering::Acquire);
        if self.arrived.fetch_add(1, Ordering::AcqRel) + 1 == self.threads {
            self.arrived.store(0, Ordering::Relaxed);
            self.generation.store(generation.wrapping_add(1), Ordering::Release);
            return Duration::ZERO;
        }
        let mut since = None;
        let mut spins = 0;
        while self.generation.load(Ordering::Acquire) == generation {
            assert!(!self.broken.load(Ordering::Relaxed), "another thread panicked");
            spins += 1;
            if spins == SHORT {
                since = Some(Instant::now());
            }
            if spins < SPINS { std::hint::spin_loop() } else { std::thread::yield_now() }
        }
        since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// Tells the others if this thread panics before the guard is dropped.
    pub(crate) fn guard(&self) -> Guard<'_> {
        Guard(self)
    }
}

pub(crate) struct Guard<'a>(&'a Barrier);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.broken.store(true, Ordering::Relaxed);
        }
    }
}
