//! The weights that change, as a simulation tells them.

use super::Simulation;
use crate::block::BlockState;
use neuropil_core::Real;
use neuropil_network::Block;

impl<R: Real> Simulation<R> {
    /// The weights of plastic synapses, a list a table of each block.
    pub fn plastic_weights(&self) -> impl Iterator<Item = &[Vec<f64>]> {
        self.blocks.iter().map(BlockState::plastic_weights)
    }

    /// The weights of synapses that follow spikes, as they were last sent, a list a table of each block.
    pub fn timed_weights(&self) -> impl Iterator<Item = &[f64]> {
        self.blocks.iter().flat_map(BlockState::timed_weights)
    }

    /// The same, which tells the weights of synapses that follow spikes every so many steps, and at the start.
    pub fn with_weights_every(mut self, steps: Option<u64>) -> Self {
        self.weights_every = steps;
        self
    }

    /// The weights of synapses that follow spikes, by projection, as they are now.
    pub(super) fn tell_weights(&mut self) {
        let Self { network, blocks, chunk, step, .. } = self;
        for (projection, _) in network.design.timed() {
            let own = |block: &Block<R>| block.timed.synapses_of(projection);
            let mut weights = vec![0.0; network.blocks.iter().map(own).sum()];
            blocks.iter().for_each(|block| block.weights_at(network, projection, *step, &mut weights));
            chunk.learned.get_or_insert_default().weights.push((*step, projection, weights));
        }
    }

    /// Those before the first step.
    pub(super) fn tell_first_weights(&mut self) {
        if self.step == 0 && self.weights_every.is_some() {
            self.tell_weights();
        }
    }

    /// The next step after which weights are told.
    pub(super) fn next_weights(&self) -> Option<u64> {
        self.weights_every.map(|every| (self.step / every + 1) * every)
    }
}
