//! A digest of the files that a run reads again.

use crate::SessionError;
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
