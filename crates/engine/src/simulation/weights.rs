//! The weights that change, as a simulation tells them, and the slopes that credit passes.

use super::Simulation;
use crate::block::BlockState;
use crate::error::EngineError;
use crate::learning::{Learned, MeanSlope};
use neuropil_core::Real;
use neuropil_core::memory::Numbers;

/// The weights of a projection.
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectionWeights {
    /// Its index.
    pub projection: usize,
    /// One a synapse, in the order in which the design draws them.
    pub weights: Vec<f64>,
}

impl<R: Real> Simulation<R> {
    /// The weights of every projection whose weights change, as they are now; over ranks, on rank 0.
    ///
    /// # Errors
    /// Ranks that cannot hand over what they have.
    pub fn changed_weights(&self) -> Result<Vec<ProjectionWeights>, EngineError> {
        let mut learned = Learned::default();
        if let Some(learning) = &self.learning {
            learning.snapshot_weights(&self.network, &self.blocks, &mut learned)?;
        }
        let learned =
            learned.weights.into_iter().map(|(_, projection, weights)| Ok(ProjectionWeights { projection, weights }));
        let timed = self.network.design.timed().map(|(projection, _)| self.timed_now(projection));
        learned.chain(timed).collect()
    }

    /// The mean ψ of every population that credit passes through while it learns; all ranks call it.
    ///
    /// # Errors
    /// Ranks that cannot hand over what they have.
    pub fn mean_slopes(&self) -> Result<Vec<MeanSlope>, EngineError> {
        let Some(learning) = &self.learning else { return Ok(Vec::new()) };
        Ok(learning.mean_slopes(&self.network, &self.blocks)?)
    }

    /// The weights of a projection whose synapses follow spikes, as they are now; over ranks, on rank 0.
    fn timed_now(&self, projection: usize) -> Result<ProjectionWeights, EngineError> {
        let (all, here) = (self.network.numbered_synapses(projection), self.network.numbered_here(projection));
        let count =
            |synapses: u64| usize::try_from(synapses).expect("synapses of a projection have numbers of 32 bits");
        let mut weights = vec![0.0; count(all)];
        self.blocks.iter().for_each(|block| block.weights_at(&self.network, projection, self.step, &mut weights));
        if let Some(rank) = &self.rank {
            let parts = rank.gather(&weights[count(here.start)..count(here.end)])?;
            if rank.rank == 0 {
                weights = parts.concat();
            }
        }
        Ok(ProjectionWeights { projection, weights })
    }

    /// The weights of plastic synapses, a list a table of each block.
    pub fn plastic_weights(&self) -> impl Iterator<Item = &[Numbers]> {
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

    /// Tells the weights of synapses that follow spikes, by projection, as they are now.
    pub(super) fn tell_weights(&mut self) -> Result<(), EngineError> {
        let timed: Vec<usize> = self.network.design.timed().map(|(projection, _)| projection).collect();
        for projection in timed {
            let ProjectionWeights { weights, .. } = self.timed_now(projection)?;
            self.chunk.learned.get_or_insert_default().weights.push((self.step, projection, weights));
        }
        Ok(())
    }

    /// Those before the first step.
    pub(super) fn tell_first_weights(&mut self) -> Result<(), EngineError> {
        if self.step == 0 && self.weights_every.is_some() { self.tell_weights() } else { Ok(()) }
    }

    /// The next step after which weights are told.
    pub(super) fn next_weights(&self) -> Option<u64> {
        self.weights_every.map(|every| (self.step / every + 1) * every)
    }
}
