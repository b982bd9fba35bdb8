//! Small models, changed, checked and run, for the tests beside.

use neuropil::model::Document;
use neuropil::session::{Changes, Finished, Input, Session, Unwatched};
use serde_json::Value;
use std::path::Path;

/// A network that learns while it runs: Poisson cells drive two cell types that drive each other.
pub const LEARNS: &str = r#"{
  "simulation": {"dt_ms": 1, "duration_ms": 310, "seed": 4, "blocks": 2},
  "populations": {
    "in": {"cells": 20, "model": "poisson_source", "rate_hz": 60},
    "exc": {"cells": 16, "model": "alif", "t_ref_ms": 2, "sign": "excitatory", "cell_type": "Pyr"},
    "inh": {"cells": 6, "model": "alif", "sign": "inhibitory", "cell_type": "Pvalb"}
  },
  "projections": [
    {"from": "in", "to": ["exc", "inh"], "rule": "fixed_probability", "probability": 0.5, "weight": 0.2, "delay_ms": 1},
    {"from": "exc", "to": ["exc", "inh"], "rule": "fixed_probability", "probability": 0.4, "weight": 0.1, "delay_ms": 2,
     "plastic": {"learning_rate": 0.001}},
    {"from": "inh", "to": "exc", "rule": "fixed_probability", "probability": 0.4, "weight": -0.1, "delay_ms": 2,
     "plastic": {"learning_rate": 0.002, "optimiser": "adam"}}
  ],
  "learning": {
    "rule": "modprop_type_online", "apply_every_ms": 20, "mu": {"kind": "constant", "value": {"Pyr": 0.03, "Pvalb": 0.03}},
    "readout": {"from": "exc", "outputs": 1, "tau_ms": 15},
    "target": {"every_ms": 10, "values": [0.1, -0.1, 0.3], "repeats": true}
  }
}"#;

/// A model with changes.
pub fn changed(text: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut model: Value = serde_json::from_str(text).unwrap();
    change(&mut model);
    model.to_string()
}

/// The model as an input.
pub fn input(text: &str) -> Input {
    read(text).unwrap_or_else(|fault| panic!("{fault}"))
}

/// Runs a model into a file.
pub fn run(text: &str, output: &Path) {
    finished(text, output, false);
}

/// The same, and what came of it; `force` replaces the file.
pub fn finished(text: &str, output: &Path, force: bool) -> Finished {
    let input = input(text);
    let session = Session { threads: Some(2), force, ..Session::new(&input, output.to_owned()) };
    session.run(input, &Unwatched).unwrap_or_else(|fault| panic!("{fault}"))
}

/// All that is refused of a model before its first step, at a scale; panics if nothing is.
pub fn refusal_at(text: &str, scale: f64) -> String {
    let read = match read(text) {
        Ok(input) => input,
        Err(fault) => return fault,
    };
    let session = Session { scale, ..Session::new(&read, "none.h5".into()) };
    match session.check(read) {
        Ok(checked) => panic!("accepted: {checked:?}"),
        Err(fault) => fault.to_string(),
    }
}

/// The same at scale 1.
pub fn refusal(text: &str) -> String {
    refusal_at(text, 1.0)
}

fn read(text: &str) -> Result<Input, String> {
    let document = Document::parse("model.json", text.to_owned()).map_err(|fault| fault.to_string())?;
    Input::of(document, &Changes::default()).map_err(|fault| fault.to_string())
}
