//! Edits of peptides that began and ended within one field step never acted.

use super::small_models::refusal;
use super::small_tissue::{changed_tissue, notes_with};
use serde_json::{Value, json};

fn edited(edits: Value) -> String {
    changed_tissue(|model| model["interventions"] = edits)
}

/// Would catch an end of the interval that is taken for its begin: an edit is in force in the steps of (at, until].
#[test]
fn an_edit_lasts_over_the_end_of_a_field_step() {
    let block = |at: f64, until: f64| json!([{"at_ms": at, "until_ms": until, "block": {"cell_type": "Pyr_L23", "receptor": "Vipr1"}}]);
    for (at, until) in [(101.0, 109.0), (100.0, 109.9)] {
        let fault = refusal(&edited(block(at, until)));
        let expected = format!(
            "interventions.0.until_ms: found {until} ms, after at_ms = {at} ms: edits of peptides act at the ends of field \
             steps, multiples of peptides.step_ms = 10 ms"
        );
        assert!(fault.contains(&expected), "{fault}");
    }
    for (at, until) in [(101.0, 110.0), (109.9, 110.0), (100.0, 111.0)] {
        assert_eq!(notes_with(&edited(block(at, until)), "interventions"), Vec::<String>::new(), "{at} to {until}");
    }
    let species = json!([{"at_ms": 11, "until_ms": 19, "species": {"species": "VIP", "release_scale": 0}}]);
    assert!(refusal(&edited(species)).contains("interventions.0.until_ms: found 19 ms"));
}

/// Edits that another one ends, or the run: no fault, since a session in memory may have made them.
#[test]
fn an_edit_that_is_ended_too_early_is_told() {
    let open = |at: f64| json!({"at_ms": at, "block": {"cell_type": "Pyr_L23", "receptor": "Vipr1"}});
    let told = notes_with(&edited(json!([open(101.0), open(105.0), open(191.0)])), "interventions");
    assert!(
        told.len() == 1 && told[0].contains("interventions.0: edits of peptides act at the ends of field steps"),
        "{told:?}"
    );
    let cut = changed_tissue(|model| {
        model["interventions"] = json!([open(191.0)]);
        model["simulation"]["duration_ms"] = json!(199);
    });
    let told = notes_with(&cut, "interventions");
    assert!(
        told.len() == 1 && told[0].contains("between 191 and 199 ms") && told[0].contains("never acts"),
        "{told:?}"
    );
}
