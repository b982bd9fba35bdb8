//! The spikes that populations are held to, and what is told of them.

use crate::document::{Document, Node, Value};
use crate::fault::Faults;
use crate::model::{KindSpec, Model, PopulationSpec};
use neuropil_engine::clamp::Clamp;

/// (step, cell) of spikes.
pub(super) type Sent = Vec<(u64, u32)>;

/// The spikes that the model itself replays, by population: of those that the recording does not have.
pub(super) fn model_replays(mut document: Document, replaying: &Model) -> Result<Vec<Option<Sent>>, Faults> {
    let none = || replaying.populations.iter().map(|_| None).collect();
    let is_replayed = |name: &str| replaying.populations.iter().any(|own| own.replays && own.name == name);
    if let Value::Object(members) = &mut document.root.value {
        for member in members.iter_mut().filter(|member| member.key == "replay") {
            if let Value::Array(items) = &mut member.node.value {
                items.retain(|item| !population_of(item).is_some_and(is_replayed));
            }
        }
    }
    let is_list = |node: &Node| matches!(&node.value, Value::Array(items) if !items.is_empty());
    if !document.find("replay").is_some_and(|(node, _)| is_list(node)) {
        return Ok(none());
    }
    match Model::decode(document) {
        // What it would read is not needed.
        Err(_) if replaying.populations.iter().all(|own| own.replays) => Ok(none()),
        Err(faults) => Err(faults),
        Ok(own) => {
            let spikes = |own: &PopulationSpec| match &own.kind {
                KindSpec::SpikeTrain(spikes) if own.replays && !is_replayed(&own.name) => Some(spikes.clone()),
                _ => None,
            };
            Ok(own.populations.iter().map(spikes).collect())
        }
    }
}

/// The population that an item of `replay` names.
pub(super) fn population_of(item: &Node) -> Option<&str> {
    let Value::Object(members) = &item.value else { return None };
    let member = members.iter().find(|member| member.key == "population")?;
    if let Value::String(name) = &member.node.value { Some(name) } else { None }
}

pub(super) fn names_population(item: Document) -> bool {
    population_of(&item.root).is_some()
}

/// What is left of spikes (step, cell) behind a step, which is the new step 0.
pub(super) fn later(spikes: &[(u64, u32)], start: u64) -> Sent {
    let left = spikes.iter().filter(|spike| start == 0 || spike.0 > start);
    left.map(|(step, cell)| (step - start, *cell)).collect()
}

pub(super) fn clamp(population: usize, mut spikes: Vec<(u64, u32)>) -> Clamp {
    spikes.sort_unstable();
    Clamp { population, spikes }
}

/// A word on spikes of one cell in one step, of which it has one.
pub(super) fn merged(name: &str, spikes: &[(u64, u32)]) -> Option<String> {
    let mut apart = spikes.to_vec();
    apart.sort_unstable();
    apart.dedup();
    let merged = spikes.len() - apart.len();
    let told = || format!("{merged} spikes of `{name}` fall into steps in which their cell spikes already: one counts");
    (merged > 0).then(told)
}

/// A word on cells that never spike.
pub(super) fn silent(name: &str, cells: u32, spikes: &[(u64, u32)]) -> Option<String> {
    let mut heard: Vec<u32> = spikes.iter().map(|spike| spike.1).collect();
    heard.sort_unstable();
    heard.dedup();
    let silent = cells as usize - heard.len();
    (silent > 0)
        .then(|| format!("{silent} of the {cells} cells of `{name}` never spike in this window: they are held silent"))
}
