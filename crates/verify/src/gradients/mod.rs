//! Cases of learning rules: gradients, training runs and optimisers that an independent program computed.

mod case;
mod compare;
mod header;
mod optimisers;
mod published;
mod trajectory;

use crate::Report;
use crate::cases::Case;
use crate::error::Error;
use crate::gradient_case::{Layout, Settings};

pub(crate) use neuropil_record::layout::GRADIENTS_FORMAT as FORMAT;

/// Threads of a case: it is small.
const THREADS: usize = 1;

pub(crate) fn run(case: &Case) -> Result<Report, Error> {
    let settings = Settings::read(&case.header_path)?;
    let checks = match settings.layout {
        Layout::Case | Layout::Rflo => case::checks(case)?,
        Layout::PublishedRun => published::checks(case)?,
        Layout::Trajectory => trajectory::checks(case)?,
        Layout::Optimisers => optimisers::checks(case)?,
    };
    Ok(Report { case: case.name.clone(), checks })
}
