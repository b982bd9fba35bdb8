//! Tests of whole files: what is refused and where, what values become, the schema, the shipped networks.

mod cells;
mod faults;
mod fuzz;
mod interventions;
mod lowering;
mod peptides;
mod potjans_diesmann;
mod schema;
mod tissue;
mod watched;
mod written;
mod written_synapse;

use crate::lower::Lowered;
use crate::{Document, Faults, Model};
use std::path::PathBuf;

/// Decodes a text.
fn decode(text: &str) -> Result<Model, Faults> {
    Model::decode(Document::parse("m.json", text.into())?)
}

/// Decodes and lowers a text that is sound.
fn lower(text: &str) -> Lowered<f64> {
    let model = decode(text).unwrap_or_else(|faults| panic!("{faults}"));
    model.design(model.seed, 1.0).unwrap_or_else(|faults| panic!("{faults}"))
}

/// File and text of every shipped model.
fn shipped() -> Vec<(PathBuf, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/networks");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    assert!(files.len() >= 8, "{files:?}");
    files
        .into_iter()
        .map(|file| {
            let text = std::fs::read_to_string(&file).unwrap();
            (file, text)
        })
        .collect()
}

/// The text of one shipped model.
fn shipped_text(name: &str) -> String {
    let named = |(file, _): &(PathBuf, String)| file.file_stem().is_some_and(|stem| stem == name);
    shipped().into_iter().find(named).unwrap_or_else(|| panic!("no model {name}")).1
}
