//! What is wrong with `learning.readout` made `target` untrue: it was compared with one output where the number of outputs was not known.

use super::small_models::{LEARNS, changed, refusal};
use serde_json::{Value, json};

#[test]
fn a_target_of_unknown_outputs_is_not_judged() {
    let target = json!({"every_ms": 10, "values": [[0.1, 0.2], [0.3, 0.4]], "repeats": true});
    for (field, value) in [("outputs", json!(-2)), ("tau_ms", json!(-1)), ("outputs", json!("two"))] {
        let text = changed(LEARNS, |model: &mut Value| {
            model["learning"]["readout"]["outputs"] = 2.into();
            model["learning"]["target"] = target.clone();
            model["learning"]["readout"][field] = value.clone();
        });
        let told = refusal(&text);
        assert!(told.contains(&format!("learning.readout.{field}")), "{told}");
        assert!(!told.contains("learning.target") && !told.contains("unknown"), "{told}");
    }
}

/// That nothing is asked for is told beside.
#[test]
fn what_is_missing_is_told_beside() {
    let text = changed(LEARNS, |model: &mut Value| {
        model["learning"]["readout"]["outputs"] = 0.into();
        model["learning"].as_object_mut().unwrap().remove("target");
    });
    let told = refusal(&text);
    assert!(told.contains("learning.readout.outputs") && told.contains("`target` is missing"), "{told}");
}
