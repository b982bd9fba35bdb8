//! `block` and `open`: a receptor of all cells of a type that says nothing, or as much as it can.

use super::{EditSpec, Known};
use crate::fields::Fields;
use crate::model::{Model, SynapseSpec};
use crate::third_factor::spec::FactorKind;
use crate::tissue::spec::Heard;
use neuropil_core::did_you_mean;
use neuropil_engine::tissue::Felt;

pub(super) fn read(mut fields: Fields<'_, '_>, known: Known<'_>, bound: f64) -> Option<EditSpec> {
    let reader = fields.reader;
    let (type_path, receptor_path) = (fields.path_of("cell_type"), fields.path_of("receptor"));
    let cell_type = fields.require("cell_type").and_then(|node| reader.string(node, &type_path));
    let receptor = fields.require("receptor").and_then(|node| reader.string(node, &receptor_path));
    fields.finish();
    let (cell_type, receptor) = (cell_type?, receptor?);
    let Some(peptides) = known.peptides else {
        reader.fault(&fields_path(&type_path), "the network has no `peptides`, and so no such receptors");
        return None;
    };
    let Some(own) = peptides.cell_types.iter().position(|own| own.name == cell_type) else {
        let hint = did_you_mean(cell_type, peptides.cell_types.iter().map(|own| own.name.as_str()));
        reader.fault(&type_path, format!("the peptides know no cell type `{cell_type}`{hint}"));
        return None;
    };
    if !known.populations.iter().any(|own| own.cell_type == cell_type) {
        reader.fault(&type_path, format!("no population is of cell type `{cell_type}`"));
        return None;
    }
    let expressed = || peptides.cell_types[own].expresses.iter().map(|own| own.receptor);
    let named = |index: &usize| peptides.receptors[*index].name == receptor;
    let Some(receptor) = expressed().find(named) else {
        let names: Vec<&str> = expressed().map(|index| peptides.receptors[index].name.as_str()).collect();
        let has = if names.is_empty() { "no receptor".into() } else { names.join(", ") };
        let hint = did_you_mean(receptor, names.iter().copied());
        reader.fault(&receptor_path, format!("`{cell_type}` does not express `{receptor}`{hint}; it has {has}"));
        return None;
    };
    Some(EditSpec::Receptor { cell_type: own, receptor, bound })
}

impl Model {
    /// Why a receptor of a cell type that is held changes nothing: cells do not listen, and nobody hears its messenger in such cells.
    pub(crate) fn unheard(&self, cell_type: usize, receptor: usize) -> Option<String> {
        let tissue = self.peptides.as_ref().filter(|own| !own.listening)?;
        let peptides = &tissue.model.peptides;
        let (name, class) = (&peptides.cell_types[cell_type].name, peptides.receptors[receptor].class);
        let is_of_type = |population: usize| self.populations[population].cell_type == *name;
        let is_recorded = self.record.watch.heard.iter().any(|own| {
            is_of_type(own.population) && (own.what == Heard::Messenger(class) || own.what == Heard::Signed)
        });
        let is_factor = self.projections.iter().any(|own| {
            let mut factors = own.synapse.iter().flat_map(SynapseSpec::third_factors);
            let is_messenger =
                |kind: &FactorKind| matches!(kind, FactorKind::Felt(Felt::Messenger(own)) if *own == class);
            own.to.iter().any(|to| is_of_type(to.population)) && factors.any(|own| is_messenger(&own.kind))
        });
        (!is_recorded && !is_factor).then(|| {
            format!(
                "has no effect: cells do not listen (`peptides.listening` is false), and no {} of cells of type `{name}` is recorded or is a third \
                 factor of their synapses; let cells listen, or record it",
                class.name()
            )
        })
    }
}

/// The path of the object that a field stands in.
fn fields_path(path: &str) -> String {
    path.rsplit_once('.').map_or(path, |(own, _)| own).to_owned()
}
