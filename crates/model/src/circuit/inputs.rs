//! Inputs of a circuit: spike trains of virtual populations, and current clamps.

use super::CircuitError;
use super::config::Config;
use crate::caveats::caveats;
use neuropil_record::trains::{Format, Request, TrainFile};
use neuropil_record::{Nodes, Spikes};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::path::Path;

/// Nodes chosen by a node set: index of the population, and which of its nodes.
pub type Chosen = Vec<(usize, Vec<usize>)>;

/// The nodes that `set` means: a name of the node-sets file or of a population, or a set written out. Ids that are of no node
/// are left out, as by bmtk, and go to the notes.
///
/// # Errors
/// Sets that are unknown or empty.
pub fn chosen(
    config: &Config,
    field: &str,
    set: &Value,
    nodes: &[Nodes],
    notes: &mut Vec<String>,
) -> Result<Chosen, CircuitError> {
    let found = match set {
        Value::String(name) => named(config, field, &[name], nodes, notes)?,
        Value::Object(rules) => by_rules(config, field, rules, nodes, notes)?,
        Value::Array(_) => {
            let rules = Map::from_iter([("node_id".to_owned(), set.clone())]);
            by_rules(config, field, &rules, nodes, notes)?
        }
        other => return Err(config.wrong(field, format!("found {other}, expected the name of a node set"))),
    };
    if found.is_empty() {
        return Err(config.wrong(field, format!("the node set {set} holds no node")));
    }
    Ok(found)
}

/// The nodes of the last set of `trail`; the sets before it led there.
fn named(
    config: &Config,
    field: &str,
    trail: &[&str],
    nodes: &[Nodes],
    notes: &mut Vec<String>,
) -> Result<Chosen, CircuitError> {
    let name = trail.last().copied().unwrap_or_default();
    if trail[..trail.len() - 1].contains(&name) {
        return Err(config.wrong(field, format!("the node sets {} name each other", trail.join(", "))));
    }
    let (place, sets) = sets(config)?;
    let place = format!("{place}: {name}");
    match sets.get(name) {
        Some(Value::Object(rules)) => by_rules(config, &place, rules, nodes, notes),
        Some(Value::Array(names)) => {
            let mut all = Chosen::new();
            for part in names {
                let Value::String(part) = part else {
                    return Err(config.wrong(&place, format!("found {part}, expected names of node sets")));
                };
                all.extend(named(config, field, &[trail, &[part.as_str()]].concat(), nodes, notes)?);
            }
            Ok(all)
        }
        Some(other) => Err(config.wrong(&place, format!("found {other}, expected rules or a list of names"))),
        // Published configurations name populations where they should name sets.
        _ if name == "all" => by_rules(config, field, &Map::new(), nodes, notes),
        _ => match nodes.iter().position(|population| population.population == name) {
            Some(index) => Ok(vec![(index, (0..nodes[index].ids.len()).collect())]),
            None => Err(config.wrong(field, format!("there is neither a node set nor a population `{name}`"))),
        },
    }
}

