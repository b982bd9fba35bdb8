//! What the ports and the weight of a model are, as it is asked or guessed by names.

use super::refusal::Refusal;
use crate::graph::{Node, NodeId};
use crate::ir::{Cell, Handler, Name, Statement};
use neuropil_core::did_you_mean;
use std::collections::{BTreeMap, BTreeSet};

/// Whose spikes a port hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hears {
    /// Of the sending cell.
    Pre,
    /// Of the receiving cell.
    Post,
    /// Of other cells, which every synapse hears.
    Others,
}

/// What a user says of a model.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Whose spikes ports hear, by name.
    pub ports: BTreeMap<String, Hears>,
    /// Continuous ports that are variables of the receiving cell, by name; others are levels.
    pub watched: BTreeSet<String>,
    /// The state variable or parameter that is the weight.
    pub weight: Option<String>,
    /// The parameter that is the delay.
    pub delay: Option<String>,
    /// Parameters of which each synapse has a value of its own.
    pub drawn: Vec<String>,
}

/// What a weight is in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// A state variable: it changes.
    State(u32),
    /// A parameter: it stays.
    Parameter(u32),
}

/// What the ports and the weight of a model are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles {
    /// Whose spikes each spike port hears.
    pub ports: Vec<Hears>,
    /// Whether each continuous port is a variable of the receiving cell; else it is a level.
    pub watched: Vec<bool>,
    /// The spike ports whose role was guessed by their names.
    pub guessed: Vec<usize>,
    /// The weight.
    pub weight: Weight,
    /// The parameter that is the delay.
    pub delay: Option<u32>,
    /// Parameters of which each synapse has a value of its own.
    pub drawn: Vec<u32>,
    /// Whether a postsynaptic spike waits for a presynaptic one of the same time: by the priorities of their handlers.
    pub pre_first: bool,
}

impl Roles {
    /// The port that hears so.
    pub fn port(&self, wanted: Hears) -> Option<u32> {
        let place = self.ports.iter().position(|own| *own == wanted)?;
        u32::try_from(place).ok()
    }

    /// The ports that hear other cells.
    pub fn others(&self) -> impl Iterator<Item = u32> + '_ {
        let all = (0..).zip(&self.ports);
        all.filter(|(_, own)| **own == Hears::Others).map(|(place, _)| place)
    }

    /// Whether a port is a variable of the receiving cell.
    pub fn watches(&self) -> bool {
        self.watched.contains(&true)
    }
}

/// The roles of a model.
pub(super) fn roles(cell: &Cell, asked: &Asked) -> Result<Roles, Vec<Refusal>> {
    let mut refusals = Vec::new();
    let mut guessed = Vec::new();
    let ports = ports(cell, asked, &mut guessed, &mut refusals);
    let pre = ports.iter().position(|own| *own == Some(Hears::Pre));
    if pre.is_none() && ports.iter().all(Option::is_some) {
        let listed = names(cell.spike_ports.iter().map(|port| &port.name));
        let message = format!(
            "no spike port hears the presynaptic cell; say which: \"ports\": {{\"NAME\": \"pre\"}}; ports: {listed}"
        );
        refusals.push(Refusal::of_all(message));
    }
    check_emissions(cell, pre, &mut refusals);
    if let Some(condition) = cell.conditions.first() {
        let message = "a synapse is advanced at events only, and tests no `onCondition` between them";
        refusals.push(Refusal::at(condition.place, message));
    }
    let delay = delay(cell, asked, &mut refusals);
    let drawn = drawn(cell, asked, &mut refusals);
    let weight = match pre {
        Some(pre) => weight(cell, asked, pre, &mut refusals),
        None => None,
    };
    for handler in &cell.handlers {
        if ports[handler.port as usize] == Some(Hears::Others) && handler.priority.is_some() {
            let name = &cell.spike_ports[handler.port as usize].name.text;
            let message =
                format!("`{name}` hears other cells, whose spikes come last of what comes at one time: no priority");
            refusals.push(Refusal::at(handler.place, message));
        }
    }
    let watched = watched(cell, asked, &mut refusals);
    let ports: Option<Vec<Hears>> = ports.into_iter().collect();
    match (ports, weight) {
        (Some(ports), Some(weight)) if refusals.is_empty() => {
            let pre_first = pre_first(cell, &ports);
            Ok(Roles { ports, watched, guessed, weight, delay, drawn, pre_first })
        }
        _ => Err(refusals),
    }
}

