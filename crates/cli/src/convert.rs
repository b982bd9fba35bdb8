//! `neuropil convert`.

use crate::args::ConvertArgs;
use crate::error::CliError;
use crate::{load, screen};

/// Rewrites a file of another tool.
///
/// # Errors
/// A file that cannot be read, or one that cannot be written.
pub fn convert(args: &ConvertArgs) -> Result<(), CliError> {
    load::apart(&args.output, std::slice::from_ref(&args.theirs))?;
    let changes = neuropil_record::convert(&args.theirs, &args.output, args.force, args.population.as_deref());
    let changes = changes.map_err(|error| CliError::of_file(error, &args.theirs))?;
    let mut text: String = changes.iter().map(|change| format!("{change}\n")).collect();
    if changes.is_empty() {
        text += "nothing had to change\n";
    }
    screen::print(&format!("{text}wrote {}", args.output.display()))
}
