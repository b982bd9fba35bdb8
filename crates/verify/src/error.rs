//! What can be wrong with a reference case.

use neuropil_network::NetworkError;
use std::path::PathBuf;

/// A case that cannot be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or directory cannot be read.
    #[error("cannot read `{}`: {reason}", path.display())]
    Read {
        /// The path.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// There is no case.
    #[error("no reference case in `{}`: expected NAME.json beside NAME.h5", path.display())]
    Nothing {
        /// Where they were looked for.
        path: PathBuf,
    },
    /// The header is not what the format says.
    #[error("`{}`: {reason}", file.display())]
    Header {
        /// The header.
        file: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The format is unknown.
    #[error("`{}`: format is \"{found}\", known is {known}", file.display())]
    Format {
        /// The header.
        file: PathBuf,
        /// The format found.
        found: String,
        /// The formats known.
        known: String,
    },
    /// The arrays are not what the format says.
    #[error("`{}`: {object}: {reason}", file.display())]
    Array {
        /// The file of arrays.
        file: PathBuf,
        /// Path of the dataset.
        object: String,
        /// What is wrong.
        reason: String,
    },
    /// The arrays cannot be read.
    #[error(transparent)]
    Record(#[from] neuropil_record::Error),
    /// A case of learning rules cannot be read or run.
    #[error(transparent)]
    Gradients(#[from] crate::gradient_case::CaseError),
    /// A rule, a form or an optimiser was refused.
    #[error(transparent)]
    Trial(#[from] neuropil_engine::trial::TrialError),
    /// The network of the case is impossible.
    #[error("`{}`: {}", file.display(), faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Network {
        /// The header.
        file: PathBuf,
        /// What is wrong.
        faults: Vec<NetworkError>,
    },
    /// The run failed.
    #[error("`{}`: {reason}", file.display())]
    Run {
        /// The header.
        file: PathBuf,
        /// Why.
        reason: neuropil_engine::EngineError,
    },
}
