//! A simulation as one rank of several.

use super::Simulation;
use crate::error::EngineError;
use crate::ranks::{Rank, Trouble, snapshot};
use crate::simulation::Runnable;
use crate::snapshot::Snapshot;
use neuropil_core::Real;

impl<R: Real> Simulation<R> {
    /// The same, as one rank of several: its network is a share that was joined with theirs ([`crate::ranks::join`]), and what
    /// learns was made on a rank ([`crate::learning::Learning::on_rank`]). From now on all ranks call the same methods in the same order.
    pub fn with_ranks(mut self, rank: Rank) -> Self {
        self.rank = Some(rank);
        self
    }

    /// An outcome that all ranks share, where something may be wrong on one of them: that of the first on which it is.
    pub(super) fn agree(&self, may_differ: bool, own: Result<(), EngineError>) -> Result<(), EngineError> {
        let Some(rank) = self.rank.as_ref().filter(|_| may_differ) else { return own };
        let elsewhere = |Trouble { rank, kind, message }| EngineError::Elsewhere { rank, is_state: kind == 1, message };
        rank.agree(own, |fault| u64::from(fault.is_state()), elsewhere)?
    }

    /// [`Self::check_cells`] of all ranks.
    pub(super) fn check_all_cells(&self) -> Result<(), EngineError> {
        self.agree(self.tissue.as_ref().is_some_and(|own| own.listening()), self.check_cells())
    }

    /// [`Runnable::snapshot`] of all ranks, on rank 0; on others that of their own cells, which is of no use.
    ///
    /// # Errors
    /// Ranks that cannot hand over what they have.
    pub fn whole_snapshot(&self) -> Result<Snapshot, EngineError> {
        let mut own = self.snapshot();
        let Some(rank) = &self.rank else { return Ok(own) };
        if rank.rank > 0 {
            // Rank 0 counts what was before.
            own.events -= self.events_before;
        }
        let learning = own.learning.take();
        let mut whole = snapshot::gather(&self.network, own, rank)?;
        if let (Some(own), Some(learning)) = (learning, &self.learning) {
            whole.learning = Some(learning.whole_state(&self.network, own, self.step, rank)?);
        }
        Ok(whole)
    }

    pub(super) fn own_events(&self) -> u64 {
        self.blocks.iter().map(|block| block.events).sum()
    }

    /// Asks the others how many events they have delivered.
    pub(super) fn count_events(&mut self) -> Result<(), EngineError> {
        let own = self.own_events();
        if let Some(rank) = &self.rank {
            self.events_elsewhere = rank.sums(&[own])?.iter().sum::<u64>() - own;
        }
        Ok(())
    }
}
