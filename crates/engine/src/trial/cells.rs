//! The cells of a trial: populations of the network crate, as learning rules see them.

use super::TrialError;
use crate::slope::Slopes;
use neuropil_network::neuron::{Learnable, NeuronModel, learning_models};
use neuropil_plasticity::cell::{LifDelta, LifExp, Receptor, Reset, Rflo, Threshold};
use neuropil_plasticity::{Dynamics, PseudoDerivative};
use std::ops::Range;

/// Whether gradients follow the reset of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetGradient {
    /// The reset is a constant of the gradient.
    Detached,
    /// The reset is differentiated.
    Attached,
}

/// Cells of one model.
pub(super) struct Part {
    pub model: Box<dyn NeuronModel<f64>>,
    /// The same without threshold, where a reset hides the membrane that was tested.
    pub free: Option<Box<dyn NeuronModel<f64>>>,
    /// Their places among all cells.
    pub cells: Range<usize>,
    /// What rules need of each.
    pub own: Vec<Learnable>,
    /// How ψ is made of their planes.
    pub slopes: Slopes,
}

/// Cells that can learn; immutable.
pub struct TrialCells {
    pub(super) parts: Vec<Part>,
    cells: usize,
}

impl TrialCells {
    /// Cells of the given populations, one after the other, each a model and a number of cells. `pseudo_derivative` is
    /// that of the spiking ones.
    ///
    /// # Errors
    /// [`TrialError::CannotLearn`]: the first cell without eligibility traces.
    pub fn new(
        populations: Vec<(Box<dyn NeuronModel<f64>>, usize)>,
        pseudo_derivative: PseudoDerivative,
    ) -> Result<Self, TrialError> {
        let (mut parts, mut first) = (Vec::with_capacity(populations.len()), 0);
        for (population, (model, cells)) in populations.into_iter().enumerate() {
            let learnable = |cell| model.learnable(cell).ok_or_else(|| cannot_learn(population, cell, model.as_ref()));
            let own = (0..cells).map(learnable).collect::<Result<Vec<_>, _>>()?;
            let free = model.without_threshold();
            let slopes = Slopes::new(&own, pseudo_derivative);
            parts.push(Part { model, free, cells: first..first + cells, own, slopes });
            first += cells;
        }
        Ok(Self { parts, cells: first })
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.cells
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.cells == 0
    }

    /// The constants of each cell, as rules take them.
    pub fn dynamics(&self, reset: ResetGradient) -> Vec<Dynamics> {
        self.parts.iter().flat_map(|part| &part.own).map(|own| dynamics(own, reset)).collect()
    }

    /// The receptor channels of a cell's arrivals: 2 where weights of different sign go to different currents.
    pub(super) fn channels(&self) -> usize {
        self.parts.iter().map(|part| part.model.info().ports.len()).max().unwrap_or(1)
    }
}

fn cannot_learn(population: usize, cell: usize, model: &dyn NeuronModel<f64>) -> TrialError {
    let name = model.info().name;
    let reason = why_not(name, "; use `to_value`");
    TrialError::CannotLearn { population, cell, reason }
}

/// Why a cell of this model has no eligibility traces; `advice` is for those that would have them with another reset.
pub(crate) fn why_not(model: &str, advice: &str) -> String {
    let known: Vec<&str> = learning_models().collect();
    if known.contains(&model) {
        return format!("cells of model `{model}` cannot learn yet with `reset`: `by_subtraction`{advice}");
    }
    format!("cells of model `{model}` cannot learn yet; those that can are {}", known.join(", "))
}

/// The constants of a cell, as rules take them.
pub(crate) fn dynamics(own: &Learnable, gradient: ResetGradient) -> Dynamics {
    let attached = gradient == ResetGradient::Attached;
    match *own {
        Learnable::Adaptive { alpha, g, v_th, beta, rho, g_a } => {
            Dynamics::Threshold(Threshold { alpha, g, beta, rho, g_a, reset: if attached { v_th } else { 0.0 } })
        }
        Learnable::Rectified { alpha, g, .. } => {
            Dynamics::Threshold(Threshold { alpha, g, beta: 0.0, rho: 0.0, g_a: 0.0, reset: 0.0 })
        }
        Learnable::Tanh { rate } => Dynamics::Rflo(Rflo { rate }),
        Learnable::Clamped { alpha, v_reset, receptors, .. } => {
            let reset = if attached { Reset::Attached { v_reset } } else { Reset::Detached };
            match receptors {
                None => Dynamics::LifDelta(LifDelta { alpha, reset }),
                Some(receptors) => {
                    let receptors = receptors.map(|own| Receptor { chi: own.decay, p21: own.p21 });
                    Dynamics::LifExp(LifExp { alpha, reset, receptors })
                }
            }
        }
    }
}
