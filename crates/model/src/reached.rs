//! The ports that something reaches, and the weight that they ask for.

use crate::document::{Node, Value, join};
use crate::fields::{Fields, Reader, brief};
use crate::model::PopulationSpec;
use crate::values::property;
use neuropil_core::did_you_mean;
use neuropil_network::Property;

/// Populations that something reaches, and the port of each.
pub(crate) struct Reached<'t> {
    pub to: &'t [usize],
    /// `None` where the sign of a weight chooses.
    pub receptors: Vec<Option<usize>>,
}

impl Reached<'_> {
    /// Whether the sign of a weight can choose where no port is named; says which ports there are.
    pub fn can_choose(&self, fields: &Fields<'_, '_>, populations: &[PopulationSpec]) -> bool {
        let mut can = true;
        for (&population, receptor) in self.to.iter().zip(&self.receptors) {
            let Some(info) = populations[population].info() else { continue };
            if info.placement(*receptor).is_none() {
                let (name, model, ports) = (&populations[population].name, info.name, info.port_names());
                let message = format!("`receptor` is missing: `{name}` ({model}) has {ports}");
                fields.reader.fault(&fields.path, message);
                can = false;
            }
        }
        can
    }
}

/// The ports that `receptor` names: one name for all of `to`, or a list with one a population.
pub(crate) fn receptors<'t>(
    fields: &mut Fields<'_, '_>,
    to: &'t [usize],
    populations: &[PopulationSpec],
) -> Option<Reached<'t>> {
    let (reader, path) = (fields.reader, fields.path_of("receptor"));
    let Some(node) = fields.get("receptor") else { return Some(Reached { to, receptors: vec![None; to.len()] }) };
    let find = |node: &Node, path: &str, population: usize| {
        let name = reader.string(node, path)?;
        let own = &populations[population];
        let Some(info) = own.info() else {
            reader.fault(path, format!("the cells of `{}` only send", own.name));
            return None;
        };
        let port = info.port(name);
        if port.is_none() {
            let hint = did_you_mean(name, info.ports.iter().map(|port| port.name));
            let (name, ports) = (brief(name), info.port_names());
            let message = format!("`{}` ({}) has no receptor `{name}`, it has {ports}{hint}", own.name, info.name);
            reader.fault(path, message);
        }
        port.map(Some)
    };
    let found: Vec<Option<Option<usize>>> = match &node.value {
        Value::Array(items) if items.len() != to.len() => {
            let (found, expected) = (items.len(), to.len());
            reader.fault(&path, format!("found {found} receptors, expected one for each of the {expected} of `to`"));
            return None;
        }
        Value::Array(items) => {
            let each = items.iter().zip(to).enumerate();
            each.map(|(index, (item, &p))| find(item, &join(&path, &index.to_string()), p)).collect()
        }
        _ => to.iter().map(|&population| find(node, &path, population)).collect(),
    };
    Some(Reached { to, receptors: found.into_iter().collect::<Option<_>>()? })
}

/// The names that a weight can have.
const WEIGHTS: [&str; 4] = ["weight_mv", "weight_pa", "weight_ns", "weight"];

/// The name of the weight depends on the target: where that is faulty, no name of a weight is unknown.
pub(crate) fn any_weight(fields: &mut Fields<'_, '_>) {
    for name in WEIGHTS {
        fields.get(name);
    }
}

/// The weight, under the name that its target's model asks for.
pub(crate) fn weight(
    fields: &mut Fields<'_, '_>,
    reached: &Reached<'_>,
    populations: &[PopulationSpec],
) -> Option<Property> {
    let (reader, to) = (fields.reader, reached.to);
    let Some(expected) = weight_name(reader, &fields.path.clone(), reached, populations) else {
        any_weight(fields);
        return None;
    };
    // Of cells of files the pure number is the same.
    let plain = fields.get(&expected).is_none() && to.iter().all(|&own| populations[own].is_written());
    let key = if plain && fields.get("weight").is_some() { "weight" } else { expected.as_str() };
    let path = fields.path_of(key);
    if let Some(node) = fields.get(key) {
        return property(reader, node, &path);
    }
    let wrong =
        WEIGHTS.iter().find(|name| **name != expected && fields.members().iter().any(|member| member.key == **name));
    match wrong {
        Some(wrong) => {
            fields.get(wrong);
            let message = format!("weights onto {} are `{expected}`, found `{wrong}`", model_names(to, populations));
            reader.fault(&fields.path_of(wrong), message);
        }
        None => reader.fault(&fields.path, format!("`{expected}` is missing")),
    }
    None
}

fn model_names(to: &[usize], populations: &[PopulationSpec]) -> String {
    let mut names: Vec<&str> = to.iter().filter_map(|&p| populations[p].info().map(|info| info.name)).collect();
    names.dedup();
    names.join(", ")
}

fn weight_name(
    reader: &Reader<'_>,
    path: &str,
    reached: &Reached<'_>,
    populations: &[PopulationSpec],
) -> Option<String> {
    let mut names = Vec::new();
    for (&population, receptor) in reached.to.iter().zip(&reached.receptors) {
        match populations[population].info() {
            Some(info) => names.push(info.weight_unit(*receptor)?.name_of("weight")),
            None => {
                reader.fault(&join(path, "to"), format!("the cells of `{}` only send", populations[population].name));
                return None;
            }
        }
    }
    names.dedup();
    if names.len() > 1 {
        reader.fault(
            &join(path, "to"),
            format!("these populations need weights in different units ({}): use one item for each", names.join(", ")),
        );
    }
    names.into_iter().next()
}
