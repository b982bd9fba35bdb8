//! When an input is on.

use neuropil_core::Clock;

/// The steps that lie in [start, stop].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// From when on, ms.
    pub start_ms: f64,
    /// Until when, ms; may be infinite.
    pub stop_ms: f64,
}

impl Window {
    /// Every step.
    pub const ALWAYS: Window = Window { start_ms: 0.0, stop_ms: f64::INFINITY };

    /// Whether it holds every step.
    pub fn is_always(&self) -> bool {
        self.start_ms <= 0.0 && self.stop_ms == f64::INFINITY
    }

    /// The first step that it holds, if it holds any.
    pub fn first_step(&self, clock: Clock) -> Option<u64> {
        let step = clock.nearest_step(self.start_ms.max(0.0)).ok()?;
        // The nearest step to a time ends, at most, half a step before or behind it.
        (step.max(1)..=step.saturating_add(2)).find(|step| self.holds(*step, clock))
    }

    /// Whether it holds `step`, which is numbered by its end.
    #[inline]
    pub fn holds(&self, step: u64, clock: Clock) -> bool {
        let middle = clock.time_ms(step - 1) + 0.5 * clock.dt_ms();
        self.start_ms < middle && middle < self.stop_ms
    }
}

impl Default for Window {
    fn default() -> Self {
        Self::ALWAYS
    }
}
