//! A run that learned recorded the weights that it began with as its weights: who read them, in Python or by the rule
//! `recorded`, had the untrained network without a word.

use super::small_models::{LEARNS, changed, run};
use neuropil::record::{Arrays, Recording, WeightData};
use serde_json::json;
use std::path::Path;

fn weights(path: &Path, name: &str) -> (WeightData, Option<f64>) {
    let recording = Recording::open(path).unwrap();
    let records = recording.weights().unwrap();
    let own = records.iter().find(|own| own.name == name).unwrap();
    (recording.weight_data(own).unwrap(), own.time_ms)
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Weights change every 20 ms; the run ends at 310 ms, between two changes, and the snapshots of another end at 300 ms.
#[test]
fn final_weights_are_recorded_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let [plain, watched, again] = ["plain.h5", "watched.h5", "again.h5"].map(|name| folder.path().join(name));
    run(LEARNS, &plain);
    run(
        &changed(LEARNS, |model| {
            model["learning"]["record_weights_every_ms"] = json!(100);
            model["record"] = json!({"weights": ["exc->exc", "in->exc"]});
        }),
        &watched,
    );
    for name in ["exc->exc", "exc->inh", "inh->exc"] {
        let (own, time_ms) = weights(&plain, name);
        let object = format!("/neuropil/learning/weights/{name}/weight");
        let (shape, course) = Arrays::open(&watched).unwrap().f64(&object).unwrap();
        let [first, last] = [&course[..shape[1]], &course[course.len() - shape[1]..]];
        assert_ne!(bits(first), bits(last), "{name} learned");
        assert_eq!((bits(&own.weights), time_ms), (bits(last), Some(310.0)), "{name}");
        assert_eq!(own.initial_weights, None, "{name}: nobody asked for the first ones");
        let (beside, _) = weights(&watched, name);
        assert_eq!(bits(&beside.weights), bits(last), "{name}");
        let kept = (name == "exc->exc").then(|| bits(first));
        assert_eq!(beside.initial_weights.map(|own| bits(&own)), kept, "{name}");
    }
    let (still, time_ms) = weights(&watched, "in->exc");
    assert_eq!((still.initial_weights, time_ms), (None, None), "what does not learn is as it was");

    // The rule `recorded` takes the same.
    let model = changed(LEARNS, |model| {
        let file = plain.display().to_string();
        model["projections"] = json!([{"name": "taken", "from": "exc", "to": "exc", "rule": "recorded", "file": file}]);
        model.as_object_mut().unwrap().remove("learning");
        model["record"] = json!({"weights": true});
    });
    run(&model, &again);
    let (taken, learned) = (weights(&again, "taken").0, weights(&plain, "exc->exc").0);
    assert_eq!(taken, learned);
}
