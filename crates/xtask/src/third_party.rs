//! The licences of the libraries that are compiled into a wheel, which must go along with it.

use crate::shell::{Failure, failure, output};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// How files of licences begin.
const NAMES: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"];
/// And how those end that are programs.
const PROGRAMS: [&str; 4] = ["rs", "c", "h", "py"];
const HEAD: &str = "\
Neuropil is licensed under MIT or Apache-2.0, as LICENSE-MIT and LICENSE-APACHE say. Its compiled part has these libraries in it,
besides the standard library of Rust (MIT or Apache-2.0). First their names, versions and licences; then the texts, each once.
";

/// The libraries of the package in the folder `source` for a target (this machine without), and the texts of their licences.
///
/// # Errors
/// A library without a licence.
pub fn notices(source: &Path, target: Option<&str>) -> Result<String, Failure> {
    let packages = packages(source)?;
    let mut names = String::new();
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for own in linked(source, target)? {
        let Some(package) = packages.get(&own) else { continue };
        let licence = package["license"].as_str().unwrap_or("see its text");
        let files = licences(Path::new(package["manifest_path"].as_str().unwrap_or_default()).parent());
        if files.is_empty() && package["license"].is_null() {
            return Err(failure(format!("{own} has no licence")));
        }
        names.push_str(&format!("{own}: {licence}\n"));
        add(&files, &own, &mut texts)?;
    }
    // A font and a library of plots, which come as files.
    let bundled = licences(Some(&source.join("crates/report/assets")));
    if bundled.is_empty() {
        return Err(failure("crates/report/assets has no licences of its font and of its library of plots"));
    }
    add(&bundled, "files in the program", &mut texts)?;
    let texts: String =
        texts.iter().map(|(text, who)| format!("\n\n==== {}\n\n{}\n", who.join(", "), text.trim_end())).collect();
    Ok(format!("{HEAD}\n{names}{texts}"))
}

fn add(files: &[PathBuf], who: &str, texts: &mut BTreeMap<String, Vec<String>>) -> Result<(), Failure> {
    for file in files {
        let read = std::fs::read(file).map_err(|error| failure(format!("{}: {error}", file.display())))?;
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let who = format!("{who} ({name})");
        texts.entry(String::from_utf8_lossy(&read).into_owned()).or_default().push(who);
    }
    Ok(())
}

/// Packages of registries, by `name vVERSION`.
fn packages(source: &Path) -> Result<BTreeMap<String, Value>, Failure> {
    let mut command = cargo_in(source);
    command.args(["metadata", "--locked", "--format-version", "1"]);
    let mut metadata: Value = serde_json::from_str(&output(&mut command)?)
        .map_err(|error| failure(format!("cargo metadata printed no JSON: {error}")))?;
    let all = metadata["packages"].as_array_mut().map(std::mem::take).unwrap_or_default();
    let named = |own: Value| {
        let (name, version) = (own["name"].as_str()?, own["version"].as_str()?);
        own["source"].is_string().then(|| (format!("{name} v{version}"), own.clone()))
    };
    Ok(all.into_iter().filter_map(named).collect())
}

/// What the Python package is linked with, by `name vVERSION`; macros run while it is compiled and are not in it.
fn linked(source: &Path, target: Option<&str>) -> Result<BTreeSet<String>, Failure> {
    let mut command = cargo_in(source);
    command.args([
        "tree",
        "--locked",
        "--package",
        "neuropil-py",
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
    ]);
    command.args(target.iter().flat_map(|target| ["--target", target]));
    let told = output(&mut command)?;
    let named = |line: &str| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    Ok(told.lines().map(named).filter(|own| !own.is_empty()).collect())
}

fn cargo_in(source: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(source);
    command
}

/// Files of licences below a folder: the HDF5 library and zlib lie in folders of the packages that build them.
fn licences(folder: Option<&Path>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in folder.into_iter().flat_map(std::fs::read_dir).flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(licences(Some(&path)));
        } else if is_licence(&path) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn is_licence(file: &Path) -> bool {
    let ending = file.extension().unwrap_or_default().to_string_lossy().into_owned();
    let name = file.file_stem().unwrap_or_default().to_string_lossy().to_uppercase();
    let named = NAMES.iter().any(|own| name.starts_with(own)) || name.ends_with("-LICENSE");
    named && !PROGRAMS.contains(&ending.as_str())
}

#[cfg(test)]
mod tests {
    use super::is_licence;
    use std::path::Path;

    /// Would catch texts that are left out, and programs that are taken for texts.
    #[test]
    fn files_of_licences_are_told_from_others() {
        for own in [
            "LICENSE",
            "LICENSE-MIT",
            "license.md",
            "COPYING",
            "uPlot-LICENSE.txt",
            "LICENSE-Apache-2.0_WITH_LLVM-exception",
        ] {
            assert!(is_licence(Path::new(own)), "{own}");
        }
        for other in ["licence.rs", "README.md", "notices.c", "Cargo.toml"] {
            assert!(!is_licence(Path::new(other)), "{other}");
        }
    }
}
