//! Lines and bars.

use crate::{interrupt, screen};
use indicatif::{ProgressBar, ProgressStyle};
use neuropil_session::{Reached, Watch};
use std::sync::OnceLock;

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

/// Shows a run.
pub struct Screen {
    say: Say,
    drawing: OnceLock<ProgressBar>,
    running: OnceLock<ProgressBar>,
}

impl Screen {
    /// Shows as much as `say` says.
    pub fn new(say: Say) -> Self {
        Self { say, drawing: OnceLock::new(), running: OnceLock::new() }
    }
}

impl Watch for Screen {
    fn say(&self, sentence: &str) {
        self.say.line(sentence);
    }

    fn placed(&self, placed: u64, expected: u64) {
        let bar = || self.say.bar(expected, "drawing synapses {wide_bar} {percent}% {eta}");
        self.drawing.get_or_init(bar).set_position(placed);
    }

    fn built(&self) {
        self.drawing.get().inspect(|bar| bar.finish_and_clear());
    }

    fn reached(&self, reached: &Reached) {
        let bar = self.running.get_or_init(|| self.say.bar(reached.until, "{wide_bar} {percent}%  {msg}  {eta} left"));
        let simulated = reached.clock.time_ms(reached.step);
        let since = (simulated - reached.clock.time_ms(reached.from)) * 1e-3;
        bar.set_position(reached.step);
        bar.set_message(format!("{simulated:.0} ms, {:.2} s per simulated s", reached.wall.as_secs_f64() / since));
    }

    fn ended(&self) {
        self.running.get().inspect(|bar| bar.finish_and_clear());
    }

    fn stops(&self) -> bool {
        interrupt::is_asked()
    }
}
