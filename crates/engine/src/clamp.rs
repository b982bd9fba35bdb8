//! Cells that send recorded spikes, whatever their membrane says: it is integrated, and reset when they spike.
//!
//! Where the recording and the cell agree, which they do in a recording of the same network, nothing is touched: the
//! state has the bits of the run that was recorded.

mod due;
mod forced;
mod told;

use due::DueSpikes;
use forced::ForcedCells;
use neuropil_core::{Clock, Real};
use neuropil_network::neuron::{NeuronModel, State, View};
use std::ops::Range;
use std::sync::Arc;
use told::ToldCells;

/// Recorded spikes of a population.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clamp {
    /// Its index.
    pub population: usize,
    /// (step, cell), ascending.
    pub spikes: Vec<(u64, u32)>,
}

/// Why cells cannot be clamped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("population `{population}`: {reason}")]
pub struct ClampError {
    /// The population.
    pub population: String,
    /// Why.
    pub reason: String,
}

/// The cells of a part.
pub(crate) enum ClampedPart<R: Real> {
    /// Cells of models that are built in: what they did is put right once they have advanced.
    Forced(ForcedCells<R>),
    /// Cells from equations: they are told before.
    Told(ToldCells<R>),
}

/// A model whose cells are told, and which spikes of the step they are told of, above 0 where a cell does.
pub(crate) type ToldFrame<'a, R> = (&'a dyn NeuronModel<R>, &'a mut [R]);

impl<R: Real> ClampedPart<R> {
    /// `cells` of a model that is built in, which send `spikes` (step, cell of the part).
    pub fn forced(
        model: &dyn NeuronModel<R>,
        cells: Range<usize>,
        spikes: Vec<(u64, usize)>,
        clock: Clock,
    ) -> Result<Self, String> {
        Ok(Self::Forced(ForcedCells::new(model, cells, DueSpikes::new(spikes), clock)?))
    }

    /// So many cells of a model that is told where its cells spike.
    pub fn told(model: Arc<dyn NeuronModel<R>>, cells: usize, spikes: Vec<(u64, usize)>) -> Self {
        Self::Told(ToldCells::new(model, cells, DueSpikes::new(spikes)))
    }

    /// Before the cells advance: their state, what arrives, the current.
    pub fn before(&mut self, state: &View<'_, R>, felt: (&[R], &[R])) {
        if let Self::Forced(own) = self {
            own.before(state, felt);
        }
    }

    /// The model that advances in place of the network's, with what it is told in a step.
    pub fn telling(&mut self, step: u64) -> Option<ToldFrame<'_, R>> {
        match self {
            Self::Forced(_) => None,
            Self::Told(own) => Some(own.at(step)),
        }
    }

    /// Once they have.
    pub fn after(&mut self, state: &mut State<R>, fired: &mut [u8], step: u64) {
        if let Self::Forced(own) = self {
            own.force(state, fired, step);
        }
    }
}
