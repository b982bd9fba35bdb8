//! Cells from equations, which are told before they advance where they spike: what the file says of a spike then happens, and of
//! cells that are not told of one nothing, whatever their condition says.

use super::{DueSpikes, ToldFrame};
use neuropil_core::Real;
use neuropil_network::neuron::NeuronModel;
use std::sync::Arc;

/// The cells of a part.
pub(crate) struct ToldCells<R: Real> {
    model: Arc<dyn NeuronModel<R>>,
    spikes: DueSpikes,
    due: Vec<R>,
}

impl<R: Real> ToldCells<R> {
    /// So many cells of a model that is told.
    pub(super) fn new(model: Arc<dyn NeuronModel<R>>, cells: usize, spikes: DueSpikes) -> Self {
        Self { model, spikes, due: vec![R::ZERO; cells] }
    }

    /// The model, and what it is told in a step.
    pub(super) fn at(&mut self, step: u64) -> ToldFrame<'_, R> {
        let Self { model, spikes, due } = self;
        due.fill(R::ZERO);
        spikes.at(step, |cell| due[cell] = R::ONE);
        (&**model, due)
    }
}
