//! `neuropil view`.

use crate::error::CliError;
use crate::{load, screen, trials};
use clap::Args;
use neuropil_report::Existing;
use neuropil_session::explorer;
use std::path::PathBuf;

/// Arguments of `view`.
#[derive(Args)]
pub struct ViewArgs {
    /// Recording (ours, or SONATA), or a file of training runs.
    pub recording: PathBuf,
    /// Page to write, .html [default: the file's name with .html].
    #[arg(short, long)]
    pub output: Option<PathBuf>,
    /// Replaces the page if it exists.
    #[arg(long)]
    pub force: bool,
}

/// Writes the page of a file, which needs no other file and fetches nothing.
///
/// # Errors
/// Unreadable files; pages that exist or cannot be written.
pub fn view(args: &ViewArgs) -> Result<(), CliError> {
    let output = args.output.clone().unwrap_or_else(|| args.recording.with_extension("html"));
    load::apart(&output, std::slice::from_ref(&args.recording))?;
    trials::refuse(&args.recording)?;
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    if existing == Existing::Refuse && output.exists() {
        return Err(CliError::Output(format!("`{}` exists; --force replaces it", output.display())));
    }
    explorer(&args.recording)?.write(&output, existing).map_err(CliError::output)?;
    screen::print(&format!("wrote {}; a browser opens it", output.display()))
}
