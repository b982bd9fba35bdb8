//! Edits of the peptides: receptors of a cell type that are blocked or held open, and species that spread, vanish or are released otherwise.
//!
//! They act from the next field step that ends.

use super::{Hands, Thing};
use crate::tissue::Tissue;
use neuropil_core::Real;
use neuropil_neuromod::field::Layer;
use std::sync::Arc;

/// A receptor of all cells of a type, held at a share that is bound, whatever its ligands do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReceptorEdit {
    /// Index of the cell type among the peptides.
    pub cell_type: usize,
    /// Index of the receptor.
    pub receptor: usize,
    /// The share, from 0 (blocked) to 1 (open).
    pub bound: f64,
}

impl ReceptorEdit {
    pub(super) fn thing(&self) -> Option<Thing<'_>> {
        Some(Thing::Receptor { cell_type: self.cell_type, receptor: self.receptor })
    }
}

/// Makes a layer of the field.
#[derive(Clone)]
pub struct LayerMaker(pub Arc<dyn Fn() -> Layer + Send + Sync>);

impl std::fmt::Debug for LayerMaker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LayerMaker")
    }
}

impl PartialEq for LayerMaker {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// A species that spreads, vanishes or is released otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct SpeciesEdit {
    /// Index of the species.
    pub species: usize,
    /// Diffusion and loss; as they were if `None`.
    pub layer: Option<LayerMaker>,
    /// Factor of what vesicles hold of it.
    pub release: f64,
}

impl SpeciesEdit {
    pub(super) fn thing(&self) -> Option<Thing<'_>> {
        Some(Thing::Species { species: self.species })
    }
}

pub(super) fn refresh<R: Real>(hands: &mut Hands<R>, tissue: Option<&mut Tissue>, step: u64) {
    let Some(tissue) = tissue else { return };
    let in_force = || super::in_force(&hands.list, step);
    let receptors: Vec<ReceptorEdit> = in_force().filter_map(|edit| edit.receptor().copied()).collect();
    let species: Vec<&SpeciesEdit> = in_force().filter_map(|edit| edit.species()).collect();
    tissue.edit(&receptors, &species);
}
