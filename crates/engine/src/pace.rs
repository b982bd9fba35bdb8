//! How many threads run the next chunk. Results do not depend on it, only time does.
//!
//! Threads meet in every step. Where other programs want the same processors, one of them is often not running when it
//! is awaited, and all wait for the system to let it run: then a single thread, which waits for nobody, is faster.

use std::time::Duration;

/// Share of a chunk spent waiting from which on a single thread is tried.
const MUCH: f64 = 0.4;
/// Chunks before the other way is tried again; doubled while that does not pay, up to the second.
const PATIENCE: (u32, u32) = (8, 128);

/// Chooses the number of threads from what the last chunks took.
#[derive(Debug, Clone)]
pub(crate) struct Pace {
    threads: usize,
    alone: bool,
    /// Wall time of a step with all threads, when they waited too much.
    together_s: f64,
    /// Chunks to go before the other way is tried.
    left: u32,
    patience: u32,
}

impl Pace {
    pub fn new(threads: usize) -> Self {
        Self { threads, alone: false, together_s: 0.0, left: 0, patience: PATIENCE.0 }
    }

    /// Threads of the next chunk.
    pub fn threads(&self) -> usize {
        if self.alone { 1 } else { self.threads }
    }

    /// Tells how long the chunk took that was just run, a step, and how much of that the thread waited that waited longest.
    pub fn took(&mut self, step: Duration, waiting: f64) {
        let step_s = step.as_secs_f64();
        if !self.alone {
            self.together_s = step_s;
            self.left = self.left.saturating_sub(1);
            if waiting <= MUCH {
                self.patience = PATIENCE.0;
            }
            self.alone = self.threads > 1 && waiting > MUCH && self.left == 0;
            if self.alone {
                self.left = self.patience;
            }
            return;
        }
        self.left -= 1;
        let slower = step_s > self.together_s;
        if slower || self.left == 0 {
            self.alone = false;
            self.left = if slower { self.patience } else { 0 };
            self.patience = (2 * self.patience).min(PATIENCE.1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn took(pace: &mut Pace, ms: u64, waiting: f64) -> usize {
        pace.took(Duration::from_millis(ms), waiting);
        pace.threads()
    }

    #[test]
    fn threads_that_do_not_wait_stay_together() {
        let mut pace = Pace::new(2);
        assert!((0..100).all(|_| took(&mut pace, 5, 0.1) == 2));
        let mut single = Pace::new(1);
        assert!((0..100).all(|_| took(&mut single, 5, 0.9) == 1));
    }

    /// On a loaded machine most chunks are run alone, and the others are ever rarer.
    #[test]
    fn waiting_threads_give_way_to_one() {
        let mut pace = Pace::new(2);
        let mut together = 0;
        for _ in 0..1000 {
            match pace.threads() {
                1 => pace.took(Duration::from_millis(4), 0.0),
                _ => {
                    together += 1;
                    pace.took(Duration::from_millis(20), 0.8);
                }
            }
        }
        assert!((8..20).contains(&together), "{together}");
        // The load goes.
        while pace.threads() == 1 {
            pace.took(Duration::from_millis(4), 0.0);
        }
        assert!((0..100).all(|_| took(&mut pace, 2, 0.1) == 2));
    }

    /// Unequal blocks wait too, but alone is slower: that is tried ever more rarely.
    #[test]
    fn alone_ends_where_it_is_slower() {
        let mut pace = Pace::new(2);
        assert_eq!(took(&mut pace, 10, 0.5), 1);
        assert_eq!(took(&mut pace, 15, 0.0), 2);
        let tries = (0..1000).filter(|_| {
            let alone = pace.threads() == 1;
            took(&mut pace, if alone { 15 } else { 10 }, if alone { 0.0 } else { 0.5 });
            alone
        });
        let tries = tries.count();
        assert!((5..15).contains(&tries), "{tries}");
    }
}
