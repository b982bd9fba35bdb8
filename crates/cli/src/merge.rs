//! `neuropil merge`.

use crate::args::MergeArgs;
use crate::error::CliError;
use crate::train::{self, of_training};
use crate::{load, screen};
use neuropil_record::TrainingFile;
use neuropil_train::compare;

/// Joins files of training runs.
///
/// # Errors
/// Unreadable files, files of different tasks, output that exists or cannot be written.
pub fn merge(args: &MergeArgs) -> Result<(), CliError> {
    load::apart(&args.output, &args.files)?;
    let read = |path: &std::path::PathBuf| Ok((path.display().to_string(), TrainingFile::read(path)?));
    let files = args.files.iter().map(read).collect::<Result<_, neuropil_record::Error>>().map_err(CliError::input)?;
    let files: Vec<(String, TrainingFile)> = files;
    let all: usize = files.iter().map(|(_, file)| file.runs.len()).sum();
    let mut merged = compare::merge(files).map_err(of_training)?;
    merged.command = std::env::args().collect::<Vec<_>>().join(" ");
    let _hold = train::hold(&args.output, false)?;
    TrainingFile::claim(&args.output, args.force).map_err(CliError::output)?;
    merged.save(&args.output).map_err(CliError::output)?;
    let s = if merged.runs.len() == 1 { "" } else { "s" };
    let doubles = match all - merged.runs.len() {
        0 => String::new(),
        doubles => {
            format!("; {doubles} of {all} were of a rule, seed and point that another has: the longer of two is kept")
        }
    };
    screen::print(&format!("wrote {} ({} run{s}{doubles})", args.output.display(), merged.runs.len()))
}
