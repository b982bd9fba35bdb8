//! The synapses of a case from a file of the same equations.

use neuropil_core::{Clock, Stream, StreamKey};
use neuropil_equations::Role;
use neuropil_equations::synapse::{Asked, Hears, Synapse};
use neuropil_network::synapse::from_equations::Given;
use neuropil_network::synapse::{EquationSynapse, SynapseInfo, SynapseModel};
use std::path::Path;
use std::sync::Arc;

/// The only model of a file. A port whose name begins with neither `pre` nor `post` hears other cells, as dopamine.
///
/// # Errors
/// Why there is none that could be run.
pub(super) fn understood(path: &Path) -> Result<Arc<Synapse>, String> {
    let text = neuropil_model::CellFile::text_of(path)?;
    let read = neuropil_equations::read(&text, Some(Role::Synapse));
    let all = |messages: &mut dyn Iterator<Item = String>| messages.collect::<Vec<_>>().join("; ");
    let read = read.map_err(|findings| all(&mut findings.faults.iter().map(|own| own.message.clone())))?;
    let [cell] = &read.cells[..] else { return Err("it holds several models".into()) };
    let others = cell.spike_ports.iter().map(|port| &port.name.text);
    let others = others.filter(|name| !name.starts_with("pre") && !name.starts_with("post"));
    let ports = others.map(|name| (name.clone(), Hears::Others)).collect();
    // What is sent may be the weight times something.
    let weight = cell.states.iter().map(|own| &own.name.text).chain(cell.parameters.iter().map(|own| &own.name.text));
    let weight = weight.into_iter().find(|name| *name == "w").cloned();
    let synapse = Synapse::new(cell, &Asked { ports, weight, ..Asked::default() });
    let synapse = synapse.map_err(|refusals| all(&mut refusals.iter().map(|own| own.message.clone())))?;
    Ok(Arc::new(synapse))
}

/// The synapses, whose parameters have the names of those of a model of ours, with its values.
///
/// # Errors
/// A parameter that the file does not have.
pub(super) fn built(
    synapse: &Arc<Synapse>,
    info: &SynapseInfo,
    values: &[f64],
    clock: Clock,
) -> Result<Box<dyn SynapseModel>, String> {
    let own = &synapse.cell.parameters;
    let mut given = Given { parameters: vec![None; own.len()], drawn: Vec::new(), axonal_delay_ms: 0.0 };
    for (row, value) in info.parameters.iter().zip(values) {
        match own.iter().position(|own| own.name.text == row.symbol) {
            Some(place) => given.parameters[place] = Some(*value),
            None if row.symbol == "axonal_delay" => given.axonal_delay_ms = *value,
            None => return Err(format!("the file has no parameter `{}`", row.symbol)),
        }
    }
    let key = StreamKey::new(0, Stream::SynapseEquation, 0);
    Ok(Box::new(EquationSynapse::new(synapse.clone(), &given, clock, key)))
}
