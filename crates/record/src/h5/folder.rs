//! A directory of results: written as `NAME.part` beside its final place and renamed at the end.

use crate::Error;
use neuropil_files::{beside, target};
use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A directory while its files are written.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    part: PathBuf,
    /// What another export has left under the name that this would have.
    older: Option<PathBuf>,
}

impl Folder {
    /// Begins a directory. With `replace`, [`Folder::publish`] moves files into one that exists, over those of their name.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`] for a file of that name; [`Error::Occupied`] for a directory that holds something, unless `replace`;
    /// [`Error::Interrupted`] for a `.part` left by another export, unless `replace`, when it stays until that;
    /// [`Error::File`] for a device or a pipe; [`Error::Io`].
    pub fn create(path: &Path, replace: bool) -> Result<Self, Error> {
        let io = |action: &'static str, at: &Path| {
            let at = at.to_owned();
            move |source: std::io::Error| Error::io(&at, action, &source)
        };
        if path.file_name().is_none() {
            return Err(Error::io(path, "write to", &ErrorKind::InvalidInput.into()));
        }
        let path = &target(path)?.file()?;
        if path.exists() && !path.is_dir() {
            return Err(Error::Exists { path: path.to_owned() });
        }
        if path.is_dir() && !replace && fs::read_dir(path).map_err(io("list", path))?.next().is_some() {
            return Err(Error::Occupied { path: path.to_owned() });
        }
        let mut part = beside(path, ".part");
        let mut older = None;
        if part.exists() {
            if !replace {
                return Err(Error::Interrupted { path: part });
            }
            let new = beside(&part, ".new");
            older = Some(std::mem::replace(&mut part, new));
            if part.exists() {
                fs::remove_dir_all(&part).map_err(io("remove", &part))?;
            }
        }
        fs::create_dir(&part).map_err(io("create", &part))?;
        Ok(Self { path: path.to_owned(), part, older })
    }

    /// The path to write a file to; the directories above it are made.
    ///
    /// # Errors
    ///
    /// [`Error::Io`].
    pub fn file(&self, name: &str) -> Result<PathBuf, Error> {
        let path = self.part.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|source| Error::io(parent, "create", &source))?;
        }
        Ok(path)
    }

    /// Writes a file of text.
    ///
    /// # Errors
    ///
    /// [`Error::Io`].
    pub fn text(&self, name: &str, text: &str) -> Result<(), Error> {
        let path = self.file(name)?;
        fs::write(&path, text).map_err(|source| Error::io(&path, "write", &source))
    }

    /// Gives the directory its name. Returns it, and the files in it that are older: relative to it, alphabetically.
    ///
    /// # Errors
    ///
    /// [`Error::Io`]; the `.part` then stays.
    pub fn publish(self) -> Result<(PathBuf, Vec<PathBuf>), Error> {
        let own = files(&self.part)?;
        // What the system had put off fails here, before anything has been replaced.
        own.iter().try_for_each(|file| neuropil_files::sync(&self.part.join(file)))?;
        let mut others = if self.path.is_dir() { files(&self.path)? } else { BTreeSet::new() };
        others.retain(|file| !own.contains(file));
        let empty = fs::read_dir(&self.path).is_ok_and(|mut entries| entries.next().is_none());
        if empty {
            fs::remove_dir(&self.path).map_err(|source| Error::io(&self.path, "replace", &source))?;
        }
        if self.path.exists() {
            merge(&self.part, &self.path)?;
            fs::remove_dir_all(&self.part).map_err(|source| Error::io(&self.part, "remove", &source))?;
        } else {
            fs::rename(&self.part, &self.path).map_err(|source| Error::io(&self.part, "rename", &source))?;
        }
        if let Some(older) = &self.older {
            fs::remove_dir_all(older).map_err(|source| Error::io(older, "remove", &source))?;
        }
        Ok((self.path, others.into_iter().collect()))
    }

    /// Whether [`Folder::publish`] would put a file of its own in the place of `other`.
    ///
    /// # Errors
    ///
    /// [`Error::Io`].
    pub fn replaces(&self, other: &Path) -> Result<bool, Error> {
        let other = other.canonicalize().map_err(|source| Error::io(other, "find", &source))?;
        let mut own = files(&self.part)?.into_iter();
        Ok(own.any(|file| self.path.join(file).canonicalize().is_ok_and(|place| place == other)))
    }

    /// Removes what was written.
    pub fn withdraw(self) {
        // The fault that led here is the one worth telling.
        let _ = fs::remove_dir_all(&self.part);
    }
}

