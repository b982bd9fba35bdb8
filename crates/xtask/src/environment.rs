//! Environments of Python, each made once below `target/`.

use crate::shell::{Failure, root, run, succeeds};
use crate::system;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The pip of a Python, which installs.
pub fn pip(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).current_dir(root());
    command
}

/// A Python of its own in which `modules` can be imported, which `packages` bring.
///
/// # Errors
/// A machine without Python, packages that cannot be had.
pub fn environment(place: &Path, packages: &[&str], modules: &[&str]) -> Result<PathBuf, Failure> {
    let python = program(place, "python");
    let path = python.to_string_lossy().into_owned();
    if succeeds(&path, &["-c", &format!("import {}", modules.join(", "))]) {
        return Ok(python);
    }
    make(place)?;
    run(pip(&python).args(packages))?;
    Ok(python)
}

/// A program that a package brings, in an environment of its own.
///
/// # Errors
/// A machine without Python, a package that cannot be had.
pub fn tool(place: &Path, program: &str, package: &str) -> Result<PathBuf, Failure> {
    let own = self::program(place, program);
    if !succeeds(&own.to_string_lossy(), &["--version"]) {
        make(place)?;
        run(pip(&self::program(place, "python")).arg(package))?;
    }
    Ok(own)
}

/// A program of an environment.
pub fn program(place: &Path, name: &str) -> PathBuf {
    match cfg!(windows) {
        true => place.join("Scripts").join(name).with_extension("exe"),
        false => place.join("bin").join(name),
    }
}

/// Makes an environment anew.
///
/// # Errors
/// A machine without Python.
pub fn make(place: &Path) -> Result<(), Failure> {
    let python = if cfg!(windows) { "python" } else { "python3" };
    if !succeeds(python, &["-c", "import venv, ensurepip"]) {
        println!("python3 or its venv is missing: installing python3-venv");
        system::install(&["python3-venv"])?;
    }
    run(Command::new(python).args(["-m", "venv", "--clear"]).arg(place))
}
