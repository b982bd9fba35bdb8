//! The JSON Schema of model files (draft 2020-12), made from the same tables that the files are read with; that of task files
//! is in [`task`].

mod about;
mod cells;
mod given;
mod inputs;
mod interventions;
mod peptides;
mod populations;
mod synapses;

use crate::catalogue::{
    BY_DISTANCE, CELLS_OF_UNITS, DISTRIBUTIONS, KERNELS, OUTSIDE, PLACEMENTS, PRECISIONS, RULES, SIGNS, WEIGHTS,
};
use crate::sections::table::object;
use crate::third_factor::KINDS;
use neuropil_core::{Parameter, Range, Unit};
use neuropil_network::neuron::{ModelInfo, PORTS, Shape};
use neuropil_network::synapse;
use serde_json::{Map, Value, json};

mod learning;
pub mod task;

/// The schema as text.
pub fn text() -> String {
    serde_json::to_string_pretty(&schema()).unwrap_or_default()
}

/// The schema.
pub fn schema() -> Value {
    let mut root = object(
        "model",
        json!({
            "simulation": {"$ref": "#/$defs/simulation"},
            "populations": {
                "description": "By name, in the order of their ids.", "type": "object",
                "properties": {"description": {"type": "string"}, "$schema": {"type": "string"}},
                "additionalProperties": {"$ref": "#/$defs/population"},
            },
            "projections": {"type": "array", "items": {"$ref": "#/$defs/projection"}},
            "inputs": {"type": "array", "items": {"$ref": "#/$defs/input"}},
            "interventions": {"type": "array", "items": {"$ref": "#/$defs/intervention"}, "description": "What is edited while the network runs."},
            "record": {"$ref": "#/$defs/record"},
            "replay": {"type": "array", "items": {"$ref": "#/$defs/replay"}},
            "peptides": {"$ref": "#/$defs/peptides_of_network"},
            "task": {"$ref": "#/$defs/task"},
            "learning": {"$ref": "#/$defs/learning"},
        }),
        &["populations"],
    );
    root["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    root["title"] = "neuropil model".into();
    root["$defs"] = json!({
        "simulation": simulation(),
        "population": {"oneOf": populations::populations()},
        "projection": {"oneOf": RULES.iter().map(|rule| projection(rule)).collect::<Value>()},
        "synapse": {"oneOf": synapse::MODELS.iter().map(|entry| synapses::built(entry.info)).chain([synapses::written()]).collect::<Value>()},
        "input": {"oneOf": inputs::inputs()},
        "record": record(),
        "state": state(),
        "replay": replay(),
        "time_series": learning::time_series(),
        "third_factor": {"oneOf": KINDS.iter().map(|kind| synapses::third_factor(kind)).collect::<Value>()},
        "post_variable": synapses::post_variable(),
        "positions": {"oneOf": PLACEMENTS.iter().map(|shape| positions(shape)).collect::<Value>()},
        "distribution": {"oneOf": DISTRIBUTIONS.iter().map(|name| distribution(name)).collect::<Value>()},
        "by_distance": {"oneOf": BY_DISTANCE.iter().map(|name| by_distance(name)).collect::<Value>()},
        "per_cell": {"anyOf": [number(""), {"$ref": "#/$defs/numbers"}, {"$ref": "#/$defs/distribution"}]},
        "property": {"anyOf": [number(""), {"$ref": "#/$defs/numbers"}, {"$ref": "#/$defs/distribution"}, {"$ref": "#/$defs/by_distance"}]},
        "rate": {"anyOf": [number(""), {"$ref": "#/$defs/numbers"}, given::rate_steps(), given::rate_sine()]},
        "probability": {"anyOf": [fraction(), {"description": "[to][from]", "type": "array", "items": {"type": "array", "items": fraction()}}, {"$ref": "#/$defs/dataset"}]},
        "names": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        "part": cells::part(),
        "condition": cells::condition(),
        "cells": cells::cells(),
        "populations": cells::populations(),
        "spikes": object("spikes", json!({"times_ms": reference("numbers"), "cells": reference("whole_numbers")}), &["times_ms", "cells"]),
    });
    if let Some(own) = root["$defs"].as_object_mut() {
        own.extend(peptides::definitions());
        own.extend(interventions::definitions());
        own.extend(learning::definitions());
        own.extend(given::definitions());
    }
    about::describe(&mut root["$defs"]);
    root
}

/// `properties` with the members of `more`.
fn with(mut properties: Value, more: Value) -> Value {
    if let (Value::Object(all), Value::Object(more)) = (&mut properties, more) {
        all.extend(more);
    }
    properties
}

fn number(description: &str) -> Value {
    if description.is_empty() {
        json!({"type": "number"})
    } else {
        json!({"type": "number", "description": description})
    }
}

fn fraction() -> Value {
    json!({"type": "number", "minimum": 0, "maximum": 1})
}

fn positive() -> Value {
    json!({"type": "number", "exclusiveMinimum": 0})
}

fn whole() -> Value {
    json!({"type": "integer", "minimum": 0})
}

fn numbers() -> Value {
    json!({"type": "array", "items": {"type": "number"}})
}

fn wholes() -> Value {
    json!({"type": "array", "items": {"type": "integer", "minimum": 0}})
}

fn point() -> Value {
    json!({"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3})
}

fn word(words: &[&str]) -> Value {
    json!({"enum": words})
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/$defs/{name}")})
}

fn simulation() -> Value {
    let properties = json!({
        "dt_ms": {"type": "number", "exclusiveMinimum": 0, "default": 0.1, "description": "Time step."},
        "duration_ms": {"type": "number", "minimum": 0, "default": 1000, "description": "Simulated time; a multiple of dt_ms."},
        "seed": {"type": "integer", "minimum": 0, "default": 1, "description": "Seed of all random numbers."},
        "precision": {"enum": PRECISIONS, "default": "double", "description": "Floating-point numbers of state and weights."},
        "weights": {"enum": WEIGHTS, "default": "full", "description": "Numbers that weights are stored as: those of precision, or of 16 bits."},
        "blocks": {"type": "integer", "minimum": 1, "description": "Units of parallel work; as many threads as blocks can help."},
    });
    object("simulation", properties, &[])
}

fn parameter(row: &Parameter) -> Value {
    let describe = |mut value: Value| {
        value["description"] = format!("{}.", row.doc).into();
        value
    };
    match row.range {
        Range::Choice(words) => {
            let chosen = words
                .iter()
                .enumerate()
                .find(|(index, _)| neuropil_core::parameter::index_value(*index) == row.default);
            let mut value = describe(word(words));
            value["default"] = chosen.map(|(_, word)| *word).into();
            value
        }
        range => {
            let mut single = number("");
            match range {
                Range::Positive => single["exclusiveMinimum"] = 0.into(),
                Range::NonNegative => single["minimum"] = 0.into(),
                Range::Fraction => single = fraction(),
                _ => {}
            }
            let mut value = describe(json!({"anyOf": [single, reference("numbers"), reference("distribution")]}));
            value["default"] = row.default.into();
            value
        }
    }
}

/// Start values; a model whose ports have names of the user's own has variables of such names.
fn initial(info: &ModelInfo, shaped: bool) -> Value {
    let variables: Map<String, Value> =
        info.variables.iter().map(|variable| (variable.name(), reference("per_cell"))).collect();
    let mut initial = object("initial", Value::Object(variables), &[]);
    if shaped {
        initial["additionalProperties"] = reference("per_cell");
    }
    initial
}

/// Ports by name, with what each has of its own.
fn ports(shape: Shape) -> Value {
    let parameters: Map<String, Value> = shape.parameters.iter().map(|row| (row.name(), parameter(row))).collect();
    let sign = json!({"sign": {"enum": SIGNS, "default": "mixed", "description": "Weights that the port takes."}});
    let port = object("port", with(sign, Value::Object(parameters)), &[]);
    json!({
        "description": "Receptors by name; default: exc and inh, chosen by the sign of a weight.",
        "type": "object", "minProperties": 1, "maxProperties": PORTS,
        "additionalProperties": port,
    })
}

fn positions(shape: &str) -> Value {
    let (properties, required): (Value, &[&str]) = match shape {
        "slab" => (
            json!({"size_x_um": positive(), "size_y_um": positive(), "z_min_um": number(""), "z_max_um": number("")}),
            &["shape", "size_x_um", "size_y_um", "z_min_um", "z_max_um"],
        ),
        "box" => (json!({"size_um": point(), "origin_um": point()}), &["shape", "size_um"]),
        "sphere" => (json!({"radius_um": positive(), "center_um": point()}), &["shape", "radius_um"]),
        "grid" => (
            json!({"shape_cells": wholes(), "spacing_um": point(), "origin_um": point()}),
            &["shape", "shape_cells", "spacing_um"],
        ),
        "recorded" => (
            json!({
                "file": {"type": "string", "description": "A recording, a SONATA nodes file, or a table with x, y, z in um; relative to the model file."},
                "from_population": {"type": "string", "description": "Population of the file; default: the one of the same name, or the only one."},
            }),
            &["shape", "file"],
        ),
        _ => (json!({"points_um": reference("matrix")}), &["shape", "points_um"]),
    };
    object("positions", with(json!({"shape": {"const": shape}}), properties), required)
}

fn distribution(name: &str) -> Value {
    let names: &[&str] = match name {
        "uniform" => &["low", "high"],
        "normal" => &["mean", "std"],
        "lognormal" => &["mu", "sigma"],
        "exponential" => &["mean"],
        _ => &["shape", "scale"],
    };
    let own: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), number(""))).collect();
    let bounds = json!({
        "distribution": {"const": name},
        "min": number(""), "max": number(""),
        "outside": {"enum": OUTSIDE, "default": "redraw", "description": "What happens to draws beyond min or max."},
    });
    let required: Vec<&str> = std::iter::once("distribution").chain(names.iter().copied()).collect();
    object("value", with(bounds, Value::Object(own)), &required)
}

