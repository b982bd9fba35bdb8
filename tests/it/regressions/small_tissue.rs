//! A small network with peptides, for the tests beside.

use super::small_models::input;
use serde_json::{Value, json};
use std::path::Path;

/// Two types of cells of the peptides of cortex, in 512 voxels of 25 um; field steps of 10 ms.
pub fn tissue() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/peptides/cortex.json");
    let places = json!({"shape": "box", "size_um": [200, 200, 200]});
    json!({
        "simulation": {"dt_ms": 0.1, "duration_ms": 200, "seed": 3},
        "populations": {
            "e": {"cells": 12, "model": "lif_exp", "i_e_pa": 500, "cell_type": "Pyr_L23", "sign": "excitatory", "positions": places},
            "v": {"cells": 6, "model": "lif_exp", "i_e_pa": 500, "cell_type": "Vip", "sign": "inhibitory", "positions": places}
        },
        "peptides": {"file": file.to_string_lossy(), "shape_voxels": [8, 8, 8], "spacing_um": [25, 25, 25]}
    })
}

/// What is said of a model that has a word.
pub fn notes_with(model: &str, word: &str) -> Vec<String> {
    input(model).notes().into_iter().filter(|note| note.contains(word)).collect()
}

/// The same as text, with changes.
pub fn changed_tissue(change: impl FnOnce(&mut Value)) -> String {
    let mut model = tissue();
    change(&mut model);
    model.to_string()
}
