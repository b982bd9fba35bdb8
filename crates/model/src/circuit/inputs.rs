//! Inputs of a circuit: spike trains of virtual populations, and current clamps.

use super::CircuitError;
use super::config::Config;
use crate::replay::caveats;
use neuropil_record::trains::{Format, Request, TrainFile};
use neuropil_record::{Nodes, Spikes};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::path::Path;

/// Nodes chosen by a node set: index of the population, and which of its nodes.
pub type Chosen = Vec<(usize, Vec<usize>)>;

/// The node set of an input.
///
/// # Errors
/// If there is none.
pub(super) fn node_set<'c>(config: &'c Config, field: &str) -> Result<&'c Value, CircuitError> {
    let field = format!("{field}.node_set");
    config.get(&field).ok_or_else(|| config.wrong(&field, "is missing"))
}

/// The nodes that `set` means: a name of the node-sets file or of a population, or a set written out.
///
/// # Errors
/// Sets that are unknown or empty.
pub fn chosen(config: &Config, field: &str, set: &Value, nodes: &[Nodes]) -> Result<Chosen, CircuitError> {
    let found = match set {
        Value::String(name) => named(config, field, &[name], nodes)?,
        Value::Object(rules) => by_rules(config, field, rules, nodes)?,
        Value::Array(_) => by_rules(config, field, &Map::from_iter([("node_id".to_owned(), set.clone())]), nodes)?,
        other => return Err(config.wrong(field, format!("found {other}, expected the name of a node set"))),
    };
    if found.is_empty() {
        return Err(config.wrong(field, format!("the node set {set} holds no node")));
    }
    Ok(found)
}

/// The nodes of the last set of `trail`; the sets before it led there.
fn named(config: &Config, field: &str, trail: &[&str], nodes: &[Nodes]) -> Result<Chosen, CircuitError> {
    let name = trail.last().copied().unwrap_or_default();
    if trail[..trail.len() - 1].contains(&name) {
        return Err(config.wrong(field, format!("the node sets {} name each other", trail.join(", "))));
    }
    let (place, sets) = sets(config)?;
    let place = format!("{place}: {name}");
    match sets.get(name) {
        Some(Value::Object(rules)) => by_rules(config, &place, rules, nodes),
        Some(Value::Array(names)) => {
            let mut all = Chosen::new();
            for part in names {
                let Value::String(part) = part else {
                    return Err(config.wrong(&place, format!("found {part}, expected names of node sets")));
                };
                all.extend(named(config, field, &[trail, &[part.as_str()]].concat(), nodes)?);
            }
            Ok(all)
        }
        Some(other) => Err(config.wrong(&place, format!("found {other}, expected rules or a list of names"))),
        // Published configurations name populations where they should name sets.
        _ if name == "all" => by_rules(config, field, &Map::new(), nodes),
        _ => match nodes.iter().position(|population| population.population == name) {
            Some(index) => Ok(vec![(index, (0..nodes[index].ids.len()).collect())]),
            None => Err(config.wrong(field, format!("there is neither a node set nor a population `{name}`"))),
        },
    }
}

/// The node sets, and where they stand.
fn sets(config: &Config) -> Result<(String, Map<String, Value>), CircuitError> {
    let (place, found) = match config.text("node_sets_file")? {
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|error| config.wrong("node_sets_file", format!("cannot read `{path}`: {error}")))?;
            let document = crate::Document::parse(path, text)?;
            (path.to_owned(), serde_json::from_str(&document.to_json()).unwrap_or_default())
        }
        None => ("node_sets".to_owned(), config.get("node_sets").cloned().unwrap_or_else(|| Map::new().into())),
    };
    match found {
        Value::Object(sets) => Ok((place, sets)),
        other => Err(config.wrong(&place, format!("found {other}, expected an object of node sets"))),
    }
}

