//! A network that learned while it ran could end with a loss of 10^65 without a word.

use super::small_models::{LEARNS, changed, finished};
use serde_json::json;

#[test]
fn a_run_tells_a_loss_that_ran_away() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.h5");
    let told = |rate: f64| {
        let model = changed(LEARNS, |model| model["learning"]["readout"]["learning_rate"] = json!(rate));
        finished(&model, &file, true).remarks().join("\n")
    };
    assert!(!told(0.0).contains("loss"));
    let wild = told(0.1);
    assert!(
        wild.contains("the loss ends at ") && wild.contains("`learning_rate` of `plastic` or of `readout`"),
        "{wild}"
    );
}
