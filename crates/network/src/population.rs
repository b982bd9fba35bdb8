//! Populations: cells of one model, with their type, sign and place.

use crate::neuron::NeuronModel;
use crate::source::SpikeSource;
use neuropil_core::Real;

/// Dale's law: what a cell's outgoing weights may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Weights >= 0.
    Excitatory,
    /// Weights <= 0.
    Inhibitory,
    /// No constraint.
    Mixed,
}

impl Sign {
    /// Whether an outgoing weight is allowed.
    pub fn allows(self, weight: f64) -> bool {
        match self {
            Sign::Excitatory => weight >= 0.0,
            Sign::Inhibitory => weight <= 0.0,
            Sign::Mixed => true,
        }
    }

    /// +1, -1 or 0.
    pub fn number(self) -> i8 {
        match self {
            Sign::Excitatory => 1,
            Sign::Inhibitory => -1,
            Sign::Mixed => 0,
        }
    }

    /// The word used in files.
    pub fn word(self) -> &'static str {
        match self {
            Sign::Excitatory => "excitatory",
            Sign::Inhibitory => "inhibitory",
            Sign::Mixed => "mixed",
        }
    }
}

/// What a population's cells are.
pub enum Kind<R: Real> {
    /// Cells with a state, that receive.
    Neurons(Box<dyn NeuronModel<R>>),
    /// Cells that only send.
    Source(Box<dyn SpikeSource>),
}

/// Where the initial value of a state variable comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Initial {
    /// Index of the variable.
    pub variable: usize,
    /// One value a cell, in the variable's unit.
    pub values: Vec<f64>,
}

/// Cells of one model; immutable.
pub struct Population<R: Real> {
    /// Its name.
    pub name: String,
    /// Number of cells.
    pub cells: u32,
    /// What they are.
    pub kind: Kind<R>,
    /// Their biological type (`Pyr`, `Sst`, ...), or empty.
    pub cell_type: String,
    /// Dale's law.
    pub sign: Sign,
    /// Where the cells are, um.
    pub positions: Option<Vec<[f64; 3]>>,
    /// Initial values other than rest.
    pub initial: Vec<Initial>,
}

impl<R: Real> Population<R> {
    /// The model, where the cells have a state.
    pub fn neurons(&self) -> Option<&dyn NeuronModel<R>> {
        match &self.kind {
            Kind::Neurons(model) => Some(model.as_ref()),
            Kind::Source(_) => None,
        }
    }

    /// The name of the model in files.
    pub fn model_name(&self) -> &'static str {
        match &self.kind {
            Kind::Neurons(model) => model.info().name,
            Kind::Source(source) => source.name(),
        }
    }
}
