//! The mean ψ of the cells that credit passes through.

use super::Learning;
use crate::block::BlockState;
use neuropil_core::Real;
use neuropil_network::Network;

/// The mean slope of a population.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanSlope {
    /// Its index.
    pub population: usize,
    /// ψ, mean over its cells and over the steps of all windows that have ended since the simulation was made.
    pub psi: f64,
}

impl Learning {
    /// Those of all populations that credit passes through; none of a rule by which no credit returns, and none before the
    /// end of the first window. Sums are in the order of cells.
    pub(crate) fn mean_slopes<R: Real>(&self, network: &Network<R>, blocks: &[BlockState<R>]) -> Vec<MeanSlope> {
        if self.plan.returns().is_none() || self.looked_at == 0 {
            return Vec::new();
        }
        let mean = |population: usize| {
            let (mut sum, mut cells) = (0.0, 0_usize);
            for (block, state) in network.blocks.iter().zip(blocks) {
                for part in block.parts.iter().filter(|part| part.population == population) {
                    let own = &state.learning().slopes[part.offset..part.offset + part.cells.len()];
                    own.iter().for_each(|psi| sum += psi);
                    cells += own.len();
                }
            }
            MeanSlope { population, psi: sum / (cells.max(1) as f64 * self.looked_at as f64) }
        };
        (0..network.design.populations.len())
            .filter(|population| self.population.learns[*population])
            .map(mean)
            .collect()
    }
}
