//! The cmake that builds the HDF5 library.

use crate::shell::root;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest cmake that builds the HDF5 library.
pub const CMAKE: (u32, u32) = (3, 26);

/// A cmake that is new enough: of the system, or the one that this program has installed.
pub fn cmake() -> Option<PathBuf> {
    [PathBuf::from("cmake"), own_cmake_environment().join("bin").join("cmake")]
        .into_iter()
        .find(|path| new_enough(path))
}

/// Below the repository's own `target`, wherever cargo builds: asking cargo for its place would need cargo's answer first.
pub fn own_cmake_environment() -> PathBuf {
    root().join("target").join("venv-cmake")
}

fn new_enough(cmake: &Path) -> bool {
    let Ok(output) = Command::new(cmake).arg("--version").output() else { return false };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut numbers = text.split_whitespace().nth(2).unwrap_or_default().split('.').map(str::parse::<u32>);
    matches!((numbers.next(), numbers.next()), (Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= CMAKE)
}
