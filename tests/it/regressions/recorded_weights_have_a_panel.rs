//! A network whose weights were recorded over time had no panel of them, and a loss over many decades was a flat line and a corner.

use super::small_models::{LEARNS, changed, run};
use neuropil::report::PlotOptions;
use neuropil::session::picture;
use serde_json::json;

#[test]
fn pictures_show_weights_over_time_and_losses_by_decades() {
    let folder = tempfile::tempdir().unwrap();
    let drawn = |name: &str, rate: f64, duration_ms: f64| {
        let file = folder.path().join(name);
        let model = changed(LEARNS, |model| {
            model["simulation"]["duration_ms"] = json!(duration_ms);
            model["learning"]["record_weights_every_ms"] = json!(20);
            model["learning"]["readout"]["learning_rate"] = json!(rate);
        });
        run(&model, &file);
        picture(&file, (None, None), None, &PlotOptions::default()).unwrap().svg().unwrap()
    };
    let tame = drawn("tame.h5", 0.0, 310.0);
    for words in ["weights of exc-&gt;exc", "median", "90 % are below", "\nloss\n"] {
        assert!(tame.contains(words), "{words} is missing");
    }
    assert!(!tame.contains("log10 loss"));
    let wild = drawn("wild.h5", 0.12, 240.0);
    assert!(wild.contains("\nlog10 loss\n") && !wild.contains("\nloss\n"));
}
