//! Synapses of a file, as a projection has them.

use crate::third_factor::spec::ThirdFactorSpec;
use neuropil_core::{Clock, StreamKey, Unit};
use neuropil_equations::synapse::{Hears, Synapse, Weight};
use neuropil_network::synapse::from_equations::Given;
use neuropil_network::synapse::{EquationSynapse, SynapseInfo, SynapseModel};
use std::path::PathBuf;
use std::sync::Arc;

/// Synapses of a file, as a projection has them.
#[derive(Debug, Clone)]
pub(crate) struct FileSynapse {
    /// The equations.
    pub synapse: Arc<Synapse>,
    /// What the model is, in the words of all models.
    pub info: &'static SynapseInfo,
    /// Where the file lies; none where its text is given.
    pub file: Option<PathBuf>,
    /// Its text.
    pub text: String,
    /// What may be meant otherwise in it: `FILE:LINE:COLUMN: ...`.
    pub warnings: Vec<String>,
    /// What it hears beside the spikes of its two cells, one a port.
    pub third_factors: Vec<ThirdFactorSpec>,
    /// The step.
    pub clock: Clock,
    /// Parameters.
    pub given: Given,
}

impl FileSynapse {
    /// The synapses; `key` is their projection's stream of random numbers.
    pub fn build(&self, key: StreamKey) -> Box<dyn SynapseModel> {
        Box::new(EquationSynapse::new(self.synapse.clone(), &self.given, self.clock, key))
    }

    /// The ports whose role was guessed by their names.
    pub fn guesses(&self) -> Option<String> {
        let each = self.synapse.roles.guessed.iter().map(|port| {
            let hears = if self.synapse.roles.ports[*port] == Hears::Pre { "sending" } else { "receiving" };
            format!("`{}` hears the {hears} cells", self.synapse.cell.spike_ports[*port].name.text)
        });
        let all: Vec<String> = each.collect();
        (!all.is_empty()).then(|| format!("by their names, {}", all.join(" and ")))
    }

    /// Why weights in this unit cannot be those of the file.
    pub fn weight_fault(&self, unit: Unit) -> Option<String> {
        let cell = &self.synapse.cell;
        let name = match self.synapse.roles.weight {
            Weight::State(place) => &cell.states[place as usize].name,
            Weight::Parameter(place) => &cell.parameters[place as usize].name,
        };
        let own = neuropil_equations::Unit::coherent(name.unit.dimensions).map(|unit| unit.text)?;
        let fits = own.is_empty() || unit == Unit::One || own == unit.symbol();
        (!fits).then(|| {
            let (name, declared, port) = (&name.text, &name.unit.text, unit.symbol());
            format!("its weight `{name}` is in {declared}, and these cells take weights in {port}: declare it as `{name} real`")
        })
    }
}
