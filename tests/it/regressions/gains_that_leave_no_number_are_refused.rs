//! A gain of a third factor that was finite, times a level that was finite, was infinite, and so became the weights.

use super::small_models::{input, refusal};
use serde_json::{Value, json};

fn model(factor: &Value) -> String {
    json!({
        "simulation": {"duration_ms": 20},
        "populations": {"pre": {"cells": 5, "model": "poisson_source", "rate_hz": 20}, "post": {"cells": 5, "model": "lif_exp"}},
        "projections": [{"from": "pre", "to": "post", "rule": "all_to_all", "weight_pa": 1, "delay_ms": 1,
            "synapse": {"model": "stdp_dopamine", "third_factor": factor}}]
    })
    .to_string()
}

#[test]
fn a_gain_times_a_level_is_a_number() {
    for factor in [
        json!({"spikes_of": "post", "delay_ms": 1, "gain": 1e308}),
        json!({"signal": {"every_ms": 5, "values": [0, 1e200]}, "gain": 1e200}),
        json!({"spikes_of": ["pre", "post"], "delay_ms": 1, "gain": -1e308}),
    ] {
        let told = refusal(&model(&factor));
        assert!(told.contains("third_factor.gain") && told.contains("it is no finite number"), "{told}");
    }
    input(&model(&json!({"spikes_of": "post", "delay_ms": 1, "gain": 1e300})));
}