/// Which continuous ports are variables of the receiving cell.
fn watched(cell: &Cell, asked: &Asked, refusals: &mut Vec<Refusal>) -> Vec<bool> {
    let known = || cell.input_ports.iter().map(|port| port.name.text.as_str());
    for name in asked.watched.iter().filter(|name| !known().any(|own| own == *name)) {
        let message = if cell.spike_ports.iter().any(|port| port.name.text == *name) {
            format!("`{name}` hears spikes, and is no variable of the receiving cell: \"{name}\": \"post\"")
        } else {
            let (meant, all) = (did_you_mean(name, known()), known().collect::<Vec<_>>().join(", "));
            format!("no continuous port is called `{name}`{meant}; continuous ports: {all}")
        };
        refusals.push(Refusal::of_all(message));
    }
    let mut levels = cell.input_ports.iter().filter(|port| !asked.watched.contains(&port.name.text));
    if let Some(second) = levels.nth(1) {
        let message = format!("`{}` is a second level; a synapse hears one", second.name.text);
        refusals.push(Refusal::at(second.name.place, message));
    }
    known().map(|name| asked.watched.contains(name)).collect()
}

fn names<'n>(all: impl Iterator<Item = &'n Name>) -> String {
    all.map(|own| own.text.as_str()).collect::<Vec<_>>().join(", ")
}

fn ports(cell: &Cell, asked: &Asked, guessed: &mut Vec<usize>, refusals: &mut Vec<Refusal>) -> Vec<Option<Hears>> {
    for name in asked.ports.keys() {
        let known = || cell.spike_ports.iter().map(|port| port.name.text.as_str());
        if !known().any(|own| own == name) {
            let (meant, all) = (did_you_mean(name, known()), known().collect::<Vec<_>>().join(", "));
            refusals.push(Refusal::of_all(format!("no spike port is called `{name}`{meant}; ports: {all}")));
        }
    }
    let mut all: Vec<Option<Hears>> = Vec::new();
    for (place, port) in cell.spike_ports.iter().enumerate() {
        let lower = port.name.text.to_lowercase();
        let role = asked.ports.get(&port.name.text).copied().or_else(|| {
            let guess = match () {
                () if lower.starts_with("pre") => Some(Hears::Pre),
                () if lower.starts_with("post") => Some(Hears::Post),
                () => None,
            };
            guessed.extend(guess.map(|_| place));
            guess
        });
        if role.is_none() {
            let name = &port.name.text;
            let message = format!(
                "whose spikes does `{name}` hear? Say \"ports\": {{\"{name}\": \"pre\"}}, \"post\" or {{\"spikes_of\": \"POPULATION\"}}"
            );
            refusals.push(Refusal::at(port.name.place, message));
        }
        if let Some(role @ (Hears::Pre | Hears::Post)) = role
            && let Some(first) = all.iter().position(|own| *own == Some(role))
        {
            let side = if role == Hears::Pre { "presynaptic" } else { "postsynaptic" };
            let message = format!(
                "`{}` and `{}` both hear the {side} cell; one port does",
                cell.spike_ports[first].name.text, port.name.text
            );
            refusals.push(Refusal::at(port.name.place, message));
        }
        all.push(role);
    }
    all
}

/// `emit_spike` belongs into the handler of presynaptic spikes, with what is transmitted.
fn check_emissions(cell: &Cell, pre: Option<usize>, refusals: &mut Vec<Refusal>) {
    let outside = |handler: &&Handler| pre.is_some_and(|pre| handler.port as usize != pre);
    for handler in cell.handlers.iter().filter(outside) {
        if emits(&handler.body).next().is_some() {
            let name = &cell.spike_ports[handler.port as usize].name.text;
            let message = format!(
                "`onReceive({name})` calls emit_spike; a synapse transmits in the handler of presynaptic spikes only"
            );
            refusals.push(Refusal::at(handler.place, message));
        }
    }
    if emits(&cell.update).next().is_some() {
        let message = "`update` calls emit_spike; a synapse transmits in the handler of presynaptic spikes only";
        refusals.push(Refusal::of_all(message));
    }
    let own = |handler: &&Handler| pre.is_some_and(|pre| handler.port as usize == pre);
    let Some(handler) = cell.handlers.iter().find(own) else {
        if let Some(pre) = pre {
            let port = &cell.spike_ports[pre].name;
            let message = format!("there is no `onReceive({})`, which would transmit spikes by emit_spike", port.text);
            refusals.push(Refusal::at(port.place, message));
        }
        return;
    };
    let mut all = cell.handlers.iter().filter(own).flat_map(|handler| emits(&handler.body)).peekable();
    if all.peek().is_none() {
        refusals.push(Refusal::at(handler.place, "this handler transmits nothing: call `emit_spike(weight)`"));
    }
    if all.any(|weight| weight.is_none()) {
        let message = "emit_spike() of a synapse is given what it transmits: `emit_spike(w)`";
        refusals.push(Refusal::at(handler.place, message));
    }
}

/// What statements emit.
fn emits(list: &[Statement]) -> Box<dyn Iterator<Item = Option<NodeId>> + '_> {
    Box::new(list.iter().flat_map(|statement| -> Box<dyn Iterator<Item = Option<NodeId>>> {
        match statement {
            Statement::Emit { weight, .. } => Box::new(std::iter::once(*weight)),
            Statement::Branch { yes, no, .. } => Box::new(emits(yes).chain(emits(no))),
            Statement::While { body, .. } => emits(body),
            _ => Box::new(std::iter::empty()),
        }
    }))
}

