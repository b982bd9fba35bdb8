//! The README's first command: from a fresh clone to a picture.

use crate::build::{cargo, target_directory};
use crate::libraries;
use crate::shell::{Failure, failure, root, run};
use std::process::Command;

/// Simulates the cortical microcircuit at a tenth of its size and draws it, into the current directory.
pub fn first_run() -> Result<(), Failure> {
    libraries::install_libraries()?;
    run(cargo().args(["build", "--release", "--package", "neuropil-cli"]))?;
    let neuropil = target_directory()?.join("release").join("neuropil");
    let here = std::env::current_dir().map_err(|error| failure(format!("there is no current directory: {error}")))?;
    let (recording, picture) = (here.join("microcircuit.h5"), here.join("microcircuit.png"));
    let model = root().join("models/networks/potjans_diesmann_2014.json");
    run(Command::new(&neuropil).arg("run").arg(&model).args(["--scale", "0.1", "--force", "-o"]).arg(&recording))?;
    run(Command::new(&neuropil).arg("plot").arg(&recording).args(["--force", "-o"]).arg(&picture))?;
    println!("\nthe recording: {}\nthe picture:   {}", recording.display(), picture.display());
    println!("more:          {} --help", neuropil.display());
    Ok(())
}
