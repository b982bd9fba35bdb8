//! Cargo, where it puts what it builds, and the `neuropil` command.

use crate::cmake::cmake;
use crate::shell::{Failure, failure, output, root, run};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether nothing was built before: then nothing is kept for a next build either, which spares two thirds of the disk.
static FROM_NOTHING: AtomicBool = AtomicBool::new(false);

/// Looks whether anything was built, before the first build of a check.
pub fn look_what_is_built() -> Result<(), Failure> {
    FROM_NOTHING.store(!target_directory()?.join("debug").join("neuropil").exists(), Ordering::Relaxed);
    Ok(())
}

/// The cargo that runs this program.
pub fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    if FROM_NOTHING.load(Ordering::Relaxed) {
        cargo.env("CARGO_INCREMENTAL", "0");
    }
    if let Some(cmake) = cmake().filter(|cmake| cmake.is_absolute()) {
        cargo.env("CMAKE", cmake);
    }
    cargo
}

/// What cargo knows of the workspace.
pub fn metadata() -> Result<serde_json::Value, Failure> {
    let text = output(cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    serde_json::from_str(&text).map_err(|error| failure(format!("cargo metadata printed no JSON: {error}")))
}

/// Where cargo puts what it builds.
pub fn target_directory() -> Result<PathBuf, Failure> {
    let metadata = metadata()?;
    let directory = metadata["target_directory"].as_str();
    directory.map(PathBuf::from).ok_or_else(|| failure("cargo metadata names no target directory"))
}

/// The `neuropil` command, built as the tests are.
pub fn neuropil() -> Result<PathBuf, Failure> {
    built()?;
    Ok(target_directory()?.join("debug").join("neuropil"))
}

/// Builds the command and the examples, once.
pub fn built() -> Result<(), Failure> {
    static BUILT: AtomicBool = AtomicBool::new(false);
    if BUILT.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    run(cargo().args(["build", "--workspace", "--bins", "--examples", "--profile", "test", "--quiet"]))
}
