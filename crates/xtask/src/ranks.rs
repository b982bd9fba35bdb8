//! One network over ranks: the feature `mpi` is linted and built, and `mpirun` starts the command.

use crate::build::{built, cargo, target_directory};
use crate::environment::{environment, pip};
use crate::shell::{Failure, failure, output, root, run, succeeds};
use crate::system;
use std::path::PathBuf;
use std::process::Command;

/// What an MPI and the reader of its headers are called by Debian.
const PACKAGES: [&str; 3] = ["libopenmpi-dev", "openmpi-bin", "libclang-dev"];
/// The feature of the command with MPI.
const WITH_MPI: &str = "neuropil-cli/mpi";

/// Lints and builds the command with MPI, and runs its tests over ranks; says so where there is no MPI.
pub fn check() -> Result<String, Failure> {
    if let Err(Failure(why)) = install_mpi() {
        return Ok(format!("SKIPPED: {why}"));
    }
    if !starts() {
        return Ok("SKIPPED: `mpirun -n 2 true` fails here".into());
    }
    let lints = ["clippy", "--workspace", "--all-targets", "--quiet", "--features", WITH_MPI, "--", "-D", "warnings"];
    run(cargo().args(lints))?;
    let command = command()?;
    let tests =
        ["test", "--workspace", "--test", "it", "--quiet", "--", "--ignored", "--test-threads=1", "over_ranks::"];
    run(cargo().args(tests).env("NEUROPIL_WITH_MPI", command))?;
    let python = python()?;
    let told = output(Command::new("mpirun").arg("--version"))?;
    let mpi = told.lines().next().unwrap_or_default();
    Ok(format!("{mpi}: ranks have the bits of one process, and end together; {python}"))
}

/// The Python package with MPI, installed as docs/ranks.md says, and its tests under `mpirun`.
fn python() -> Result<String, Failure> {
    let wanted = ["pytest", "numpy", "h5py"];
    let python = match environment(&target_directory()?.join("venv-ranks"), &wanted, &wanted) {
        Ok(python) => python,
        Err(Failure(why)) => return Ok(format!("Python SKIPPED: {why}")),
    };
    let feature = ("MATURIN_PEP517_ARGS", "--features mpi");
    run(pip(&python).args(["--force-reinstall", "--no-deps", "./crates/py"]).envs([feature]))?;
    let tests = ["-m", "pytest", "-q", "crates/py/tests/test_ranks.py"];
    run(Command::new(&python).args(tests).env("NEUROPIL_RANKS", "1").current_dir(root()))?;
    Ok("so have scripts of Python".into())
}

/// The command with MPI, beside the one without.
fn command() -> Result<PathBuf, Failure> {
    // Of the same selection as all else, so that only what knows of MPI is built again.
    let build = ["build", "--workspace", "--bins", "--examples", "--profile", "test", "--quiet"];
    run(cargo().args(build).args(["--features", WITH_MPI]))?;
    let place = target_directory()?.join("debug");
    let kept = place.join("neuropil-with-mpi");
    // A copy, since the next build puts the command without MPI in its place, perhaps into the same file.
    let copied = std::fs::copy(place.join("neuropil"), &kept);
    copied.map_err(|error| failure(format!("cannot write {}: {error}", kept.display())))?;
    run(cargo().args(build))?;
    built()?;
    Ok(kept)
}

/// Sees to it that an MPI is there, and the libclang that reads its headers.
fn install_mpi() -> Result<(), Failure> {
    if is_there() {
        return Ok(());
    }
    println!("MPI or libclang is missing: installing them");
    system::install(&PACKAGES)?;
    let lacking = || failure(format!("{} do not make `mpirun`, `mpicc` and libclang", PACKAGES.join(", ")));
    is_there().then_some(()).ok_or_else(lacking)
}

/// Whether this MPI starts processes at all on this machine.
fn starts() -> bool {
    let mut command = Command::new("mpirun");
    command.args(["-n", "2", "true"]).env("OMPI_MCA_rmaps_base_oversubscribe", "1");
    command.envs(["", "_CONFIRM"].map(|end| (format!("OMPI_ALLOW_RUN_AS_ROOT{end}"), "1")));
    output(&mut command).is_ok()
}

fn is_there() -> bool {
    succeeds("mpirun", &["--version"]) && succeeds("mpicc", &["--version"]) && has_libclang()
}

/// Whether bindgen will find a libclang: where it is told to, in the folders of LLVM, or among the system's libraries.
fn has_libclang() -> bool {
    let folders = std::env::var_os("LIBCLANG_PATH").map(PathBuf::from).into_iter();
    let llvm = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|own| own.path().join("lib"));
    let known = ["/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"];
    folders.chain(llvm).chain(known.map(PathBuf::from)).any(|folder| {
        let names = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|own| own.file_name());
        let mut names = names.map(|name| name.to_string_lossy().into_owned());
        names.any(|name| name.starts_with("libclang") && name.contains(".so") && !name.starts_with("libclang-cpp"))
    })
}
