//! The cells of a trial: populations of the network crate, as learning rules see them.

use super::TrialError;
use super::derived::Derived;
use crate::slope::Slopes;
use neuropil_network::neuron::{Learnable, NeuronModel, SpikeChoice, learning_models};
use neuropil_plasticity::cell::ResetGradient;
use neuropil_plasticity::{Dynamics, PseudoDerivative};
use std::ops::Range;

/// How the slope of spikes is had.
#[derive(Debug, Clone, PartialEq)]
pub struct SpikeSlope {
    /// ψ of spiking cells.
    pub pseudo_derivative: PseudoDerivative,
    /// Of cells from equations: what is tested, its threshold and the width of the slope.
    pub choice: SpikeChoice,
    /// Of cells from equations: the largest size of a derivative of the state by the state of the step before.
    pub jacobian_limit: Option<f64>,
}

impl From<PseudoDerivative> for SpikeSlope {
    /// As the cells have it themselves.
    fn from(pseudo_derivative: PseudoDerivative) -> Self {
        Self { pseudo_derivative, choice: SpikeChoice::default(), jacobian_limit: None }
    }
}

/// Cells of one model.
pub(super) struct Part {
    pub model: Box<dyn NeuronModel<f64>>,
    /// The same without threshold, where a reset hides the membrane that was tested.
    pub free: Option<Box<dyn NeuronModel<f64>>>,
    /// Their places among all cells.
    pub cells: Range<usize>,
    /// What rules need of each.
    pub own: Rules,
}

/// What rules need of the cells of a model.
pub(super) enum Rules {
    /// Constants of a recursion.
    Constants {
        /// Of each cell.
        own: Vec<Learnable>,
        /// How ψ is made of their planes.
        slopes: Slopes,
    },
    /// A derivative that is written down at every step.
    Derived(Box<Derived>),
}

/// Cells that can learn; immutable.
pub struct TrialCells {
    pub(super) parts: Vec<Part>,
    cells: usize,
}

impl TrialCells {
    /// Cells of the given populations, one after the other, each a model and a number of cells. `slope` is that of the
    /// spiking ones.
    ///
    /// # Errors
    /// [`TrialError::CannotLearn`]: the first cell without eligibility traces.
    pub fn new(
        populations: Vec<(Box<dyn NeuronModel<f64>>, usize)>,
        slope: impl Into<SpikeSlope>,
    ) -> Result<Self, TrialError> {
        let slope = slope.into();
        let (mut parts, mut first) = (Vec::with_capacity(populations.len()), 0);
        for (population, (model, cells)) in populations.into_iter().enumerate() {
            let range = first..first + cells;
            let own = match model.derivative(&slope.choice, slope.jacobian_limit) {
                None => constants(population, model.as_ref(), cells, slope.pseudo_derivative)?,
                Some(derivative) => {
                    let found = derivative.map_err(|reason| reason.to_string());
                    let shape = (slope.pseudo_derivative, range.clone());
                    let own = found.and_then(|derivative| Derived::new(derivative, model.as_ref(), shape));
                    let refused = |why| {
                        let reason = format!("`{}` cannot learn: {why}", model.info().name);
                        TrialError::CannotLearn { population, cell: 0, reason }
                    };
                    Rules::Derived(Box::new(own.map_err(refused)?))
                }
            };
            let free = model.without_threshold();
            parts.push(Part { model, free, cells: range, own });
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
        let mut all = Vec::with_capacity(self.cells);
        for part in &self.parts {
            match &part.own {
                Rules::Constants { own, .. } => all.extend(own.iter().map(|own| Dynamics::of(own, reset))),
                Rules::Derived(own) => all.extend(own.dynamics(part.cells.len(), reset)),
            }
        }
        all
    }

    /// What is to be said of the slopes of their spikes.
    pub fn notes(&self) -> Vec<String> {
        let of = |part: &Part| match &part.own {
            Rules::Constants { .. } => None,
            Rules::Derived(own) => own.note(part.model.info().name),
        };
        self.parts.iter().filter_map(of).collect()
    }

    /// The receptor channels of a cell's arrivals: 2 where weights of different sign go to different currents.
    pub(super) fn channels(&self) -> usize {
        let of = |part: &Part| match &part.own {
            Rules::Constants { .. } => part.model.info().ports.len(),
            Rules::Derived(own) => own.channels(),
        };
        self.parts.iter().map(of).max().unwrap_or(1)
    }
}

fn constants(
    population: usize,
    model: &dyn NeuronModel<f64>,
    cells: usize,
    pseudo_derivative: PseudoDerivative,
) -> Result<Rules, TrialError> {
    let learnable = |cell| model.learnable(cell).ok_or_else(|| cannot_learn(population, cell, model));
    let own = (0..cells).map(learnable).collect::<Result<Vec<_>, _>>()?;
    let slopes = Slopes::new(&own, pseudo_derivative);
    Ok(Rules::Constants { own, slopes })
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
    format!(
        "cells of model `{model}` cannot learn yet; those that can are {}, and most that a file writes as equations \
         (`neuropil check FILE.nestml` tells)",
        known.join(", ")
    )
}
