//! What ends a session without what was asked for.

use neuropil_engine::ranks::JoinError;
use neuropil_engine::{EngineError, SnapshotError};
use neuropil_model::Faults;
use neuropil_model::circuit::CircuitError;
use neuropil_network::NetworkError;
use neuropil_record::{Error as RecordError, WeightError};
use std::path::PathBuf;

/// Who is to mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Input that is missing or faulty.
    Input,
    /// Output that exists or cannot be written.
    Output,
    /// The state of the run became non-finite.
    NonFinite,
}

/// A fault of the input, of the output, or of the run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// A model file.
    #[error(transparent)]
    Model(#[from] Faults),
    /// A circuit.
    #[error(transparent)]
    Circuit(CircuitError),
    /// What was asked for beside the input.
    #[error("{option}: {reason}")]
    Option {
        /// As the command line spells it, with what it was given.
        option: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A change that is not for circuits.
    #[error("`{file}` is a SONATA circuit: {reason}")]
    NotForCircuits {
        /// Its configuration.
        file: String,
        /// What was asked for.
        reason: String,
    },
    /// A file that is no text.
    #[error("cannot read `{path}`: {reason}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// More memory is needed than there is.
    #[error(
        "{what} need about {needed} of memory, but there are {there}; a smaller --scale or --precision single may help"
    )]
    Memory {
        /// What needs it.
        what: String,
        /// How much.
        needed: String,
        /// How much there is.
        there: String,
    },
    /// A network that cannot be built.
    #[error("{}", lines(.0))]
    Network(Vec<NetworkError>),
    /// An intervention that cannot be made.
    #[error("an intervention is refused: {0}")]
    Intervention(String),
    /// Threads that cannot be started.
    #[error("cannot start threads: {0}")]
    Threads(String),
    /// The output is one of the inputs.
    #[error("the output `{output}` is an input of this command (`{input}`)", output = output.display(), input = input.display())]
    SameFile {
        /// The output.
        output: PathBuf,
        /// The input.
        input: PathBuf,
    },
    /// The run is over before it begins.
    #[error("the run has reached {from_ms} ms already, later than {until_ms} ms")]
    Reached {
        /// Where it is.
        from_ms: f64,
        /// The time that was asked for.
        until_ms: f64,
    },
    /// The checkpoint belongs to another run.
    #[error("the checkpoint is not one of this run{changed}")]
    OtherRun {
        /// What may have changed.
        changed: String,
    },
    /// The network is not the one that was saved.
    #[error("the network has {found} synapses, but had {expected} when the run began")]
    OtherNetwork {
        /// Synapses now.
        found: String,
        /// Synapses then.
        expected: String,
    },
    /// A state that does not fit.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// A recording with which one cannot go on.
    #[error("`{path}`: {reason}", path = path.display())]
    Recording {
        /// The recording.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Neither a recording nor what a cut run leaves.
    #[error("there is neither `{path}` nor `{path}.part`", path = path.display())]
    Nothing {
        /// What was named.
        path: PathBuf,
    },
    /// All that is left of a run that was killed early.
    #[error(
        "`{path}` is all that a run has left that was killed before it had recorded anything: give its command again",
        path = path.display()
    )]
    Begun {
        /// The file found.
        path: PathBuf,
    },
    /// A file that is read.
    #[error(transparent)]
    Read(RecordError),
    /// The recording that is written.
    #[error(transparent)]
    Write(RecordError),
    /// Weights that are written.
    #[error(transparent)]
    Weights(#[from] WeightError),
    /// A picture.
    #[error(transparent)]
    Picture(#[from] neuropil_report::Error),
    /// The run.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Ranks that were given different networks.
    #[error(
        "rank {rank} reads another model, other files or other options than rank 0: one network over ranks is the same on all machines"
    )]
    OtherInput {
        /// The first such rank.
        rank: usize,
    },
    /// Ranks that have no network together.
    #[error("{0}")]
    Join(#[from] JoinError),
    /// What another rank says.
    #[error("{message}")]
    Elsewhere {
        /// Who is to mend it.
        kind: Kind,
        /// What is wrong there.
        message: String,
    },
    /// A fault, and what is left of the recording.
    #[error("{fault}\n  {note}")]
    Left {
        /// The fault.
        fault: Box<SessionError>,
        /// Where the recording is.
        note: String,
    },
}

impl SessionError {
    /// Who is to mend it.
    pub fn kind(&self) -> Kind {
        match self {
            SessionError::Left { fault, .. } => fault.kind(),
            SessionError::Engine(fault) if fault.is_state() => Kind::NonFinite,
            SessionError::Elsewhere { kind, .. } => *kind,
            SessionError::Engine(_)
            | SessionError::Write(_)
            | SessionError::Weights(_)
            | SessionError::SameFile { .. } => Kind::Output,
            _ => Kind::Input,
        }
    }

    pub(crate) fn option(option: impl Into<String>, reason: impl std::fmt::Display) -> Self {
        SessionError::Option { option: option.into(), reason: reason.to_string() }
    }

    pub(crate) fn left(self, note: String) -> Self {
        SessionError::Left { fault: Box::new(self), note }
    }
}

impl From<CircuitError> for SessionError {
    fn from(fault: CircuitError) -> Self {
        match fault {
            CircuitError::Json(faults) => SessionError::Model(faults),
            fault => SessionError::Circuit(fault),
        }
    }
}

fn lines(faults: &[NetworkError]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
