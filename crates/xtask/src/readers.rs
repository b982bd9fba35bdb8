//! What h5py and libsonata see in a recording, where Python can be had.

use crate::ci::neuropil;
use crate::shell::{Failure, root, run, succeeds, target_directory};
use crate::system;
use std::path::{Path, PathBuf};
use std::process::Command;

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
    run(Command::new(&python).arg("tests/python/check_recording.py").arg(&recording).current_dir(root()))?;
    let session = "tests/data/nwb/session.nwb";
    let imported = target.join("ci-session.h5");
    let import_it = ["--units", "quality == 'good'", "--from-s", "1", "--to-s", "8", "--force", "-o"];
    run(Command::new(neuropil()?).args(["import", session]).args(import_it).arg(&imported).current_dir(root()))?;
    run(Command::new(&python).args(["tests/python/check_import.py", session]).arg(&imported).current_dir(root()))?;
    Ok("h5py and libsonata read what was written".into())
}

/// A Python with both readers, in an environment of its own.
fn python(environment: &Path) -> Result<PathBuf, Failure> {
    let python = environment.join("bin").join("python");
    let path = python.to_string_lossy().into_owned();
    if succeeds(&path, &["-c", "import h5py, libsonata"]) {
        return Ok(python);
    }
    let create = || run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(environment));
    if !succeeds("python3", &["-c", "import venv, ensurepip"]) {
        println!("python3 or its venv is missing: installing python3-venv");
        system::install(&["python3-venv"])?;
    }
    create()?;
    run(Command::new(&python).args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "h5py",
        "libsonata",
    ]))?;
    Ok(python)
}
