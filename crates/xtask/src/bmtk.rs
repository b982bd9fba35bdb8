//! bmtk itself, on NEST, beside neuropil: the same circuits, spike for spike.

use crate::build::{neuropil, target_directory};
use crate::environment::environment;
use crate::shell::{Failure, root, run};
use std::process::Command;

/// The judges, of the versions whose spikes lie in the repository.
const PACKAGES: [&str; 3] = ["bmtk==1.2.0", "nest-simulator==3.10.0", "h5py"];
const MODULES: [&str; 3] = ["bmtk", "nest", "h5py"];

/// Runs published circuits in both; says so where the judges cannot be had.
pub fn check() -> Result<String, Failure> {
    let target = target_directory()?;
    let python = match environment(&target.join("venv-bmtk"), &PACKAGES, &MODULES) {
        Ok(python) => python,
        Err(Failure(why)) => return Ok(format!("SKIPPED: {why}")),
    };
    let mut script = Command::new(python);
    script.arg("tests/python/check_bmtk.py").arg(neuropil()?).arg(target.join("ci-bmtk"));
    run(script.current_dir(root()))?;
    Ok("point_120cells, point_stdp, four circuits that derive from them, three of all cells and synapses, and one that learned have the spikes of bmtk 1.2.0"
        .into())
}
