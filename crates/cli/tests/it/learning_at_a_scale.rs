//! Learning from recordings of networks that were run smaller or larger than their models.

use super::Desk;
use neuropil_record::Arrays;
use serde_json::json;

fn table(desk: &Desk, file: &str, object: &str) -> (Vec<usize>, Vec<f64>) {
    Arrays::open(desk.path(file)).unwrap().f64(object).unwrap()
}

/// Full and recorded size differ by the scale of the run, which the recording knows: the synapses are those that were run.
#[test]
fn a_recording_at_a_scale_is_learned_from_at_that_scale() {
    let desk = Desk::new();
    let network = json!({
      "simulation": {"dt_ms": 0.1, "duration_ms": 50, "seed": 3},
      "populations": {
        "exc": {"cells": 40, "model": "lif_exp", "sign": "excitatory", "mean_rate_hz": 5},
        "in": {"cells": 20, "model": "poisson_source", "rate_hz": 50}
      },
      "projections": [
        {"from": "exc", "to": "exc", "rule": "fixed_in_degree", "in_degree": 10, "weight_pa": 40, "delay_ms": 1},
        {"from": "in", "to": "exc", "rule": "fixed_probability", "probability": 0.5, "weight_pa": 200, "delay_ms": 1}
      ],
      "inputs": [{"kind": "poisson", "to": "exc", "in_degree": 500, "rate_hz": 20, "weight_pa": 45}],
      "record": {"weights": true}
    });
    std::fs::write(desk.path("network.json"), network.to_string()).unwrap();
    let mut learns = network;
    learns["learning"] = json!({
      "rule": "eprop", "apply_every_ms": 10, "readout": {"from": "exc", "outputs": 1},
      "target": {"every_ms": 10, "values": [0.1], "repeats": true}
    });
    std::fs::write(desk.path("learns.json"), learns.to_string()).unwrap();
    for (scale, cells) in [("0.5", 20), ("2", 80)] {
        let (recording, output) = (format!("run{scale}.h5"), format!("w{scale}.h5"));
        desk.done(&["run", "network.json", "-q", "--scale", scale, "-o", &recording]);
        let done = desk.run(&["learn", &recording, "--network", "learns.json", "-o", &output]);
        assert_eq!(done.code, 0, "{}", done.err);
        assert!(done.err.contains(&format!("at scale {scale}, as it was recorded")), "{}", done.err);
        assert_eq!(table(&desk, &output, "cells/type").0, [cells]);
        for name in ["exc->exc", "in->exc"] {
            let (_, run) = table(&desk, &recording, &format!("/neuropil/weights/{name}/weight"));
            assert_eq!(table(&desk, &output, &format!("synapses/{name}/weight")).1, run, "{name} at {scale}");
        }
    }
}
