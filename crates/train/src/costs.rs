//! Where the time of updates goes.

use std::time::{Duration, Instant};

/// Wall time of the parts of updates, summed.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Costs {
    /// Trials drawn.
    pub drawing: Duration,
    /// Trials run, and their readout judged.
    pub running: Duration,
    /// The gradient of the rule, with its μ.
    pub gradient: Duration,
    /// Weights moved.
    pub update: Duration,
}

impl Costs {
    /// All of it.
    pub fn total(&self) -> Duration {
        self.drawing + self.running + self.gradient + self.update
    }

    /// What came after `before`.
    pub fn since(&self, before: &Self) -> Self {
        Self {
            drawing: self.drawing - before.drawing,
            running: self.running - before.running,
            gradient: self.gradient - before.gradient,
            update: self.update - before.update,
        }
    }

    /// Ends a part that began at `begun`, where the next begins.
    pub(crate) fn lap(&mut self, begun: &mut Instant, part: impl FnOnce(&mut Self) -> &mut Duration) {
        let now = Instant::now();
        *part(self) += now - *begun;
        *begun = now;
    }
}
