//! What a snapshot holds beside the cells, put back: peptides and learning.

use super::Simulation;
use crate::snapshot::{Snapshot, SnapshotError};
use neuropil_core::Real;

impl<R: Real> Simulation<R> {
    pub(super) fn restore_tissue(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        let Some((tissue, state)) = both("peptides", self.tissue.as_mut(), snapshot.peptides.as_ref())? else {
            return Ok(());
        };
        let steps = snapshot.step / tissue.chain().pace().steps;
        if state.steps != steps {
            return Err(refused("peptides", format!("{} field steps", state.steps), &steps.to_string()));
        }
        tissue.restore(state).map_err(|fault| refused("peptides", fault.to_string(), "those of this network"))
    }

    pub(super) fn restore_learning(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        let Some((learning, state)) = both("learning", self.learning.as_mut(), snapshot.learning.as_ref())? else {
            return Ok(());
        };
        match &self.rank {
            Some(rank) => learning.restore_share(&self.network, &mut self.blocks, (state, snapshot.step), rank),
            None => learning.restore(&self.network, &mut self.blocks, state, snapshot.step),
        }
    }
}

/// A part of the simulation and its state: both are there, or neither.
fn both<A, B>(what: &str, own: Option<A>, state: Option<B>) -> Result<Option<(A, B)>, SnapshotError> {
    match (own, state) {
        (Some(own), Some(state)) => Ok(Some((own, state))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(refused(what, "none".into(), "some")),
        (None, Some(_)) => Err(refused(what, "some".into(), "none")),
    }
}

fn refused(what: &str, found: String, expected: &str) -> SnapshotError {
    SnapshotError { what: what.into(), found, expected: expected.into() }
}
