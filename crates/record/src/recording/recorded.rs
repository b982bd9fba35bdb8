//! How a population of the network stands in a recording.

use neuropil_core::CellSet;

/// Under which population and node ids the cells of a population of the network are recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Name of the recorded population; several populations of the network may share one.
    pub population: String,
    /// The node id of each cell; its index where empty.
    pub ids: Vec<u64>,
    /// Whether its spikes are recorded.
    pub spikes: bool,
    /// The cells whose spikes are recorded, where they are not all.
    pub only: Option<CellSet>,
}

impl Recorded {
    pub(crate) fn id(&self, cell: u32) -> u64 {
        self.ids.get(cell as usize).copied().unwrap_or_else(|| u64::from(cell))
    }
}