fn by_distance(name: &str) -> Value {
    let names: [&str; 2] = match name {
        "linear" => ["offset", "slope_per_um"],
        "exponential" => ["amplitude", "length_um"],
        _ => ["amplitude", "sigma_um"],
    };
    let own: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), number(""))).collect();
    object(
        "value",
        with(json!({"by_distance": {"const": name}}), Value::Object(own)),
        &["by_distance", names[0], names[1]],
    )
}

/// A weight under each of its names; the reader knows which one the target needs.
fn weights() -> Value {
    let units = [Unit::Mv, Unit::Pa, Unit::Ns, Unit::One];
    Value::Object(units.map(|unit| (unit.name_of("weight"), reference("property"))).into_iter().collect())
}

fn projection(rule: &str) -> Value {
    let (own, needed): (Value, &[&str]) = match rule {
        "fixed_probability" => (json!({"probability": reference("probability")}), &["probability"]),
        "fixed_in_degree" => (json!({"in_degree": whole()}), &["in_degree"]),
        "fixed_out_degree" => (json!({"out_degree": whole()}), &["out_degree"]),
        "fixed_total_number" => (json!({"synapses": whole(), "pair_probability": reference("probability")}), &[]),
        "by_distance" => (
            json!({"p_max": fraction(), "kernel": word(KERNELS), "length_um": positive(), "cutoff_um": positive()}),
            &["p_max", "kernel"],
        ),
        "list" => (
            json!({"sources": reference("whole_numbers"), "targets": reference("whole_numbers")}),
            &["sources", "targets"],
        ),
        "recorded" => return recorded_projection(),
        _ => (json!({}), &[]),
    };
    let common = json!({
        "name": {"type": "string"},
        "from": reference("populations"),
        "to": reference("populations"),
        "receptor": receptor(),
        "rule": {"const": rule},
        "autapses": {"type": "boolean", "default": false, "description": "Whether a cell may reach itself."},
        "multapses": {"type": "boolean", "default": false, "description": "Whether a pair may have several synapses."},
        "delay_ms": reference("property"),
        "synapse": reference("synapse"),
        "plastic": reference("plastic"),
    });
    let required: Vec<&str> = ["from", "to", "rule", "delay_ms"].into_iter().chain(needed.iter().copied()).collect();
    object("projection", with(with(common, weights()), own), &required)
}

