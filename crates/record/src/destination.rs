//! Where a recording goes: a `.part` file beside the final one, renamed at the end.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::checkpoint::side_path;

/// The final path and the path written to.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    pub(crate) path: PathBuf,
    pub(crate) part: PathBuf,
    /// The `.part` file before it holds anything that can be opened.
    pub(crate) new: PathBuf,
    replace: bool,
}

impl Destination {
    /// Checks that a recording may be written and creates an empty file, which [`Destination::reveal`] names `.part`.
    ///
    /// With `replace`, a leftover `.part` file and its checkpoint are removed now and an existing recording only by
    /// [`Destination::publish`]. A `.part` file that another run holds is never touched.
    pub(crate) fn claim(path: &Path, replace: bool) -> Result<Self, Error> {
        let destination = Self::of(path, replace)?;
        let part = &destination.part;
        if part.exists() {
            check_unused(part)?;
            if !replace {
                return Err(Error::Interrupted { path: part.clone() });
            }
        }
        if path.exists() && !replace {
            return Err(Error::Exists { path: path.to_owned() });
        }
        let side = side_path(path);
        if side.exists() && !replace {
            return Err(Error::Interrupted { path: side });
        }
        // What an earlier run of this name left must not be taken for a checkpoint of this one.
        for old in [part, &side, &beside(&side, ".new")] {
            remove(old)?;
        }
        destination.clear_new()?;
        OpenOptions::new().write(true).create_new(true).open(&destination.new).map_err(|source| {
            match source.kind() {
                ErrorKind::AlreadyExists => Error::Busy { path: part.clone() },
                _ => Error::io(&destination.new, "create", &source),
            }
        })?;
        Ok(destination)
    }

    /// The `.part` file of a cut run, or a new one with all that a finished recording holds (then `true`).
    pub(crate) fn reclaim(path: &Path) -> Result<(Self, bool), Error> {
        let destination = Self::of(path, true)?;
        if destination.part.exists() {
            check_unused(&destination.part)?;
            return Ok((destination, false));
        }
        destination.clear_new()?;
        // One that lies beside a finished recording is not its own.
        remove(&side_path(path))?;
        fs::copy(path, &destination.new).map_err(|source| Error::io(path, "copy", &source))?;
        destination.reveal()?;
        Ok((destination, true))
    }

    fn of(path: &Path, replace: bool) -> Result<Self, Error> {
        if path.file_name().is_none() {
            let reason = "the path names no file".to_owned();
            return Err(Error::Io { path: path.to_owned(), action: "record to", reason });
        }
        check_folder(path)?;
        if path.is_dir() {
            return Err(Error::io(path, "record to", &ErrorKind::IsADirectory.into()));
        }
        let part = beside(path, ".part");
        Ok(Self { path: path.to_owned(), new: beside(&part, ".new"), part, replace })
    }

    /// Removes what a run left that was killed before it had written anything.
    fn clear_new(&self) -> Result<(), Error> {
        if self.new.exists() {
            check_unused(&self.new)?;
        }
        remove(&self.new)
    }

    /// Gives the new file its name, now that it can be opened.
    pub(crate) fn reveal(&self) -> Result<(), Error> {
        fs::rename(&self.new, &self.part).map_err(|source| Error::io(&self.new, "rename", &source))
    }

    /// Removes a `.part` file that holds nothing yet.
    pub(crate) fn withdraw(&self) {
        // The fault that led here is the one worth telling.
        let _ = fs::remove_file(&self.new);
        let _ = fs::remove_file(&self.part);
    }

    /// Publishes a file that was written at once, or withdraws it: `object` is what was being written.
    pub(crate) fn settle(self, written: hdf5::Result<()>, object: &str) -> Result<PathBuf, Error> {
        match written {
            Ok(()) => self.reveal().and_then(|()| self.publish()),
            Err(source) => {
                self.withdraw();
                Err(Error::write(&self.path, object, &source))
            }
        }
    }

    /// Gives the finished file its final name. It must be closed.
    pub(crate) fn publish(self) -> Result<PathBuf, Error> {
        if !self.replace && self.path.exists() {
            return Err(Error::Exists { path: self.path });
        }
        let synced = File::open(&self.part).and_then(|file| file.sync_all());
        synced.map_err(|source| Error::io(&self.part, "save", &source))?;
        fs::rename(&self.part, &self.path).map_err(|source| Error::io(&self.part, "rename", &source))?;
        let side = side_path(&self.path);
        remove(&beside(&side, ".new"))?;
        remove(&side)?;
        Ok(self.path)
    }
}

/// The path with more at the end of its name.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

/// Removes a file if it is there.
fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != ErrorKind::NotFound => Err(Error::io(path, "remove", &source)),
        _ => Ok(()),
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
