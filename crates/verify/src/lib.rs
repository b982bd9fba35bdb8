//! Reference cases: what an independent program computed, what neuropil computes, and how far they are apart.
//!
//! A case is `NAME.json` (the header) and `NAME.h5` (the arrays). The header's `format` says what it is; each format is
//! one file here.

mod cases;
mod cells;
mod deviation;
mod diffusion;
mod equations;
mod error;
pub mod gradient_case;
mod gradients;
mod nest;
mod network;
mod synapses;

pub use cases::{Case, find};
pub use error::Error;

/// One comparison of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What is compared.
    pub what: String,
    /// The largest deviation found, in `unit`.
    pub deviation: f64,
    /// The largest deviation allowed.
    pub tolerance: f64,
    /// Unit of both.
    pub unit: &'static str,
    /// What the deviation is taken over.
    pub detail: String,
}

impl Check {
    /// Whether the deviation is within the tolerance; NaN is not.
    pub fn passed(&self) -> bool {
        self.deviation <= self.tolerance
    }
}

/// The comparisons of one case.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Name of the case.
    pub case: String,
    /// Its checks.
    pub checks: Vec<Check>,
}

impl Report {
    /// Whether all checks passed.
    pub fn passed(&self) -> bool {
        self.checks.iter().all(Check::passed)
    }
}

/// Runs one case.
///
/// # Errors
/// What is wrong with the case itself; a deviation is no error.
pub fn run(case: &Case) -> Result<Report, Error> {
    match case.format.as_str() {
        network::FORMAT => network::run(case),
        cells::FORMAT => cells::run(case),
        gradients::FORMAT => gradients::run(case),
        diffusion::FORMAT => diffusion::run(case),
        equations::FORMAT => equations::run(case),
        synapses::FORMAT => synapses::run(case),
        other => {
            let known = [
                network::FORMAT,
                cells::FORMAT,
                gradients::FORMAT,
                diffusion::FORMAT,
                equations::FORMAT,
                synapses::FORMAT,
            ];
            let known = known.join(", ");
            Err(Error::Format { file: case.header_path.clone(), found: other.into(), known })
        }
    }
}
