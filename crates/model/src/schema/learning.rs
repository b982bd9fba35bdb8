//! What learns while a network runs.

use super::{number, object, positive, reference, word};
use crate::catalogue::{OPTIMISERS, READOUT_SCALES, RESET_GRADIENTS};
use crate::learning::THREE_FACTOR;
use neuropil_engine::learning::can_run_online;
use neuropil_plasticity::{RULES, pseudo_derivative as shapes};
use serde_json::{Value, json};

pub(super) fn learning() -> Value {
    let rules: Vec<&str> =
        RULES.iter().filter(|rule| can_run_online(rule)).map(|rule| rule.name).chain([THREE_FACTOR]).collect();
    let every = |what: &str| json!({"type": "number", "exclusiveMinimum": 0, "description": what});
    let properties = json!({
        "rule": word(&rules),
        "apply_every_ms": every("Weights change so often; a multiple of dt_ms."),
        "record_weights_every_ms": every("Weights are recorded so often; a multiple of apply_every_ms."),
        "pseudo_derivative": reference("pseudo_derivative"),
        "reset_gradient": {"enum": RESET_GRADIENTS, "default": "detached"},
        "mu": {"description": "Mean slope of intermediate cells, by cell type.", "type": "object", "additionalProperties": {"type": "number"}},
        "readout": reference("readout"),
        "target": reference("course"),
        "third_factor": reference("course"),
        "tau_e_ms": {"type": "number", "minimum": 0, "default": 0, "description": "Memory of the eligibility that the third factor meets."},
    });
    object("learning", properties, &["rule", "apply_every_ms"])
}

pub(super) fn plastic() -> Value {
    let properties = json!({
        "learning_rate": {"type": "number", "minimum": 0},
        "optimiser": {"enum": OPTIMISERS, "default": "gradient_descent"},
        "min": number("Least weight, in its unit."),
        "max": number("Greatest weight."),
    });
    object("plastic", properties, &["learning_rate"])
}

pub(super) fn readout() -> Value {
    let properties = json!({
        "from": reference("names"),
        "outputs": {"type": "integer", "minimum": 1},
        "tau_out_ms": {"type": "number", "minimum": 0, "default": 20, "description": "Memory of the readout."},
        "scaling": {"enum": READOUT_SCALES, "default": "one_minus_kappa"},
        "weight": {"anyOf": [number(""), reference("distribution")]},
        "feedback_sd": {"type": "number", "exclusiveMinimum": 0, "default": 1, "description": "Standard deviation of random feedback."},
        "learning_rate": {"type": "number", "minimum": 0, "default": 0, "description": "Of the readout's own weights and biases."},
    });
    object("readout", properties, &["from", "outputs"])
}

pub(super) fn course() -> Value {
    let properties = json!({
        "every_ms": {"type": "number", "exclusiveMinimum": 0, "description": "Time between points, each held until the next."},
        "repeats": {"type": "boolean", "default": false},
        "values": {"type": "array", "items": {"anyOf": [number(""), {"type": "array", "items": number("")}]}},
        "file": {"type": "string", "description": "HDF5 file; relative to the model file."},
        "dataset": {"type": "string", "description": "Its dataset, [point, readout] or [point]."},
    });
    object("course", properties, &["every_ms"])
}

pub(super) fn pseudo_derivative() -> Value {
    let spiking: Vec<&str> = shapes::NAMES.iter().copied().filter(|name| *name != "relu").collect();
    let gamma = with_default(positive(), 0.3);
    let k = with_default(positive(), 1.0);
    object("pseudo_derivative", json!({"kind": word(&spiking), "gamma": gamma, "k": k}), &["kind"])
}

fn with_default(mut value: Value, default: f64) -> Value {
    value["default"] = default.into();
    value
}
