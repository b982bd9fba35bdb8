//! Synapses that follow spikes, from the model file to the recording.

use super::contents::contents;
use super::{Desk, root};
use neuropil_record::Arrays;
use serde_json::Value;

const NET: &str = r#"{
  "simulation": {"dt_ms": 0.1, "duration_ms": 1500, "seed": 3, "blocks": 2},
  "populations": {
    "input": {"cells": 40, "model": "poisson_source", "rate_hz": 25},
    "exc": {"cells": 30, "model": "lif_exp", "sign": "excitatory", "i_e_pa": 250}
  },
  "projections": [
    {"name": "plastic", "from": "input", "to": "exc", "rule": "fixed_probability", "probability": 0.5,
     "weight_pa": {"distribution": "uniform", "low": 20, "high": 120}, "delay_ms": {"distribution": "uniform", "low": 1, "high": 4},
     "synapse": {"model": "stdp", "w_max": 150, "learning_rate": 0.05, "axonal_delay_ms": 0.5}},
    {"from": "exc", "to": "exc", "rule": "fixed_probability", "probability": 0.2, "weight_pa": 10, "delay_ms": 1}
  ],
  "record": {"weights_every_ms": 500}
}"#;

fn desk() -> Desk {
    let desk = Desk::new();
    std::fs::write(desk.path("net.json"), NET).unwrap();
    desk
}

/// Weights are recorded at the start and every half second, within their bounds, and they change. Those of the recording are the
/// last ones.
#[test]
fn weights_that_follow_spikes_are_recorded() {
    let desk = desk();
    desk.done(&["run", "net.json", "-q", "-o", "run.h5"]);
    let arrays = Arrays::open(desk.path("run.h5")).unwrap();
    let (_, times) = arrays.f64("/neuropil/learning/weights/plastic/time_ms").unwrap();
    assert_eq!(times, [0.0, 500.0, 1000.0, 1500.0]);
    let (shape, weights) = arrays.f64("/neuropil/learning/weights/plastic/weight").unwrap();
    let (_, last) = arrays.f64("/neuropil/weights/plastic/weight").unwrap();
    assert_eq!((shape[0], shape[1]), (4, last.len()));
    assert_eq!(weights[3 * shape[1]..], last);
    assert!(weights.iter().all(|weight| (0.0..=150.0).contains(weight)));
    for snapshot in weights.chunks(shape[1]).collect::<Vec<_>>().windows(2) {
        let moved = snapshot[0].iter().zip(snapshot[1]).filter(|(before, after)| before != after).count();
        assert!(moved > shape[1] / 2, "{moved} of {} weights have changed", shape[1]);
    }
}

/// A run in parts, on other numbers of threads, is the run without pause. A checkpoint falls before and one behind the second in which
/// all synapses are brought up to date.
#[test]
fn plasticity_goes_on_from_a_checkpoint() {
    let desk = desk();
    for precision in ["double", "single"] {
        let names = ["whole", "parts"].map(|name| format!("{name}_{precision}.h5"));
        let run = ["run", "net.json", "-q", "--precision", precision, "-o"];
        desk.done(&[&run[..], &[names[0].as_str(), "--threads", "2"]].concat());
        let cut = ["--threads", "1", "--checkpoint-every-ms", "100", "--duration-ms", "640"];
        desk.done(&[&run[..], &[names[1].as_str()], &cut].concat());
        desk.done(&["resume", &names[1], "-q", "--until-ms", "1210.3", "--threads", "2"]);
        desk.done(&["resume", &names[1], "-q", "--until-ms", "1500"]);
        assert_eq!(contents(&desk.path(&names[1])), contents(&desk.path(&names[0])), "{precision}");
    }
}

/// What synapses cannot be is told with its place, before a step.
#[test]
fn impossible_plasticity_is_named() {
    let desk = desk();
    for (set, place, told) in [
        ("projections.0.synapse.w_max=100", "projections.0", "at most 100 in size"),
        ("projections.0.synapse.axonal_delay_ms=1", "projections.0", "longer than axonal_delay_ms = 1 ms"),
        ("projections.0.synapse.axonal_delay_ms=0.55", "projections.0", "axonal_delay_ms"),
        ("projections.0.synapse.learning_rate=-1", "projections.0.synapse.learning_rate", "must be >= 0"),
        ("projections.0.synapse.tau_plus=20", "projections.0.synapse.tau_plus", "did you mean `tau_plus_ms`"),
        ("projections.0.synapse={\"model\": \"stpd\"}", "projections.0.synapse.model", "did you mean `stdp`"),
        (
            "projections.0.synapse={\"model\": \"short_term\"}",
            "record.weights_every_ms",
            "no projection has a synapse model",
        ),
        ("record.weights_every_ms=0.05", "record.weights_every_ms", "0.05"),
        ("simulation.weights=\"half\"", "projections.0", "weights of 16 bits"),
    ] {
        let done = desk.run(&["run", "net.json", "-q", "-o", "none.h5", "--set", set]);
        assert!(done.code != 0 && done.err.contains(place) && done.err.contains(told), "{set}: {}", done.err);
        assert!(!desk.path("none.h5").exists(), "{set}");
    }
}

/// Weights of NEST's synapses, spike by spike; another depression, or another delay, is a miss. Would catch a case that is compared
/// with nothing.
#[test]
fn weights_are_nests() {
    let desk = Desk::new();
    let folder = root().join("tests/data/synapses");
    let told = desk.done(&["verify", folder.to_str().unwrap()]);
    assert!(told.contains("all within tolerance") && !told.contains("MISSED"), "{told}");
    let text = std::fs::read_to_string(folder.join("stdp_additive.json")).unwrap();
    let sound: Value = serde_json::from_str(&text).unwrap();
    for (name, value) in [("alpha", 1.051), ("tau_plus", 20.01), ("mu_minus", 0.01), ("Wmax", 101.0)] {
        let mut header = sound.clone();
        header["synapse_parameters"][name] = value.into();
        header["equations"] = root().join("models/synapses/stdp.nestml").to_str().unwrap().into();
        std::fs::write(desk.path("own.json"), header.to_string()).unwrap();
        std::fs::copy(folder.join("stdp_additive.h5"), desk.path("own.h5")).unwrap();
        let done = desk.run(&["verify", "own.json"]);
        assert!(done.code == 1 && done.out.contains("MISSED"), "{name}: {} {}", done.out, done.err);
    }
}
