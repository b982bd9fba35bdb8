//! What a model declares and does nothing with: a forgotten `+ I_stim` is told, and not the silence that follows.

use super::Role;
use super::symbols::Symbols;
use crate::fault::Notes;
use crate::graph::Node;
use crate::ir::{Cell, Name, State, Statement, Target};
use crate::unit::Dimensions;

/// Warns of ports and parameters that nothing reads, and of states that nothing changes.
pub(super) fn warn_of_unread(cell: &Cell, role: Role, symbols: &Symbols, notes: &mut Notes<'_>) {
    let leaves: Vec<Node> = cell.graph.reached(&cell.roots()).into_iter().map(|id| cell.graph.node(id)).collect();
    let mut warn = |name: &Name, message: String| {
        let declared = name.text.split('[').next().unwrap_or_default();
        if let Some(symbol) = symbols.get(declared) {
            notes.warn(symbol.span, message);
        }
    };
    for (port, own) in (0..).zip(&cell.spike_ports) {
        let is_read = cell.handlers.iter().any(|handler| handler.port == port)
            || cell.jumps.iter().any(|jump| jump.port == port)
            || leaves.iter().any(|leaf| match leaf {
                Node::Arrivals(other) => *other == port,
                Node::Convolution { block, .. } => cell.convolutions[*block as usize].port == port,
                _ => false,
            });
        if !is_read {
            warn(&own.name, format!("nothing reads the spike port `{}`: what is sent there is lost", own.name.text));
        }
    }
    for (port, own) in (0..).zip(&cell.input_ports) {
        if !leaves.contains(&Node::Input(port)) {
            warn(&own.name, format!("nothing reads the port `{}`: what is sent there is lost", own.name.text));
        }
    }
    for (place, own) in (0..).zip(&cell.parameters) {
        // The delay of a synapse is read by the program.
        let is_delay = role == Role::Synapse && own.name.unit.dimensions == Dimensions::TIME;
        if !is_delay && !cell.graph.nodes().contains(&Node::Parameter(place)) {
            warn(&own.name, format!("nothing reads the parameter `{}`", own.name.text));
        }
    }
    if role == Role::Cell {
        warn_of_unchanged(cell, &mut warn);
    }
}

fn warn_of_unchanged(cell: &Cell, warn: &mut dyn FnMut(&Name, String)) {
    let mut changed: Vec<u32> = cell.jumps.iter().map(|jump| jump.state).collect();
    changed.extend(cell.handlers.iter().flat_map(|own| own.affine.iter().flatten()).map(|(state, _)| *state));
    cell.each_statement(&mut |statement| {
        if let Statement::Assign { target: Target::State(state), .. } = statement {
            changed.push(*state);
        }
    });
    let changes =
        |(place, own): &(u32, &State)| own.derivative.is_some() || own.timer.is_some() || changed.contains(place);
    let declared = |name: &Name| name.text.split('[').next().unwrap_or_default().to_owned();
    let all = || (0..).zip(&cell.states);
    for (_, own) in all().filter(|own| !changes(own)) {
        // Of a vector some elements may only be read.
        if !all().any(|other| changes(&other) && declared(&other.1.name) == declared(&own.name)) {
            let name = &own.name.text;
            warn(
                &own.name,
                format!("nothing changes the state `{name}`: it has no equation, and nothing is assigned to it"),
            );
        }
    }
}
