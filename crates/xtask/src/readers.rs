//! What other tools see in recordings and exports, where Python can be had.

use crate::build::{neuropil, target_directory};
use crate::shell::{Failure, root, run, succeeds};
use crate::system;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is installed from PyPI, and imported under the same name.
const PACKAGES: [&str; 6] = ["h5py", "libsonata", "bmtk", "elephant", "pandas", "pynwb"];

/// Records a short run and lets the Python readers check it; says so where that is not possible.
pub fn check() -> Result<String, Failure> {
    let target = target_directory()?;
    let python = match python(&target.join("venv")) {
        Ok(python) => python,
        Err(Failure(why)) => return Ok(format!("SKIPPED: {why}")),
    };
    let recording = target.join("ci-first_network.h5");
    let run_it = ["run", "models/networks/first_network.json", "--duration-ms", "200", "--quiet", "--force", "-o"];
    run(Command::new(neuropil()?).args(run_it).arg(&recording).current_dir(root()))?;
    let script = |name: &str| {
        let mut command = Command::new(&python);
        command.arg(format!("tests/python/{name}")).current_dir(root());
        command
    };
    run(script("check_recording.py").arg(&recording))?;
    let session = "tests/data/nwb/session.nwb";
    let imported = target.join("ci-session.h5");
    let import_it = ["--units", "quality == 'good'", "--from-s", "1", "--to-s", "8", "--force", "-o"];
    run(Command::new(neuropil()?).args(["import", session]).args(import_it).arg(&imported).current_dir(root()))?;
    run(script("check_import.py").arg(session).arg(&imported))?;
    run(script("check_export.py").arg(neuropil()?).arg(&recording).arg(target.join("ci-export")))?;
    run(script("own_data.py").arg(neuropil()?).arg(target.join("ci-own-data")))?;
    run(script("trial_stages.py").arg(neuropil()?).arg(target.join("ci-stages")))?;
    Ok("h5py, libsonata, pynwb, bmtk, pandas and elephant read what was written".into())
}

/// A Python with the readers, in an environment of its own.
fn python(environment: &Path) -> Result<PathBuf, Failure> {
    let python = environment.join("bin").join("python");
    let path = python.to_string_lossy().into_owned();
    if succeeds(&path, &["-c", &format!("import {}", PACKAGES.join(", "))]) {
        return Ok(python);
    }
    let create = || run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(environment));
    if !succeeds("python3", &["-c", "import venv, ensurepip"]) {
        println!("python3 or its venv is missing: installing python3-venv");
        system::install(&["python3-venv"])?;
    }
    create()?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    run(Command::new(&python).args(install).args(PACKAGES))?;
    Ok(python)
}
