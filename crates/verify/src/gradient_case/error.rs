//! What can be wrong with a case.

use neuropil_model::Faults;
use std::path::PathBuf;

/// A case that cannot be read or run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaseError {
    /// The header, or the file that was named, cannot be read.
    #[error("cannot read `{}`: {reason}; a case is NAME.json (settings) beside NAME.h5 (arrays)", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// The header has faults.
    #[error("{0}")]
    Header(#[from] Faults),
    /// The layout is another than the one that is needed.
    #[error("`{}`: layout is {found}, expected {expected}", file.display())]
    Layout {
        /// The header.
        file: PathBuf,
        /// Its layout.
        found: &'static str,
        /// What is needed.
        expected: &'static str,
    },
    /// The arrays have a fault.
    #[error(transparent)]
    Arrays(#[from] neuropil_record::Error),
    /// Cells cannot have these constants.
    #[error("`{}`: {object}: {reason}", file.display())]
    Value {
        /// The arrays' file.
        file: PathBuf,
        /// The dataset.
        object: &'static str,
        /// What was found and what was expected.
        reason: String,
    },
    /// The run failed, or a rule was refused.
    #[error("`{}`: {reason}", file.display())]
    Run {
        /// The arrays' file.
        file: PathBuf,
        /// Why.
        reason: neuropil_engine::trial::TrialError,
    },
}