/// All files below a directory, relative to it. Links are files here.
fn files(root: &Path) -> Result<BTreeSet<PathBuf>, Error> {
    let mut found = BTreeSet::new();
    let mut open = vec![root.to_owned()];
    while let Some(directory) = open.pop() {
        let io = |source: std::io::Error| Error::io(&directory, "list", &source);
        for entry in fs::read_dir(&directory).map_err(io)? {
            let entry = entry.map_err(io)?;
            if entry.file_type().map_err(io)?.is_dir() {
                open.push(entry.path());
            } else if let Ok(own) = entry.path().strip_prefix(root) {
                found.insert(own.to_owned());
            }
        }
    }
    Ok(found)
}

/// Moves every file below `from` to the same place below `to`.
fn merge(from: &Path, to: &Path) -> Result<(), Error> {
    let io = |source: std::io::Error| Error::io(to, "write into", &source);
    fs::create_dir_all(to).map_err(io)?;
    for entry in fs::read_dir(from).map_err(io)? {
        let own = entry.map_err(io)?.path();
        let target = to.join(own.file_name().unwrap_or_default());
        if own.is_dir() {
            merge(&own, &target)?;
        } else {
            fs::rename(&own, &target).map_err(|source| Error::io(&target, "replace", &source))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_appears_whole_and_others_files_stay() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("out");
        let folder = Folder::create(&path, false).unwrap();
        folder.text("network/a.csv", "new").unwrap();
        assert!(!path.exists());
        folder.publish().unwrap();
        assert_eq!(fs::read(path.join("network/a.csv")).unwrap(), b"new");
        assert_eq!(Folder::create(&path, false).unwrap_err(), Error::Occupied { path: path.clone() });
        fs::write(path.join("network/mine.txt"), "mine").unwrap();
        let again = Folder::create(&path, true).unwrap();
        again.text("network/a.csv", "newer").unwrap();
        assert_eq!(again.publish().unwrap(), (path.clone(), vec![PathBuf::from("network/mine.txt")]));
        assert_eq!(fs::read(path.join("network/a.csv")).unwrap(), b"newer");
        assert_eq!(fs::read(path.join("network/mine.txt")).unwrap(), b"mine");
        assert!(!root.path().join("out.part").exists());
    }

    /// Would catch a file that is read and then replaced.
    #[test]
    fn a_file_that_it_would_replace_is_told() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("out");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("a.csv"), "old").unwrap();
        fs::write(path.join("b.csv"), "old").unwrap();
        let folder = Folder::create(&path, true).unwrap();
        folder.text("a.csv", "new").unwrap();
        assert_eq!(folder.replaces(&path.join("../out/a.csv")), Ok(true));
        assert_eq!(folder.replaces(&path.join("b.csv")), Ok(false));
    }

    #[test]
    fn a_left_over_part_is_explained() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("out");
        fs::create_dir(root.path().join("out.part")).unwrap();
        assert!(matches!(Folder::create(&path, false), Err(Error::Interrupted { .. })));
        // What an earlier command left stays until a later one has ended well.
        Folder::create(&path, true).unwrap().withdraw();
        assert!(root.path().join("out.part").exists());
        Folder::create(&path, true).unwrap().publish().unwrap();
        assert!(path.is_dir() && !root.path().join("out.part").exists());
    }
}
