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
    let watched = cell.input_ports.iter().map(|port| port.name.text.clone()).collect();
    let synapse = Synapse::new(cell, &Asked { ports, weight, watched, ..Asked::default() });
    let synapse = synapse.map_err(|refusals| all(&mut refusals.iter().map(|own| own.message.clone())))?;
    Ok(Arc::new(synapse))
}

/// Synapses of a file that watch their receiving cell.
pub(super) struct Watching {
    synapse: Arc<Synapse>,
    /// How many steps earlier each port looks.
    earlier_steps: Vec<u64>,
}

/// The only model of a file, whose continuous ports look at the receiving cell so many steps earlier.
///
/// # Errors
/// Why there is none that could be run; other ports.
pub(super) fn watching(path: &Path, ports: &[(&str, u64)]) -> Result<Watching, String> {
    let synapse = understood(path)?;
    let named = |name: &str| ports.iter().find(|own| own.0 == name).map(|own| own.1);
    let earlier = synapse.cell.input_ports.iter().map(|port| {
        let name = &port.name.text;
        named(name).ok_or_else(|| format!("the case does not say what its port `{name}` is"))
    });
    let earlier_steps = earlier.collect::<Result<_, _>>()?;
    Ok(Watching { synapse, earlier_steps })
}

impl Watching {
    /// How many ports look at the cell.
    pub fn ports(&self) -> usize {
        self.earlier_steps.len()
    }

    /// The synapses, with values of parameters by their names; others are the file's.
    ///
    /// # Errors
    /// A parameter that the file does not have.
    pub fn built(&self, parameters: &[(&str, f64)], clock: Clock) -> Result<Box<dyn SynapseModel>, String> {
        let own = &self.synapse.cell.parameters;
        let mut values = vec![None; own.len()];
        for (name, value) in parameters {
            let place = own.iter().position(|own| own.name.text == *name);
            values[place.ok_or_else(|| format!("the file has no parameter `{name}`"))?] = Some(*value);
        }
        let earlier_steps = self.earlier_steps.clone();
        let given = Given { parameters: values, drawn: Vec::new(), axonal_delay_ms: 0.0, earlier_steps };
        let key = StreamKey::new(0, Stream::SynapseEquation, 0);
        Ok(Box::new(EquationSynapse::new(self.synapse.clone(), &given, clock, key)))
    }
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
    let parameters = vec![None; own.len()];
    let mut given = Given { parameters, drawn: Vec::new(), axonal_delay_ms: 0.0, earlier_steps: Vec::new() };
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
