//! Cells that send Poisson trains.

use super::Sampler;
use crate::source::{Rate, SpikeSource};
use crate::window::Window;
use neuropil_core::{Clock, StreamKey};
use std::ops::Range;

/// Cells that send Poisson spikes.
pub struct PoissonSource {
    sampler: Sampler,
}

impl PoissonSource {
    /// `key` is of [`neuropil_core::Stream::Poisson`].
    pub fn new(rate: Rate, key: StreamKey, clock: Clock) -> Self {
        Self { sampler: Sampler::new(rate, key, clock) }
    }

    /// The same trains, of which only the spikes of a window are left.
    #[must_use]
    pub fn within(mut self, window: Window) -> Self {
        self.sampler.window = window;
        self
    }
}

impl SpikeSource for PoissonSource {
    fn name(&self) -> &'static str {
        "poisson_source"
    }

    fn emit(&self, step: u64, cells: Range<u32>, fired: &mut Vec<u32>) {
        self.sampler.visit(step, cells, |cell, count| fired.extend(std::iter::repeat_n(cell, count as usize)));
    }

    fn rate(&self) -> Option<&Rate> {
        Some(&self.sampler.rate)
    }

    fn at_rate(&self, rate: Rate) -> Option<Box<dyn SpikeSource>> {
        Some(Box::new(Self { sampler: self.sampler.at_rate(rate) }))
    }
}
