//! Populations.

use super::{initial, number, object, parameter, ports, reference, with};
use crate::catalogue::{SIGNS, SOURCES};
use neuropil_network::neuron::MODELS;
use neuropil_network::source;
use serde_json::{Map, Value, json};

/// What every population has.
fn common(model: &str) -> Value {
    json!({
        "cells": {"type": "integer", "minimum": 1},
        "model": {"const": model},
        "cell_type": {"type": "string", "description": "Biological type, such as Pyr, Pvalb, Sst, Vip."},
        "sign": {"enum": SIGNS, "default": "mixed", "description": "Dale's law: what outgoing weights may be."},
        "mean_rate_hz": number("Mean rate at full scale; for --scale only."),
        "positions": reference("positions"),
    })
}

/// What a file of equations and the way that it is solved are, of networks and of tasks.
pub(super) fn equations() -> Value {
    let mut own = json!({
        "model": {"type": "string", "pattern": "\\.nestml(#.+)?$", "description": "A file of cells written as equations (NESTML), relative to this file; `FILE.nestml#NAME` if it holds several."},
        "text": {"type": "string", "description": "What the file says, in place of the file."},
        "ports": {"type": "object", "additionalProperties": {"enum": ["excitatory", "inhibitory"]}, "description": "Which weights a port without a qualifier takes."},
        "spike": object("spike", json!({
            "of": {"type": "string", "description": "What is tested; default: what the file's own condition tests."},
            "threshold": {"type": ["number", "string"], "description": "Its threshold, a number or the name of a parameter; default: that of the condition."},
            "width": {"type": "number", "exclusiveMinimum": 0, "description": "Width of the slope, in the unit of what is tested."},
        }), &[]),
        "jacobian_limit": {"type": "number", "exclusiveMinimum": 0, "description": "Largest size of a derivative of the state by that of the step before, for cells that learn."},
        "integration": object("integration", json!({
            "method": {"enum": ["auto", "rk4", "exponential_euler", "forward_euler"], "default": "auto"},
            "tolerance": {"type": "number", "exclusiveMinimum": 0, "default": 1e-5, "description": "Of `auto`: largest error of a part of a step, relative to 1 + |y|."},
            "substeps": {"type": "integer", "minimum": 1, "maximum": 1024, "default": 1, "description": "Equal parts of a step, of the other methods."},
            "timers": {"enum": ["grid", "float"], "default": "grid", "description": "Whether timers are kept on the grid of time."},
        }), &[]),
    });
    own["spike"]["description"] =
        "Where a spike has its slope, for cells that learn: what is tested (`of`), its `threshold` and the `width`."
            .into();
    own["integration"]["description"] =
        "How equations that are not linear are solved; linear ones are solved exactly.".into();
    own
}

/// Cells that a file writes as equations: its names are checked when it is read.
fn written() -> Value {
    let initial =
        json!({"initial": {"type": "object", "description": "Start values by state variable, instead of the file's."}});
    let own = with(equations(), initial);
    let mut population = object("population", with(common("file"), own), &["cells", "model"]);
    population["title"] = "Cells that a file writes as equations; its parameters by their names with units".into();
    population["additionalProperties"] = true.into();
    population
}

pub(super) fn populations() -> Value {
    let neurons = MODELS.iter().map(|entry| {
        let parameters: Map<String, Value> =
            entry.info.parameters.iter().map(|row| (row.name(), parameter(row))).collect();
        let properties = with(common(entry.info.name), Value::Object(parameters));
        let properties = with(properties, json!({"initial": initial(entry.info, entry.shape.is_some())}));
        let properties = match entry.shape {
            Some(shape) => with(properties, json!({"ports": ports(shape)})),
            None => properties,
        };
        let mut population = object("population", properties, &["cells", "model"]);
        population["title"] = entry.info.summary.into();
        population
    });
    let sources = SOURCES.iter().map(|source| {
        let own = match *source {
            "poisson_source" => ("rate_hz", reference("rate")),
            "spike_train" => ("spikes", reference("spikes")),
            _ => return object("population", common(source), &["cells", "model"]),
        };
        let properties = with(common(source), json!({own.0: own.1}));
        let properties = if own.0 == "rate_hz" { with(properties, window()) } else { properties };
        object("population", properties, &["cells", "model", own.0])
    });
    let equations = source::MODELS.iter().map(|entry| {
        let parameters: Map<String, Value> =
            entry.info.parameters.iter().map(|row| (row.name(), parameter(row))).collect();
        let properties = with(with(common(entry.info.name), Value::Object(parameters)), window());
        let mut population = object("population", properties, &["cells", "model"]);
        population["title"] = entry.info.summary.into();
        population
    });
    neurons.chain(sources).chain(equations).chain([written()]).collect()
}

/// When an input or a source is on.
pub(super) fn window() -> Value {
    json!({
        "start_ms": {"type": "number", "minimum": 0, "default": 0, "description": "From when on; a multiple of dt."},
        "stop_ms": {"type": "number", "exclusiveMinimum": 0, "description": "Until when; a multiple of dt. Default: never."},
    })
}
