//! What the name of an output leads to.

use crate::FileError;
use std::fs::{self, FileType};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What stands behind the name of an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A regular file, or none yet: its name without links, so that a rename replaces the file and not a link to it.
    File(PathBuf),
    /// A device, a pipe or a socket, which takes bytes one after the other and is never replaced.
    Stream(PathBuf, &'static str),
}

impl Target {
    /// The file, for what cannot be written as a stream.
    ///
    /// # Errors
    /// [`FileError::Output`] for a stream.
    pub fn file(self) -> Result<PathBuf, FileError> {
        match self {
            Target::File(path) => Ok(path),
            Target::Stream(path, kind) => Err(FileError::Output { path, kind }),
        }
    }
}

/// What `path` leads to.
///
/// # Errors
/// [`FileError::Dangling`] for a link to nothing; [`FileError::Io`].
pub fn target(path: &Path) -> Result<Target, FileError> {
    let failed = |source: std::io::Error| FileError::io(path, "write to", &source);
    let found = match fs::symlink_metadata(path) {
        Err(source) if source.kind() == ErrorKind::NotFound => return Ok(Target::File(path.to_owned())),
        found => found.map_err(failed)?,
    };
    if !found.is_symlink() {
        return Ok(of(path.to_owned(), found.file_type()));
    }
    // `/dev/stdout` is a link to a link that the system makes: what it leads to has a reader or writer already.
    if std::path::absolute(path).is_ok_and(|path| path.starts_with("/proc") || path.parent() == Some(Path::new("/dev")))
    {
        return Ok(Target::Stream(path.to_owned(), "a link that the system keeps"));
    }
    match path.canonicalize() {
        Ok(real) => {
            let found = fs::metadata(&real).map_err(failed)?;
            Ok(of(real, found.file_type()))
        }
        Err(source) if source.kind() == ErrorKind::NotFound => {
            let leads = fs::read_link(path).map_err(failed)?;
            Err(FileError::Dangling { path: path.to_owned(), leads })
        }
        Err(source) => Err(failed(source)),
    }
}

fn of(path: PathBuf, found: FileType) -> Target {
    // A directory is refused by whoever needs a file, in words of its own.
    if found.is_file() || found.is_dir() { Target::File(path) } else { Target::Stream(path, kind(found)) }
}

/// What is no regular file, in words.
pub(crate) fn kind(found: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if found.is_fifo() {
            return "a pipe";
        }
        if found.is_socket() {
            return "a socket";
        }
        if found.is_char_device() || found.is_block_device() {
            return "a device";
        }
    }
    if found.is_dir() { "a directory" } else { "no regular file" }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    /// Would catch a rename over a link or a device.
    #[test]
    fn links_are_followed_and_devices_told() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let (file, link, broken) = (root.join("a.h5"), root.join("link.h5"), root.join("broken.h5"));
        assert_eq!(target(&file), Ok(Target::File(file.clone())));
        fs::write(&file, "a").unwrap();
        symlink("a.h5", &link).unwrap();
        symlink("none.h5", &broken).unwrap();
        assert_eq!(target(&link), Ok(Target::File(file)));
        assert_eq!(target(&broken), Err(FileError::Dangling { path: broken.clone(), leads: "none.h5".into() }));
        assert_eq!(target(Path::new("/dev/null")), Ok(Target::Stream("/dev/null".into(), "a device")));
        assert!(matches!(target(Path::new("/dev/stdout")), Ok(Target::Stream(..))));
    }
}
