//! Reading, up to a bound.

use crate::FileError;
use crate::target::kind;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

/// Bytes of a file that people write, at most: models, tasks, configurations.
pub const MOST_WRITTEN: u64 = 1 << 30;
/// Bytes of a table of text, at most.
pub const MOST_TABLE: u64 = 1 << 32;

/// Length of a regular file.
///
/// # Errors
/// [`FileError::Input`] for what is no regular file; [`FileError::Io`].
pub fn length(path: &Path) -> Result<u64, FileError> {
    let found = fs::metadata(path).map_err(|source| FileError::io(path, "read", &source))?;
    match found.is_file() {
        true => Ok(found.len()),
        false => Err(FileError::Input { path: path.to_owned(), kind: kind(found.file_type()) }),
    }
}

/// What a file holds, if that is at most `most` bytes.
///
/// # Errors
/// [`FileError::Input`] for devices, pipes and directories, which are not opened; [`FileError::TooLong`]; [`FileError::Io`].
pub fn bytes(path: &Path, most: u64) -> Result<Vec<u8>, FileError> {
    let too_long = || FileError::TooLong { path: path.to_owned(), most };
    // Before it is opened: that of a pipe would wait for a writer.
    if length(path)? > most {
        return Err(too_long());
    }
    let file = File::open(path).map_err(|source| FileError::io(path, "read", &source))?;
    let mut bytes = Vec::new();
    // Files below /proc say that they are empty, and a file may grow while it is read.
    let read = file.take(most.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|source| FileError::io(path, "read", &source))?;
    if bytes.len() as u64 > most { Err(too_long()) } else { Ok(bytes) }
}

/// The same as text.
///
/// # Errors
/// As [`bytes`]; [`FileError::NoText`].
pub fn text(path: &Path, most: u64) -> Result<String, FileError> {
    String::from_utf8(bytes(path, most)?)
        .map_err(|fault| FileError::NoText { path: path.to_owned(), place: fault.utf8_error().valid_up_to() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_bound() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "12345").unwrap();
        assert_eq!(text(&path, 5).unwrap(), "12345");
        assert_eq!(bytes(&path, 4), Err(FileError::TooLong { path: path.clone(), most: 4 }));
        fs::write(&path, [b'a', 0xff]).unwrap();
        assert_eq!(text(&path, 5), Err(FileError::NoText { path: path.clone(), place: 1 }));
        // A hole of 1 TB is refused before memory is asked for.
        File::create(&path).unwrap().set_len(1 << 40).unwrap();
        assert!(matches!(bytes(&path, 1 << 30), Err(FileError::TooLong { .. })));
    }

    /// Would hang, or fill the memory.
    #[cfg(unix)]
    #[test]
    fn what_never_ends_or_never_begins_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let of = |path: &Path| bytes(path, 100).unwrap_err().to_string();
        assert!(of(&pipe).contains("it is a pipe, expected a regular file"), "{}", of(&pipe));
        assert!(of(Path::new("/dev/zero")).contains("`/dev/zero`: it is a device"));
        assert!(of(folder.path()).contains("it is a directory"));
    }
}
