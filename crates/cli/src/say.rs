//! Lines and bars.

use crate::screen;
use indicatif::{ProgressBar, ProgressStyle};
use neuropil_core::Clock;
use neuropil_engine::{Chunk, Observer, ObserverError};
use std::time::Instant;

/// Shows simulated time and speed.
pub struct Progress<'b> {
    /// The bar, one unit a step.
    pub bar: &'b ProgressBar,
    /// The grid of time.
    pub clock: Clock,
    /// When the steps began.
    pub begun: Instant,
    /// Simulated time at which they began.
    pub from_ms: f64,
}

impl Observer for Progress<'_> {
    fn observe(&mut self, chunk: &Chunk) -> Result<(), ObserverError> {
        let simulated = self.clock.time_ms(chunk.last_step);
        let slowdown = self.begun.elapsed().as_secs_f64() / ((simulated - self.from_ms) * 1e-3);
        self.bar.set_position(chunk.last_step);
        self.bar.set_message(format!("{simulated:.0} ms, {slowdown:.2} s per simulated s"));
        Ok(())
    }
}

/// What the user sees while a command runs.
#[derive(Clone, Copy)]
pub struct Say {
    /// Whether it is told what happens.
    pub loud: bool,
    /// Whether bars are shown.
    pub bars: bool,
}

impl Say {
    /// A line of what happens.
    pub fn line(&self, text: &str) {
        if self.loud {
            // The run matters more than who listens.
            let _ = screen::print(text);
        }
    }

    /// A bar of that length.
    pub fn bar(&self, length: u64, template: &str) -> ProgressBar {
        if !self.bars {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        ProgressBar::new(length).with_style(style)
    }
}
