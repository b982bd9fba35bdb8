//! Populations of cell types that the file of peptides does not know: they take no part in the exchange.

use crate::document::{Document, join};
use crate::fault::Fault;
use crate::fields::brief;
use crate::model::{Model, PopulationSpec};
use neuropil_core::did_you_mean;

/// A population that takes no part although it has a type.
struct Stranger<'m> {
    population: &'m PopulationSpec,
    /// The type that it may have meant, in words; empty where none is near.
    near: String,
}

impl Stranger<'_> {
    fn path(&self) -> String {
        join(&self.population.path, "cell_type")
    }

    fn message(&self) -> String {
        let (cell_type, near) = (brief(&self.population.cell_type), &self.near);
        format!("the peptides know no cell type `{cell_type}`: its cells neither release nor hear{near}")
    }
}

impl Model {
    fn strangers(&self) -> Vec<Stranger<'_>> {
        let Some(spec) = &self.peptides else { return Vec::new() };
        let known = || spec.model.peptides.cell_types.iter().map(|own| own.name.as_str());
        let typed = self.populations.iter().filter(|own| !own.cell_type.is_empty());
        let strange = typed.filter(|own| known().all(|name| name != own.cell_type));
        strange.map(|population| Stranger { population, near: did_you_mean(&population.cell_type, known()) }).collect()
    }

    /// Types that look like slips of one that the peptides know.
    pub(crate) fn misspelled_types(&self, document: &Document) -> Vec<Fault> {
        let near = self.strangers().into_iter().filter(|own| !own.near.is_empty());
        near.map(|own| document.fault(&own.path(), own.message())).collect()
    }

    /// A word on each of the other types that they do not know.
    pub(crate) fn unknown_types(&self) -> Vec<String> {
        let far = self.strangers().into_iter().filter(|own| own.near.is_empty());
        far.map(|own| format!("{}: {}", own.path(), own.message())).collect()
    }
}
