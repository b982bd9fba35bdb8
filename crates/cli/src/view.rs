//! `neuropil view`.

mod served;

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
    /// Writes no page but shows it at an address of this machine, and follows the file while a run writes it.
    #[arg(long, conflicts_with_all = ["output", "force"])]
    pub serve: bool,
    /// Port of the address; 0 is any that is free.
    #[arg(long, default_value_t = 0, requires = "serve")]
    pub port: u16,
}

/// Writes the page of a file, which needs no other file and fetches nothing; or shows it while the file grows.
///
/// # Errors
/// Unreadable files; pages that exist or cannot be written; ports that are taken.
pub fn view(args: &ViewArgs) -> Result<(), CliError> {
    trials::refuse(&args.recording)?;
    if args.serve {
        return served::serve(&args.recording, args.port);
    }
    let output = args.output.clone().unwrap_or_else(|| args.recording.with_extension("html"));
    load::apart(&output, std::slice::from_ref(&args.recording))?;
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    if existing == Existing::Refuse && output.exists() {
        return Err(CliError::Output(format!("`{}` exists; --force replaces it", output.display())));
    }
    explorer(&args.recording)?.write(&output, existing).map_err(CliError::output)?;
    screen::print(&format!("wrote {}; a browser opens it", output.display()))
}
