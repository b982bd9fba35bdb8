//! `cargo xtask wheels`: what is published of the Python packages, built from the source distribution and tried out.
//!
//! On Linux there are wheels for two processors, whichever of them this is: zig compiles and links C for both, against the
//! oldest glibc that the name of the wheel promises. Elsewhere there is a wheel for this machine.

use crate::build::{metadata, target_directory};
use crate::environment::{make, pip, program};
use crate::packages::version;
use crate::shell::{Failure, failure, output, root, run};
use crate::third_party;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What builds and checks, each in one version.
const TOOLS: [&str; 7] = [
    "maturin==1.16.0",
    "ziglang==0.17.1",
    "cmake==4.4.5",
    "auditwheel==6.8.2",
    "abi3audit==0.0.26",
    "twine==7.0.0",
    "build==1.6.1",
];
/// The processors of Linux.
const LINUX: [&str; 2] = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"];
/// glibc 2.17 and later.
const PLATFORM: &str = "manylinux_2_17";
const GLIBC: u32 = 17;
/// A wheel takes some 10 MB; one with what debuggers read takes four times as much.
const MOST_BYTES: u64 = 20_000_000;

/// Where things are.
struct Place {
    /// Python with the tools.
    python: PathBuf,
    /// The folder of their programs.
    programs: PathBuf,
    /// What is published.
    out: PathBuf,
    /// The source distribution, unpacked.
    source: PathBuf,
    version: String,
}

/// Builds, checks and tries; of wheels for Linux only those for `targets`, if any are given.
pub fn wheels(targets: &[&str]) -> Result<(), Failure> {
    let known: &[&str] = if cfg!(target_os = "linux") { &LINUX } else { &[] };
    if let Some(unknown) = targets.iter().find(|target| !known.contains(target)) {
        let choice = if known.is_empty() { "none: the wheel is for this machine".into() } else { known.join(", ") };
        return Err(failure(format!("wheels {unknown}: there is no such target here; there is {choice}")));
    }
    let place = prepared()?;
    source(&place)?;
    let mut wheels = Vec::new();
    match (known, targets) {
        ([], _) => wheels.push(wheel(&place, None)?),
        (all, []) => wheels.extend(all.iter().map(|own| wheel(&place, Some(own))).collect::<Result<Vec<_>, _>>()?),
        (_, some) => wheels.extend(some.iter().map(|own| wheel(&place, Some(own))).collect::<Result<Vec<_>, _>>()?),
    }
    run(Command::new(&place.python)
        .args(["-m", "build", "--outdir"])
        .arg(&place.out)
        .arg("crates/py/pynn")
        .current_dir(root()))?;
    let mut files: Vec<PathBuf> = entries(&place.out)?;
    files.sort();
    run(Command::new(&place.python).args(["-m", "twine", "check", "--strict"]).args(&files))?;
    for wheel in wheels.iter().filter(|own| is_for_this_machine(own)) {
        alone(&place, wheel)?;
    }
    println!("\nin {}:", place.out.display());
    for file in files {
        println!("{:>12} bytes  {}", bytes(&file)?, name(&file));
    }
    Ok(())
}

/// The tools, and an empty folder for what they make.
fn prepared() -> Result<Place, Failure> {
    let target = target_directory()?;
    let tools = target.join("venv-wheels");
    let python = program(&tools, "python");
    let listed = TOOLS.join("\n");
    // The list is beside the tools, so that another version is another environment.
    let written = tools.join("tools.txt");
    if std::fs::read_to_string(&written).ok().as_deref() != Some(&listed) {
        make(&tools)?;
        run(pip(&python).args(TOOLS))?;
        write(&written, &listed)?;
    }
    let out = target.join("wheels");
    let source = target.join("wheels-source");
    for folder in [&out, &source] {
        // What an earlier build has left is not published.
        let _ = std::fs::remove_dir_all(folder);
        std::fs::create_dir_all(folder).map_err(|error| failure(format!("{}: {error}", folder.display())))?;
    }
    let programs = python.parent().unwrap_or(&tools).to_owned();
    Ok(Place { python, programs, out, source, version: version(&metadata()?)? })
}

