//! The section `peptides` of a model file.

use super::{shipped, shipped_text};
use crate::{Document, Model};
use neuropil_engine::Tissue;

fn document(text: &str) -> Document {
    let name =
        |(file, _): &(std::path::PathBuf, String)| file.file_stem().is_some_and(|stem| stem == "cortical_peptides");
    let (file, _) = shipped().into_iter().find(name).unwrap();
    Document::parse(&file.to_string_lossy(), text.into()).unwrap()
}

/// What is said of the shipped network with one text replaced by another.
fn made(from: &str, to: &str) -> Result<Option<Tissue>, String> {
    let text = shipped_text("cortical_peptides");
    assert!(text.contains(from), "{from}");
    let model = Model::decode(document(&text.replacen(from, to, 1))).map_err(|faults| faults.to_string())?;
    let design = model.design::<f64>(model.seed, 1.0).map_err(|faults| faults.to_string())?.design;
    model.tissue(&design).map_err(|faults| faults.to_string())
}

/// All cells of the slab take part; the file that was found is what the document then names, and is one of those read.
#[test]
fn the_slab_has_its_peptides() {
    let tissue = made("\"step_ms\": 10", "\"step_ms\": 5").unwrap().unwrap();
    assert_eq!((tissue.ids().len(), tissue.chain().field().layers().len()), (10_400, 17));
    assert_eq!((tissue.chain().pace().steps, tissue.chain().pace().field_step_ms), (50, 5.0));
    assert!(tissue.listening());
    let model = Model::decode(document(&shipped_text("cortical_peptides"))).unwrap();
    let file = model.files().pop().unwrap();
    assert!(file.is_absolute() && file.ends_with("models/peptides/cortex.json"), "{file:?}");
    assert!(model.document.to_json().contains(file.to_str().unwrap()));
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let says = |from: &str, to: &str, expected: &str| {
        let message = made(from, to).unwrap_err();
        assert!(message.contains(expected), "{message}");
    };
    says("peptides/cortex.json", "peptides/cortx.json", "peptides.file: cannot read");
    says("peptides/cortex.json", "networks/first_network.json", "first_network.json:1:1: : `tissue` is missing");
    says("\"step_ms\": 10", "\"step_ms\": 0.25", "peptides.step_ms: found 0.25, must be a multiple of dt_ms = 0.1");
    says("\"step_ms\": 10", "\"spet_ms\": 10", "did you mean `step_ms`?");
    says("[32, 32, 80]", "[32, 0, 80]", "peptides.shape_voxels: expected 3 whole numbers > 0");
    says("[32, 32, 80]", "[32, 32, 70]", "populations.lamp5.positions: population `lamp5`, cell ");
    says("\"step_ms\": 10", "\"release_points\": 0", "peptides.release_points: must be 1 to 4096");
}

/// Voxels beyond a fifth of sqrt(D*/k) are warned of, with the number.
#[test]
fn coarse_voxels_are_warned_of() {
    let text = shipped_text("cortical_peptides").replace("[12.5, 12.5, 12.5]", "[25, 25, 25]");
    let warnings = Model::decode(document(&text)).unwrap().warnings;
    let said = |warning: &crate::Fault| warning.message.contains("`NPY`: voxels of 25 um are coarse");
    assert!(warnings.iter().any(said), "{warnings:?}");
    let fine = Model::decode(document(&shipped_text("cortical_peptides"))).unwrap().warnings;
    assert!(!fine.iter().any(|warning| warning.message.contains("coarse")), "{fine:?}");
}
