//! What is put in at once, between two steps: all is worked out before anything is put in, so that an edit is made on all ranks or on none.

use super::{Edit, Hands, at_once, normalise::Normalisation, state, timed};
use crate::block::BlockState;
use crate::error::EngineError;
use neuropil_core::Real;
use neuropil_network::Network;
use std::collections::BTreeMap;

/// Weights by projection: for each block, and in it for each table.
pub(super) type Awaiting = BTreeMap<usize, Vec<Vec<Vec<f64>>>>;

impl<R: Real> Hands<R> {
    /// Works out the weights that are put in between a step and the next one, each edit on what those before it make.
    ///
    /// # Errors
    /// Weights that their synapses may not have; no weight has changed then.
    pub(super) fn work_out(
        &mut self,
        network: &Network<R>,
        blocks: &mut [BlockState<R>],
        step: u64,
    ) -> Result<(), EngineError> {
        self.awaiting.clear();
        let mut awaiting = Awaiting::new();
        for edit in at_once(&self.list, step) {
            let projection = match edit {
                Edit::TimedWeights(own) => own.projection,
                Edit::Normalise(own) => own.projection,
                _ => continue,
            };
            let at = (projection, step);
            let settled = |block: &mut BlockState<R>| block.settled_weights(network, at);
            let now = awaiting.entry(projection).or_insert_with(|| blocks.iter_mut().map(settled).collect());
            for (block, all) in blocks.iter().zip(now) {
                let made = match edit {
                    Edit::TimedWeights(own) => timed::made(own, network, block, all),
                    Edit::Normalise(Normalisation { sum, .. }) => block.scaled(network, (projection, *sum), all),
                    _ => Ok(()),
                };
                made.map_err(|fault| refused(network, edit, at, fault))?;
            }
        }
        self.awaiting = awaiting;
        Ok(())
    }

    /// Puts in what was worked out, and writes states, between a step and the next one.
    pub fn put(&mut self, network: &Network<R>, blocks: &mut [BlockState<R>], step: u64) {
        for (projection, each) in std::mem::take(&mut self.awaiting) {
            blocks.iter_mut().zip(each).for_each(|(block, all)| block.reweigh(network, projection, &all));
        }
        for edit in at_once(&self.list, step) {
            if let Edit::State(own) = edit {
                state::put(own, (network, &self.overlay), blocks, step);
            }
        }
    }
}

fn refused<R: Real>(network: &Network<R>, edit: &Edit, (projection, step): (usize, u64), fault: String) -> EngineError {
    let (projection, t_ms) = (network.design.projections[projection].name.clone(), network.design.clock.time_ms(step));
    match edit {
        Edit::Normalise(_) => EngineError::Normalised { projection, fault, t_ms },
        _ => EngineError::Scaled { projection, fault, t_ms },
    }
}
