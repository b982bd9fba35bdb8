//! What learns while a network runs.

use super::{number, numbers, object, point, positive, reference, wholes, word};
use crate::catalogue::{OPTIMISERS, READOUT_SCALES, RESET_GRADIENTS};
use crate::learning::THREE_FACTOR;
use crate::sections;
use crate::taps::KINDS as TAPS;
use crate::trials::SPIKING;
use neuropil_engine::learning::can_run_online;
use neuropil_plasticity::RULES;
use neuropil_plasticity::carrier::CarrierKind;
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
        "mu": reference("mu"),
        "feedback": reference("feedback"),
        "loss": reference("loss"),
        "lags": {"type": "integer", "minimum": 1, "default": 5, "description": "S of the rules *_S, which learn from recordings."},
        "taps": reference("taps"),
        "readout": reference("readout"),
        "carrier": reference("carrier"),
        "record_credit": reference("record_credit"),
        "target": reference("course"),
        "y": reference("course"),
        "err": reference("course"),
        "third_factor": reference("course"),
        "tau_e_ms": {"type": "number", "minimum": 0, "default": 0, "description": "Memory of the eligibility that the third factor meets."},
    });
    object("learning", properties, &["rule", "apply_every_ms"])
}

pub(super) fn taps() -> Value {
    let modes =
        json!({"type": "integer", "minimum": 1, "description": "How many, those that weigh most over all lags."});
    object("taps", json!({"kind": word(&TAPS), "modes": modes}), &["kind"])
}

pub(super) fn carrier() -> Value {
    let properties = json!({
        "kind": {"enum": CarrierKind::NAMES, "description": "What brings the signal of the rule to the cells: everywhere at once, by distances in unbounded tissue, or peptides on a grid."},
        "box_um": point(),
        "voxels": wholes(),
        "diffusivity_um2_per_ms": {"type": "number", "minimum": 0, "description": "D* of all peptides, on the clock of the tissue."},
        "loss_per_ms": {"type": "number", "minimum": 0},
        "walls": {"enum": ["reflect", "absorb", "periodic"], "default": "reflect"},
        "time_scale": {"type": "number", "exclusiveMinimum": 0, "default": 1, "description": "Tissue ms in a ms of the network."},
        "step_ms": {"type": "number", "exclusiveMinimum": 0, "description": "Field step, ms of the network; default: its step."},
        "hold_back_ms": {"type": "number", "minimum": 0, "default": 0, "description": "In training only."},
        "signed": reference("signed"),
        "messenger_tau_ms": numbers(),
        "receptors": reference("receptors"),
    });
    object("carrier", properties, &["kind"])
}

pub(super) fn signed() -> Value {
    object("signed", json!({"kind": word(&["opponent", "baseline"]), "credit": positive()}), &["kind"])
}

pub(super) fn receptors() -> Value {
    let properties = json!({
        "kind": word(&["linear", "binding"]),
        "report": word(&["level", "change"]),
        "tau_ms": {"type": "number", "minimum": 0},
        "k_d_nm": positive(),
        "k_on_per_nm_per_ms": positive(),
        "nm_per_credit": positive(),
    });
    object("receptors", properties, &["kind"])
}

pub(super) fn record_credit() -> Value {
    let properties = json!({
        "every_ms": positive(),
        "cells": {"type": "integer", "minimum": 0, "default": 1, "description": "The first so many of each population."},
    });
    object("record_credit", properties, &["every_ms"])
}

/// The fields of all kinds: the reader knows which of them a kind has.
pub(super) fn task() -> Value {
    let mut properties = json!({
        "kind": word(&SPIKING),
        "pause_ms": {"type": "number", "minimum": 0, "default": 0, "description": "Silence behind every trial."},
        "gap": word(&["before", "after"]),
        "sides": {"type": "string"},
    });
    let times = ["cue_ms", "gap_ms", "delay_ms", "recall_ms", "fixation_ms", "duration_ms", "symbol_ms"];
    let rates = ["cue_rate_hz", "recall_rate_hz", "background_rate_hz", "rate_hz", "command_probability"];
    let counts = ["cues", "inputs_per_group", "inputs", "outputs", "symbols"];
    for name in times.iter().chain(&rates) {
        properties[name] = json!({"type": "number", "minimum": 0});
    }
    properties["periods_ms"] = numbers();
    for name in counts {
        properties[name] = json!({"type": "integer", "minimum": 1});
    }
    object("task", properties, &["kind"])
}

pub(super) fn plastic() -> Value {
    let properties = json!({
        "learning_rate": {"type": "number", "minimum": 0},
        "optimiser": {"enum": OPTIMISERS, "default": "gradient_descent"},
        "min": number("Least weight, in its unit; default: none."),
        "max": number("Greatest weight, in its unit; default: none."),
    });
    object("plastic", properties, &["learning_rate"])
}

pub(super) fn readout() -> Value {
    let properties = json!({
        "from": reference("populations"),
        "outputs": {"type": "integer", "minimum": 1},
        "tau_ms": {"type": "number", "minimum": 0, "default": 20, "description": "Memory of the readout."},
        "scaling": {"enum": READOUT_SCALES, "default": "one_minus_kappa"},
        "weight": {"anyOf": [number(""), reference("distribution")]},
        "learning_rate": {"type": "number", "minimum": 0, "default": 0, "description": "Of the readout's own weights and biases."},
    });
    object("readout", properties, &["from", "outputs"])
}

pub(super) fn course() -> Value {
    let properties = json!({
        "every_ms": {"type": "number", "exclusiveMinimum": 0, "description": "Time between points, each held until the next."},
        "repeats": {"type": "boolean", "default": false},
        "from_ms": {"type": "number", "minimum": 0, "default": 0, "description": "Left out of its beginning; a multiple of every_ms."},
        "values": {"type": "array", "items": {"anyOf": [number(""), {"type": "array", "items": number("")}]}},
        "file": {"type": "string", "description": "HDF5 file, relative to the model file; or `values`."},
        "dataset": {"type": "string", "description": "Its dataset, [point, readout] or [point]; default: named as the field that it stands in."},
    });
    object("course", properties, &["every_ms"])
}

pub(super) fn pseudo_derivative() -> Value {
    object("pseudo_derivative", sections::pseudo_derivative_schema(), &["kind"])
}

pub(super) fn mu() -> Value {
    object("mu", sections::mu_schema(), &["kind"])
}

pub(super) fn feedback() -> Value {
    object("feedback", sections::feedback_schema(), &["kind", "scale"])
}

pub(super) fn loss() -> Value {
    object("loss", sections::loss_schema(), &[])
}
