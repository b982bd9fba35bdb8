//! What a step of nudged cells adds to what arrives.

use neuropil_plasticity::Plane;

/// What is added to the arrivals of a group: σ ξ.
pub(super) struct Nudge<'a> {
    /// ξ, `[step][channel * cells + cell][trial]`.
    pub plane: &'a Plane,
    /// σ.
    pub size: f64,
    /// Whether a cell has a port for a channel, `[channel * cells + cell]`: arrivals where there is none are not taken.
    pub has_port: &'a [bool],
}

impl Nudge<'_> {
    /// Adds those of a step to what arrives, `[channel][cell, trial]`.
    pub(super) fn add(&self, step: usize, arrivals: &mut [Vec<f64>]) {
        let trials = self.plane.trials();
        let rows = arrivals.iter_mut().flat_map(|channel| channel.chunks_exact_mut(trials));
        for ((row, xi), has_port) in rows.zip(self.plane.step(step).chunks_exact(trials)).zip(self.has_port) {
            if *has_port {
                row.iter_mut().zip(xi).for_each(|(arrival, xi)| *arrival += self.size * xi);
            }
        }
    }
}
