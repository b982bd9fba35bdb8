//! Writing: a name stands for a whole file at any moment.

use crate::{FileError, Target, target};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The path with more at the end of its name.
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

/// Writes a file beside its name, brings it to the disk and renames it, over an older one. A device or a pipe is written
/// to instead.
///
/// # Errors
/// [`FileError::Io`] with the system's reason; an older file is then as it was, and nothing is left beside it.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let path = match target(path)? {
        Target::File(path) => path,
        Target::Stream(path, _) => {
            let written = OpenOptions::new().write(true).open(&path).and_then(|mut stream| stream.write_all(bytes));
            return written.map_err(|source| FileError::io(&path, "write to", &source));
        }
    };
    let part = beside(&path, ".part");
    let written = fresh(&part, bytes).and_then(|()| give_name(&part, &path));
    written.inspect_err(|_| {
        // What failed is told; that its remains could not be removed would add nothing.
        let _ = fs::remove_file(&part);
    })
}

fn fresh(part: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let failed = |source: std::io::Error| FileError::io(part, "write", &source);
    match fs::remove_file(part) {
        Err(source) if source.kind() != ErrorKind::NotFound => return Err(failed(source)),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(part).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)?;
    drop(file);
    match fs::metadata(part).map_err(failed)?.len() {
        length if length == bytes.len() as u64 => Ok(()),
        length => {
            let reason = format!("{length} of {} bytes are there", bytes.len());
            Err(FileError::Io { path: part.to_owned(), action: "write", reason })
        }
    }
}

/// Brings what was written to a file to the disk: what the system had put off fails here, or has not failed.
///
/// # Errors
/// [`FileError::Io`].
pub fn sync(path: &Path) -> Result<(), FileError> {
    let synced = File::open(path).and_then(|file| file.sync_all());
    synced.map_err(|source| FileError::io(path, "save", &source))
}

/// Gives a file that is on the disk its name, over an older one, and brings the name to the disk too.
///
/// # Errors
/// [`FileError::Io`].
pub fn give_name(new: &Path, path: &Path) -> Result<(), FileError> {
    fs::rename(new, path).map_err(|source| FileError::io(new, "rename", &source))?;
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    // Not every file system can bring a directory to the disk; the file itself is there.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        write(&path, b"old").unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(write(&folder.path().join("none/a"), b"new").is_err());
    }

    /// Would catch a rename over the device, which then no longer exists for all programs of the machine.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_device_is_written_to() {
        use std::os::unix::fs::FileTypeExt;
        write(Path::new("/dev/null"), b"new").unwrap();
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
        let full = write(Path::new("/dev/full"), b"new").unwrap_err().to_string();
        assert!(full.contains("No space left"), "{full}");
    }
}
