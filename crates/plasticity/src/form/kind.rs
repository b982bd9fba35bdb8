//! The forms by name.

use std::fmt;

/// How a gradient is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One reverse sweep over the tape.
    Adjoint,
    /// Traces forward in time, direct credit from the tape.
    Forward,
    /// Forward, through the independent modes of the type matrix.
    Modal,
    /// Forward, with nothing from the future and bounded memory.
    Causal,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Form::Adjoint => "adjoint",
            Form::Forward => "forward",
            Form::Modal => "modal",
            Form::Causal => "causal",
        })
    }
}
