//! The Python package: installed as a user does it, then its tests and the examples.

use crate::build::{neuropil, target_directory};
use crate::environment::{environment, pip};
use crate::shell::{Failure, files_below, root, run};
use std::process::Command;

/// What the tests want beside the package: the package, and the module that it brings.
const WANTED: [[&str; 2]; 16] = [
    ["pytest", "pytest"],
    ["pytest-xdist", "xdist"],
    ["mypy", "mypy"],
    ["h5py", "h5py"],
    ["libsonata", "libsonata"],
    ["pandas", "pandas"],
    ["neo", "neo"],
    ["pynwb", "pynwb"],
    ["pynapple", "pynapple"],
    ["spikeinterface", "spikeinterface.core"],
    ["xarray", "xarray"],
    ["nir", "nir"],
    ["PyNN==0.13.0", "pyNN"],
    ["scipy", "scipy"],
    ["matplotlib", "matplotlib"],
    ["gymnasium", "gymnasium"],
];

/// Installs the package into an environment of its own and tests it; says so where that is not possible.
pub fn check() -> Result<String, Failure> {
    let target = target_directory()?;
    let [packages, modules] = [0, 1].map(|column| WANTED.map(|own| own[column]));
    let python = match environment(&target.join("venv-python"), &packages, &modules) {
        Ok(python) => python,
        Err(Failure(why)) => return Ok(format!("SKIPPED: {why}")),
    };
    run(pip(&python).args(["--force-reinstall", "--no-deps", "./crates/py"]))?;
    let processes = std::thread::available_parallelism().map_or(1, usize::from).to_string();
    let tests = ["-m", "pytest", "-q", "-n", &processes, "--dist", "worksteal", "crates/py/tests"];
    run(Command::new(&python).args(tests).env("NEUROPIL_COMMAND", neuropil()?).current_dir(root()))?;
    run(pip(&python).args(["--force-reinstall", "--no-deps", "./crates/py/pynn"]))?;
    run(Command::new(&python).args(["-m", "pytest", "-q", "crates/py/pynn/tests"]).current_dir(root()))?;
    // PyNN's own scenarios, from its source distribution.
    run(Command::new(&python).arg("crates/py/pynn/scenarios.py").current_dir(root()))?;
    let place = target.join("python-examples");
    // What an earlier run has left is no result of this one.
    let _ = std::fs::remove_dir_all(&place);
    std::fs::create_dir_all(&place).map_err(|error| Failure(format!("cannot make {}: {error}", place.display())))?;
    let examples = files_below(&root().join("examples").join("python"), &["py"]);
    for example in &examples {
        run(Command::new(&python).arg(example).current_dir(&place))?;
    }
    Ok(format!(
        "the package and PyNN's backend install, their tests pass, PyNN's scenarios too, {} examples hold what they assert",
        examples.len()
    ))
}