/// The port of the receiving cells, or one for each population of `to`.
fn receptor() -> Value {
    let description = "Receptor of the receiving model; default: the sign of each weight chooses. A list has one a population of `to`.";
    json!({"description": description, "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})
}

fn recorded_projection() -> Value {
    let properties = json!({
        "name": {"type": "string"},
        "from": reference("populations"),
        "to": reference("populations"),
        "receptor": receptor(),
        "rule": {"const": "recorded"},
        "file": {"type": "string", "description": "A recording with weights; relative to the model file."},
        "projection": {"type": "string", "description": "Projection of the file; default: the one between populations of these names."},
        "synapse": reference("synapse"),
        "plastic": reference("plastic"),
    });
    object("projection", properties, &["from", "to", "rule", "file"])
}

fn record() -> Value {
    let properties = json!({
        "spikes": {"anyOf": [{"type": "boolean"}, reference("populations")], "default": true},
        "states": {"type": "array", "items": reference("state")},
        "field": {"type": "array", "items": reference("field")},
        "released_every_ms": {"type": "number", "exclusiveMinimum": 0, "description": "Between records of the molecules released: of spikes up to one field step before a frame, of a drive up to its time; default: ten field steps."},
        "weights": {"anyOf": [{"type": "boolean"}, {"type": "array", "items": {"type": "string"}}], "default": false},
        "weights_every_ms": {"type": "number", "exclusiveMinimum": 0, "description": "Between records of the weights of synapses that follow spikes; default: only those at the start."},
    });
    object("record", properties, &[])
}

fn replay() -> Value {
    let properties = json!({
        "population": {"anyOf": [{"type": "string"}, reference("part")], "description": "Population, or part of one, that sends the recorded spikes; default: those that the file has, or the one source."},
        "file": {"type": "string", "description": "Spikes as SONATA, NWB, CSV or a recording; relative to the model file."},
        "from_population": {"type": "string", "description": "Population of the file; default: the one of the same name, or the only one."},
        "units": {"anyOf": [{"type": "string"}, wholes()], "description": "Ids, or an expression over columns such as quality == 'good'; all if missing."},
        "from_s": {"type": "number", "default": 0, "description": "Start of the window in the file; it becomes time 0."},
        "to_s": number("End of the window in the file, not inside; the end of the file if missing."),
        "cells": {"anyOf": [{"enum": CELLS_OF_UNITS}, wholes()], "description": "Which cell plays a unit: the one of its id, cells from 0 on, or the unit of each cell; default: by_id, in_order for NWB."},
    });
    object("replay", properties, &["file"])
}

fn state() -> Value {
    let properties = json!({
        "population": reference("populations"),
        "variables": reference("names"),
        "cells": reference("cells"),
        "every_ms": {"type": "number", "exclusiveMinimum": 0, "description": "Default: every step."},
    });
    object("state", properties, &["population", "variables"])
}
