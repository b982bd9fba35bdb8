//! What ends a command, and its exit code.

use neuropil_engine::EngineError;
use neuropil_model::Faults;
use neuropil_session::{Kind, SessionError};

/// The end of a command that did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// Input that is missing or faulty.
    #[error("{0}")]
    Input(String),
    /// A file with faults, each with its place.
    #[error("{0}")]
    Faulty(Faults),
    /// Output that exists or cannot be written.
    #[error("{0}")]
    Output(String),
    /// The state of a run became non-finite.
    #[error("{0}")]
    NonFinite(String),
    /// A reference case missed its tolerance.
    #[error("{0}")]
    Missed(String),
    /// The user interrupted a run.
    #[error("{0}")]
    Interrupted(String),
    /// What another rank says.
    #[error("{message}")]
    Elsewhere {
        /// Its exit code.
        code: u8,
        /// What is wrong there.
        message: String,
    },
}

impl CliError {
    /// The exit code, as documented in `--help`.
    pub fn code(&self) -> u8 {
        match self {
            CliError::Missed(_) => 1,
            CliError::Input(_) | CliError::Faulty(_) => 3,
            CliError::Output(_) => 4,
            CliError::NonFinite(_) => 5,
            CliError::Interrupted(_) => 130,
            CliError::Elsewhere { code, .. } => *code,
        }
    }

    /// Wraps a fault of the input.
    pub fn input(error: impl std::fmt::Display) -> Self {
        CliError::Input(error.to_string())
    }

    /// Wraps a fault of the file that is read, or of one that is written.
    pub fn of_file(error: neuropil_record::Error, read: &std::path::Path) -> Self {
        use neuropil_record::Error;
        match &error {
            Error::Exists { .. } | Error::Interrupted { .. } | Error::Write { .. } => CliError::output(error),
            Error::Io { path, .. } | Error::Busy { path } if path != read => CliError::output(error),
            Error::File(fault) if !fault.is_of_input() => CliError::output(error),
            _ => CliError::input(error),
        }
    }

    /// Wraps a fault of the output.
    pub fn output(error: impl std::fmt::Display) -> Self {
        CliError::Output(error.to_string())
    }
}

impl From<EngineError> for CliError {
    fn from(error: EngineError) -> Self {
        let text = error.to_string();
        if error.is_state() { CliError::NonFinite(text) } else { CliError::Output(text) }
    }
}

impl From<SessionError> for CliError {
    fn from(error: SessionError) -> Self {
        let text = error.to_string();
        match (error.kind(), error) {
            (_, SessionError::Model(faults)) => CliError::Faulty(faults),
            (Kind::Input, _) => CliError::Input(text),
            (Kind::Output, _) => CliError::Output(text),
            (Kind::NonFinite, _) => CliError::NonFinite(text),
        }
    }
}

impl From<Faults> for CliError {
    fn from(faults: Faults) -> Self {
        CliError::Faulty(faults)
    }
}
