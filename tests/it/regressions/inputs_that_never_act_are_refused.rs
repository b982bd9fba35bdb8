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

/// The fault once was placed at 1:1 of the file.
#[test]
fn a_poisson_input_of_the_wrong_sign_is_refused_where_it_stands() {
    let own = json!({"kind": "poisson", "to": "exc", "rate_hz": 8, "weight_pa": -5, "receptor": "exc"});
    let fault = refusal(&changed(DRIVEN, |model| model["inputs"] = json!([own])));
    assert!(
        fault.contains("inputs.0: its weight is -5, must be >= 0, its receptor takes excitatory weights"),
        "{fault}"
    );
    assert!(!fault.contains(":1:1:"), "{fault}");
}

/// Times of a rate between two steps acted half a step early, and a sine of the sampling rate was a current of 0, both without a
/// word; times before 0 were taken.
#[test]
fn what_steps_cannot_show_is_told() {
    let notes =
        |own: serde_json::Value| input(&changed(DRIVEN, |model| model["inputs"] = json!([own]))).notes().join("\n");
    let rate = |times: [f64; 2]| json!({"kind": "poisson", "to": "exc", "weight_pa": 10, "rate_hz": {"times_ms": times, "rates_hz": [0, 500]}});
    let sine = |hz: f64| json!({"kind": "sine_current", "to": "exc", "amplitude_pa": 100, "frequency_hz": hz});
    let told = notes(rate([0.0, 1.05]));
    let expected = "inputs.0.rate_hz.times_ms: 1 of 2 are no multiples of dt = 0.1 ms, the first 1.05 ms";
    assert!(told.contains(expected), "{told}");
    assert!(!notes(rate([0.0, 1.1])).contains("multiples"));
    let told = notes(sine(10_000.0));
    assert!(
        told.contains("inputs.0.frequency_hz: 10000 Hz is no less than half of the steps a second, 5000 Hz"),
        "{told}"
    );
    assert!(!notes(sine(4_900.0)).contains("half of the steps"));
    let fault = refusal(&changed(DRIVEN, |model| model["inputs"] = json!([rate([-5.0, 1.0])])));
    assert!(fault.contains("inputs.0.rate_hz.times_ms: found -5 ms, must be times from 0 ms on"), "{fault}");
}
