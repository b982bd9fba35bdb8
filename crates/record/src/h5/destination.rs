//! Where a recording goes: a file beside the final one, renamed at the end.
//!
//! ```text
//! NAME.part.new      begun, holds nothing that is worth keeping
//! NAME.part          is being written, or is what a cut run has left
//! NAME.checkpoint    the last checkpoint of NAME.part
//! NAME               finished
//! ```
//!
//! What stands under the last three names is touched once what takes its place is there, so that a command that is refused
//! leaves them as they were.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use neuropil_files::{beside, give_name, target};

use crate::recording::checkpoint::side_path;
use crate::{Error, h5::written};

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
    /// Checks that a recording may be written, and writes nothing. A `.part` file that another run holds is refused also
    /// with `replace`.
    pub(crate) fn check(path: &Path, replace: bool) -> Result<Self, Error> {
        let destination = Self::of(path, replace)?;
        let (path, part) = (&destination.path, &destination.part);
        if part.exists() {
            check_unused(part)?;
            if !replace {
                return Err(Error::Interrupted { path: part.clone() });
            }
        }
        if path.exists() && !replace {
            return Err(Error::Exists { path: path.clone() });
        }
        let side = side_path(path);
        if side.exists() && !replace {
            return Err(Error::Interrupted { path: side });
        }
        if destination.new.exists() {
            check_unused(&destination.new)?;
        }
        Ok(destination)
    }

    /// The same, and creates an empty file, which [`Destination::reveal`] names `.part`.
    pub(crate) fn claim(path: &Path, replace: bool) -> Result<Self, Error> {
        let destination = Self::check(path, replace)?;
        // What a run left that was killed before it had written anything.
        remove(&destination.new)?;
        OpenOptions::new().write(true).create_new(true).open(&destination.new).map_err(|source| {
            match source.kind() {
                ErrorKind::AlreadyExists => Error::Busy { path: destination.part.clone() },
                _ => Error::io(&destination.new, "create", &source),
            }
        })?;
        Ok(destination)
    }

    /// The `.part` file of a cut run, or a copy of a finished recording, not yet revealed (then `true`).
    pub(crate) fn reclaim(path: &Path) -> Result<(Self, bool), Error> {
        let destination = Self::of(path, true)?;
        if destination.part.exists() {
            check_unused(&destination.part)?;
            return Ok((destination, false));
        }
        if destination.new.exists() {
            check_unused(&destination.new)?;
        }
        remove(&destination.new)?;
        let copied = fs::copy(&destination.path, &destination.new);
        copied.map_err(|source| {
            destination.withdraw();
            Error::io(&destination.path, "copy", &source)
        })?;
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
        let path = target(path)?.file()?;
        let part = beside(&path, ".part");
        Ok(Self { path, new: beside(&part, ".new"), part, replace })
    }

    /// Whether nothing of an earlier run would be lost, were the new file given its name.
    pub(crate) fn is_free(&self) -> bool {
        !self.part.exists() && !side_path(&self.path).exists()
    }

    /// Gives the new file its name, now that it can be opened.
    pub(crate) fn reveal(&self) -> Result<(), Error> {
        self.forget_side()?;
        fs::rename(&self.new, &self.part).map_err(|source| Error::io(&self.new, "rename", &source))
    }

    /// Removes the checkpoint of another run, which must not be taken for one of this.
    fn forget_side(&self) -> Result<(), Error> {
        let side = side_path(&self.path);
        remove(&beside(&side, ".new"))?;
        remove(&side)
    }

    /// Removes a file that was begun and not revealed.
    pub(crate) fn withdraw(&self) {
        // The fault that led here is the one worth telling.
        let _ = fs::remove_file(&self.new);
    }

    /// Writes a file at once, from claim to publication, or leaves everything as it was; `write` also names what it is at.
    pub(crate) fn whole(
        path: &Path,
        replace: bool,
        write: impl FnOnce(&hdf5::File, &mut String) -> hdf5::Result<()>,
    ) -> Result<PathBuf, Error> {
        let destination = Self::claim(path, replace)?;
        destination.write_whole(write).inspect_err(|_| destination.withdraw())?;
        Ok(destination.path)
    }

    /// Writes a file anew that belongs to whoever writes it: at any moment there is a whole one. What an interrupted run of
    /// that name has left stays.
    pub(crate) fn rewrite(
        path: &Path,
        write: impl FnOnce(&hdf5::File, &mut String) -> hdf5::Result<()>,
    ) -> Result<PathBuf, Error> {
        let destination = Self::of(path, true)?;
        remove(&destination.new)?;
        let written = destination.write_finished(write);
        let named = written.and_then(|()| Ok(give_name(&destination.new, &destination.path)?));
        named.inspect_err(|_| destination.withdraw())?;
        Ok(destination.path)
    }

    fn write_whole(&self, write: impl FnOnce(&hdf5::File, &mut String) -> hdf5::Result<()>) -> Result<(), Error> {
        self.write_finished(write)?;
        self.publish_new()
    }

    fn write_finished(&self, write: impl FnOnce(&hdf5::File, &mut String) -> hdf5::Result<()>) -> Result<(), Error> {
        let mut object = "a new file".to_owned();
        let made = written::create(&self.new).and_then(|file| write(&file, &mut object).map(|()| file));
        let file = made.map_err(|source| Error::write(&self.path, object, &source))?;
        written::finish(file, &self.new)
    }

    /// Gives a file that is finished, but was never revealed, its final name.
    pub(crate) fn publish_new(&self) -> Result<(), Error> {
        self.check_free()?;
        give_name(&self.new, &self.path)?;
        remove(&self.part)?;
        self.forget_side()
    }

    /// Gives the finished file its final name. It must be closed, and is looked at first.
    pub(crate) fn publish(self) -> Result<PathBuf, Error> {
        self.check_free()?;
        neuropil_files::sync(&self.part)?;
        written::check(&self.part)?;
        give_name(&self.part, &self.path)?;
        self.forget_side()?;
        Ok(self.path)
    }

    fn check_free(&self) -> Result<(), Error> {
        if self.replace || !self.path.exists() { Ok(()) } else { Err(Error::Exists { path: self.path.clone() }) }
    }
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
    // What is no regular file is not opened: a pipe would wait for a writer.
    target(part)?.file()?;
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
        written::create(&destination.new).unwrap().close().unwrap();
        destination.reveal().unwrap();
        destination.publish().unwrap();
        assert!(fs::read(&path).unwrap().starts_with(b"\x89HDF"));
    }

    /// Would catch a file that the library did not bring to its end.
    #[test]
    fn a_file_that_does_not_open_is_not_published() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.h5");
        fs::write(&path, "old").unwrap();
        let destination = Destination::claim(&path, true).unwrap();
        written::create(&destination.new).unwrap().close().unwrap();
        let whole = fs::read(&destination.new).unwrap();
        fs::write(&destination.part, &whole[..whole.len() - 1]).unwrap();
        assert!(matches!(destination.publish().unwrap_err(), Error::Write { .. }));
        assert_eq!(fs::read(&path).unwrap(), b"old");
    }

    /// What a refused command finds is what it leaves, also with force.
    #[test]
    fn a_claim_touches_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.h5");
        for name in ["a.h5", "a.h5.part", "a.h5.checkpoint"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        let destination = Destination::claim(&path, true).unwrap();
        assert!(!destination.is_free());
        destination.withdraw();
        for name in ["a.h5", "a.h5.part", "a.h5.checkpoint"] {
            assert_eq!(fs::read_to_string(folder.path().join(name)).unwrap(), name);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
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
