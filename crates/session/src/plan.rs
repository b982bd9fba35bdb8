//! What the input and the options of a run come to.

use neuropil_core::Clock;

/// What the input and the options come to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunPlan {
    pub clock: Clock,
    pub from: u64,
    pub until: u64,
    pub every: Option<u64>,
    pub threads: usize,
    pub build_s: f64,
    /// What the run is and reads.
    pub digest: u64,
}
