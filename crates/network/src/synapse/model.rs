//! From the equations of a synapse model to the synapses of a projection.

use super::equations::{Equations, SynapseInfo};
use super::state::SenderState;
use super::timing::{Timed, Timing, TimingModel};
use neuropil_core::{Clock, ParameterSet};

/// The spikes of some cells of one population in a step.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'s> {
    /// The grid of time.
    pub clock: Clock,
    /// The step.
    pub step: u64,
    /// Global ids of the cells that fired.
    pub fired: &'s [u32],
    /// Global id of the first of the cells.
    pub first_id: u32,
}

/// The synapses of a projection behind a virtual interface; immutable.
pub trait SynapseModel: Send + Sync {
    /// What the model is.
    fn info(&self) -> &'static SynapseInfo;
    /// Its parameters, in the order of the table.
    fn parameters(&self) -> Vec<f64>;
    /// The model, where spikes leave with factors that depend on their sending cell.
    fn sender(&self) -> Option<&dyn SenderModel> {
        None
    }
    /// The model, where weights follow spikes of both sides.
    fn timing(&self) -> Option<&dyn TimingModel> {
        None
    }
}

/// Synapses whose spikes leave with factors.
pub trait SenderModel: Send + Sync {
    /// What the model is.
    fn info(&self) -> &'static SynapseInfo;
    /// The state of `cells` sending cells that never fired.
    fn rest(&self, cells: usize) -> SenderState;
    /// Adds the factor of each spike of a step behind `factors`.
    fn send(&self, state: &mut SenderState, sent: Sent<'_>, factors: &mut Vec<f64>);
}

/// Synapses of one model, all of the same parameters.
pub struct Synapses<M: Equations> {
    params: M::Params,
}

impl<M: Equations> Synapses<M> {
    /// With one value a parameter.
    pub fn boxed(values: &[f64]) -> Box<dyn SynapseModel> {
        Box::new(Self { params: M::Params::from_values(values) })
    }
}

impl<M: Equations> SynapseModel for Synapses<M> {
    fn info(&self) -> &'static SynapseInfo {
        &M::INFO
    }

    fn parameters(&self) -> Vec<f64> {
        self.params.values()
    }

    fn sender(&self) -> Option<&dyn SenderModel> {
        Some(self)
    }
}

impl<M: Equations> SenderModel for Synapses<M> {
    fn info(&self) -> &'static SynapseInfo {
        &M::INFO
    }

    fn rest(&self, cells: usize) -> SenderState {
        let cell: Vec<f64> = (0..M::INFO.variables.len()).map(|variable| M::rest(&self.params, variable)).collect();
        SenderState { width: cell.len(), variables: cell.repeat(cells), last_step: vec![None; cells] }
    }

    #[expect(clippy::cast_precision_loss, reason = "steps stay below 2^48")]
    fn send(&self, state: &mut SenderState, sent: Sent<'_>, factors: &mut Vec<f64>) {
        for id in sent.fired {
            let cell = (id - sent.first_id) as usize;
            let since = state.last_step[cell].map(|last| (sent.step - last) as f64 * sent.clock.dt_ms());
            let own = &mut state.variables[cell * state.width..(cell + 1) * state.width];
            factors.push(M::spike(&self.params, own, since));
            state.last_step[cell] = Some(sent.step);
        }
    }
}

impl<M: Timing> SynapseModel for Timed<M> {
    fn info(&self) -> &'static SynapseInfo {
        &M::INFO
    }

    fn parameters(&self) -> Vec<f64> {
        self.params.values()
    }

    fn timing(&self) -> Option<&dyn TimingModel> {
        Some(self)
    }
}
