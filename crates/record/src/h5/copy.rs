//! Copies of whole files.

use crate::Error;
use crate::h5::destination::Destination;
use crate::h5::written;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Refuses the name of an output that is taken, or that another run writes or has left, unless it may be replaced. Writes
/// nothing.
///
/// # Errors
/// [`Error::Exists`], [`Error::Interrupted`], [`Error::Busy`], [`Error::Io`]; [`Error::File`] for what is no regular file.
pub fn check_output(path: &Path, replace: bool) -> Result<(), Error> {
    Destination::check(path, replace).map(|_| ())
}

/// Copies a file of HDF5 to another name, whole or not at all, as recordings are written: what stands there stays until the
/// copy is on the disk and opens.
///
/// # Errors
/// As [`check_output`]; [`Error::Write`] for a file that does not open.
pub fn copy(from: &Path, to: &Path, replace: bool) -> Result<PathBuf, Error> {
    // Before anything is made: devices and directories are no files to copy.
    neuropil_files::length(from)?;
    let destination = Destination::claim(to, replace)?;
    let copied = bytes(from, &destination.new).and_then(|()| written::check(&destination.new));
    copied.and_then(|()| destination.publish_new()).inspect_err(|_| destination.withdraw())?;
    Ok(destination.path)
}

/// Not with the rights of the older file, which may be one of a temporary place.
fn bytes(from: &Path, to: &Path) -> Result<(), Error> {
    let mut source = File::open(from).map_err(|source| Error::io(from, "read", &source))?;
    let failed = |source: io::Error| Error::io(to, "write", &source);
    let mut file = OpenOptions::new().write(true).truncate(true).open(to).map_err(failed)?;
    io::copy(&mut source, &mut file).and_then(|_| file.sync_all()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn made(folder: &Path, name: &str) -> PathBuf {
        let path = folder.join(name);
        let file = written::create(&path).unwrap();
        file.new_dataset::<f64>().shape([3]).create("x").unwrap().write_raw(&[1.0, 2.0, 3.0]).unwrap();
        written::finish(file, &path).unwrap();
        path
    }

    /// Would catch a copy that another run's `.part` pays for, one that is half there, and one over an older file unasked.
    #[test]
    fn a_copy_is_whole_or_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let (source, target) = (made(folder.path(), "a.h5"), folder.path().join("b.h5"));
        let names = || {
            let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|own| own.unwrap().file_name()).collect();
            names.sort();
            names
        };
        assert_eq!(copy(&source, &target, false).unwrap(), target);
        assert_eq!(fs::read(&target).unwrap(), fs::read(&source).unwrap());
        assert_eq!(names(), ["a.h5", "b.h5"]);
        assert_eq!(copy(&source, &target, false).unwrap_err(), Error::Exists { path: target.clone() });
        let part = folder.path().join("c.h5.part");
        fs::write(&part, "half a run").unwrap();
        let fault = copy(&source, &folder.path().join("c.h5"), false).unwrap_err();
        assert_eq!(fault, Error::Interrupted { path: part.clone() });
        // What does not open is not published, and the older file stays.
        fs::write(folder.path().join("cut.h5"), &fs::read(&source).unwrap()[..200]).unwrap();
        assert!(matches!(copy(&folder.path().join("cut.h5"), &target, true), Err(Error::Write { .. })));
        assert_eq!(fs::read(&target).unwrap(), fs::read(&source).unwrap());
        assert!(copy(&folder.path().join("none.h5"), &target, true).is_err());
        assert_eq!(names(), ["a.h5", "b.h5", "c.h5.part", "cut.h5"]);
        assert_eq!(fs::read(&part).unwrap(), b"half a run");
        copy(&source, &source, true).unwrap();
        assert_eq!(fs::read(&target).unwrap(), fs::read(&source).unwrap());
    }

    /// Would catch a rename over a link, and over a device, which would be gone for all programs of the machine.
    #[cfg(target_os = "linux")]
    #[test]
    fn links_are_followed_and_devices_refused() {
        use std::os::unix::fs::{FileTypeExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (source, real, link) =
            (made(folder.path(), "a.h5"), folder.path().join("real.h5"), folder.path().join("link.h5"));
        fs::write(&real, "old").unwrap();
        symlink("real.h5", &link).unwrap();
        copy(&source, &link, true).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&real).unwrap(), fs::read(&source).unwrap());
        let fault = copy(&source, Path::new("/dev/null"), true).unwrap_err().to_string();
        assert!(fault.contains("`/dev/null`: it is a device"), "{fault}");
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    }
}
