//! What an edit is.

use super::overlap::Thing;
use super::{
    EditFault, Injection, NoiseEdit, Normalisation, ParameterEdit, RateEdit, ReceptorEdit, Silence, SpeciesEdit,
    StateEdit, TimedCut, WeightEdit,
};
use neuropil_core::Real;
use neuropil_network::network::Design;

/// What is edited.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Cells send nothing.
    Silence(Silence),
    /// A current into cells.
    Current(Injection),
    /// A current that fluctuates into cells.
    Noise(NoiseEdit),
    /// Another rate of Poisson trains.
    Rate(RateEdit),
    /// Other weights.
    Weights(WeightEdit),
    /// Other weights of synapses that follow spikes, put in at once.
    TimedWeights(WeightEdit),
    /// Synapses that follow spikes and let none through.
    TimedCut(TimedCut),
    /// Sums of weights that follow spikes, brought to a number at once, once or again and again.
    Normalise(Normalisation),
    /// Other states, put in at once.
    State(StateEdit),
    /// Other parameters.
    Parameter(ParameterEdit),
    /// A receptor that is held.
    Receptor(ReceptorEdit),
    /// Another species.
    Species(SpeciesEdit),
}

impl Edit {
    pub(super) fn silence(&self) -> Option<&Silence> {
        if let Self::Silence(own) = self { Some(own) } else { None }
    }

    pub(super) fn injection(&self) -> Option<&Injection> {
        if let Self::Current(own) = self { Some(own) } else { None }
    }

    pub(super) fn noise(&self) -> Option<&NoiseEdit> {
        if let Self::Noise(own) = self { Some(own) } else { None }
    }

    pub(super) fn rate(&self) -> Option<&RateEdit> {
        if let Self::Rate(own) = self { Some(own) } else { None }
    }

    pub(super) fn weights(&self) -> Option<&WeightEdit> {
        if let Self::Weights(own) = self { Some(own) } else { None }
    }

    pub(super) fn timed_cut(&self) -> Option<&TimedCut> {
        if let Self::TimedCut(own) = self { Some(own) } else { None }
    }

    pub(super) fn normalisation(&self) -> Option<&Normalisation> {
        if let Self::Normalise(own) = self { Some(own) } else { None }
    }

    pub(super) fn state(&self) -> Option<&StateEdit> {
        if let Self::State(own) = self { Some(own) } else { None }
    }

    pub(super) fn parameter(&self) -> Option<&ParameterEdit> {
        if let Self::Parameter(own) = self { Some(own) } else { None }
    }

    pub(super) fn receptor(&self) -> Option<&ReceptorEdit> {
        if let Self::Receptor(own) = self { Some(own) } else { None }
    }

    pub(super) fn species(&self) -> Option<&SpeciesEdit> {
        if let Self::Species(own) = self { Some(own) } else { None }
    }

    /// Whether it is made once, at its beginning, and what it changes goes on from there.
    pub fn is_at_once(&self) -> bool {
        match self {
            Self::TimedWeights(_) | Self::State(_) => true,
            Self::Normalise(own) => own.every.is_none(),
            _ => false,
        }
    }

    /// What no two edits change at a time; `None` for currents, which add up, and for what is made at once, one after the other.
    pub(super) fn thing(&self) -> Option<Thing<'_>> {
        match self {
            Self::Silence(own) => own.thing(),
            Self::Current(_) | Self::Noise(_) | Self::TimedWeights(_) | Self::State(_) => None,
            Self::Rate(own) => own.thing(),
            Self::Weights(own) => own.thing(),
            Self::TimedCut(own) => own.thing(),
            Self::Normalise(own) => own.thing(),
            Self::Parameter(own) => own.thing(),
            Self::Receptor(own) => own.thing(),
            Self::Species(own) => own.thing(),
        }
    }

    /// Why a network of this design cannot be edited so.
    pub fn faults<R: Real>(&self, design: &Design<R>) -> Vec<EditFault> {
        match self {
            Self::Silence(own) => own.faults(design),
            Self::Current(own) => own.faults(design),
            Self::Noise(own) => own.faults(design),
            Self::Rate(own) => own.faults(design),
            Self::Weights(own) | Self::TimedWeights(own) => own.faults(design),
            Self::TimedCut(own) => own.faults(design),
            Self::Normalise(own) => own.faults(design),
            Self::State(own) => own.faults(design),
            Self::Parameter(own) => own.faults(design),
            // Names and numbers are checked where the chemistry is known.
            Self::Receptor(_) | Self::Species(_) => Vec::new(),
        }
    }
}
