//! Files of peptide models: tissue, species, receptors, cell types.
//!
//! ```
//! use neuropil_model::{Document, peptides};
//!
//! let text = r#"{
//!   "tissue": {"volume_fraction": 0.2},
//!   "species": [{"name": "SST-14", "gene": "Sst", "diffusivity_free_um2_per_ms": 0.29, "loss_per_ms": 1e-5}],
//!   "receptors": [{"name": "Sstr2", "g_class": "Gi", "ligands": [{"species": "SST-14", "k_d_nm": 0.3}]}],
//!   "cell_types": [
//!     {"name": "Sst", "releases": [{"species": "SST-14", "molecules_per_vesicle": 5000}]},
//!     {"name": "Pyr", "expresses": [{"receptor": "Sstr2", "density": 0.6}]}
//!   ]
//! }"#;
//! let model = peptides::decode(Document::parse("sst.json", text.into())?)?;
//! let channels = model.peptides.channels();
//! assert_eq!((channels.len(), channels[0].sign), (1, -1.0));
//!
//! let wrong = text.replace("\"species\": \"SST-14\", \"k_d_nm\"", "\"species\": \"SST\", \"k_d_nm\"");
//! let faults = peptides::decode(Document::parse("wrong.json", wrong)?).unwrap_err().to_string();
//! assert!(faults.contains("did you mean `SST-14`?"), "{faults}");
//! # Ok::<(), neuropil_model::Faults>(())
//! ```

mod cell_type;
mod connectome;
mod cortex;
pub(crate) mod csv;
mod receptor;
mod table;

pub use connectome::{connectome, connectome_text};
pub use cortex::{CLASSES, Group, cortex};
pub use csv::TableError;

use crate::document::{Document, Node, Value, join};
use crate::fault::{Fault, Faults};
use crate::fields::{Fields, Reader, brief};
use cell_type::cell_type;
use neuropil_core::did_you_mean;
use neuropil_neuromod::receptor::GClass;
use neuropil_neuromod::{Peptides, Species};
use receptor::{messengers, receptor};
use table::parameters;

/// A file of peptides, checked.
#[derive(Debug, Clone)]
pub struct PeptideModel {
    /// The file.
    pub document: Document,
    /// What it says.
    pub peptides: Peptides,
    /// What is allowed but looks wrong.
    pub warnings: Vec<Fault>,
}

/// What the file says.
///
/// # Errors
/// Everything that is wrong, with its place.
pub fn decode(document: Document) -> Result<PeptideModel, Faults> {
    let reader = Reader::new(&document);
    let peptides = read(&reader);
    match peptides {
        Some(peptides) if reader.is_sound() => {
            let warnings = unheard(&document, &peptides);
            Ok(PeptideModel { peptides, warnings, document })
        }
        _ => Err(reader.into_faults()),
    }
}

fn read(reader: &Reader<'_>) -> Option<Peptides> {
    let mut fields = reader.object(&reader.document.root, "", "peptides")?;
    let volume_fraction = fields.require("tissue").and_then(|node| tissue(reader, node));
    let species: Vec<Species> = list(&mut fields, "species", |node, path| species(reader, node, path));
    unique(reader, "species", species.iter().map(|own| own.name.as_str()));
    let names: Vec<&str> = species.iter().map(|own| own.name.as_str()).collect();
    let receptors = list(&mut fields, "receptors", |node, path| receptor(reader, node, path, &names));
    unique(reader, "receptors", receptors.iter().map(|own| own.name.as_str()));
    let known: Vec<&str> = receptors.iter().map(|own| own.name.as_str()).collect();
    let cell_types = list(&mut fields, "cell_types", |node, path| cell_type(reader, node, path, (&names, &known)));
    unique(reader, "cell_types", cell_types.iter().map(|own| own.name.as_str()));
    let messengers = messengers(&mut fields);
    let gain = fields.number_or("gain", 1.0, ">= 0", |gain| gain >= 0.0);
    fields.finish();
    Some(Peptides { volume_fraction: volume_fraction?, species, receptors, cell_types, messengers: messengers?, gain })
}

fn tissue(reader: &Reader<'_>, node: &Node) -> Option<f64> {
    let mut fields = reader.object(node, "tissue", "tissue")?;
    let inside = |alpha| alpha > 0.0 && alpha <= 1.0;
    let volume_fraction = fields.required_number("volume_fraction", "above 0, at most 1", inside);
    fields.finish();
    volume_fraction
}

