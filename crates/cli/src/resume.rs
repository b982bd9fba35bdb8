//! `neuropil resume`.

use crate::args::ResumeArgs;
use crate::error::CliError;
use crate::ranks::{self, Company};
use crate::run::go;
use neuropil_session::Session;

/// Goes on with a run from its last checkpoint.
///
/// # Errors
/// Faults of the recording, of the model in it, of the files that this names, or of the run.
pub fn resume(args: &ResumeArgs) -> Result<(), CliError> {
    ranks::together(|company| go_on(args, company))
}

fn go_on(args: &ResumeArgs, company: &Company) -> Result<(), CliError> {
    let found = Session::resume(&args.recording, args.until_ms).map_err(CliError::from);
    let (session, input) = company.agree(found)?;
    let session = Session {
        checkpoint_every_ms: args.checkpoint_every_ms.or(session.checkpoint_every_ms),
        threads: args.options.threads,
        rank: company.rank(),
        command: std::env::args().collect::<Vec<_>>().join(" "),
        ..session
    };
    go(&session, input, Vec::new(), &args.options)
}
