//! A model by itself, before a projection says whose spikes its ports hear and what its weight is.

use super::model::Synapse;
use super::refusal::Refusal;
use super::roles::{Asked, Hears};
use crate::ir::Cell;

/// A model as synapses, with what a projection has to say of it.
#[derive(Debug, Clone)]
pub struct Alone {
    /// The synapses, if it says so.
    pub synapse: Synapse,
    /// What it has to say.
    pub to_be_said: Vec<String>,
}

/// Understands a model as synapses, whatever a projection would say.
///
/// # Errors
/// Everything that keeps it from being synapses.
pub fn alone(cell: &Cell) -> Result<Alone, Vec<Refusal>> {
    let mut asked = Asked::default();
    let mut to_be_said = Vec::new();
    for port in &cell.spike_ports {
        let (name, lower) = (&port.name.text, port.name.text.to_lowercase());
        if !lower.starts_with("pre") && !lower.starts_with("post") {
            asked.ports.insert(name.clone(), Hears::Others);
            to_be_said.push(format!(
                "a projection says whose spikes `{name}` hears: \"ports\": {{\"{name}\": {{\"spikes_of\": \"POPULATION\", \"delay_ms\": MS}}}}"
            ));
        }
    }
    for port in &cell.input_ports {
        let name = &port.name.text;
        to_be_said.push(format!(
            "a projection says what `{name}` is: \"ports\": {{\"{name}\": {{\"signal\": NUMBER}}}}, or {{\"post\": \"VARIABLE\"}} of the receiving cell"
        ));
    }
    let first = Synapse::new(cell, &asked);
    // Levels are read in handlers only, and there is one: else they are variables of the receiving cell.
    let first = if first.is_err() && !cell.input_ports.is_empty() {
        asked.watched = cell.input_ports.iter().map(|port| port.name.text.clone()).collect();
        Synapse::new(cell, &asked)
    } else {
        first
    };
    let names = || cell.states.iter().map(|own| &own.name).chain(cell.parameters.iter().map(|own| &own.name));
    let refusals = match first {
        Ok(synapse) => return Ok(Alone { synapse, to_be_said }),
        Err(refusals) => refusals,
    };
    // Which name is the weight is seen where it stands alone, or else guessed for this description.
    let Some(weight) = names().find(|own| own.text == "w" || own.text == "weight") else { return Err(refusals) };
    asked.weight = Some(weight.text.clone());
    let Ok(synapse) = Synapse::new(cell, &asked) else { return Err(refusals) };
    to_be_said.push(format!("a projection says which is the weight: \"weight\": \"{}\"", weight.text));
    Ok(Alone { synapse, to_be_said })
}
