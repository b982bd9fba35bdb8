//! What the schema says of interventions.

use super::{number, object, reference, with};
use crate::interventions::UNITS;
use neuropil_core::Unit;
use serde_json::{Map, Value, json};

/// Definitions by name.
pub(super) fn definitions() -> Map<String, Value> {
    let all = json!({
        "intervention": {"oneOf": [
            intervention("silence", "Cells send no spikes", reference("populations")),
            intervention("current", "A constant current into cells", reference("current_edit")),
            intervention("rate", "Another rate of Poisson trains", reference("rate_edit")),
            intervention("weights", "Other weights of the synapses of a projection", reference("weights_edit")),
            intervention("parameters", "Other parameters of cells", reference("parameters_edit")),
            intervention("block", "A receptor of a cell type that says nothing", reference("receptor_edit")),
            intervention("open", "A receptor of a cell type that says as much as it can", reference("open_edit")),
            intervention("species", "A peptide that spreads, vanishes or is released otherwise", reference("species_edit")),
            intervention("cut", "No effect of the synapses of a projection", json!({"anyOf": [{"type": "string"}, reference("cut_edit")]})),
        ]},
        "current_edit": current(),
        "rate_edit": rate(),
        "weights_edit": weights(),
        "parameters_edit": parameters(),
        "receptor_edit": receptor("block"),
        "open_edit": receptor("open"),
        "species_edit": species(),
        "cut_edit": object("cut", projection(), &["projection"]),
    });
    all.as_object().cloned().unwrap_or_default()
}

fn intervention(kind: &str, title: &str, what: Value) -> Value {
    let times = json!({
        "at_ms": {"type": "number", "minimum": 0, "description": "When it begins, ms: a multiple of dt_ms, needed in a model file; it is in force from the next step on."},
        "until_ms": {"type": "number", "minimum": 0, "description": "The end of the last step in which it is in force, ms; default: the next edit of the same thing, or the end of the run."},
    });
    let mut what = what;
    what["description"] = match kind {
        "silence" => "Population, part of one, or list of them.",
        "current" => "The cells and the current.",
        "rate" => "The trains and their rate.",
        "weights" => "The synapses and their weights.",
        "parameters" => "The cells and their parameters.",
        "block" | "open" => "The receptor and the cell type.",
        "species" => "The peptide and what changes of it.",
        _ => "The synapses: name of a projection, or a part of one.",
    }
    .into();
    let own: Map<String, Value> = [(kind.to_owned(), what)].into_iter().collect();
    let mut all = object("intervention", with(Value::Object(own), times), &[kind, "at_ms"]);
    all["title"] = title.into();
    all
}

fn current() -> Value {
    let amplitudes: Map<String, Value> = [(Unit::Pa, "with"), (Unit::One, "without")]
        .map(|(unit, own)| (unit.name_of("amplitude"), number(&format!("The current; needed by cells {own} units."))))
        .into_iter()
        .collect();
    let own = json!({
        "to": described(reference("populations"), "Population, part of one, or list of them."),
        "port": {"type": "string", "description": "Continuous port of the receiving model; default: its only one."},
    });
    object("current", with(own, Value::Object(amplitudes)), &["to"])
}

fn rate() -> Value {
    let own = json!({
        "input": {"type": "string", "description": "Name of a Poisson input; or `source`."},
        "to": described(reference("populations"), "Those of its cells that are meant; default: all that it reaches."),
        "source": described(reference("populations"), "Population of model poisson_source, or a part of one; or input."),
        "rate_hz": {"type": "number", "minimum": 0, "description": "Rate of each train, Hz."},
    });
    object("rate", own, &["rate_hz"])
}

fn parameters() -> Value {
    let of = described(reference("populations"), "Population, part of one, or list of them, of one model.");
    let mut own = object("parameters", json!({"of": of}), &["of"]);
    own["additionalProperties"] = json!({"type": ["number", "string"]});
    own["description"] = "By their names in the population, one number each, as in {\"v_th_mv\": -52}.".into();
    own
}

fn receptor(kind: &str) -> Value {
    let own = json!({
        "cell_type": {"type": "string", "description": "Type of the cells, as the file of peptides names it."},
        "receptor": {"type": "string", "description": "Receptor that the type expresses."},
    });
    object(kind, own, &["cell_type", "receptor"])
}

fn species() -> Value {
    let own = json!({
        "species": {"type": "string", "description": "The peptide."},
        "diffusivity_free_um2_per_ms": {"type": "number", "minimum": 0, "description": "Its diffusivity in water; default: as it was."},
        "loss_per_ms": {"type": "number", "minimum": 0, "description": "Rate of its loss; default: as it was."},
        "release_scale": {"type": "number", "minimum": 0, "default": 1, "description": "Factor of what vesicles hold of it."},
    });
    object("species", own, &["species"])
}

fn projection() -> Value {
    json!({
        "projection": {"type": "string", "description": "Name of the projection, as in exc->inh."},
        "from": described(reference("populations"), "Those of its sending cells that are meant; default: all."),
        "to": described(reference("populations"), "Those of its receiving cells that are meant; default: all."),
    })
}

fn weights() -> Value {
    let each = |unit: Unit| {
        let about = "The weight of all these synapses, or one for each synapse of the projection, in the order of a recording; or scale.";
        (unit.name_of("weight"), json!({"description": about, "anyOf": [number(""), reference("numbers")]}))
    };
    let scale = json!({"type": "number", "minimum": 0, "description": "Factor of the weights; or a weight."});
    let all: Map<String, Value> = UNITS.map(each).into_iter().chain([("scale".to_owned(), scale)]).collect();
    object("weights", with(projection(), Value::Object(all)), &["projection"])
}

fn described(mut value: Value, about: &str) -> Value {
    value["description"] = about.into();
    value
}
