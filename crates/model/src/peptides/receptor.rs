//! Receptors and messengers, as files say them.

use super::table::parameters;
use super::{class_names, given, list, reference, text};
use crate::document::{Node, Value, join};
use crate::fields::{Fields, Reader};
use neuropil_neuromod::receptor::{Binding, Cascade, GClass, Ligand, MOST_LIGANDS, Receptor, Stage};

/// Rate of binding where the file gives none, 1/(nM ms): 10^7 per M and s.
const K_ON: f64 = 1e-5;

pub(super) fn receptor(reader: &Reader<'_>, node: &Node, path: &str, species: &[&str]) -> Option<Receptor> {
    let mut fields = reader.object(node, path, "receptor")?;
    let name = text(&mut fields, "name");
    let class = fields.required_word("g_class", &class_names()).map(|index| GClass::ALL[index]);
    let ligands = list(&mut fields, "ligands", |node, path| ligand(reader, node, path, species));
    let hill = fields.get("hill").is_some().then(|| fields.number_or("hill", 1.0, "> 0", |hill| hill > 0.0));
    let desensitisation = given(&mut fields, "desensitisation").and_then(|node| {
        let mut fields = reader.object(node, &join(path, "desensitisation"), "desensitisation")?;
        let read = parameters(&mut fields);
        fields.finish();
        read
    });
    match fields.get("ligands").map(|node| &node.value) {
        Some(Value::Array(items)) if items.is_empty() => {
            reader.fault(&join(path, "ligands"), "the receptor has no ligand, expected at least one");
        }
        Some(Value::Array(items)) if items.len() > MOST_LIGANDS => {
            let message = format!("found {} ligands, must be at most {MOST_LIGANDS}", items.len());
            reader.fault(&join(path, "ligands"), message);
        }
        _ => {}
    }
    if hill.is_some() && desensitisation.is_some() {
        reader.fault(&join(path, "hill"), "a receptor in equilibrium (with `hill`) cannot desensitise");
    }
    fields.finish();
    let binding = hill.map_or(Binding::Kinetic, |hill| Binding::Equilibrium { hill });
    Some(Receptor { name: name?, class: class?, ligands, binding, desensitisation })
}

fn ligand(reader: &Reader<'_>, node: &Node, path: &str, species: &[&str]) -> Option<Ligand> {
    let mut fields = reader.object(node, path, "ligand")?;
    let species = reference(&mut fields, "species", species);
    let k_d = fields.required_number("k_d_nm", "> 0", |k_d| k_d > 0.0);
    let k_on = fields.number_or("k_on_per_nm_per_ms", K_ON, "> 0", |k_on| k_on > 0.0);
    fields.finish();
    Some(Ligand { species: species?, k_d: k_d?, k_on })
}

/// Cascades by class; those that the file does not give are the defaults.
pub(super) fn messengers(fields: &mut Fields<'_, '_>) -> Option<[Cascade; 3]> {
    let reader = fields.reader;
    let mut cascades = GClass::ALL.map(Cascade::default_of);
    let Some(node) = fields.get("messengers") else { return Some(cascades) };
    let mut own = reader.object(node, "messengers", "messengers")?;
    for (class, cascade) in GClass::ALL.into_iter().zip(&mut cascades) {
        if own.get(class.name()).is_none() {
            continue;
        }
        let stages = list(&mut own, class.name(), |node, path| stage(reader, node, path));
        match Cascade::new(stages) {
            Some(read) => *cascade = read,
            None => reader.fault(&join("messengers", class.name()), "expected at least one stage"),
        }
    }
    own.finish();
    Some(cascades)
}

/// `tau_ms`, or `tau_on_ms` and `tau_off_ms`.
fn stage(reader: &Reader<'_>, node: &Node, path: &str) -> Option<Stage> {
    let mut fields = reader.object(node, path, "stage")?;
    let positive = |tau: f64| tau > 0.0;
    let stage = if fields.get("tau_ms").is_some() {
        let tau = fields.required_number("tau_ms", "> 0", positive);
        tau.map(|tau| Stage { tau_on: tau, tau_off: tau })
    } else {
        let tau_on = fields.required_number("tau_on_ms", "> 0", positive);
        let tau_off = fields.required_number("tau_off_ms", "> 0", positive);
        tau_on.zip(tau_off).map(|(tau_on, tau_off)| Stage { tau_on, tau_off })
    };
    fields.finish();
    stage
}