fn weight(cell: &Cell, asked: &Asked, pre: usize, refusals: &mut Vec<Refusal>) -> Option<Weight> {
    let states = || (0..).zip(&cell.states).map(|(place, own)| (Weight::State(place), &own.name));
    let parameters = || (0..).zip(&cell.parameters).map(|(place, own)| (Weight::Parameter(place), &own.name));
    if let Some(name) = &asked.weight {
        let found = states().chain(parameters()).find(|(_, own)| own.text == *name);
        if found.is_none() {
            let all: Vec<&str> = states().chain(parameters()).map(|(_, own)| own.text.as_str()).collect();
            let meant = did_you_mean(name, all.into_iter());
            let message = format!("the weight is a state variable or a parameter, and none is called `{name}`{meant}");
            refusals.push(Refusal::of_all(message));
        }
        let emitted = named_emission(cell, pre).zip(found.as_ref());
        if let Some((_, (_, own))) = emitted.filter(|(emitted, (asked, _))| emitted != asked) {
            let message = format!(
                "the file emits another variable, so that `{}` is not the weight: leave `weight` out",
                own.text
            );
            refusals.push(Refusal::of_all(message));
        }
        return found.map(|(weight, _)| weight);
    }
    let found = named_emission(cell, pre);
    let emits_any = cell.handlers.iter().any(|own| own.port as usize == pre && emits(&own.body).next().is_some());
    if found.is_none() && emits_any {
        let place = cell.handlers.iter().find(|handler| handler.port as usize == pre).map(|own| own.place);
        let message = "emit_spike is given more than a name here: say which is the weight, \"weight\": \"NAME\"";
        refusals.push(Refusal { place, message: message.into() });
        return None;
    }
    found
}

/// What `emit_spike` is given, if that is one name everywhere.
fn named_emission(cell: &Cell, pre: usize) -> Option<Weight> {
    let handlers = cell.handlers.iter().filter(|handler| handler.port as usize == pre);
    let mut emitted = handlers.flat_map(|handler| emits(&handler.body)).flatten();
    let first = emitted.next()?;
    let alike = emitted.all(|other| other == first);
    match cell.graph.node(first) {
        Node::State(place) if alike => Some(Weight::State(place)),
        Node::Parameter(place) if alike => Some(Weight::Parameter(place)),
        _ => None,
    }
}

fn delay(cell: &Cell, asked: &Asked, refusals: &mut Vec<Refusal>) -> Option<u32> {
    let name = asked.delay.as_ref()?;
    let found = (0..).zip(&cell.parameters).find(|(_, own)| own.name.text == *name);
    let Some((place, own)) = found else {
        let meant = did_you_mean(name, cell.parameters.iter().map(|own| own.name.text.as_str()));
        let message = format!("the delay is a parameter, and none is called `{name}`{meant}");
        refusals.push(Refusal::of_all(message));
        return None;
    };
    if own.name.unit.dimensions != crate::unit::Dimensions::TIME {
        let message = format!("`{name}` is the delay, which is a time: declare it in ms");
        refusals.push(Refusal::at(own.name.place, message));
    }
    Some(place)
}

/// Parameters that differ from synapse to synapse.
fn drawn(cell: &Cell, asked: &Asked, refusals: &mut Vec<Refusal>) -> Vec<u32> {
    let mut places = Vec::new();
    for (place, own) in (0..).zip(&cell.parameters).filter(|(_, own)| asked.drawn.contains(&own.name.text)) {
        places.push(place);
        let name = &own.name.text;
        let of_it = |node: &Node| *node == Node::Parameter(place);
        if own.homogeneous {
            refusals.push(Refusal::at(own.name.place, format!("`{name}` is @homogeneous: one value for all synapses")));
        }
        let guards = cell.guards.iter().filter(|guard| cell.graph.depends(guard.holds, of_it));
        if let Some((guard, text)) = guards.filter_map(|guard| Some((guard, guard.text.as_ref()?))).next() {
            let message = format!("`{name}` is in the guard `{text}`, which is not checked for values that are drawn");
            refusals.push(Refusal::at(guard.place, message));
        }
        if let Some(other) = cell.parameters.iter().find(|other| cell.graph.depends(other.start, of_it)) {
            let message = format!(
                "the value of `{}` is made of `{name}`, and does not follow values that are drawn",
                other.name.text
            );
            refusals.push(Refusal::at(other.name.place, message));
        }
    }
    places
}

/// Handlers stand in the order of priorities; without any, postsynaptic spikes come first.
fn pre_first(cell: &Cell, ports: &[Hears]) -> bool {
    let priority = |wanted: Hears| {
        let own = cell.handlers.iter().find(|handler| ports[handler.port as usize] == wanted);
        own.and_then(|handler| handler.priority)
    };
    match (priority(Hears::Pre), priority(Hears::Post)) {
        (Some(pre), Some(post)) => pre > post,
        (Some(_), None) => true,
        _ => false,
    }
}
