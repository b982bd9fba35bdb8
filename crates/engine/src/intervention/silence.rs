//! Cells that send nothing.
//!
//! What a cell does is left alone: its membrane is integrated, it crosses its threshold and is reset. Its spikes are sent to nobody:
//! no synapse, peptide, learning rule or recording sees them. Spikes that had left before still arrive.

use super::{EditFault, Hands, Thing};
use neuropil_core::{CellSet, Real};
use neuropil_network::network::Design;

/// Cells that send nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Silence {
    /// Index of the population.
    pub population: usize,
    /// Its cells; all if `None`.
    pub cells: Option<CellSet>,
}

impl Silence {
    pub(super) fn thing(&self) -> Option<Thing<'_>> {
        Some(Thing::Cells { what: 0, population: self.population, cells: self.cells.as_ref() })
    }

    pub(super) fn faults<R: Real>(&self, design: &Design<R>) -> Vec<EditFault> {
        let graded = design.graded_index(self.population).is_some();
        let population = design.populations[self.population].name.clone();
        if design.projections.iter().any(|projection| projection.plastic && projection.target == self.population) {
            return vec![EditFault::SilentLearner { population }];
        }
        graded.then_some(EditFault::Graded { population }).into_iter().collect()
    }
}

pub(super) fn refresh<R: Real>(hands: &mut Hands<R>, step: u64) {
    let Hands { list, overlay, .. } = hands;
    let own = super::in_force(list, step).filter_map(|edit| edit.silence());
    overlay.silent = own.map(|own| (own.population, own.cells.clone())).collect();
}
