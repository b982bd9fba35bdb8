//! Kinds of synapses: what the JSON files that edges name say, and the weight and the delay of an edge.

use super::CircuitError;
use super::cells::Part;
use super::config::Config;
use neuropil_record::Edges;
use serde_json::Value;
use std::collections::BTreeMap;

/// NEST's defaults where the edge has none.
const DEFAULT_DELAY_MS: f64 = 1.0;
const DEFAULT_WEIGHT: f64 = 1.0;

/// What the JSON of a kind of synapse says.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Kind {
    /// Onto IntFire1: what weights are multiplied by.
    sign: Option<f64>,
    /// Of edges without a delay of their own, ms.
    delay_ms: Option<f64>,
    /// The number of a port; 0 where the sign of a weight chooses.
    receptor: usize,
}

/// Kinds of synapses by the name of their file.
pub(super) type Kinds = BTreeMap<String, Kind>;

/// The files that edges name as their `dynamics_params`.
///
/// # Errors
/// Files that cannot be read, and what static synapses do not have.
pub(super) fn kinds(config: &Config, all: &[Edges]) -> Result<Kinds, CircuitError> {
    let mut kinds = Kinds::new();
    for edges in all {
        for edge in 0..edges.sources.len() {
            let Some(file) = file_of(edges, edge) else { continue };
            if !kinds.contains_key(file) {
                kinds.insert(file.to_owned(), kind(config, file, edges)?);
            }
        }
    }
    Ok(kinds)
}

/// The JSON of one kind of synapse.
fn kind(config: &Config, file: &str, edges: &Edges) -> Result<Kind, CircuitError> {
    let field = "components.synaptic_models_dir";
    let (path, members) = config.component(field, file)?;
    let wrong = |name: &str, value: &Value, reason: &str| {
        let place = format!("`{}`, of edges `{}`", path.display(), edges.population);
        Err(config.wrong(field, format!("{place}: {name} is {value}, {reason}")))
    };
    let mut kind = Kind::default();
    for (name, value) in &members {
        match (name.as_str(), value.as_f64()) {
            ("sign", Some(sign)) => kind.sign = Some(sign),
            ("delay", Some(delay)) => kind.delay_ms = Some(delay),
            ("sign" | "delay", None) => return wrong(name, value, "expected a number"),
            ("receptor_type", _) => match value.as_u64().and_then(|number| usize::try_from(number).ok()) {
                Some(number) => kind.receptor = number,
                None => return wrong(name, value, "expected the number of a port"),
            },
            ("level_of_detail", _) if ["instanteneous", "instantaneous"].map(Value::from).contains(value) => {}
            _ => return wrong(name, value, "which static synapses do not have"),
        }
    }
    Ok(kind)
}

fn file_of(edges: &Edges, edge: usize) -> Option<&str> {
    edges.attributes.text(edge, "dynamics_params").filter(|file| !file.is_empty() && *file != "NULL")
}

/// The delay of an edge, ms: its own, that of its kind, or NEST's default.
///
/// # Errors
/// What is no number.
pub(super) fn delay_of(kinds: &Kinds, edges: &Edges, edge: usize) -> Result<f64, CircuitError> {
    let own = edges.attributes.checked_number(edge, "delay")?;
    let of_kind = || kinds.get(file_of(edges, edge)?)?.delay_ms;
    Ok(own.or_else(of_kind).unwrap_or(DEFAULT_DELAY_MS))
}

/// The port of a part that an edge reaches, from 0 on; `None` where the sign of its weight chooses.
///
/// # Errors
/// A port that the cells do not have.
pub(super) fn port_of(kinds: &Kinds, edges: &Edges, edge: usize, part: &Part) -> Result<Option<usize>, String> {
    let file = file_of(edges, edge);
    let number = file.and_then(|file| kinds.get(file)).map_or(0, |kind| kind.receptor);
    let Some(runs) = &part.runs else { return Ok(None) };
    let (model, ports) = (runs.info().name, runs.info().ports.len());
    match (part.numbered, number) {
        (false, 0) => Ok(None),
        (true, 1..) if number <= ports => Ok(Some(number - 1)),
        _ => {
            let found = file.map_or_else(
                || "there is no receptor_type".to_owned(),
                |file| format!("receptor_type of `{file}` is {number}"),
            );
            let expected = match (part.numbered, ports) {
                (true, 1) => "1".to_owned(),
                (true, _) => format!("1 to {ports}"),
                (false, _) => "0, or no receptor_type".to_owned(),
            };
            Err(format!("{found}, expected {expected} of {model}"))
        }
    }
}

/// `syn_weight` x `nsyns`, and the sign that its kind has onto IntFire1; `None` without synapse.
pub(super) fn weight_of(kinds: &Kinds, edges: &Edges, edge: usize, model: &str) -> Result<Option<f64>, CircuitError> {
    let refuse = |reason: String| {
        let what = format!("edge {edge} of `{}` (edge_type_id {})", edges.population, edges.attributes.type_id(edge));
        Err(CircuitError::Unsupported { what, reason })
    };
    match edges.attributes.text(edge, "weight_function") {
        None | Some("wmax" | "set_syn_weight" | "default_weight_fnc" | "") => {}
        Some(other) => return refuse(format!("weight_function `{other}` is not known; wmax is")),
    }
    match edges.attributes.text(edge, "model_template") {
        None | Some("static_synapse" | "nest:static_synapse" | "NULL" | "") => {}
        Some(other) => return refuse(format!("synapse model `{other}` is not known; static_synapse is")),
    }
    let is_gap = edges.attributes.text(edge, "is_gap_junction").is_some_and(|text| !["False", "0", ""].contains(&text))
        || edges.attributes.number(edge, "is_gap_junction").is_some_and(|value| value != 0.0);
    if is_gap {
        return refuse("it is a gap junction (is_gap_junction), which cannot be run".into());
    }
    let synapses = edges.attributes.checked_number(edge, "nsyns")?.unwrap_or(1.0);
    if synapses == 0.0 {
        return Ok(None);
    }
    let weight = edges.attributes.checked_number(edge, "syn_weight")?.unwrap_or(DEFAULT_WEIGHT) * synapses;
    let Some(file) = file_of(edges, edge) else { return Ok(Some(weight)) };
    match (kinds.get(file).and_then(|kind| kind.sign), model == "int_fire1") {
        (Some(sign), true) => Ok(Some(weight * sign)),
        (None, true) => refuse(format!("`{file}` has no `sign`, which IntFire1 cells need")),
        (Some(sign), false) if sign != 1.0 => {
            refuse(format!("`{file}` has the sign {sign}, which is for IntFire1 cells; write it into syn_weight"))
        }
        (_, false) => Ok(Some(weight)),
    }
}
