//! What was understood of a synapse, for people.

use super::events::Event;
use super::keep::Keep;
use super::model::Synapse;
use super::roles::{Hears, Weight};
use crate::machine::lanes::Program;
use crate::machine::single;

/// Several lines on a model: parameters, ports, weight, who keeps which variable, cost.
pub fn describe(synapse: &Synapse) -> String {
    let mut lines = Vec::new();
    let mut add = |title: &str, text: String| {
        if !text.is_empty() {
            lines.push(format!("  {title:<13}{text}"));
        }
    };
    let cell = &synapse.cell;
    let own = single(cell, 0.1, &vec![None; cell.parameters.len()]);
    let rounded = |value: f64| -> f64 { format!("{value:.12e}").parse().unwrap_or(value) };
    let shown = |(place, name): (usize, &crate::ir::Name)| {
        format!("{} = {}", name.column, rounded(own.parameters[place] / name.unit.factor()))
    };
    let names = cell.parameters.iter().map(|own| &own.name).enumerate();
    add("parameters", names.map(shown).collect::<Vec<_>>().join(", "));
    add("ports", ports(synapse));
    add("weight", weight(synapse));
    let listed = |keep: Keep| {
        let names = synapse.kept(keep).into_iter().map(|own| synapse.name(own).text.clone());
        names.collect::<Vec<_>>().join(", ")
    };
    add("by synapse", listed(Keep::Own));
    add("by sender", format!("{}{}", listed(Keep::Pre), note(&listed(Keep::Pre), ": once for each cell and delay")));
    add("by receiver", format!("{}{}", listed(Keep::Post), note(&listed(Keep::Post), ": once for each cell")));
    add("memory", memory(synapse));
    add("an event", cost(synapse, &own.parameters));
    lines.join("\n")
}

fn note(names: &str, text: &str) -> String {
    if names.is_empty() { String::new() } else { text.to_owned() }
}

fn ports(synapse: &Synapse) -> String {
    let spikes = synapse.cell.spike_ports.iter().enumerate().map(|(place, port)| {
        let hears = match synapse.roles.ports[place] {
            Hears::Pre => "hears the sending cell",
            Hears::Post => "hears the receiving cell",
            Hears::Others => "hears other cells",
        };
        let guessed = if synapse.roles.guessed.contains(&place) { ", by its name" } else { "" };
        format!("{} ({hears}{guessed})", port.name.text)
    });
    let inputs = synapse.cell.input_ports.iter().zip(&synapse.roles.watched).map(|(port, watched)| {
        format!("{} ({})", port.name.text, if *watched { "a variable of the receiving cell" } else { "continuous" })
    });
    spikes.chain(inputs).collect::<Vec<_>>().join(", ")
}

fn weight(synapse: &Synapse) -> String {
    match synapse.roles.weight {
        Weight::State(place) => format!("{}, which changes", synapse.cell.states[place as usize].name.text),
        Weight::Parameter(place) => format!("{}, which stays", synapse.cell.parameters[place as usize].name.text),
    }
}

fn memory(synapse: &Synapse) -> String {
    if synapse.events.factor.is_some() {
        return "that of a static synapse".into();
    }
    let numbers = synapse.kept(Keep::Own).len() + usize::from(synapse.weight_place().is_none());
    let sent = usize::from(!synapse.events.sends_weight);
    format!("{} bytes a synapse, beside 6 of its place", 8 * (numbers + sent))
}

fn cost(synapse: &Synapse, parameters: &[f64]) -> String {
    let events = &synapse.events;
    let known = (parameters, 0.1);
    if let Some(factor) = &events.factor {
        let (operations, exponentials) = Program::new(&events.graph, &events.definitions, factor, known).cost();
        return format!("{operations} operations and {exponentials} exponentials for each spike of a sending cell");
    }
    let one = |title: &str, event: &Event| {
        let (operations, exponentials) = Program::new(&events.graph, &events.definitions, &event.roots, known).cost();
        format!("{title}: {operations} operations and {exponentials} exponentials a synapse")
    };
    let mut all = vec![one("presynaptic", &events.pre)];
    if !events.post.roots.is_empty() {
        all.push(one("postsynaptic", &events.post));
    }
    if synapse.steps {
        all.push(one("each step", &events.step));
    }
    all.extend(
        events
            .others
            .iter()
            .map(|(port, own)| one(&format!("at {}", synapse.cell.spike_ports[*port as usize].name.text), own)),
    );
    all.join("; ")
}
