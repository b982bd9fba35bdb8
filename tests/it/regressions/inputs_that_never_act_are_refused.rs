//! Currents that end before they begin, and draws whose bounds no draw reaches, ran as if nothing had been asked.

use super::small_models::{changed, input, refusal};
use serde_json::json;

const DRIVEN: &str = r#"{
  "simulation": {"dt_ms": 0.1, "duration_ms": 10},
  "populations": {"exc": {"cells": 4, "model": "lif_exp"}},
  "inputs": [{"kind": "step_current", "to": "exc", "amplitude_pa": 800, "start_ms": 5, "stop_ms": 6}]
}"#;

#[test]
fn a_current_that_stops_before_it_starts() {
    input(DRIVEN);
    for stop_ms in [5.0, 2.0] {
        let fault = refusal(&changed(DRIVEN, |model| model["inputs"][0]["stop_ms"] = json!(stop_ms)));
        let expected = format!("inputs.0.stop_ms: found {stop_ms}, must be > start_ms = 5");
        assert!(fault.contains(&expected), "{fault}");
    }
}

#[test]
fn a_distribution_that_never_comes_within_its_bounds() {
    let drawn = |min: f64, outside: &str| {
        changed(DRIVEN, |model| {
            model["populations"]["exc"]["tau_m_ms"] =
                json!({"distribution": "normal", "mean": 10, "std": 1, "min": min, "outside": outside});
        })
    };
    let fault = refusal(&drawn(20.0, "redraw"));
    assert!(
        fault.contains("populations.exc.tau_m_ms") && fault.contains("lies between min = 20 and max = inf"),
        "{fault}"
    );
    input(&drawn(20.0, "clip"));
    input(&drawn(11.0, "redraw"));
}
