//! What the schema says of interventions.

use super::{number, object, positive, reference, with};
use crate::interventions::UNITS;
use neuropil_core::Unit;
use serde_json::{Map, Value, json};

/// Definitions by name.
pub(super) fn definitions() -> Map<String, Value> {
    let all = json!({
        "intervention": {"oneOf": [
            intervention("silence", "Cells send no spikes", reference("populations")),
            intervention("current", "A constant current into cells", reference("current_edit")),
            intervention("noise", "A current that fluctuates into cells", reference("noise_edit")),
            intervention("rate", "Another rate of Poisson trains", reference("rate_edit")),
            intervention("weights", "Other weights of the synapses of a projection", reference("weights_edit")),
            acting("normalise", "The sum of the weights onto each cell of a projection, brought to a number at once", reference("normalise_edit")),
            intervention("parameters", "Other parameters of cells", reference("parameters_edit")),
            intervention("state", "Other states of cells, written once", reference("state_edit")),
            intervention("add", "Synapses that appear", reference("projection")),
            intervention("block", "A receptor of a cell type that says nothing", reference("receptor_edit")),
            intervention("open", "A receptor of a cell type that says as much as it can", reference("open_edit")),
            intervention("species", "A peptide that spreads, vanishes or is released otherwise", reference("species_edit")),
            intervention("cut", "No effect of the synapses of a projection", json!({"anyOf": [{"type": "string"}, reference("cut_edit")]})),
        ]},
        "current_edit": current(),
        "noise_edit": noise(),
        "rate_edit": rate(),
        "weights_edit": weights(),
        "normalise_edit": normalise(),
        "parameters_edit": parameters(),
        "state_edit": state(),
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
        "noise" => "The cells and the current.",
        "rate" => "The trains and their rate.",
        "weights" => "The synapses and their weights.",
        "parameters" => "The cells and their parameters.",
        "state" => "The cells and their states.",
        "add" => "A projection, of static synapses: it is there in the steps in which the edit is in force.",
        "block" | "open" => "The receptor and the cell type.",
        "species" => "The peptide and what changes of it.",
        "normalise" => "The projection, whose weights follow spikes, and the sum.",
        _ => "The synapses: name of a projection, or a part of one.",
    }
    .into();
    let own: Map<String, Value> = [(kind.to_owned(), what)].into_iter().collect();
    let mut times = times;
    if let (true, Some(times)) = (kind == "state", times.as_object_mut()) {
        times.remove("until_ms");
        times["at_ms"]["description"] =
            "When it is written, ms: a multiple of dt_ms, needed in a model file; the next step goes on from there."
                .into();
    }
    let mut all = object("intervention", with(Value::Object(own), times), &[kind, "at_ms"]);
    all["title"] = title.into();
    all
}

/// What acts between two steps, once or again and again.
fn acting(kind: &str, title: &str, what: Value) -> Value {
    let mut all = intervention(kind, title, what);
    all["properties"]["at_ms"]["description"] =
        "When it acts, or acts first, ms: a multiple of dt_ms, needed in a model file; before the step that begins then.".into();
    all["properties"]["every_ms"] = json!({"type": "number", "exclusiveMinimum": 0, "description": "How often it acts, ms: a multiple of dt_ms; default: once."});
    all["properties"]["until_ms"]["description"] =
        "It acts before this time only, ms; needs every_ms; default: the next one of the same projection, or the end of the run.".into();
    all
}

fn normalise() -> Value {
    let sums: Map<String, Value> = UNITS
        .map(|unit| {
            let own = unit.name_of("weight");
            let about = format!("What the sizes of the weights onto each cell sum to; needed where they are {own}.");
            (unit.name_of("sum"), json!({"type": "number", "exclusiveMinimum": 0, "description": about}))
        })
        .into_iter()
        .collect();
    let own = json!({"projection": {"type": "string", "description": "Name of the projection, as in input->exc."}});
    object("normalise", with(own, Value::Object(sums)), &["projection"])
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

fn noise() -> Value {
    let size = |symbol: &str, about: &str| {
        [(Unit::Pa, "with"), (Unit::One, "without")].map(|(unit, own)| {
            let mut value = number(&format!("{about}, of cells {own} units."));
            if symbol == "std" {
                value["minimum"] = 0.into();
            }
            (unit.name_of(symbol), value)
        })
    };
    let sizes: Map<String, Value> = size("mean", "Mean of the current; default 0")
        .into_iter()
        .chain(size("std", "Its standard deviation; needed"))
        .collect();
    let mut tau = positive();
    tau["description"] = "How long its correlation lasts, e^(-t/tau), ms; or hold_ms.".into();
    let mut hold = positive();
    hold["description"] =
        "For how long each draw holds, ms, where there is no tau_ms; a multiple of dt_ms; default: a step.".into();
    let own = json!({
        "to": described(reference("populations"), "Population, part of one, or list of them."),
        "tau_ms": tau, "hold_ms": hold,
        "port": {"type": "string", "description": "Continuous port of the receiving model; default: its only one."},
    });
    object("noise", with(own, Value::Object(sizes)), &["to"])
}

fn rate() -> Value {
    let own = json!({
        "input": {"type": "string", "description": "Name of a Poisson input; or `source`."},
        "to": described(reference("populations"), "Those of its cells that are meant; default: all that it reaches."),
        "source": described(reference("populations"), "Population of model poisson_source, or a part of one; or input."),
        "rate_hz": {"description": "Rate of each train, Hz: one number, or one for each cell of the one population or part that is meant.", "anyOf": [{"type": "number", "minimum": 0}, reference("numbers")]},
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

fn state() -> Value {
    let of = described(reference("populations"), "Population, part of one, or list of them, of one model.");
    let mut own = object("state", json!({"of": of}), &["of"]);
    own["additionalProperties"] = json!({"anyOf": [{"type": "number"}, reference("numbers")]});
    own["description"] = "State variables by their names in recordings: one number, or one a cell of one population, as in {\"v_m_mv\": -60}.".into();
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
