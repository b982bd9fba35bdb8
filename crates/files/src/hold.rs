//! A file that one process at a time writes.

use crate::target::kind;
use crate::{FileError, beside};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Time between two looks at a file that another process holds.
const LOOK: Duration = Duration::from_millis(100);
/// Bytes that are read of who holds a file.
const WORDS: u64 = 400;

/// The right to write a file, for as long as it lives.
///
/// A lock of the system on `NAME.lock`, which ends with the process, however that ends. The file `NAME` itself cannot be
/// locked: it is replaced by renames.
#[derive(Debug)]
pub struct Hold {
    /// The lock file; none where the directory takes no file, so that nothing can be written either.
    lock: Option<(PathBuf, File)>,
}

impl Hold {
    /// Takes the right to write `output`. While another holds it, `waits` is asked, with words on who that is, whether to
    /// wait on. `own` says who this is.
    ///
    /// # Errors
    /// [`FileError::Held`] once `waits` says no; [`FileError::Io`].
    pub fn take(output: &Path, own: &str, mut waits: impl FnMut(&str) -> bool) -> Result<Self, FileError> {
        let path = beside(output, ".lock");
        if let Some(found) = fs::symlink_metadata(&path).ok().filter(|found| !found.is_file()) {
            return Err(FileError::Output { path, kind: kind(found.file_type()) });
        }
        loop {
            let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
            let mut file = match opened {
                Ok(file) => file,
                Err(source) if is_closed(source.kind()) => return Ok(Self { lock: None }),
                Err(source) => return Err(FileError::io(&path, "create", &source)),
            };
            match file.try_lock() {
                Ok(()) if !is_same(&file, &path) => {}
                Ok(()) => {
                    // On a full disk nobody is named; the lock itself needs no room.
                    let _ = file.set_len(0).and_then(|()| file.write_all(own.as_bytes()));
                    return Ok(Self { lock: Some((path, file)) });
                }
                Err(TryLockError::WouldBlock) => {
                    let holder = words(&file);
                    if !waits(&holder) {
                        return Err(FileError::Held { path: output.to_owned(), holder });
                    }
                    std::thread::sleep(LOOK);
                }
                // A file system without locks: as good as it gets.
                Err(TryLockError::Error(_)) => return Ok(Self { lock: Some((path, file)) }),
            }
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some((path, _)) = &self.lock {
            // While the lock is held: who opens the name afterwards makes a new file.
            let _ = fs::remove_file(path);
        }
    }
}

/// Whether a directory takes no file, or is not there, which whoever writes into it says better.
fn is_closed(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::PermissionDenied
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::NotFound
            | ErrorKind::NotADirectory
            | ErrorKind::StorageFull
    )
}

fn words(file: &File) -> String {
    let mut words = String::new();
    match file.take(WORDS).read_to_string(&mut words) {
        Ok(read) if read > 0 => words.replace(char::is_control, " "),
        _ => "another process".to_owned(),
    }
}

/// Whether the name still stands for the file, and not for that of a later holder.
fn is_same(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let place = |found: fs::Metadata| (found.dev(), found.ino());
        file.metadata().ok().map(place) == fs::metadata(path).ok().map(place)
    }
    #[cfg(not(unix))]
    {
        let _ = (file, path);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn the_holder_is_named_until_it_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.h5");
        let held = Hold::take(&path, "process 7", |_| false).unwrap();
        let fault = Hold::take(&path, "process 8", |_| false).unwrap_err();
        assert_eq!(fault, FileError::Held { path: path.clone(), holder: "process 7".into() });
        drop(held);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        // What a killed process left holds nobody up.
        fs::write(folder.path().join("runs.h5.lock"), "process 9").unwrap();
        Hold::take(&path, "process 8", |_| false).unwrap();
    }

    /// Would catch a lock on a file that another holder has removed meanwhile.
    #[test]
    fn one_at_a_time_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.h5");
        let (inside, times) = (AtomicU32::new(0), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..5 {
                        let _held = Hold::take(&path, "a thread", |_| true).unwrap();
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        std::thread::sleep(Duration::from_millis(1));
                        inside.fetch_sub(1, Ordering::SeqCst);
                        times.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(times.into_inner(), 20);
    }
}
