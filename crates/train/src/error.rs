//! What can be wrong with training.

use neuropil_engine::carrier::CarrierError;
use neuropil_engine::trial::TrialError;
use neuropil_model::Faults;
use thiserror::Error;

/// A task that cannot be run, or a run that cannot go on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TrainError {
    /// The task file has faults.
    #[error("{0}")]
    Task(#[from] Faults),
    /// A file of data has a fault.
    #[error(transparent)]
    Data(#[from] neuropil_record::Error),
    /// The cells or weights of the task, or the rule with them, are refused.
    #[error("`{file}`: {reason}")]
    Refused {
        /// The task file.
        file: String,
        /// Why.
        reason: TrialError,
    },
    /// Something is to be carried, and the task has nothing that carries.
    #[error("`{file}`: {who} needs a section `carrier` (positions, box_um, voxels, ...)")]
    NoField {
        /// The task file.
        file: String,
        /// What is to be carried.
        who: String,
    },
    /// The field of the task is refused.
    #[error("`{file}`: carrier: {reason}")]
    Field {
        /// The task file.
        file: String,
        /// Why.
        reason: Box<CarrierError>,
    },
    /// Training left the range of numbers.
    #[error("{rule}, seed {seed}: training diverged at update {update}: {reason}")]
    Diverged {
        /// The rule.
        rule: String,
        /// The seed.
        seed: u64,
        /// The update, counted from 0, that was not made.
        update: u32,
        /// What was not finite.
        reason: String,
    },
    /// A file of runs does not have the one that is to go on.
    #[error("`{file}` has no run of {rule}, seed {seed}, that could go on; it has {}", listed(runs))]
    NoSuchRun {
        /// The file.
        file: String,
        /// The rule asked for.
        rule: &'static str,
        /// The seed asked for.
        seed: u64,
        /// Rule and seed of each run that it has.
        runs: Vec<String>,
    },
    /// A recorded run was made without what is asked for now, and is not made again.
    #[error(
        "--align: {rule}, seed {seed}, has {updates} updates that were not compared with the exact gradient; expected a \
         run that was begun with it: leave it out, choose another file, or make all anew with --force"
    )]
    NotAligned {
        /// The rule, with the point of a sweep.
        rule: String,
        /// The seed.
        seed: u64,
        /// Updates that it has made.
        updates: f64,
    },
    /// A recorded run does not belong to this task.
    #[error("{what}: found {found}, expected {expected}")]
    Other {
        /// What differs.
        what: String,
        /// What the recording has.
        found: String,
        /// What the task has.
        expected: String,
    },
}

/// The first few of many runs.
pub(crate) fn listed(runs: &[String]) -> String {
    const SHOWN: usize = 6;
    let shown = runs[..runs.len().min(SHOWN)].join("; ");
    if runs.len() > SHOWN { format!("{shown} and {} more", runs.len() - SHOWN) } else { shown }
}
