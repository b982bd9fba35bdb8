//! Edits of the peptides, and what they put aside until they end.

use super::Tissue;
use crate::intervention::{LayerMaker, ReceptorEdit, SpeciesEdit};
use neuropil_neuromod::field::Layer;

/// What edits have put aside.
#[derive(Debug, Default)]
pub(super) struct Aside {
    /// Layers of the model, by species, and the maker of those in their place.
    layers: Vec<(usize, Layer, LayerMaker)>,
    /// Factor of what is released of each species; empty where nothing is edited.
    release: Vec<f64>,
}

impl Tissue {
    /// Makes these edits, and ends all others.
    pub(crate) fn edit(&mut self, receptors: &[ReceptorEdit], species: &[&SpeciesEdit]) {
        self.chain.listeners_mut().release_all();
        for own in receptors {
            self.chain.hold(own.cell_type, own.receptor, own.bound);
        }
        let wanted = |index: usize| {
            let own = species.iter().find(|own| own.species == index)?;
            own.layer.as_ref()
        };
        let (kept, ended): (Vec<_>, Vec<_>) = std::mem::take(&mut self.aside.layers)
            .into_iter()
            .partition(|(index, _, maker)| wanted(*index) == Some(maker));
        self.aside.layers = kept;
        for (index, layer, _) in ended {
            drop(self.chain.replace_layer(index, layer));
        }
        for own in species {
            let known = self.aside.layers.iter().any(|(index, ..)| *index == own.species);
            if let Some(maker) = own.layer.as_ref().filter(|_| !known) {
                let before = self.chain.replace_layer(own.species, (maker.0)());
                self.aside.layers.push((own.species, before, maker.clone()));
            }
        }
        let count = self.chain.peptides().species.len();
        let mut release = vec![1.0; count];
        species.iter().for_each(|own| release[own.species] = own.release);
        let before = if self.aside.release.is_empty() { vec![1.0; count] } else { self.aside.release.clone() };
        if release != before {
            self.chain.scale_release(&release);
            self.aside.release = release;
        }
    }
}
