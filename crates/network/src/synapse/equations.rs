//! What the file of a synapse model says.

use super::third_factor::Port;
use crate::neuron::Variable;
use neuropil_core::{Parameter, ParameterSet};

/// What a synapse model is, without its numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SynapseInfo {
    /// Its name: `model` in the section `synapse` of a projection.
    pub name: &'static str,
    /// What it is called in messages.
    pub title: &'static str,
    /// The papers that it comes from: keys of docs/references.bib.
    pub references: &'static [&'static str],
    /// What it is, in a line: the title of its part of the schema, and of its class in Python.
    pub summary: &'static str,
    /// Parameters.
    pub parameters: &'static [Parameter],
    /// State of a sending cell.
    pub variables: &'static [Variable],
    /// What its weights hear beside spikes of both sides; needed where it is there.
    pub third_factor: Option<Port>,
}

/// The equations of one synapse model.
pub trait Equations: Send + Sync + 'static {
    /// What the model is.
    const INFO: SynapseInfo;
    /// What the user sets.
    type Params: ParameterSet;

    /// The value of a variable before the first spike.
    fn rest(params: &Self::Params, variable: usize) -> f64;

    /// A spike of a cell, `elapsed_ms` after the one before (`None` before the first): brings its variables up to date and
    /// returns the factor that the spike leaves with.
    fn spike(params: &Self::Params, variables: &mut [f64], elapsed_ms: Option<f64>) -> f64;
}
