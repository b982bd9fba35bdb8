//! A run once more, from its recording.

use crate::digest::digest_of_files;
use crate::resume::input;
use crate::{Input, Session, SessionError};
use neuropil_record::Recording;
use std::path::{Path, PathBuf};

impl Session {
    /// The session that repeats the run of a recording, into a file of its own, and its input: model, seed, scale, time and all edits
    /// are those of the recording, and so are its bits.
    ///
    /// # Errors
    /// Recordings of other programs, and faults of the model in them.
    pub fn again(recording: &Path) -> Result<(Self, Input), SessionError> {
        let found = Recording::open(recording).map_err(SessionError::Read)?;
        let Some(how) = found.provenance().map_err(SessionError::Read)? else {
            let reason = "is a recording of another program, which cannot be repeated".into();
            return Err(SessionError::Recording { path: recording.to_owned(), reason });
        };
        let input = input(&how, how.until_ms)?;
        if how.files_digest != 0 && digest_of_files(&input)? != how.files_digest {
            let files: Vec<String> = input.files_read_again().iter().map(|file| file.display().to_string()).collect();
            let reason = format!(
                "cannot be repeated: one of the files that its model names has changed since: {}",
                files.join(", ")
            );
            return Err(SessionError::Recording { path: recording.to_owned(), reason });
        }
        let stem = recording.file_stem().unwrap_or_default().to_string_lossy();
        let session = Session {
            scale: how.scale,
            until_ms: Some(how.until_ms),
            ..Session::new(&input, PathBuf::from(format!("{stem}_again.h5")))
        };
        Ok((session, input))
    }
}
