//! `cargo xtask packages`: every crate can be packed for a registry, has what its code includes, and one version is written everywhere.

use crate::build::{cargo, metadata, target_directory};
use crate::shell::{Failure, failure, output, read};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

/// What each package says of itself, and what lies in it.
const FIELDS: [&str; 3] = ["description", "license", "readme"];
const FILES: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];
/// What a registry takes at most is ten times as much.
const MOST_BYTES: u64 = 1_000_000;

/// Packs all crates that are published, and looks into each.
pub fn check() -> Result<String, Failure> {
    let metadata = metadata()?;
    let version = version(&metadata)?;
    let mut faults = versions(&metadata, &version)?;
    let packages: Vec<&Value> = packages(&metadata).filter(|own| is_published(own)).collect();
    for package in &packages {
        faults.extend(of_package(package)?);
    }
    if !faults.is_empty() {
        return Err(failure(faults.join("\n")));
    }
    pack(&metadata)?;
    let folder = target_directory()?.join("package");
    let mut total = 0;
    for name in packages.iter().map(|own| name_of(own)) {
        let file = folder.join(format!("{name}-{version}.crate"));
        let bytes = std::fs::metadata(&file).map_err(|error| failure(format!("{}: {error}", file.display())))?.len();
        if bytes > MOST_BYTES {
            faults.push(format!("{name}: {bytes} bytes packed, at most {MOST_BYTES}: is there data in it?"));
        }
        total += bytes;
    }
    match faults.is_empty() {
        true => Ok(format!("{} crates of version {version} are packed, {} kB together", packages.len(), total / 1000)),
        false => Err(failure(faults.join("\n"))),
    }
}

/// The version of all crates, from the one place where it is decided: `[workspace.package]` of Cargo.toml.
pub fn version(metadata: &Value) -> Result<String, Failure> {
    let root = packages(metadata).find(|own| name_of(own) == "neuropil");
    let version = root.and_then(|own| own["version"].as_str());
    version.map(str::to_owned).ok_or_else(|| failure("cargo metadata names no package neuropil"))
}

fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata["packages"].as_array().into_iter().flatten()
}

fn name_of(package: &Value) -> &str {
    package["name"].as_str().unwrap_or_default()
}

/// `publish = false` is an empty list of registries.
fn is_published(package: &Value) -> bool {
    package["publish"].as_array().is_none_or(|registries| !registries.is_empty())
}

/// Where another version is written than `version`.
fn versions(metadata: &Value, version: &str) -> Result<Vec<String>, Failure> {
    let mut faults = Vec::new();
    let expected = format!("^{version}");
    for package in packages(metadata) {
        if package["version"] != version {
            faults.push(format!("{}: version {}, expected {version}", name_of(package), package["version"]));
        }
        let own = package["dependencies"].as_array().into_iter().flatten().filter(|own| own["path"].is_string());
        for dependency in own.filter(|own| own["req"] != expected.as_str()) {
            let (name, found) = (name_of(dependency), &dependency["req"]);
            faults.push(format!("{}: {name} has the version {found}, expected \"{expected}\"", name_of(package)));
        }
    }
    let elsewhere = [
        ("CITATION.cff", format!("\nversion: {version}\n")),
        ("crates/py/pynn/pyproject.toml", format!("\nversion = \"{version}\"\n")),
        ("CHANGELOG.md", format!("\n## [{version}]")),
    ];
    for (file, line) in elsewhere {
        if !read(file)?.contains(&line) {
            faults.push(format!("{file} has no line `{}`", line.trim()));
        }
    }
    Ok(faults)
}

/// What a package lacks.
fn of_package(package: &Value) -> Result<Vec<String>, Failure> {
    let name = name_of(package);
    let mut faults: Vec<String> = FIELDS
        .iter()
        .filter(|field| package[**field].as_str().is_none_or(str::is_empty))
        .map(|field| format!("{name}: Cargo.toml has no {field}"))
        .collect();
    let listed = output(cargo().args(["package", "--list", "--allow-dirty", "--quiet", "--package", name]))?;
    let listed: BTreeSet<&str> = listed.lines().collect();
    let files = FILES.into_iter().chain(package["readme"].as_str());
    faults.extend(files.filter(|file| !listed.contains(file)).map(|file| format!("{name}: has no {file}")));
    let manifest = package["manifest_path"].as_str().map(Path::new);
    let folder = manifest.and_then(Path::parent).ok_or_else(|| failure(format!("{name} has no Cargo.toml")))?;
    for file in listed.iter().filter(|file| file.ends_with(".rs") && !is_test(file)) {
        let text = std::fs::read_to_string(folder.join(file));
        let text = text.map_err(|error| failure(format!("{name}: {file}: {error}")))?;
        let missing = included(file, &text).filter(|path| !listed.contains(path.to_string_lossy().as_ref()));
        faults.extend(missing.map(|path| format!("{name}: {file} includes {}, which is not packed", path.display())));
    }
    Ok(faults)
}

/// Tests beside the code are packed and not compiled; they may read files of the repository.
fn is_test(file: &str) -> bool {
    Path::new(file).components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs")))
}

/// The files that a source file includes by name, as paths in the package; those above it begin with `..`.
fn included<'t>(file: &'t str, text: &'t str) -> impl Iterator<Item = PathBuf> + 't {
    let marks = ["include_str!(\"", "include_bytes!(\"", "include!(\"", "#[path = \""];
    let names =
        marks.into_iter().flat_map(move |mark| text.split(mark).skip(1)).filter_map(|rest| rest.split_once('"'));
    names.map(move |(name, _)| {
        let mut path = PathBuf::new();
        for part in Path::new(file).parent().unwrap_or(Path::new("")).join(name).components() {
            let is_above = part == Component::ParentDir;
            if !(is_above && path.file_name().is_some() && path.pop()) {
                path.push(part);
            }
        }
        path
    })
}

/// Packs, first without a look at the registry: what a build needs is here already.
fn pack(metadata: &Value) -> Result<(), Failure> {
    let kept: Vec<&str> = packages(metadata).filter(|own| !is_published(own)).map(name_of).collect();
    let packed = |more: &[&str]| {
        let mut command = cargo();
        command.args(["package", "--workspace", "--no-verify", "--allow-dirty"]).args(more);
        command.args(kept.iter().flat_map(|name| ["--exclude", name]));
        command.output().map_err(|error| failure(format!("cargo package could not be started: {error}")))
    };
    let mut told = packed(&["--offline"])?;
    if !told.status.success() {
        told = packed(&[])?;
    }
    match told.status.success() {
        true => Ok(()),
        false => Err(failure(format!("cargo package failed:\n{}", String::from_utf8_lossy(&told.stderr)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch a file outside of a crate that its code includes, which only a build of the packed crate would miss.
    #[test]
    fn files_outside_are_seen() {
        let text = "const A: &str = include_str!(\"../../../models/a.json\"); include_bytes!(\"../assets/b.ttf\")";
        let found: Vec<PathBuf> = included("src/bench/x.rs", text).collect();
        assert_eq!(found, [Path::new("../models/a.json"), Path::new("src/assets/b.ttf")]);
        assert!(is_test("src/tests/schema.rs") && is_test("src/setup/tests.rs") && !is_test("src/testing.rs"));
    }
}
