//! Why a model of a file is no synapse.

use crate::ir::Place;

/// Why a model of a file is no synapse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Where in the file; none where it is about the file as a whole.
    pub place: Option<Place>,
    /// What was found and what was expected.
    pub message: String,
}

impl Refusal {
    /// At a place.
    pub(super) fn at(place: Place, message: impl Into<String>) -> Self {
        Self { place: Some(place), message: message.into() }
    }

    /// Of the model as a whole.
    pub(super) fn of_all(message: impl Into<String>) -> Self {
        Self { place: None, message: message.into() }
    }
}
