//! Cells that only send spikes, and spikes that come from nowhere.
//!
//! A source whose spikes follow from parameters of its cells is written once, as [`Equations`], and has a line in [`MODELS`].

mod model;
pub mod poisson;
pub mod rate;
pub mod regular;
pub mod spike_train;

pub use model::{Entry, Equations, Sending, SourceInfo};
pub use poisson::{PoissonInput, PoissonSource};
pub use rate::{NewRate, Rate};
pub use regular::Regular;
pub use spike_train::SpikeTrain;

use std::ops::Range;

/// Every source whose spikes follow from parameters of its cells; a new one is its file and a line here.
pub static MODELS: &[Entry] = &[Entry::of::<Regular>()];

/// The source of that name.
pub fn model(name: &str) -> Option<&'static Entry> {
    MODELS.iter().find(|entry| entry.info.name == name)
}

/// Sending cells without state: a pure function of the step.
pub trait SpikeSource: Send + Sync {
    /// Name in files.
    fn name(&self) -> &'static str;
    /// Appends the cells among `cells` that spike in `step`, ascending; a cell that spikes twice is there twice.
    fn emit(&self, step: u64, cells: Range<u32>, fired: &mut Vec<u32>);

    /// Appends the cells that spike at time 0, before the first step, ascending; their spikes act from then on.
    fn emit_at_start(&self, _fired: &mut Vec<u32>) {}

    /// Its rate; `None` where it has none.
    fn rate(&self) -> Option<&Rate> {
        None
    }

    /// The same source at another rate; `None` where it has none.
    fn at_rate(&self, _rate: Rate) -> Option<Box<dyn SpikeSource>> {
        None
    }
}
