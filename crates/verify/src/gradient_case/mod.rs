//! Cases of learning rules: a small network, a batch of trials and an objective, as NAME.json (settings) beside NAME.h5
//! (arrays). The layouts are described in docs/hdf5.md.

mod answer;
mod cells;
mod error;
mod network;
mod settings;

pub use answer::Answer;
pub use error::CaseError;
pub use settings::{Constants, Kind, Layout, LossKind, Settings, Window};

use neuropil_engine::trial::{Batch, Objective, Outcome, TrialCells};
use neuropil_plasticity::rule::{Estimate, Scope};
use neuropil_plasticity::{Learner, RULES, Rule};
use neuropil_record::Arrays;
use std::path::{Path, PathBuf};

/// A case, checked and ready to run.
pub struct Case {
    /// The file of settings.
    pub header_path: PathBuf,
    /// The file of arrays.
    pub arrays_path: PathBuf,
    /// What the header says.
    pub settings: Settings,
    /// The arrays, for what is beyond the network.
    pub arrays: Arrays,
    /// The cells.
    pub cells: TrialCells,
    /// Weights, constants and types.
    pub learner: Learner,
    /// The trials; of a published run one batch an iteration, or one for all.
    pub batches: Vec<Batch>,
    /// What is minimised.
    pub objective: Objective,
}

impl Case {
    /// Reads the case that a header or an HDF5 file belongs to: NAME.json and NAME.h5 beside each other.
    ///
    /// # Errors
    /// All faults of the header, or the first of the arrays, each with file and place.
    pub fn open(path: &Path) -> Result<Self, CaseError> {
        let header_path = path.with_extension("json");
        if path.extension().is_some_and(|extension| extension == "h5") {
            std::fs::metadata(path)
                .map_err(|error| CaseError::Read { file: path.into(), reason: error.to_string() })?;
        }
        let settings = Settings::read(&header_path)?;
        if settings.layout == Layout::Trajectory || settings.layout == Layout::Optimisers {
            let expected = "a network with its batch: layout case, rflo or published_run";
            return Err(CaseError::Layout { file: header_path, found: settings.layout.name(), expected });
        }
        let arrays_path = path.with_extension("h5");
        let arrays = Arrays::open(&arrays_path)?;
        network::Builder { settings: &settings, arrays: &arrays, path: &arrays_path }.build().map(|built| Self {
            header_path,
            arrays_path: arrays_path.clone(),
            settings,
            arrays,
            cells: built.cells,
            learner: built.learner,
            batches: built.batches,
            objective: built.objective,
        })
    }

    /// Runs its first batch.
    ///
    /// # Errors
    /// What does not fit together, and states that are no longer finite.
    pub fn run(&self, threads: usize) -> Result<Outcome, CaseError> {
        let outcome = Outcome::of(&self.cells, &self.learner, &self.batches[0], &self.objective, threads);
        outcome.map_err(|reason| self.refused(reason))
    }

    /// The rules that its cells and settings allow, in the order of [`RULES`].
    pub fn rules(&self) -> Vec<&'static Rule> {
        RULES.iter().filter(|rule| self.allows(rule)).collect()
    }

    fn allows(&self, rule: &Rule) -> bool {
        let rflo = self.settings.kind == Kind::RfloTanh;
        let fits = match rule.cells {
            Scope::Any => true,
            Scope::Rflo => rflo,
            Scope::NotRflo | Scope::Threshold => !rflo,
        };
        // What is RFLO in these cells has its own name.
        let named = !(rflo && rule.name.starts_with("eprop"));
        let of_tapes = rule.estimate == Estimate::Tape;
        fits && named && of_tapes && (!rule.needs_mu() || !self.learner.mu.is_empty())
    }

    /// A fault of the engine, with the file.
    pub fn refused(&self, reason: neuropil_engine::trial::TrialError) -> CaseError {
        CaseError::Run { file: self.arrays_path.clone(), reason }
    }
}
