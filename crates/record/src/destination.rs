//! Where a recording goes: a `.part` file beside the final one, renamed at the end.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::Error;

/// The final path and the path written to.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    pub(crate) path: PathBuf,
    pub(crate) part: PathBuf,
    replace: bool,
}

impl Destination {
    /// Checks that a recording may be written and creates the empty `.part` file.
    ///
    /// With `replace`, a leftover `.part` file is removed now and an existing recording only by
    /// [`Destination::publish`]. A `.part` file that another run holds is never touched.
    pub(crate) fn claim(path: &Path, replace: bool) -> Result<Self, Error> {
        let Some(name) = path.file_name() else {
            return Err(Error::Io {
                path: path.to_owned(),
                action: "record to",
                reason: "the path names no file".to_owned(),
            });
        };
        let mut part_name = OsString::from(name);
        part_name.push(".part");
        let part = path.with_file_name(part_name);
        check_folder(path)?;
        if path.is_dir() {
            return Err(Error::io(path, "record to", &ErrorKind::IsADirectory.into()));
        }
        if part.exists() {
            check_unused(&part)?;
            if !replace {
                return Err(Error::Interrupted { path: part });
            }
        }
        if path.exists() && !replace {
            return Err(Error::Exists { path: path.to_owned() });
        }
        if part.exists() {
            fs::remove_file(&part).map_err(|source| Error::io(&part, "remove", &source))?;
        }
        OpenOptions::new().write(true).create_new(true).open(&part).map_err(|source| match source.kind() {
            ErrorKind::AlreadyExists => Error::Busy { path: part.clone() },
            _ => Error::io(&part, "create", &source),
        })?;
        Ok(Self { path: path.to_owned(), part, replace })
    }

    /// Removes a `.part` file that holds nothing yet.
    pub(crate) fn withdraw(&self) {
        // The fault that led here is the one worth telling.
        let _ = fs::remove_file(&self.part);
    }

    /// Gives the finished file its final name. It must be closed.
    pub(crate) fn publish(self) -> Result<PathBuf, Error> {
        if !self.replace && self.path.exists() {
            return Err(Error::Exists { path: self.path });
        }
        let synced = File::open(&self.part).and_then(|file| file.sync_all());
        synced.map_err(|source| Error::io(&self.part, "save", &source))?;
        fs::rename(&self.part, &self.path).map_err(|source| Error::io(&self.part, "rename", &source))?;
        Ok(self.path)
    }
}

fn check_folder(path: &Path) -> Result<(), Error> {
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let found = fs::metadata(folder).map_err(|source| Error::io(folder, "record into the directory", &source))?;
    if found.is_dir() {
        return Ok(());
    }
    Err(Error::io(folder, "record into the directory", &ErrorKind::NotADirectory.into()))
}

/// The library holds a lock on a file it writes.
fn check_unused(part: &Path) -> Result<(), Error> {
    let Ok(file) = File::open(part) else {
        return Ok(());
    };
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(Error::Busy { path: part.to_owned() }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_existing_recording_needs_force() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pd14.h5");
        fs::write(&path, "old").unwrap();
        assert_eq!(Destination::claim(&path, false).unwrap_err(), Error::Exists { path: path.clone() });
        let destination = Destination::claim(&path, true).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        fs::write(&destination.part, "new").unwrap();
        destination.publish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn a_leftover_part_file_is_explained() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pd14.h5");
        fs::write(folder.path().join("pd14.h5.part"), "half").unwrap();
        let text = Destination::claim(&path, false).unwrap_err().to_string();
        assert!(text.contains("pd14.h5.part") && text.contains("interrupted") && text.contains("--force"), "{text}");
        Destination::claim(&path, true).unwrap();
    }

    #[test]
    fn a_recording_that_appeared_meanwhile_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.h5");
        let destination = Destination::claim(&path, false).unwrap();
        fs::write(&path, "other").unwrap();
        assert_eq!(destination.publish().unwrap_err(), Error::Exists { path: path.clone() });
        assert_eq!(fs::read(&path).unwrap(), b"other");
    }

    #[test]
    fn a_missing_or_wrong_directory_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing");
        let text = Destination::claim(&missing.join("a.h5"), false).unwrap_err().to_string();
        assert!(text.contains("missing") && text.contains("No such file"), "{text}");
        fs::write(&missing, "").unwrap();
        assert!(matches!(Destination::claim(&missing.join("a.h5"), false), Err(Error::Io { .. })));
        assert!(matches!(Destination::claim(folder.path(), true), Err(Error::Io { .. })));
    }
}
