//! What can be wrong with trials.

use crate::ranks::{ExchangeError, Trouble};
use thiserror::Error;

/// A fault of trials, or of what a rule was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TrialError {
    /// A population whose cells have no eligibility traces.
    #[error("population {population}, cell {cell}: {reason}")]
    CannotLearn {
        /// Index of the population.
        population: usize,
        /// Index of the cell in it.
        cell: usize,
        /// Why.
        reason: String,
    },
    /// Two things that belong together differ in size.
    #[error("{what}: found {found}, expected {expected}")]
    Size {
        /// What is of the wrong size.
        what: &'static str,
        /// Its size.
        found: String,
        /// The size that fits.
        expected: String,
    },
    /// A network has something that trials do not.
    #[error("this network cannot learn in trials yet: it has {what}")]
    Unfit {
        /// What it has.
        what: String,
    },
    /// The physics went wrong.
    #[error(
        "the state became non-finite: trial {trial}, step {step}, population {population}, cell {cell}, {variable} = {value}; \
         weaker weights or a smaller learning rate may help"
    )]
    NonFinite {
        /// Index of the trial in the batch.
        trial: usize,
        /// The step, from 0 on.
        step: usize,
        /// Index of the population.
        population: usize,
        /// Index of the cell in it.
        cell: usize,
        /// Symbol of the variable.
        variable: &'static str,
        /// Its value.
        value: f64,
    },
    /// A cell from equations has no derivative where it is.
    #[error(
        "{what} is {value}, where it must be finite: trial {trial}, step {step}, population {population}, cell {cell}"
    )]
    NoDerivative {
        /// Index of the trial in the batch.
        trial: usize,
        /// The step, from 0 on.
        step: usize,
        /// Index of the population.
        population: usize,
        /// Index of the cell in it.
        cell: usize,
        /// Which derivative.
        what: String,
        /// Its value.
        value: f64,
    },
    /// A rule, a loss or the learner refused.
    #[error(transparent)]
    Plasticity(#[from] neuropil_plasticity::Error),
    /// Trials of another rank, or what it made of them.
    #[error("{message}")]
    Elsewhere {
        /// Whether numbers there left their range.
        diverged: bool,
        /// What it says.
        message: String,
    },
    /// Nothing can be handed over.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
}

impl TrialError {
    /// What another rank has told.
    pub(super) fn elsewhere(Trouble { kind, message, .. }: Trouble) -> Self {
        Self::Elsewhere { diverged: kind == 1, message }
    }

    /// Whether numbers left their range: a matter of the weights, and not of what was asked.
    pub fn is_divergence(&self) -> bool {
        match self {
            Self::NonFinite { .. } | Self::NoDerivative { .. } => true,
            Self::Plasticity(neuropil_plasticity::Error::Value { expected, .. }) => *expected == "finite",
            Self::Elsewhere { diverged, .. } => *diverged,
            _ => false,
        }
    }

    /// What is wrong, without the index of the population: for a network that has one.
    pub fn reason(&self) -> String {
        match self {
            Self::CannotLearn { reason, .. } => reason.clone(),
            other => other.to_string(),
        }
    }
}
