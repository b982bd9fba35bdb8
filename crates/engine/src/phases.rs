//! Where the time of a run goes.

use std::time::{Duration, Instant};

/// Wall time of one thread in the phases of its steps, or of several threads together; known from some of the steps.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Phases {
    /// Rows of spikes added into the arrivals.
    pub delivery: Duration,
    /// Poisson trains and currents.
    pub input: Duration,
    /// Cells advanced, sources asked, variables sampled.
    pub update: Duration,
    /// Spikes taken into the history.
    pub exchange: Duration,
    /// Waiting for other threads.
    pub waiting: Duration,
}

impl Phases {
    /// All of it.
    pub fn total(&self) -> Duration {
        self.delivery + self.input + self.update + self.exchange + self.waiting
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.delivery += other.delivery;
        self.input += other.input;
        self.update += other.update;
        self.exchange += other.exchange;
        self.waiting += other.waiting;
    }
}

/// Every how many steps phases are measured: reading the clock costs as much as some phases of a small network.
const EVERY: u32 = 8;

/// Measures phases one after the other, in some steps; stands still unless it is asked to run.
#[derive(Debug, Default)]
pub(crate) struct Stopwatch {
    runs: bool,
    last: Option<Instant>,
    pub phases: Phases,
}

impl Stopwatch {
    pub fn new(runs: bool) -> Self {
        Self { runs, ..Self::default() }
    }

    /// A step begins.
    #[inline]
    pub fn start(&mut self, step: u64) {
        self.last = (self.runs && step.is_multiple_of(u64::from(EVERY))).then(Instant::now);
    }

    /// Ends a phase; the next begins.
    #[inline]
    pub fn lap(&mut self, phase: impl FnOnce(&mut Phases) -> &mut Duration) {
        if let Some(last) = &mut self.last {
            let now = Instant::now();
            *phase(&mut self.phases) += (now - *last) * EVERY;
            *last = now;
        }
    }
}
