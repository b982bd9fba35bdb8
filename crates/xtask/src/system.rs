//! What the build needs from the system, installed where that is possible.

use crate::shell::{Failure, failure, run, succeeds};
use std::process::Command;

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
