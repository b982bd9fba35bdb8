//! What an intervention is.

use crate::chosen::Chosen;
use crate::model::ProjectionSpec;
use neuropil_core::Unit;
use neuropil_engine::intervention::StateValues;
use neuropil_network::current::Waveform;
use neuropil_network::source::NewRate;
use std::sync::Arc;

/// An intervention, checked in itself.
#[derive(Debug, Clone)]
pub(crate) struct InterventionSpec {
    pub path: String,
    pub from: u64,
    pub until: Option<u64>,
    /// How often it acts, in steps, where it acts at once.
    pub every: Option<u64>,
    pub edit: EditSpec,
}

impl InterventionSpec {
    /// Whether it is an edit of peptides of which no field step knows: none ends in (from, until].
    pub(crate) fn is_between_field_steps(&self, until: u64, field_steps: u64) -> bool {
        let is_of_peptides = matches!(self.edit, EditSpec::Receptor { .. } | EditSpec::Species { .. });
        is_of_peptides && until / field_steps <= self.from / field_steps
    }

    /// The projection that it adds.
    pub(crate) fn added(&self) -> Option<&ProjectionSpec> {
        if let EditSpec::Add(own) = &self.edit { Some(own) } else { None }
    }

    /// Whether it edits the same receptor or species as another.
    pub(crate) fn is_of_same_peptide(&self, other: &Self) -> bool {
        match (&self.edit, &other.edit) {
            (EditSpec::Receptor { cell_type, receptor, .. }, EditSpec::Receptor { cell_type: t, receptor: r, .. }) => {
                (cell_type, receptor) == (t, r)
            }
            (EditSpec::Species { species, .. }, EditSpec::Species { species: other, .. }) => species == other,
            _ => false,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) enum EditSpec {
    Silence(Vec<Chosen>),
    Current { to: Vec<Chosen>, ports: Vec<usize>, amplitude: f64 },
    Add(Box<ProjectionSpec>),
    Noise { to: Vec<Chosen>, ports: Vec<usize>, waveform: Waveform },
    Rate { of: RateOfSpec, rate_hz: NewRate },
    State { of: Vec<Chosen>, values: Vec<(usize, StateValues)> },
    Parameters { of: Vec<Chosen>, values: Vec<(usize, f64)> },
    Receptor { cell_type: usize, receptor: usize, bound: f64 },
    Species { species: usize, diffusivity: Option<f64>, loss: Option<f64>, release: Option<f64> },
    Normalise { projection: String, unit: Unit, sum: f64 },
    Weights { projection: String, from: Option<Vec<Chosen>>, to: Option<Vec<Chosen>>, change: ChangeSpec },
}

/// Whose rate.
#[derive(Debug, Clone)]
pub(crate) enum RateOfSpec {
    /// An input by its index in the file, and which of its cells.
    Input(usize, Option<Vec<Chosen>>),
    /// Sources.
    Sources(Vec<Chosen>),
}

/// What becomes of weights, in the unit that the file names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ChangeSpec {
    /// Nothing passes.
    Cut,
    Scale(f64),
    Set(Unit, f64),
    Each(Unit, Arc<Vec<f64>>),
}
