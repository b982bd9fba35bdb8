//! Cells of files that did not meet the tolerance of `auto` were counted, and nobody was told.

use neuropil::model::Document;
use neuropil::session::{Changes, Input, Session, Unwatched};

/// Remarks of 20 ms of adaptive exponential cells under currents at which some explode; in `blocks` blocks.
fn remarks(integration: &str, blocks: u32, threads: u16) -> Vec<String> {
    let cells = concat!(env!("CARGO_MANIFEST_DIR"), "/models/cells/adex.nestml");
    let currents: Vec<u32> = (0..70).map(|cell| 40 * cell).collect();
    let text = format!(
        r#"{{"simulation": {{"dt_ms": 0.1, "duration_ms": 20, "blocks": {blocks}}},
            "populations": {{"still": {{"cells": 2, "model": "{cells}"}},
                            "exc": {{"cells": 70, "model": "{cells}", "I_e_pa": {currents:?}{integration}}}}}}}"#
    );
    let folder = tempfile::tempdir().unwrap();
    let input = Input::of(Document::parse("adex.json", text).unwrap(), &Changes::default()).unwrap();
    let session = Session { threads: Some(threads), ..Session::new(&input, folder.path().join("a.h5")) };
    session.run(input, &Unwatched).unwrap().remarks()
}

#[test]
fn the_population_and_the_number_of_steps_are_told() {
    let told = remarks("", 1, 1);
    let unmet = |told: &[String]| {
        told.iter().filter(|own| own.contains("did not meet its tolerance")).cloned().collect::<Vec<_>>()
    };
    let found = unmet(&told);
    assert_eq!(found.len(), 1, "{told:?}");
    assert!(found[0].starts_with("exc: in ") && found[0].contains(" steps of a cell `auto` did not"), "{}", found[0]);
    // However the cells are cut.
    assert_eq!(told, remarks("", 3, 2));
    // A number of parts that is given has no tolerance.
    let fixed = r#", "integration": {"method": "rk4", "substeps": 16}"#;
    assert!(unmet(&remarks(fixed, 1, 1)).is_empty());
}
