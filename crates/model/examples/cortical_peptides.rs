//! What do eight cortical cell types say to each other, if genes below a threshold are left out?
//!
//! Prints the model file, for the threshold given or 0.4:
//! `cargo run -p neuropil-model --example cortical_peptides > models/peptides/cortex.json`.

use neuropil_model::peptides::{CLASSES, cortex, decode};
use neuropil_model::{Document, Faults};

const EXPRESSION: &str = include_str!("../../../models/peptides/data/np_expression_by_type.csv");
const PAIRS: &str = include_str!("../../../models/peptides/data/np_cognate_pairs.csv");

fn main() -> Result<(), Faults> {
    let threshold = std::env::args().nth(1).map_or(0.4, |text| text.parse().expect("a number"));
    let text = cortex(EXPRESSION, PAIRS, threshold, &CLASSES).expect("the tables are sound");
    let model = decode(Document::parse("cortex.json", text.clone())?)?;
    assert!(!model.peptides.channels().is_empty(), "somebody is heard");
    print!("{text}");
    Ok(())
}
