//! Synapses that files write as equations.

mod bursts;
mod diehl_cook;
mod drawn;
mod eager;
mod floor;
mod lazy;
mod pairs;
mod release;
mod twins;
mod watching;

use neuropil_core::{Clock, Stream, StreamKey};
use neuropil_equations::synapse::{Asked, Hears, Synapse};
use neuropil_equations::{Cell, Role};
use neuropil_network::synapse::from_equations::Given;
use neuropil_network::synapse::{EquationSynapse, SynapseModel};
use std::sync::Arc;

/// The only model of a text.
fn cell(text: &str) -> Cell {
    let read = neuropil_equations::read(text, Some(Role::Synapse));
    read.unwrap_or_else(|findings| panic!("{:#?}", findings.faults)).cells.remove(0)
}

/// The model of a text as synapses; the weight is called `w`, a port that is neither `pre...` nor `post...` hears other cells, and a
/// continuous one that is called `V...` watches the receiving cell.
fn synapse(text: &str) -> Arc<Synapse> {
    let cell = cell(text);
    let mut asked = Asked { weight: Some("w".into()), ..Asked::default() };
    let others = cell.spike_ports.iter().filter(|port| !port.name.text.starts_with('p'));
    asked.ports = others.map(|port| (port.name.text.clone(), Hears::Others)).collect();
    let continuous = cell.input_ports.iter().map(|port| &port.name.text);
    asked.watched = continuous.filter(|name| name.starts_with('V')).cloned().collect();
    Arc::new(Synapse::new(&cell, &asked).unwrap_or_else(|refusals| panic!("{refusals:#?}")))
}

/// Synapses with some parameters, by their names with units, in a network of steps of `dt_ms`.
fn built(synapse: &Arc<Synapse>, set: &[(&str, f64)], (axonal_delay_ms, dt_ms): (f64, f64)) -> Box<dyn SynapseModel> {
    watching(synapse, set, (axonal_delay_ms, dt_ms), Vec::new())
}

/// The same of synapses whose ports look at their receiving cells so many steps earlier.
fn watching(
    synapse: &Arc<Synapse>,
    set: &[(&str, f64)],
    (axonal_delay_ms, dt_ms): (f64, f64),
    earlier_steps: Vec<u64>,
) -> Box<dyn SynapseModel> {
    let names: Vec<&str> = synapse.cell.parameters.iter().map(|own| own.name.column.as_str()).collect();
    assert!(set.iter().all(|(name, _)| names.contains(name)), "{set:?} of {names:?}");
    let value = |name: &&str| set.iter().find(|own| own.0 == *name).map(|own| own.1);
    let parameters = names.iter().map(value).collect();
    let given = Given { parameters, drawn: Vec::new(), axonal_delay_ms, earlier_steps };
    let key = StreamKey::new(5, Stream::SynapseEquation, 3);
    assert_eq!(EquationSynapse::faults(synapse, &given, dt_ms), []);
    Box::new(EquationSynapse::new(synapse.clone(), &given, Clock::new(dt_ms).unwrap(), key))
}
