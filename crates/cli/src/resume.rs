//! `neuropil resume`.

use crate::args::ResumeArgs;
use crate::error::CliError;
use crate::run::go;
use neuropil_session::Session;

/// Goes on with a run from its last checkpoint.
///
/// # Errors
/// Faults of the recording, of the model in it, of the files that this names, or of the run.
pub fn resume(args: &ResumeArgs) -> Result<(), CliError> {
    let (session, input) = Session::resume(&args.recording, args.until_ms)?;
    let session = Session {
        checkpoint_every_ms: args.checkpoint_every_ms.or(session.checkpoint_every_ms),
        threads: args.options.threads,
        command: std::env::args().collect::<Vec<_>>().join(" "),
        ..session
    };
    go(&session, input, Vec::new(), &args.options)
}
