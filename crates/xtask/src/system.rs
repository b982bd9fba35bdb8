//! What the build needs from the system, installed where that is possible.

use crate::shell::{Failure, failure, root, run, succeeds};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest cmake that builds the HDF5 library.
const CMAKE: (u32, u32) = (3, 26);

/// Sees to it that the HDF5 library can be built along: a cmake that is new enough, and zlib comes with its crate.
pub fn install_libraries() -> Result<(), Failure> {
    match cmake() {
        Some(path) => println!("cmake is there: {}", path.display()),
        None => {
            println!("cmake {}.{} or later is missing: installing it below target/", CMAKE.0, CMAKE.1);
            crate::python::tool(&own_cmake_environment(), "cmake", "cmake").map_err(|Failure(message)| {
                failure(format!(
                    "{message}\ncmake {}.{} or later builds the HDF5 library; install it, with `pip install cmake` for example",
                    CMAKE.0, CMAKE.1
                ))
            })?;
        }
    }
    Ok(())
}

/// A cmake that is new enough: of the system, or the one that this program has installed.
pub fn cmake() -> Option<PathBuf> {
    [PathBuf::from("cmake"), own_cmake_environment().join("bin").join("cmake")]
        .into_iter()
        .find(|path| new_enough(path))
}

/// Below the repository's own `target`, wherever cargo builds: asking cargo for its place would need cargo's answer first.
fn own_cmake_environment() -> PathBuf {
    root().join("target").join("venv-cmake")
}

fn new_enough(cmake: &Path) -> bool {
    let Ok(output) = Command::new(cmake).arg("--version").output() else { return false };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut numbers = text.split_whitespace().nth(2).unwrap_or_default().split('.').map(str::parse::<u32>);
    matches!((numbers.next(), numbers.next()), (Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= CMAKE)
}

/// Sees to it that rustfmt and clippy are there.
pub fn install_components() -> Result<(), Failure> {
    let missing: Vec<&str> = [("fmt", "rustfmt"), ("clippy", "clippy")]
        .into_iter()
        .filter(|(command, _)| !succeeds("cargo", &[command, "--version"]))
        .map(|(_, component)| component)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("{} missing: asking rustup for it", missing.join(" and "));
    run(Command::new("rustup").args(["component", "add"]).args(missing))
}

/// Sees to it that valgrind is there.
pub fn install_valgrind() -> Result<(), Failure> {
    if succeeds("valgrind", &["--version"]) {
        return Ok(());
    }
    println!("valgrind is missing: installing it");
    install(&["valgrind"])
}

/// Sees to it that Chromium is there, and a font.
pub fn install_chromium() -> Result<(), Failure> {
    if chromium().is_some() {
        return Ok(());
    }
    println!("chromium is missing: installing it");
    install(&["chromium", "fonts-dejavu-core"])
}

/// Chromium, by the name that it has here.
pub fn chromium() -> Option<&'static str> {
    ["chromium", "chromium-browser", "google-chrome"].into_iter().find(|name| succeeds(name, &["--version"]))
}

/// Installs packages of Debian and Ubuntu.
pub fn install(packages: &[&str]) -> Result<(), Failure> {
    if !succeeds("apt-get", &["--version"]) {
        return Err(failure(format!("cannot install {}: there is no apt-get", packages.join(", "))));
    }
    let privileged = is_root();
    let apt = || {
        let mut command = if privileged { Command::new("apt-get") } else { Command::new("sudo") };
        if !privileged {
            command.arg("apt-get");
        }
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    run(apt().arg("update"))?;
    run(apt().args(["install", "-y", "--no-install-recommends"]).args(packages))
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}