/// The node sets, and where they stand.
fn sets(config: &Config) -> Result<(String, Map<String, Value>), CircuitError> {
    // Sets of the configuration itself take the place of a file, as in bmtk.
    let (place, found) = match config.text("node_sets_file")?.filter(|_| config.get("node_sets").is_none()) {
        Some(path) => {
            let text = config.file_text("node_sets_file", Path::new(path))?;
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
fn by_rules(
    config: &Config,
    field: &str,
    rules: &Map<String, Value>,
    nodes: &[Nodes],
    notes: &mut Vec<String>,
) -> Result<Chosen, CircuitError> {
    let wrong = |name: &str, value: &Value| {
        config.wrong(&format!("{field}.{name}"), format!("found {value}, expected text or a number"))
    };
    let is_id = |name: &str| NODE_ID.contains(&name) || name == "node_type_id";
    for (name, expected) in rules.iter().filter(|(name, _)| is_id(name)) {
        let listed = expected.as_array().map_or(std::slice::from_ref(expected), Vec::as_slice);
        if let Some(value) = listed.iter().find(|value| whole(value).is_none()) {
            let reason = format!("found {value}, expected a whole number >= 0");
            return Err(config.wrong(&format!("{field}.{name}"), reason));
        }
    }
    let rules: Vec<(&str, Values)> = rules
        .iter()
        .map(|(name, expected)| Ok((name.as_str(), Values::new(expected).map_err(|value| wrong(name, value))?)))
        .collect::<Result<_, CircuitError>>()?;
    let is_known = |name: &str| {
        let is_column = nodes.iter().any(|population| population.attributes.has_column(name));
        POPULATION.contains(&name) || NODE_ID.contains(&name) || name == "node_type_id" || is_column
    };
    if let Some((name, _)) = rules.iter().find(|(name, _)| !is_known(name)) {
        let reason = "is no column that any nodes have; population, node_id and columns of nodes choose nodes";
        return Err(config.wrong(&format!("{field}.{name}"), reason));
    }
    notes.extend(unknown_ids(field, &rules, nodes));
    let holds = |population: &Nodes, item: usize, name: &str, expected: &Values| match name {
        _ if POPULATION.contains(&name) => expected.has_text(&population.population),
        _ if NODE_ID.contains(&name) => expected.ids.contains(&population.ids[item]),
        "node_type_id" => u64::try_from(population.attributes.type_id(item)).is_ok_and(|id| expected.ids.contains(&id)),
        _ => {
            population.attributes.text(item, name).is_some_and(|text| expected.has_text(text))
                || population.attributes.number(item, name).is_some_and(|number| expected.has_number(number))
        }
    };
    let of = |(index, population): (usize, &Nodes)| {
        let items: Vec<usize> = (0..population.ids.len())
            .filter(|&item| rules.iter().all(|(name, expected)| holds(population, item, name, expected)))
            .collect();
        (!items.is_empty()).then_some((index, items))
    };
    Ok(nodes.iter().enumerate().filter_map(of).collect())
}

/// A word on ids that no node has of the populations that the other rules leave.
fn unknown_ids(field: &str, rules: &[(&str, Values)], nodes: &[Nodes]) -> Option<String> {
    let (_, asked) = rules.iter().find(|(name, _)| NODE_ID.contains(name))?;
    let is_meant = |population: &&Nodes| {
        let mut of_populations = rules.iter().filter(|(name, _)| POPULATION.contains(name));
        of_populations.all(|(_, names)| names.has_text(&population.population))
    };
    let known: HashSet<u64> =
        nodes.iter().filter(is_meant).flat_map(|population| population.ids.iter().copied()).collect();
    let unknown: Vec<u64> = asked.ids.iter().copied().filter(|id| !known.contains(id)).collect();
    let (first, all) = (unknown.iter().min()?, asked.ids.len());
    Some(format!("{field}: {} of {all} node ids are of no node and left out, the first is {first}", unknown.len()))
}

/// Columns of rules that are no columns of nodes.
const POPULATION: [&str; 2] = ["population", "populations"];
const NODE_ID: [&str; 3] = ["node_id", "node_ids", "gid"];

/// The number of a node; 2.0 is 2.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, and below 2^53")]
fn whole(value: &Value) -> Option<u64> {
    let of_real = |real: f64| (real.fract() == 0.0 && (0.0..9e15).contains(&real)).then_some(real as u64);
    value.as_u64().or_else(|| value.as_f64().and_then(of_real))
}

/// The values that a rule allows. Sets may list something for every node of a large population.
struct Values<'v> {
    texts: HashSet<&'v str>,
    ids: HashSet<u64>,
    /// Ascending.
    numbers: Vec<f64>,
}

impl<'v> Values<'v> {
    /// Of a value or a list of them.
    ///
    /// # Errors
    /// What is neither text nor a number.
    fn new(expected: &'v Value) -> Result<Self, &'v Value> {
        let values = expected.as_array().map_or(std::slice::from_ref(expected), Vec::as_slice);
        if let Some(value) = values.iter().find(|value| !(value.is_string() || value.is_number())) {
            return Err(value);
        }
        let mut numbers: Vec<f64> = values.iter().filter_map(Value::as_f64).map(|number| number + 0.0).collect();
        numbers.sort_by(f64::total_cmp);
        Ok(Self {
            texts: values.iter().filter_map(Value::as_str).collect(),
            ids: values.iter().filter_map(whole).collect(),
            numbers,
        })
    }

    fn has_text(&self, text: &str) -> bool {
        self.texts.contains(text)
    }

    fn has_number(&self, number: f64) -> bool {
        // -0 and 0 are one number.
        self.numbers.binary_search_by(|known| known.total_cmp(&(number + 0.0))).is_ok()
    }
}

/// What a file of spikes gives to the virtual nodes of a population.
pub struct Sent {
    /// The spikes, by node.
    pub spikes: Spikes,
    /// What the user should know of them.
    pub notes: Vec<String>,
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
    let file = TrainFile::open(path).map_err(|error| config.unreadable(path, error.into()))?;
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
    Ok(Sent { spikes: Spikes { times_ms: trains.times_ms, node_ids }, notes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_one_or_a_list_of_texts_and_numbers() {
        let list = serde_json::json!(["e", 3, -0.0, "i", 2.5, 18_446_744_073_709_551_615_u64]);
        let values = Values::new(&list).unwrap();
        assert!(values.has_text("i") && !values.has_text("3"));
        assert!([3.0, 0.0, 2.5].iter().all(|number| values.has_number(*number)) && !values.has_number(2.4));
        assert!(values.ids.contains(&u64::MAX) && values.ids.contains(&0) && !values.ids.contains(&2));
        let one = serde_json::json!(7);
        assert!(Values::new(&one).unwrap().has_number(7.0));
        // As in tables of Python, 2.0 is the node 2.
        let ids = serde_json::json!([1, 2.0]);
        assert_eq!(Values::new(&ids).unwrap().ids, HashSet::from([1, 2]));
        let wrong = serde_json::json!([1, null]);
        assert_eq!(Values::new(&wrong).err(), Some(&Value::Null));
    }

    /// Would catch a search of the whole list for each node: 4 x 10^10 comparisons, which end no test.
    #[test]
    fn a_long_list_is_looked_up() {
        let list: Value = (0..200_000).map(f64::from).collect();
        let values = Values::new(&list).unwrap();
        assert_eq!((0..400_000).filter(|&node| values.has_number(f64::from(node))).count(), 200_000);
    }
}