fn species(reader: &Reader<'_>, node: &Node, path: &str) -> Option<Species> {
    let mut fields = reader.object(node, path, "species")?;
    let name = text(&mut fields, "name");
    let gene = fields.get("gene").and_then(|node| reader.string(node, &join(path, "gene"))).unwrap_or_default();
    let params = parameters(&mut fields);
    let uptake = given(&mut fields, "uptake").and_then(|node| {
        let mut fields = reader.object(node, &join(path, "uptake"), "uptake")?;
        let uptake = parameters(&mut fields);
        fields.finish();
        uptake
    });
    fields.finish();
    Some(Species { name: name?, gene: gene.into(), params: params?, uptake })
}

/// The items of a list that must be there; each knows its path.
fn list<'d, T>(fields: &mut Fields<'_, 'd>, key: &str, item: impl Fn(&'d Node, &str) -> Option<T>) -> Vec<T> {
    let path = fields.path_of(key);
    let reader = fields.reader;
    let items: &'d [Node] = match fields.require(key) {
        Some(node) => reader.array(node, &path).unwrap_or_default(),
        None => return Vec::new(),
    };
    items.iter().enumerate().filter_map(|(index, node)| item(node, &join(&path, &index.to_string()))).collect()
}

/// The items of a list that may be missing.
fn list_or_none<'d, T>(fields: &mut Fields<'_, 'd>, key: &str, item: impl Fn(&'d Node, &str) -> Option<T>) -> Vec<T> {
    if fields.get(key).is_some() { list(fields, key, item) } else { Vec::new() }
}

/// A field that may be missing or `null`.
fn given<'d>(fields: &mut Fields<'_, 'd>, key: &str) -> Option<&'d Node> {
    fields.get(key).filter(|node| node.value != Value::Null)
}

/// A text that must be there and not be empty.
fn text(fields: &mut Fields<'_, '_>, key: &str) -> Option<String> {
    let path = fields.path_of(key);
    let reader = fields.reader;
    let found = fields.require(key).and_then(|node| reader.string(node, &path))?;
    if found.is_empty() {
        reader.fault(&path, "the name is empty");
        return None;
    }
    Some(found.to_owned())
}

/// The index of a name that must be among `known`.
fn reference(fields: &mut Fields<'_, '_>, key: &str, known: &[&str]) -> Option<usize> {
    let path = fields.path_of(key);
    let reader = fields.reader;
    let found = fields.require(key).and_then(|node| reader.string(node, &path))?;
    let index = known.iter().position(|name| *name == found);
    if index.is_none() {
        let hint = did_you_mean(found, known.iter().copied());
        let hint = if hint.is_empty() { format!("; there are: {}", known.join(", ")) } else { hint };
        reader.fault(&path, format!("there is no {key} `{}`{hint}", brief(found)));
    }
    index
}

fn unique<'n>(reader: &Reader<'_>, list: &str, names: impl Iterator<Item = &'n str>) {
    let mut known: Vec<&str> = Vec::new();
    for name in names {
        if known.contains(&name) {
            reader.fault(list, format!("`{}` stands here twice", brief(name)));
        }
        known.push(name);
    }
}

/// Receptors that nobody speaks to, and peptides that nobody hears.
fn unheard(document: &Document, peptides: &Peptides) -> Vec<Fault> {
    let channels = peptides.channels();
    let mut warnings = Vec::new();
    for (own, receptor) in peptides.receptors.iter().enumerate() {
        let expressed = peptides.cell_types.iter().any(|own_type| own_type.expresses.iter().any(|e| e.receptor == own));
        if expressed && !channels.iter().any(|channel| channel.receptor == own) {
            let message = format!("no cell type releases a ligand of `{}`", receptor.name);
            warnings.push(document.fault(&format!("receptors.{own}"), message));
        }
    }
    for (own, species) in peptides.species.iter().enumerate() {
        let released = peptides.cell_types.iter().any(|own_type| own_type.releases.iter().any(|c| c.species == own));
        if released && !channels.iter().any(|channel| channel.species == own) {
            let message = format!("no cell type has a receptor for `{}`", species.name);
            warnings.push(document.fault(&format!("species.{own}"), message));
        }
    }
    warnings
}

/// Names of the classes of G proteins, in the order of [`GClass::ALL`].
fn class_names() -> [&'static str; 3] {
    GClass::ALL.map(GClass::name)
}