/// Nodes for which every rule (a column and its value or values) holds.
fn by_rules(config: &Config, field: &str, rules: &Map<String, Value>, nodes: &[Nodes]) -> Result<Chosen, CircuitError> {
    for (name, expected) in rules {
        let values = expected.as_array().map_or(std::slice::from_ref(expected), Vec::as_slice);
        if let Some(value) = values.iter().find(|value| !(value.is_string() || value.is_number())) {
            return Err(config.wrong(&format!("{field}.{name}"), format!("found {value}, expected text or a number")));
        }
    }
    // Sets may list every node of a large population.
    let listed = |name: &str| -> HashSet<u64> {
        rules.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_u64).collect()
    };
    let (node_ids, gids) = (listed("node_id"), listed("gid"));
    let one_of = |expected: &Value, holds: &dyn Fn(&Value) -> bool| match expected {
        Value::Array(values) => values.iter().any(holds),
        value => holds(value),
    };
    let holds = |population: &Nodes, item: usize, name: &str, expected: &Value| match name {
        "population" => one_of(expected, &|value| value.as_str() == Some(&population.population)),
        "node_id" if expected.is_array() => node_ids.contains(&population.ids[item]),
        "gid" if expected.is_array() => gids.contains(&population.ids[item]),
        "node_id" | "gid" => one_of(expected, &|value| value.as_u64() == Some(population.ids[item])),
        _ => one_of(expected, &|value| match value {
            Value::String(text) => population.attributes.text(item, name) == Some(text),
            Value::Number(number) => population.attributes.number(item, name) == number.as_f64(),
            _ => false,
        }),
    };
    let of = |(index, population): (usize, &Nodes)| {
        let items: Vec<usize> = (0..population.ids.len())
            .filter(|&item| rules.iter().all(|(name, expected)| holds(population, item, name, expected)))
            .collect();
        (!items.is_empty()).then_some((index, items))
    };
    Ok(nodes.iter().enumerate().filter_map(of).collect())
}

/// What a file of spikes gives to the virtual nodes of a population.
pub struct Sent {
    /// The spikes, by node.
    pub spikes: Spikes,
    /// What the user should know of them.
    pub notes: Vec<String>,
    /// Whether they were recorded in a session, off any grid.
    pub recorded: bool,
}

/// The spikes that a file holds for population `name`: under its name, or without one (older files), or the only ones;
/// they are needed up to `until_ms`. Units of NWB files are laid on the nodes `ids` in order.
///
/// # Errors
/// Unreadable files, files with several other populations, and more units than nodes.
pub fn spikes(
    config: &Config,
    field: &str,
    path: &Path,
    (name, ids): (&str, &[u64]),
    until_ms: f64,
) -> Result<Sent, CircuitError> {
    let file = TrainFile::open(path)?;
    let populations = file.populations()?;
    let found = populations.iter().find(|own| own.as_str() == name).or(match populations.as_slice() {
        [only] => Some(only),
        _ => None,
    });
    let Some(found) = found else {
        let theirs = if populations.is_empty() { "no population".to_owned() } else { populations.join(", ") };
        return Err(config.wrong(field, format!("`{}` has spikes of {theirs}, expected `{name}`", path.display())));
    };
    let request = Request {
        population: (!found.is_empty()).then(|| found.clone()),
        needed_until_s: Some(until_ms * 1e-3),
        ..Request::default()
    };
    let trains = file.read(&request)?;
    let recorded = trains.format == Format::Nwb;
    let mut notes = Vec::new();
    if recorded {
        if trains.unit_ids.len() > ids.len() {
            let fault = format!("{} units for the {} nodes of `{name}`", trains.unit_ids.len(), ids.len());
            return Err(config.wrong(field, format!("`{}` has {fault}", path.display())));
        }
        notes.push(format!("`{name}` sends the {} units of {} in order", trains.unit_ids.len(), path.display()));
    } else if trains.times_ms.is_empty() {
        notes.push(format!("`{name}` sends nothing: {} holds no spikes of it", path.display()));
    } else if !found.is_empty() && found != name {
        notes.push(format!("`{name}` sends the spikes of `{found}`, the only ones in {}", path.display()));
    }
    notes.extend(caveats(&trains, name));
    let of_units = if recorded { ids } else { &trains.unit_ids };
    let node_ids = trains.units.iter().map(|&unit| of_units[unit as usize]).collect();
    Ok(Sent { spikes: Spikes { times_ms: trains.times_ms, node_ids }, notes, recorded })
}
