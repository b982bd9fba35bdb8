//! Synapses: models of ours, files, and what they hear beside spikes.

use super::{number, reference, with};
use crate::sections::table::object;
use neuropil_core::Range;
use neuropil_network::synapse::SynapseInfo;
use neuropil_neuromod::receptor::GClass;
use serde_json::{Value, json};

/// A model of synapses; its constants are the same for all of a projection.
pub(super) fn built(info: &SynapseInfo) -> Value {
    let rows = info.parameters.iter().map(|row| {
        let mut value = json!({"type": "number", "default": row.default, "description": format!("{}.", row.doc)});
        match row.range {
            Range::Positive => value["exclusiveMinimum"] = 0.into(),
            Range::NonNegative | Range::Fraction => value["minimum"] = 0.into(),
            Range::Any | Range::Choice(_) => {}
        }
        if row.range == Range::Fraction {
            value["maximum"] = 1.into();
        }
        (row.name(), value)
    });
    let mut properties = with(json!({"model": {"const": info.name}}), Value::Object(rows.collect()));
    let mut needed = vec!["model"];
    if let Some(port) = &info.third_factor {
        let description = format!("What its synapses hear beside spikes: {}.", port.doc);
        properties[port.name] = json!({"$ref": "#/$defs/third_factor", "description": description});
        needed.push(port.name);
    }
    let mut synapse = object("synapse", properties, &needed);
    synapse["title"] = info.summary.into();
    synapse
}

/// What synapses hear beside spikes, by what says which factor it is.
pub(super) fn third_factor(kind: &str) -> Value {
    let (own, more) = match kind {
        "signal" => {
            let about = "The level: a number, or numbers over time.";
            (json!({"description": about, "anyOf": [number(""), reference("time_series")]}), None)
        }
        "spikes_of" => {
            let delay = "From a spike to the synapses, ms; at least dt_ms.";
            let delay = json!({"type": "number", "exclusiveMinimum": 0, "description": delay});
            let about = "Cells of which every spike reaches all synapses.";
            (json!({"$ref": "#/$defs/populations", "description": about}), Some(delay))
        }
        "species" => {
            (json!({"type": "string", "description": "A peptide: its concentration at each receiving cell, nM."}), None)
        }
        _ => {
            let about = "A messenger: its level in each receiving cell.";
            (json!({"enum": GClass::ALL.map(GClass::name), "description": about}), None)
        }
    };
    let gain = json!({"type": "number", "default": 1, "description": "Factor of each spike or level."});
    let mut properties = json!({kind: own, "gain": gain});
    let mut needed = vec![kind];
    if let Some(delay) = more {
        properties["delay_ms"] = delay;
        needed.push("delay_ms");
    }
    object("third_factor", properties, &needed)
}

/// What a continuous port of a file shows of the receiving cell.
pub(super) fn post_variable() -> Value {
    let properties = json!({
        "post": {"type": "string", "description": "A variable of the receiving cells, by the name under which it is recorded, such as `v_m_mv`."},
        "earlier_ms": {"type": "number", "minimum": 0, "default": 0.0, "description": "How much earlier the port looks, ms; a multiple of dt_ms."},
    });
    let mut own = object("post_variable", properties, &["post"]);
    own["title"] = "A variable of the receiving cell, which a port of a file of synapses watches".into();
    own
}

/// Synapses that a file writes as equations: its names are checked when it is read.
pub(super) fn written() -> Value {
    let properties = json!({
        "model": {"type": "string", "pattern": "\\.nestml(#.+)?$", "description": "A file of synapses written as equations (NESTML), relative to this file; `FILE.nestml#NAME` if it holds several."},
        "text": {"type": "string", "description": "What the file says, in place of the file."},
        "ports": {"type": "object", "additionalProperties": {"anyOf": [{"enum": ["pre", "post"]}, reference("post_variable"), reference("third_factor")]}, "description": "What each port hears: spikes of the sending cell, of the receiving one, a variable of the receiving cell, or a third factor; default of spikes: by its name, `pre...` or `post...`."},
        "weight": {"type": "string", "description": "The state variable or parameter of the file that is the weight; default: the name that emit_spike is given alone."},
        "delay": {"type": "string", "description": "The parameter of the file that is the delay; default: none."},
        "axonal_delay_ms": {"type": "number", "minimum": 0, "default": 0.0, "description": "The part of the delay that lies before the synapse."},
    });
    let mut synapse = object("synapse", properties, &["model"]);
    synapse["title"] = "Synapses that a file writes as equations; its parameters by their names with units".into();
    synapse["additionalProperties"] = true.into();
    synapse
}
