//! What the build needs from the system, installed where that is possible.

use crate::shell::{Failure, failure, run, succeeds};
use std::process::Command;

/// For systems where this program cannot install anything.
const HINT: &str = "\
the HDF5 library (with headers) and pkg-config are needed, and there is no apt-get here; install them with one of
  dnf install hdf5-devel pkgconf-pkg-config
  pacman -S hdf5 pkgconf
  brew install hdf5 pkg-config
or set HDF5_DIR to where HDF5 lies";

/// Sees to it that the HDF5 library can be linked.
pub fn install_libraries() -> Result<(), Failure> {
    if std::env::var_os("HDF5_DIR").is_some() {
        println!("HDF5 from HDF5_DIR");
        return Ok(());
    }
    if succeeds("pkg-config", &["--exists", "hdf5"]) {
        println!("HDF5 and pkg-config are there");
        return Ok(());
    }
    println!("HDF5 or pkg-config is missing: installing libhdf5-dev and pkg-config");
    install(&["libhdf5-dev", "pkg-config"]).map_err(|Failure(message)| failure(format!("{message}\n{HINT}")))
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
