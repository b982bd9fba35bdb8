//! The cells of a circuit: templates and their parameters, in our models.

use super::CircuitError;
use super::config::Config;
use crate::nest;
use neuropil_network::neuron::{Column, Entry, model};
use neuropil_record::Nodes;
use serde_json::Value;
use std::collections::BTreeMap;

/// Nodes of one population that share a model.
#[derive(Debug)]
pub struct Part {
    /// Index of the node population.
    pub nodes: usize,
    /// The model; `None` for virtual nodes.
    pub entry: Option<&'static Entry>,
    /// Indices of the nodes in their population.
    pub items: Vec<usize>,
    /// One column a parameter of the model.
    pub columns: Vec<Column>,
    /// Initial membrane potentials, one a node; empty for models without one.
    pub v_init: Vec<f64>,
}

type Parameters = BTreeMap<String, f64>;

/// The parameters of each file that was read.
type Files = BTreeMap<String, Parameters>;

/// Parameters that are not among [`nest::NAMES`]: where a membrane starts, and those of IntFire1.
const OTHERS: [&str; 3] = ["V_m", "tau", "refrac"];

/// Where a node has parameters of its own, before their names.
const OWN: &str = "dynamics_params/";

/// Cells of a population by model, in the order in which models first occur.
///
/// # Errors
/// Model types, templates or parameters that cannot be run, by name.
pub fn parts(config: &Config, index: usize, nodes: &Nodes, notes: &mut Vec<String>) -> Result<Vec<Part>, CircuitError> {
    let mut files = Files::new();
    let mut parts: Vec<(Option<&'static Entry>, Vec<usize>, Vec<Parameters>)> = Vec::new();
    for item in 0..nodes.attributes.len() {
        let (entry, parameters) = node(config, nodes, item, &mut files, notes)?;
        let same =
            |known: &Option<&'static Entry>| known.map(|entry| entry.info.name) == entry.map(|entry| entry.info.name);
        match parts.iter_mut().find(|(known, ..)| same(known)) {
            Some(part) => {
                part.1.push(item);
                part.2.push(parameters);
            }
            None => parts.push((entry, vec![item], vec![parameters])),
        }
    }
    let build = |(entry, items, parameters): (Option<&'static Entry>, Vec<usize>, Vec<Parameters>)| {
        let (columns, v_init) = match entry {
            Some(entry) => columns(entry, nodes, &items, &parameters)?,
            None => (Vec::new(), Vec::new()),
        };
        Ok(Part { nodes: index, entry, items, columns, v_init })
    };
    parts.into_iter().map(build).collect()
}

fn node(
    config: &Config,
    nodes: &Nodes,
    item: usize,
    files: &mut Files,
    notes: &mut Vec<String>,
) -> Result<(Option<&'static Entry>, Parameters), CircuitError> {
    let refuse = |reason: String| CircuitError::Unsupported {
        what: format!(
            "node {} of population `{}` (node_type_id {})",
            nodes.ids[item],
            nodes.population,
            nodes.attributes.type_id(item)
        ),
        reason,
    };
    let model_type = nodes.attributes.text(item, "model_type").unwrap_or_default();
    match model_type {
        "virtual" => return Ok((None, Parameters::new())),
        "point_process" | "point_neuron" | "point_soma" => {}
        other => {
            return Err(refuse(format!("model_type is `{other}`; can be run: virtual, point_neuron, point_process")));
        }
    }
    if let Some(function) = nodes.attributes.text(item, "model_processing").filter(|function| !function.is_empty()) {
        return Err(refuse(format!("model_processing is `{function}`; functions of Python cannot be run")));
    }
    let template = nodes.attributes.text(item, "model_template").unwrap_or_default();
    let entry = match template.split_once(':') {
        Some(("nest", name)) => nest::model_of(name),
        Some(("nrn", "IntFire1")) => model("int_fire1"),
        _ => None,
    };
    let Some(entry) = entry else {
        let known = "nrn:IntFire1, nest:iaf_psc_delta, nest:iaf_psc_exp, nest:iaf_psc_alpha, nest:iaf_cond_exp";
        return Err(refuse(format!("model_template is `{template}`; can be run: {known}")));
    };
    let mut parameters = Parameters::new();
    if let Some(file) = nodes.attributes.text(item, "dynamics_params") {
        if !files.contains_key(file) {
            files.insert(file.into(), read_parameters(config, file, notes)?);
        }
        parameters.clone_from(&files[file]);
    }
    for name in nest::NAMES.iter().copied().chain(OTHERS) {
        if let Some(value) = nodes.attributes.checked_number(item, &format!("{OWN}{name}"))? {
            parameters.insert(name.into(), value);
        }
    }
    Ok((Some(entry), parameters))
}

/// The numbers of a JSON file of parameters.
fn read_parameters(config: &Config, file: &str, notes: &mut Vec<String>) -> Result<Parameters, CircuitError> {
    let field = "components.point_neuron_models_dir";
    let (path, members) = config.component(field, file)?;
    let mut parameters = Parameters::new();
    let mut idle = Vec::new();
    for (name, value) in members {
        let is_known = nest::symbol_of(&name).is_some() || OTHERS.contains(&name.as_str());
        match &value {
            // What a cell is called, and flags at their default.
            Value::String(_) if name == "type" => {}
            Value::Bool(false) if name == "refractory_input" => {}
            Value::String(_) if !is_known => idle.push(name),
            Value::Number(_) if nest::IDLE.contains(&name.as_str()) => idle.push(name),
            Value::Number(number) => drop(parameters.insert(name, number.as_f64().unwrap_or(f64::NAN))),
            _ => {
                return Err(config.wrong(field, format!("`{}`: {name} is {value}, expected a number", path.display())));
            }
        }
    }
    if !idle.is_empty() {
        notes.push(format!("{}: not used here: {}", path.display(), idle.join(", ")));
    }
    Ok(parameters)
}

/// Refuses parameters of nodes that no model has.
///
/// # Errors
/// The column, with its file.
pub(super) fn check_own_parameters(nodes: &Nodes) -> Result<(), CircuitError> {
    let is_wrong = |column: &str| {
        let name = column.strip_prefix(OWN);
        name.is_some_and(|name| nest::symbol_of(name).is_none() && !OTHERS.contains(&name))
    };
    Ok(nodes.attributes.check_columns(&format!("a parameter that can be run: {}", nest::NAMES.join(", ")), is_wrong)?)
}

fn columns(
    entry: &'static Entry,
    nodes: &Nodes,
    items: &[usize],
    parameters: &[Parameters],
) -> Result<(Vec<Column>, Vec<f64>), CircuitError> {
    let mut columns: Vec<Vec<f64>> = entry.info.parameters.iter().map(|row| vec![row.default; items.len()]).collect();
    let row = |symbol: &str| entry.info.parameters.iter().position(|row| row.symbol == symbol);
    let has_potential = row("e_l").is_some();
    let mut v_init = Vec::new();
    for (slot, own) in parameters.iter().enumerate() {
        for (name, value) in own {
            if name == "V_m" {
                continue;
            }
            // IntFire1's times are in seconds.
            let (symbol, value) = match (entry.info.name, name.as_str()) {
                ("int_fire1", "tau") => (Some("tau_m"), value * 1e3),
                ("int_fire1", "refrac") => (Some("t_ref"), value * 1e3),
                (_, name) => (nest::symbol_of(name), *value),
            };
            let Some(row) = symbol.and_then(row) else {
                return Err(CircuitError::Unsupported {
                    what: format!("node {} of population `{}`", nodes.ids[items[slot]], nodes.population),
                    reason: format!("parameter `{name}` is not one of the model's ({})", entry.info.name),
                });
            };
            columns[row][slot] = value;
        }
        v_init.extend(has_potential.then(|| own.get("V_m").copied().unwrap_or(nest::V_M_MV)));
    }
    let column = |values: Vec<f64>| match values.iter().all(|value| *value == values[0]) {
        true => Column::Constant(values[0]),
        false => Column::PerCell(values),
    };
    Ok((columns.into_iter().map(column).collect(), v_init))
}
