//! A digest of the files that a run reads again.

use crate::{Input, SessionError};
use neuropil_record::Digest;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Adds what a file holds.
///
/// # Errors
/// A file that cannot be read.
pub fn add_file(mut digest: Digest, path: &Path) -> Result<Digest, SessionError> {
    let wrong = |error: std::io::Error| SessionError::Unreadable { path: path.to_owned(), reason: error.to_string() };
    // A device would never end.
    neuropil_files::length(path)
        .map_err(|fault| SessionError::Unreadable { path: path.to_owned(), reason: fault.reason() })?;
    let mut reader = BufReader::new(File::open(path).map_err(wrong)?);
    loop {
        let bytes = reader.fill_buf().map_err(wrong)?;
        if bytes.is_empty() {
            return Ok(digest);
        }
        let read = bytes.len();
        digest = digest.with(bytes);
        reader.consume(read);
    }
}

/// The digest of the files that a model names; 0 where it names none. The tables of a circuit are too large to be read twice.
///
/// # Errors
/// A file that cannot be read.
pub fn digest_of_files(input: &Input) -> Result<u64, SessionError> {
    let files = match input {
        Input::Model(_) => input.files_read_again(),
        Input::Circuit { .. } => Vec::new(),
    };
    let all = files.iter().try_fold(Digest::new(), |digest, file| add_file(digest, file))?;
    Ok(if files.is_empty() { 0 } else { all.0 })
}
