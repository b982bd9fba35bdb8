//! The cells of a network that is replayed, as rules see them.

use crate::clamp::{Clamp, ClampError};
use crate::learning::LearningError;
use crate::trial::{Derived, Teaching, why_not};
use neuropil_network::Population;
use neuropil_network::network::Design;
use neuropil_network::neuron::{NeuronModel, Output};
use neuropil_plasticity::Dynamics;
use std::sync::Arc;

/// The models of populations whose cells are told where they spike; `None` of all others.
pub(super) type ToldModels = Vec<Option<Arc<dyn NeuronModel<f64>>>>;

/// The models of the cells from equations that are held to recorded spikes, by population.
pub(super) fn told(design: &Design<f64>, clamps: &[Clamp]) -> Result<ToldModels, ClampError> {
    let mut all: ToldModels = design.populations.iter().map(|_| None).collect();
    for clamp in clamps {
        let own = &design.populations[clamp.population];
        let Some(model) = own.neurons() else { continue };
        let Some(told) = model.told(own.cells as usize) else { continue };
        let refuse = |why: String| {
            let reason = format!("cells of `{}` cannot be held to recorded spikes: {why}", model.info().name);
            ClampError { population: own.name.clone(), reason }
        };
        all[clamp.population] = Some(Arc::from(told.map_err(refuse)?));
    }
    Ok(all)
}

/// What rules need of all cells.
pub(super) struct ReplayedCells {
    /// Constants of each cell, in the order of the design.
    pub dynamics: Vec<Dynamics>,
    /// The populations of cells from equations.
    pub derived: Vec<Option<Arc<Derived>>>,
    /// What is to be said of their slopes.
    pub notes: Vec<String>,
}

impl ReplayedCells {
    /// Of the cells of a design, some of which are told.
    pub fn of(design: &Design<f64>, told: &ToldModels, teaching: &Teaching) -> Result<Self, LearningError> {
        let mut all = Self { dynamics: Vec::new(), derived: Vec::new(), notes: Vec::new() };
        for (population, (own, told)) in design.populations.iter().zip(told).enumerate() {
            let Some(model) = own.neurons() else {
                all.derived.push(None);
                continue;
            };
            let (model, cells) = (told.as_deref().unwrap_or(model), own.cells as usize);
            let derived = derived(own, (model, population), teaching)?;
            match &derived {
                Some(derived) => all.dynamics.extend(derived.dynamics(cells, teaching.reset)),
                None => {
                    for cell in 0..cells {
                        all.dynamics.push(constants(own, (model, cell), teaching)?);
                    }
                }
            }
            all.notes.extend(derived.as_ref().and_then(|own| own.note(model.info().name)));
            all.derived.push(derived.map(Arc::new));
        }
        Ok(all)
    }
}

/// The derivative of cells from equations; `None` of others.
fn derived(
    own: &Population<f64>,
    (model, population): (&dyn NeuronModel<f64>, usize),
    teaching: &Teaching,
) -> Result<Option<Derived>, LearningError> {
    let slope = teaching.slopes.get(population).cloned().unwrap_or_default();
    let Some(derivative) = model.derivative(&slope.spike, slope.jacobian_limit) else { return Ok(None) };
    let refuse = |reason: String| {
        let reason = format!("`{}` cannot learn from recordings: {reason}", model.info().name);
        LearningError::CannotLearn { population: own.name.clone(), cell: 0, reason }
    };
    if matches!(model.info().output, Output::Graded(_)) {
        return Err(refuse("it sends a number at every step, of which recordings of spikes say nothing".into()));
    }
    let derivative = derivative.map_err(|reason| refuse(reason.to_string()))?;
    let shape = (teaching.pseudo_derivative, own.cells as usize);
    Derived::of_ports(derivative, model, shape).map(Some).map_err(refuse)
}

/// The constants of a cell of a model that is built in.
fn constants(
    own: &Population<f64>,
    (model, cell): (&dyn NeuronModel<f64>, usize),
    teaching: &Teaching,
) -> Result<Dynamics, LearningError> {
    let refuse = |reason| LearningError::CannotLearn { population: own.name.clone(), cell, reason };
    let known = model.learnable(cell).ok_or_else(|| refuse(why_not(model.info().name, "; use `to_value`")))?;
    Ok(Dynamics::of(&known, teaching.reset))
}
