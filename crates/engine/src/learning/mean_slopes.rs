//! The mean ψ of the cells that credit passes through.

use super::Learning;
use crate::block::BlockState;
use crate::ranks::ExchangeError;
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
    /// end of the first window. Sums are in the order of cells, those of other ranks among them.
    pub(crate) fn mean_slopes<R: Real>(
        &self,
        network: &Network<R>,
        blocks: &[BlockState<R>],
    ) -> Result<Vec<MeanSlope>, ExchangeError> {
        if self.plan.returns().is_none() || self.looked_at == 0 {
            return Ok(Vec::new());
        }
        let own: Vec<f64> = blocks.iter().flat_map(|block| &block.learning().slopes).copied().collect();
        let all = match &self.rank {
            None => own,
            Some(rank) => rank.all_floats(&own)?.concat(),
        };
        let first_ids = network.design.first_ids();
        let mean = |population: usize| {
            let cells = &all[first_ids[population] as usize..first_ids[population + 1] as usize];
            // Not `sum`, which begins with -0.
            let sum = cells.iter().fold(0.0, |sum, psi| sum + psi);
            MeanSlope { population, psi: sum / (cells.len().max(1) as f64 * self.looked_at as f64) }
        };
        let populations = 0..network.design.populations.len();
        Ok(populations.filter(|population| self.population.learns[*population]).map(mean).collect())
    }
}
