//! Third factors of a design: what is wrong with them, and how late they come.

use super::Design;
use crate::neuron::ModelInfo;
use crate::projection::Projection;
use crate::synapse::TimingModel;
use crate::synapse::third_factor::{Origin, Port, ThirdFactor};
use neuropil_core::{Real, Unit};

impl<R: Real> Design<R> {
    /// What is wrong with the third factors of a projection.
    pub(super) fn deaf(&self, projection: &Projection) -> Vec<String> {
        let (factors, ports) =
            (&projection.third_factors, projection.timing().map_or(&[] as &[Port], TimingModel::ports));
        let mut faults = Vec::new();
        if factors.len() != ports.len() {
            let names: Vec<&str> = ports.iter().map(|port| port.name).collect();
            let needed = if names.is_empty() { "no third factor".into() } else { format!("`{}`", names.join("`, `")) };
            faults.push(format!("its synapses hear {needed}, found {} of them", factors.len()));
        }
        for (port, factor) in ports.iter().zip(factors) {
            faults.extend(port.refuses(factor));
            faults.extend(self.hidden(projection, port, factor));
            let Origin::Spikes { senders, .. } = &factor.origin else { continue };
            let graded = senders.iter().find(|(sender, _)| self.graded_index(*sender).is_some());
            faults.extend(graded.map(|(sender, _)| {
                format!("`{}` needs spikes, but the cells of {} are graded", port.name, self.populations[*sender].name)
            }));
        }
        faults
    }

    /// Why a port cannot watch a variable of the receiving cells.
    fn hidden(&self, projection: &Projection, port: &Port, factor: &ThirdFactor) -> Option<String> {
        let Origin::Watched { variable, .. } = factor.origin else { return None };
        let (target, name) = (&self.populations[projection.target], port.name);
        let info = target.neurons()?.info();
        let found = info.observables().count();
        (variable >= found).then(|| {
            format!("`{name}` watches variable {variable} of {}, whose cells, {}, have {found}", target.name, info.name)
        })
    }

    /// What is wrong with the membranes that the synapses of a projection watch.
    pub(super) fn unseen(&self, projection: &Projection) -> Vec<String> {
        let Some(timing) = projection.timing().filter(|timing| timing.watches()) else { return Vec::new() };
        let (title, target) =
            (projection.synapse.as_ref().map_or("", |own| own.info().title), &self.populations[projection.target]);
        let mut faults = Vec::new();
        let lag = timing.lag().and_then(|lag| Some(format!("{}: {}", lag.name, self.clock.steps(lag.ms).err()?)));
        faults.extend(lag);
        let membrane = |info: &ModelInfo| info.variables.first().is_some_and(|own| own.unit == Unit::Mv);
        if let Some(info) = target.neurons().map(|model| model.info()).filter(|info| !membrane(info)) {
            let first = info.variables.first().map_or("nothing", |own| own.symbol);
            faults.push(format!(
                "{title} watches a membrane in mV, but the first variable of {}, the cells of {}, is `{first}`",
                info.name, target.name
            ));
        }
        faults
    }

    /// The delays of third factors that spikes bring, steps.
    pub(super) fn factor_delays(&self) -> impl Iterator<Item = u32> + '_ {
        let factors = self.projections.iter().flat_map(|own| &own.third_factors);
        factors.filter_map(
            |own| if let Origin::Spikes { delay_steps, .. } = own.origin { Some(delay_steps) } else { None },
        )
    }
}
