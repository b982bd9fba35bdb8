//! Cell types, as files say them.

use super::table::parameters;
use super::{class_names, list_or_none, reference, text};
use crate::document::{Node, join};
use crate::fields::{Fields, Reader};
use neuropil_core::ParameterSet;
use neuropil_neuromod::receptor::{GClass, SignedMode};
use neuropil_neuromod::{Cargo, CellType, Expression};

/// Ways to a signed messenger.
const MODES: [&str; 3] = ["opponent", "baseline", "abstract"];

pub(super) fn cell_type(
    reader: &Reader<'_>,
    node: &Node,
    path: &str,
    (species, receptors): (&[&str], &[&str]),
) -> Option<CellType> {
    let mut fields = reader.object(node, path, "cell_type")?;
    let name = text(&mut fields, "name");
    let releases = list_or_none(&mut fields, "releases", |node, path| {
        let mut fields = reader.object(node, path, "cargo")?;
        let species = reference(&mut fields, "species", species);
        let molecules = fields.required_number("molecules_per_vesicle", ">= 0", |molecules| molecules >= 0.0);
        fields.finish();
        Some(Cargo { species: species?, molecules_per_vesicle: molecules? })
    });
    let expresses = list_or_none(&mut fields, "expresses", |node, path| {
        let mut fields = reader.object(node, path, "expression")?;
        let receptor = reference(&mut fields, "receptor", receptors);
        let density = fields.required_number("density", "between 0 and 1", |density| (0.0..=1.0).contains(&density));
        fields.finish();
        Some(Expression { receptor: receptor?, density: density? })
    });
    if (1..expresses.len()).any(|own| expresses[..own].iter().any(|other| other.receptor == expresses[own].receptor)) {
        reader.fault(&join(path, "expresses"), "a receptor stands here twice");
    }
    let release = own_parameters(&mut fields, "release");
    let effects = own_parameters(&mut fields, "effects");
    let signed =
        fields.get("signed").map_or(Some(SignedMode::default()), |node| signed(reader, node, &join(path, "signed")));
    fields.finish();
    Some(CellType { name: name?, releases, release: release?, expresses, effects: effects?, signed: signed? })
}

/// An object of parameters, or the defaults.
fn own_parameters<P: ParameterSet>(fields: &mut Fields<'_, '_>, key: &str) -> Option<P> {
    let path = fields.path_of(key);
    let reader = fields.reader;
    let Some(node) = fields.get(key) else { return Some(P::defaults()) };
    let mut own = reader.object(node, &path, key)?;
    let read = parameters(&mut own);
    own.finish();
    read
}

fn signed(reader: &Reader<'_>, node: &Node, path: &str) -> Option<SignedMode> {
    let mut fields = reader.object(node, path, "signed")?;
    let mode = fields.required_word("mode", &MODES).map(|index| MODES[index]);
    let weights = match fields.get("weights") {
        Some(node) if mode != Some("abstract") => weights(reader, node, &join(path, "weights"))?,
        _ => [-1.0, 1.0, 1.0],
    };
    let read = match mode? {
        "opponent" => SignedMode::Opponent { weights },
        "baseline" => {
            let tau_ms = fields.required_number("tau_ms", "> 0", |tau| tau > 0.0)?;
            SignedMode::Baseline { weights, tau_ms }
        }
        _ => SignedMode::Abstract,
    };
    fields.finish();
    Some(read)
}

fn weights(reader: &Reader<'_>, node: &Node, path: &str) -> Option<[f64; 3]> {
    let mut fields = reader.object(node, path, "weights")?;
    let mut read = [0.0; 3];
    for (name, weight) in class_names().into_iter().zip(&mut read) {
        *weight = fields.number_or(name, 0.0, "a number", |_| true);
    }
    fields.finish();
    Some(GClass::ALL.map(|class| read[class.index()]))
}
