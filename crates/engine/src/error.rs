//! What can stop a run.

use crate::learning::LearningError;
use crate::observer::ObserverError;
use crate::ranks::ExchangeError;
use neuropil_network::NetworkError;
use thiserror::Error;

/// A fault while running.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The physics went wrong: a state variable is infinite or not a number.
    #[error(
        "the state became non-finite: population {population}, cell {cell}, {variable} = {value} in the step ending at {t_ms} ms \
         (step {step}); a smaller dt_ms or weaker weights may help"
    )]
    NonFinite {
        /// Name of the population.
        population: String,
        /// Index of the cell in it.
        cell: u32,
        /// Symbol of the variable.
        variable: &'static str,
        /// Its value.
        value: f64,
        /// Number of the step.
        step: u64,
        /// Its end.
        t_ms: f64,
    },
    /// A concentration is no longer a number >= 0.
    #[error(
        "{fault} in the field step ending at {t_ms} ms (step {step}); a shorter field step may help where `crank_nicolson` \
         solves it"
    )]
    Field {
        /// Where and what.
        fault: String,
        /// Number of the step.
        step: u64,
        /// Its end.
        t_ms: f64,
    },
    /// Messengers of peptides have left a cell without sense: a time constant that is no number, say.
    #[error(
        "the state became non-finite: population {population}, cell {cell}: {reason}, by the peptides that it \
         hears at {t_ms} ms (step {step}); fewer molecules or weaker receptors may help"
    )]
    Modulation {
        /// Name of the population.
        population: String,
        /// Index of the cell in it.
        cell: u32,
        /// What of the cell, and its value.
        reason: String,
        /// Number of the step.
        step: u64,
        /// Its end.
        t_ms: f64,
    },
    /// Learning took weights where its rule has no meaning.
    #[error("{fault}, with the weights at {t_ms} ms; a smaller learning rate or mu may help")]
    Learning {
        /// What is wrong.
        fault: LearningError,
        /// When.
        t_ms: f64,
    },
    /// Edited weights could not be drawn again.
    #[error("{fault}, as weights were edited at {t_ms} ms")]
    Edited {
        /// What is wrong.
        fault: NetworkError,
        /// When.
        t_ms: f64,
    },
    /// Weights that are normalised would be none that their synapses may have.
    #[error("the weights of `{projection}` cannot be normalised at {t_ms} ms: {fault}")]
    Normalised {
        /// Name of the projection.
        projection: String,
        /// What is wrong.
        fault: String,
        /// When.
        t_ms: f64,
    },
    /// Weights that are scaled would be none that their synapses may have.
    #[error("the weights of `{projection}` cannot be scaled at {t_ms} ms: {fault}")]
    Scaled {
        /// Name of the projection.
        projection: String,
        /// What is wrong.
        fault: String,
        /// When.
        t_ms: f64,
    },
    /// Something went wrong on another rank.
    #[error("{message}")]
    Elsewhere {
        /// Which.
        rank: usize,
        /// Whether it is a state that went wrong.
        is_state: bool,
        /// What that rank says.
        message: String,
    },
    /// Ranks cannot hand each other anything.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// An observer could not take what it was given.
    #[error(transparent)]
    Observer(#[from] ObserverError),
}

impl EngineError {
    pub(crate) fn of_learning(fault: LearningError, t_ms: f64) -> Self {
        match fault {
            LearningError::Exchange(fault) => Self::Exchange(fault),
            fault => Self::Learning { fault, t_ms },
        }
    }

    /// Whether the state of the run went wrong, rather than something around it.
    pub fn is_state(&self) -> bool {
        match self {
            Self::NonFinite { .. } | Self::Field { .. } | Self::Modulation { .. } | Self::Learning { .. } => true,
            Self::Elsewhere { is_state, .. } => *is_state,
            _ => false,
        }
    }
}
