//! A population whose cell type was misspelled took no part in the exchange of peptides, without a word.

use super::small_tissue::{changed_tissue, notes_with};
use serde_json::json;

fn notes(cell_type: &str) -> Vec<String> {
    let model = changed_tissue(|model| model["populations"]["e"]["cell_type"] = json!(cell_type));
    notes_with(&model, "cell_type")
}

/// A slip is a warning with a guess, another type a note; those that the file knows, and no type at all, are neither.
#[test]
fn a_strange_type_takes_no_part_and_that_is_told() {
    let near = notes("Pyr_L2/3");
    let words =
        "populations.e.cell_type: the peptides know no cell type `Pyr_L2/3`: its cells neither release nor hear";
    assert_eq!(near, [format!("warning: {words}; did you mean `Pyr_L23`?")]);
    let far = notes("Mossy");
    assert_eq!(far, [format!("note: {}", words.replace("Pyr_L2/3", "Mossy"))]);
    assert_eq!([notes("Pyr_L23"), notes("")].concat(), Vec::<String>::new());
}
