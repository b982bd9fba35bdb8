//! What a synapse model of a file is, in the words of all models.

use crate::neuron::{Variable, interned, unit_of};
use crate::synapse::equations::SynapseInfo;
use neuropil_core::{Parameter, Range};
use neuropil_equations::ir;
use neuropil_equations::machine::single;
use neuropil_equations::synapse::{Keep, Synapse};
use std::sync::{Mutex, PoisonError};

static DESCRIPTIONS: Mutex<Vec<&'static SynapseInfo>> = Mutex::new(Vec::new());

/// The one copy of the description of a model that is kept for good; `dt_ms` is the step, on which values may depend.
pub(super) fn described(synapse: &Synapse, dt_ms: f64) -> &'static SynapseInfo {
    let cell = &synapse.cell;
    let defaults = single(cell, dt_ms, &vec![None; cell.parameters.len()]).parameters;
    let parameter = |(own, default): (&ir::Parameter, f64)| {
        let (unit, symbol) = unit_of(&own.name);
        let default = default / own.name.unit.factor();
        Parameter { symbol, unit, default, range: Range::Any, doc: "of the file" }
    };
    let variable = |variable: usize| {
        let (unit, symbol) = unit_of(synapse.name(variable));
        Variable { symbol, unit, doc: "of the file" }
    };
    let parameters: Vec<Parameter> = cell.parameters.iter().zip(defaults).map(parameter).collect();
    let of_sender = if synapse.events.factor.is_some() { synapse.kept(Keep::Pre) } else { Vec::new() };
    let variables: Vec<Variable> = of_sender.into_iter().map(variable).collect();
    let mut all = DESCRIPTIONS.lock().unwrap_or_else(PoisonError::into_inner);
    let name = interned(&cell.name);
    let is =
        |known: &&&SynapseInfo| known.name == name && known.parameters == parameters && known.variables == variables;
    if let Some(known) = all.iter().find(is) {
        return known;
    }
    let kept: &'static SynapseInfo = Box::leak(Box::new(SynapseInfo {
        name,
        title: interned(&format!("synapses of `{name}`")),
        references: &[],
        summary: "a synapse of a file",
        parameters: parameters.leak(),
        variables: variables.leak(),
        third_factor: None,
    }));
    all.push(kept);
    kept
}
