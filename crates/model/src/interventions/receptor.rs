//! `block` and `open`: a receptor of all cells of a type that says nothing, or as much as it can.

use super::{EditSpec, Known};
use crate::fields::Fields;
use neuropil_core::did_you_mean;

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

/// The path of the object that a field stands in.
fn fields_path(path: &str) -> String {
    path.rsplit_once('.').map_or(path, |(own, _)| own).to_owned()
}