/// Packs the source distribution and unpacks it: every wheel is built from what others would build from.
fn source(place: &Place) -> Result<(), Failure> {
    run(maturin(place).args(["sdist", "--manifest-path", "crates/py/Cargo.toml", "--out"]).arg(&place.out))?;
    let packed = place.out.join(format!("neuropil-{}.tar.gz", place.version));
    // Files get the time of now: cargo builds anew what is newer than its last build.
    let unpack = "import sys, tarfile, time
safe = {'filter': 'data'} if hasattr(tarfile, 'data_filter') else {}
with tarfile.open(sys.argv[1]) as packed:
    for member in packed.getmembers():
        member.mtime = time.time()
        packed.extract(member, sys.argv[2], **safe)";
    run(Command::new(&place.python).args(["-c", unpack]).arg(&packed).arg(&place.source))
}

fn unpacked(place: &Place) -> PathBuf {
    place.source.join(format!("neuropil-{}", place.version))
}

fn maturin(place: &Place) -> Command {
    let mut command = Command::new(program_of(place, "maturin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let first = std::iter::once(place.programs.clone()).chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(first).unwrap_or(path.clone()));
    command.env("CMAKE", program_of(place, "cmake"));
    command.current_dir(root());
    command
}

fn program_of(place: &Place, name: &str) -> PathBuf {
    let mut path = place.programs.join(name);
    path.set_extension(std::env::consts::EXE_EXTENSION);
    path
}

/// Builds the wheel for a target, or for this machine, and looks into it.
fn wheel(place: &Place, target: Option<&str>) -> Result<PathBuf, Failure> {
    let before = entries(&place.out)?;
    let source = unpacked(place);
    let notices = third_party::notices(&source, target)?;
    write(&source.join("LICENSES-THIRD-PARTY.txt"), &notices)?;
    let mut build = maturin(place);
    build.args(["build", "--release", "--strip", "--locked", "--out"]).arg(&place.out);
    build.arg("--manifest-path").arg(source.join("crates/py/Cargo.toml"));
    build.env("CARGO_TARGET_DIR", target_directory()?).env("CARGO_INCREMENTAL", "0");
    // What is stripped needs not be made.
    build.env("CARGO_PROFILE_RELEASE_DEBUG", "false");
    if let Some(target) = target {
        standard_library(target)?;
        build.args(["--zig", "--auditwheel", "check", "--compatibility", PLATFORM, "--target", target]);
    }
    run(&mut build)?;
    let made = entries(&place.out)?.into_iter().find(|file| !before.contains(file));
    let made = made.ok_or_else(|| failure("maturin has made no wheel"))?;
    look_into(place, &made, target)?;
    Ok(made)
}

/// Rust's standard library for a target, if rustup can bring it.
fn standard_library(target: &str) -> Result<(), Failure> {
    let arguments = ["--print", "target-libdir", "--target", target];
    let folder = output(Command::new("rustc").args(arguments)).unwrap_or_default();
    match Path::new(folder.trim()).is_dir() && !folder.trim().is_empty() {
        true => Ok(()),
        false => run(Command::new("rustup").args(["target", "add", target])),
    }
}

/// Whether a wheel has the name, the files and the platform that it must have.
fn look_into(place: &Place, wheel: &Path, target: Option<&str>) -> Result<(), Failure> {
    let own = name(wheel);
    let mut faults = Vec::new();
    if !own.starts_with(&format!("neuropil-{}-cp310-abi3-", place.version)) {
        faults.push(format!("{own}: expected neuropil-{}-cp310-abi3-..", place.version));
    }
    let listed = output(Command::new(&place.python).args(["-m", "zipfile", "--list"]).arg(wheel))?;
    let info = format!("neuropil-{}.dist-info", place.version);
    let expected =
        ["entry_points.txt", "licenses/LICENSE-MIT", "licenses/LICENSE-APACHE", "licenses/LICENSES-THIRD-PARTY.txt"];
    let expected = expected.map(|file| format!("{info}/{file}"));
    for file in expected.iter().map(String::as_str).chain(["neuropil/__init__.py", "neuropil/py.typed"]) {
        if !listed.lines().any(|line| line.starts_with(&format!("{file} "))) {
            faults.push(format!("{own}: has no {file}"));
        }
    }
    let licence = format!(
        "import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).read('{info}/licenses/LICENSE-MIT').decode())"
    );
    // A link of the repository that became a file of one line.
    if !output(Command::new(&place.python).args(["-c", &licence]).arg(wheel))?.contains("Permission is hereby granted")
    {
        faults.push(format!("{own}: LICENSE-MIT is not the licence"));
    }
    if bytes(wheel)? > MOST_BYTES {
        faults.push(format!("{own}: {} bytes, at most {MOST_BYTES}", bytes(wheel)?));
    }
    if let Some(target) = target {
        let told = output(Command::new(&place.python).args(["-m", "auditwheel", "show"]).arg(wheel))?;
        println!("{}", told.trim());
        let processor = target.split('-').next().unwrap_or(target);
        if oldest_glibc(&told, processor).is_none_or(|minor| minor > GLIBC) {
            faults.push(format!("{own}: auditwheel does not find it consistent with {PLATFORM}_{processor}"));
        }
    }
    run(Command::new(&place.python).args(["-m", "abi3audit", "--strict"]).arg(wheel))?;
    if faults.is_empty() { Ok(()) } else { Err(failure(faults.join("\n"))) }
}

/// The glibc 2.x that a wheel needs, by what auditwheel says of it.
fn oldest_glibc(told: &str, processor: &str) -> Option<u32> {
    let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
    let (_, rest) = words.split_once("following platform tag: \"manylinux_2_")?;
    let (minor, rest) = rest.split_once('_')?;
    rest.strip_prefix(processor)?.starts_with('"').then_some(())?;
    minor.parse().ok()
}

fn is_for_this_machine(wheel: &Path) -> bool {
    let own = name(wheel);
    !cfg!(target_os = "linux") || own.contains(&format!("_{}.", std::env::consts::ARCH))
}

/// Installs the wheel, and PyNN's backend with it, as somebody who has no compiler, and tries both with nothing else on the path.
fn alone(place: &Place, wheel: &Path) -> Result<(), Failure> {
    let folder = target_directory()?.join("venv-alone");
    make(&folder)?;
    let python = program(&folder, "python");
    let backend = place.out.join(format!("pynn_neuropil-{}-py3-none-any.whl", place.version));
    run(pip(&python).args(["--only-binary", ":all:"]).arg(wheel))?;
    let bare = |script: &Path| {
        let mut command = Command::new(&python);
        command.arg(script).env_clear().current_dir(&folder);
        command.env("PATH", python.parent().unwrap_or(&folder));
        // Without these nothing starts on Windows, and nothing can be written.
        let needed = ["SYSTEMROOT", "TEMP", "TMP"];
        command.envs(needed.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        command
    };
    run(bare(&root().join("crates/py/alone.py")).arg(&place.version))?;
    // PyNN itself is published as source, pure Python.
    run(pip(&python).arg(backend))?;
    run(&mut bare(&root().join("crates/py/pynn/alone.py")))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let read = std::fs::read_dir(folder).map_err(|error| failure(format!("{}: {error}", folder.display())))?;
    Ok(read.flatten().map(|entry| entry.path()).collect())
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn bytes(file: &Path) -> Result<u64, Failure> {
    let told = std::fs::metadata(file).map_err(|error| failure(format!("{}: {error}", file.display())))?;
    Ok(told.len())
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(file, text).map_err(|error| failure(format!("{}: {error}", file.display())))
}

#[cfg(test)]
mod tests {
    use super::oldest_glibc;

    /// Would take a wheel of another processor, or of a younger glibc, for what its name says.
    #[test]
    fn what_auditwheel_says_is_understood() {
        let told = "a.whl is consistent with the\nfollowing platform tag: \"manylinux_2_35_x86_64\".\n\nThis constrains the platform tag to \"manylinux_2_17_x86_64\".";
        assert_eq!(oldest_glibc(told, "x86_64"), Some(35));
        assert_eq!(oldest_glibc(told, "aarch64"), None);
        assert_eq!(oldest_glibc("following platform tag: \"linux_x86_64\"", "x86_64"), None);
    }
}
