//! `neuropil resume`.

use crate::args::{ModelArgs, ResumeArgs};
use crate::error::CliError;
use crate::job::Input;
use crate::say::Say;
use crate::session::Session;
use crate::{load, screen};
use neuropil_model::Document;
use neuropil_model::circuit::is_circuit;
use neuropil_record::{Checkpoint, Provenance, Recording};
use std::path::{Path, PathBuf};

/// Goes on with a run from its last checkpoint.
///
/// # Errors
/// Faults of the recording, of the model in it, of the files that this names, or of the run.
pub fn resume(args: &ResumeArgs) -> Result<(), CliError> {
    let (output, found) = places(&args.recording)?;
    let recording = Recording::open(&found).map_err(CliError::input)?;
    let wrong = |reason: String| CliError::Input(format!("`{}`: {reason}", found.display()));
    let how = recording.provenance().map_err(CliError::input)?;
    let how = how.ok_or_else(|| wrong("is a recording of another program, which cannot be resumed".into()))?;
    drop(recording);
    let from = Checkpoint::find(&output, &found).map_err(CliError::input)?;
    // A run that was killed before its first checkpoint begins again; what was recorded is never thrown away.
    if from.is_none() && (how.checkpoint_every_ms == 0.0 || found == output) {
        return Err(wrong("holds no checkpoint; runs with --checkpoint-every-ms do".into()));
    }
    if from.is_none() && how.simulated_until_ms > 0.0 {
        return Err(wrong(format!("its checkpoint `{}.checkpoint` is missing", output.display())));
    }
    if how.neuropil_version != env!("CARGO_PKG_VERSION") {
        let (theirs, ours) = (&how.neuropil_version, env!("CARGO_PKG_VERSION"));
        return Err(wrong(format!("was begun by neuropil {theirs}, this is {ours}: only the same version goes on")));
    }
    let until_ms = args.until_ms.unwrap_or(how.until_ms);
    if how.complete && found == output && until_ms <= how.simulated_until_ms {
        return Err(wrong(format!("has reached {} ms already; --until-ms asks for more", how.simulated_until_ms)));
    }
    let input = input(&how, until_ms)?;
    for note in input.notes().iter().filter(|_| !args.options.quiet) {
        screen::note(note);
    }
    let session = Session {
        model_json: how.model_json.clone(),
        scale: how.scale,
        output,
        // Killed before its first checkpoint: it begins again.
        force: true,
        from,
        until_ms: Some(until_ms),
        checkpoint_every_ms: args.checkpoint_every_ms.or(Some(how.checkpoint_every_ms)),
        threads: args.options.threads,
        say: Say { loud: !args.options.quiet && !args.options.json, bars: !args.options.quiet },
        json: args.options.json,
        notes: input.notes(),
    };
    if how.precision == "single" { session.run::<f32>(input) } else { session.run::<f64>(input) }
}

/// The final name of a recording, and the file that is there: cut runs have left `NAME.part`.
fn places(named: &Path) -> Result<(PathBuf, PathBuf), CliError> {
    let text = named.to_string_lossy();
    let output = text.strip_suffix(".part").map_or_else(|| named.to_owned(), PathBuf::from);
    let part = PathBuf::from(format!("{}.part", output.display()));
    match [part, output.clone()].into_iter().find(|path| path.exists()) {
        Some(found) => Ok((output, found)),
        None => Err(CliError::Input(format!("there is neither `{0}` nor `{0}.part`", output.display()))),
    }
}

/// The model as the recording keeps it, with all that the command line had changed, for a run up to `until_ms`.
fn input(how: &Provenance, until_ms: f64) -> Result<Input, CliError> {
    let document = Document::parse(&how.model_path, how.model_json.clone()).map_err(CliError::input)?;
    let mut args = ModelArgs { model: PathBuf::from(&how.model_path), scale: how.scale, ..ModelArgs::default() };
    if is_circuit(&document) {
        args.duration_ms = Some(until_ms);
        return Input::circuit(&args, document, "--until-ms");
    }
    let model = load::model(&args, document.clone())?.map_err(CliError::input)?;
    model.clock.steps(until_ms).map_err(|fault| CliError::Input(format!("--until-ms: {fault}")))?;
    // What replays leave out depends on the time to be reached.
    args.duration_ms = Some(until_ms);
    Ok(Input::Model(Box::new(load::model(&args, document)?.map_err(CliError::input)?)))
}
