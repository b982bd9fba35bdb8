//! Going on with a run from its recording.

use crate::{Changes, Input, Session, SessionError};
use neuropil_files::{Target, beside, target};
use neuropil_model::Document;
use neuropil_model::circuit::is_circuit;
use neuropil_record::{Checkpoint, Provenance, Recording};
use std::path::{Path, PathBuf};

impl Session {
    /// The session that goes on with the recording at `named` (its name, or what a cut run has left), up to `until_ms` or
    /// the time that the run was to reach, and its input.
    ///
    /// # Errors
    /// Recordings with which one cannot go on, and faults of the model in them.
    pub fn resume(named: &Path, until_ms: Option<f64>) -> Result<(Self, Input), SessionError> {
        let (output, found) = places(named)?;
        let recording = Recording::open(&found).map_err(SessionError::Read)?;
        let wrong = |reason: String| SessionError::Recording { path: found.clone(), reason };
        let how = recording.provenance().map_err(SessionError::Read)?;
        let how = how.ok_or_else(|| wrong("is a recording of another program, which cannot be resumed".into()))?;
        drop(recording);
        let from = Checkpoint::find(&output, &found).map_err(SessionError::Read)?;
        // A run that was killed before its first checkpoint begins again; what was recorded is never thrown away.
        if from.is_none() && (how.checkpoint_every_ms == 0.0 || found == output) {
            return Err(wrong("holds no checkpoint; runs with --checkpoint-every-ms do".into()));
        }
        if from.is_none() && how.simulated_until_ms > 0.0 {
            return Err(wrong(format!("its checkpoint `{}.checkpoint` is missing", output.display())));
        }
        if how.neuropil_version != env!("CARGO_PKG_VERSION") {
            let (theirs, ours) = (&how.neuropil_version, env!("CARGO_PKG_VERSION"));
            return Err(wrong(format!(
                "was begun by neuropil {theirs}, this is {ours}: only the same version goes on"
            )));
        }
        let until_ms = until_ms.unwrap_or(how.until_ms);
        if how.complete && found == output && until_ms <= how.simulated_until_ms {
            return Err(wrong(format!("has reached {} ms already; --until-ms asks for more", how.simulated_until_ms)));
        }
        let input = input(&how, until_ms)?;
        let session = Session {
            scale: how.scale,
            // Killed before its first checkpoint: it begins again.
            force: true,
            from,
            until_ms: Some(until_ms),
            checkpoint_every_ms: Some(how.checkpoint_every_ms),
            ..Session::new(&input, output)
        };
        Ok((session, input))
    }
}

/// The final name of a recording, and the file that is there: cut runs have left `NAME.part`.
fn places(named: &Path) -> Result<(PathBuf, PathBuf), SessionError> {
    let text = named.to_string_lossy();
    let output = text.strip_suffix(".part").map_or_else(|| named.to_owned(), PathBuf::from);
    // Through a link, as the run that wrote it went.
    let output = match target(&output) {
        Ok(Target::File(output)) => output,
        Ok(Target::Stream(path, kind)) => {
            let reason = format!("it is {kind}, expected a recording");
            return Err(SessionError::Unreadable { path, reason });
        }
        Err(fault) => return Err(SessionError::Read(fault.into())),
    };
    let part = beside(&output, ".part");
    let begun = beside(&part, ".new");
    match [part, output.clone()].into_iter().find(|path| path.exists()) {
        Some(found) => Ok((output, found)),
        None if begun.exists() => Err(SessionError::Begun { path: begun }),
        None => Err(SessionError::Nothing { path: output }),
    }
}

/// The model as the recording keeps it, with all that had been changed, for a run up to `until_ms`.
pub(crate) fn input(how: &Provenance, until_ms: f64) -> Result<Input, SessionError> {
    let document = Document::parse(&how.model_path, how.model_json.clone())?;
    let mut changes = Changes { duration_ms: Some(until_ms), ..Changes::default() };
    if is_circuit(&document) {
        changes.precision = Some(how.precision.clone());
        return Input::circuit(document, &changes, "--until-ms");
    }
    let model = Changes::default().model(document.clone())??;
    model.clock.steps(until_ms).map_err(|fault| SessionError::option("--until-ms", fault))?;
    // What replays leave out depends on the time to be reached.
    changes.duration_ms = Some(until_ms);
    Ok(Input::Model(Box::new(changes.model(document)??)))
}
