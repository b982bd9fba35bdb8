//! `species`: a peptide that spreads, vanishes or is released otherwise.

use super::{EditSpec, Known};
use crate::fields::Fields;
use neuropil_core::did_you_mean;

pub(super) fn read(mut fields: Fields<'_, '_>, known: Known<'_>) -> Option<EditSpec> {
    let reader = fields.reader;
    let path = fields.path_of("species");
    let name = fields.require("species").and_then(|node| reader.string(node, &path));
    let mut number = |key: &str| {
        let given = fields.get(key).is_some();
        let value = if given { fields.required_number(key, ">= 0", |own| own >= 0.0) } else { None };
        (!given || value.is_some()).then_some(value)
    };
    let diffusivity = number("diffusivity_free_um2_per_ms");
    let (loss, release) = (number("loss_per_ms"), number("release_scale"));
    let own_path = fields.path.clone();
    fields.finish();
    let (name, diffusivity, loss, release) = (name?, diffusivity?, loss?, release?);
    let Some(peptides) = known.peptides else {
        reader.fault(&own_path, "the network has no `peptides`");
        return None;
    };
    let Some(species) = peptides.species.iter().position(|own| own.name == name) else {
        let hint = did_you_mean(name, peptides.species.iter().map(|own| own.name.as_str()));
        reader.fault(&path, format!("there is no species `{name}`{hint}"));
        return None;
    };
    if diffusivity.is_none() && loss.is_none() && release.is_none() {
        let expected = "expected some of diffusivity_free_um2_per_ms, loss_per_ms, release_scale";
        reader.fault(&own_path, format!("found nothing that changes, {expected}"));
        return None;
    }
    Some(EditSpec::Species { species, diffusivity, loss, release })
}
