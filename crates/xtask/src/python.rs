//! The Python package: installed as a user does it, then its tests and the examples.

use crate::ci::neuropil;
use crate::shell::{Failure, files_below, root, run, succeeds, target_directory};
use crate::system;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the tests want beside the package.
const PACKAGES: [&str; 7] = ["pytest", "mypy", "h5py", "libsonata", "pandas", "neo", "pynwb"];

/// Installs the package into an environment of its own and tests it; says so where that is not possible.
pub fn check() -> Result<String, Failure> {
    let target = target_directory()?;
    let python = match environment(&target.join("venv-python"), &PACKAGES, &PACKAGES) {
        Ok(python) => python,
        Err(Failure(why)) => return Ok(format!("SKIPPED: {why}")),
    };
    run(pip(&python).args(["--force-reinstall", "--no-deps", "./crates/py"]))?;
    let tests = ["-m", "pytest", "-q", "crates/py/tests"];
    run(Command::new(&python).args(tests).env("NEUROPIL_COMMAND", neuropil()?).current_dir(root()))?;
    let place = target.join("python-examples");
    // What an earlier run has left is no result of this one.
    let _ = std::fs::remove_dir_all(&place);
    std::fs::create_dir_all(&place).map_err(|error| Failure(format!("cannot make {}: {error}", place.display())))?;
    let examples = files_below(&root().join("examples").join("python"), &["py"]);
    for example in &examples {
        run(Command::new(&python).arg(example).current_dir(&place))?;
    }
    Ok(format!("the package installs, its tests pass, {} examples hold what they assert", examples.len()))
}

fn pip(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).current_dir(root());
    command
}

/// A Python of its own in which `modules` can be imported, which `packages` bring.
///
/// # Errors
/// A machine without Python, packages that cannot be had.
pub fn environment(place: &Path, packages: &[&str], modules: &[&str]) -> Result<PathBuf, Failure> {
    let python = place.join("bin").join("python");
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
    let own = place.join("bin").join(program);
    if !succeeds(&own.to_string_lossy(), &["--version"]) {
        make(place)?;
        run(pip(&place.join("bin").join("python")).arg(package))?;
    }
    Ok(own)
}

fn make(place: &Path) -> Result<(), Failure> {
    if !succeeds("python3", &["-c", "import venv, ensurepip"]) {
        println!("python3 or its venv is missing: installing python3-venv");
        system::install(&["python3-venv"])?;
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(place))
}
