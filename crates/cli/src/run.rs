//! `neuropil run`.

use crate::args::RunArgs;
use crate::error::CliError;
use crate::job::Input;
use crate::say::Say;
use crate::session::Session;
use crate::{load, screen};
use std::path::PathBuf;

/// Runs a model file and records it.
///
/// # Errors
/// Faults of the model, of the output, or of the run.
pub fn run(args: &RunArgs) -> Result<(), CliError> {
    let input = Input::read(&args.model)?;
    for note in input.notes().iter().filter(|_| !args.options.quiet) {
        screen::note(note);
    }
    let output = args.output.clone().unwrap_or_else(|| PathBuf::from(format!("{}.h5", input.name())));
    let mut inputs = input.files();
    inputs.push(args.model.model.clone());
    load::apart(&output, &inputs)?;
    let session = Session {
        model_json: input.json(),
        scale: args.model.scale,
        output,
        force: args.force,
        from: None,
        until_ms: None,
        checkpoint_every_ms: args.checkpoint_every_ms,
        threads: args.options.threads,
        say: Say { loud: !args.options.quiet && !args.options.json, bars: !args.options.quiet },
        json: args.options.json,
        notes: input.notes(),
    };
    if input.single(&args.model) { session.run::<f32>(input) } else { session.run::<f64>(input) }
}
