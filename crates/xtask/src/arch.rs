//! `cargo xtask arch`: the picture in docs/architecture.md is the truth, and the borders between crates hold.

use crate::build::metadata;
use crate::circles;
use crate::glossary;
use crate::shell::{Failure, failure, files_below, read, root};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const PAGE: &str = "docs/architecture.md";
/// The page must fit a reader's patience.
const MOST_LINES: usize = 150;
/// The sciences, which do not know each other.
const SIBLINGS: [&str; 3] = ["network", "neuromod", "plasticity"];
/// The only crate that links HDF5.
const HDF5_OWNER: &str = "record";
/// Who may print.
const PRINTERS: [&str; 2] = ["cli", "xtask"];

/// Dependencies by crate, both without the prefix `neuropil-`.
type Arrows = BTreeMap<String, BTreeSet<String>>;

/// Compares the page and the rules with the crates.
pub fn check() -> Result<String, Failure> {
    let page = read(PAGE)?;
    let metadata = metadata()?;
    let mut faults = differences(&drawn(&page), &arrows(&metadata, |kind| kind.is_null()));
    if page.lines().count() >= MOST_LINES {
        faults.push(format!("{PAGE} has {} lines, must be below {MOST_LINES}", page.lines().count()));
    }
    faults.extend(forbidden(&arrows(&metadata, |_| true)));
    faults.extend(prints());
    if faults.is_empty() {
        let said = format!("{} crates depend on each other as {PAGE} says", drawn(&page).len());
        return Ok(format!("{said}; {}; {}", circles::check()?, glossary::check()?));
    }
    Err(failure(faults.join("\n")))
}

fn short(name: &str) -> String {
    name.strip_prefix("neuropil-").unwrap_or(name).to_owned()
}

/// The dependencies of the workspace's crates on each other and on HDF5, of the kinds wanted.
fn arrows(metadata: &Value, wanted: impl Fn(&Value) -> bool) -> Arrows {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let of = |package: &Value| -> BTreeSet<String> {
        let all = package["dependencies"].as_array().into_iter().flatten().filter(|own| wanted(&own["kind"]));
        let names = all.filter_map(|own| {
            let name = own["name"].as_str()?;
            if own["path"].is_string() { Some(short(name)) } else { name.starts_with("hdf5").then(|| "hdf5".into()) }
        });
        names.collect()
    };
    packages.filter_map(|package| Some((short(package["name"].as_str()?), of(package)))).collect()
}

/// The lines `crate -> dependencies` of the page's block marked `crates`.
fn drawn(page: &str) -> Arrows {
    let lines =
        page.lines().skip_while(|line| line.trim() != "```crates").skip(1).take_while(|line| line.trim() != "```");
    let arrow = |line: &str| {
        let (name, dependencies) = line.split_once("->")?;
        Some((name.trim().to_owned(), dependencies.split_whitespace().map(str::to_owned).collect()))
    };
    lines.filter_map(arrow).collect()
}

fn differences(drawn: &Arrows, found: &Arrows) -> Vec<String> {
    let names: BTreeSet<&String> = drawn.keys().chain(found.keys()).collect();
    let shown = |arrows: &Arrows, name: &String| match arrows.get(name) {
        None => "no such crate".to_owned(),
        Some(dependencies) => {
            format!("{name} -> {}", dependencies.iter().map(String::as_str).collect::<Vec<_>>().join(" "))
        }
    };
    let different = names.into_iter().filter(|name| drawn.get(*name) != found.get(*name));
    different
        .map(|name| format!("{PAGE} says `{}`, the truth is `{}`", shown(drawn, name), shown(found, name).trim_end()))
        .collect()
}

/// Dependencies, of any kind, that the architecture excludes.
fn forbidden(all: &Arrows) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, dependencies) in all {
        if name != HDF5_OWNER && dependencies.contains("hdf5") {
            faults.push(format!("{name} depends on hdf5: only {HDF5_OWNER} may"));
        }
        let siblings = SIBLINGS.iter().filter(|sibling| **sibling != name && dependencies.contains(**sibling));
        if SIBLINGS.contains(&name.as_str()) {
            faults.extend(
                siblings.map(|sibling| format!("{name} depends on {sibling}: the sciences do not know each other")),
            );
        }
        if name == "xtask" && dependencies.iter().any(|own| all.contains_key(own)) {
            faults.push("xtask depends on a crate of the workspace".into());
        }
    }
    faults
}

/// Lines of libraries that print.
fn prints() -> Vec<String> {
    let mut faults = Vec::new();
    for entry in std::fs::read_dir(root().join("crates")).into_iter().flatten().flatten() {
        if PRINTERS.iter().any(|printer| entry.file_name() == *printer) {
            continue;
        }
        for file in files_below(&entry.path().join("src"), &["rs"]) {
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| does_print(line)) {
                let shown = file.strip_prefix(root()).unwrap_or(Path::new("?")).display();
                faults.push(format!("{shown}:{number}: only {} print: {}", PRINTERS.join(" and "), line.trim()));
            }
        }
    }
    faults
}

/// Whether a line of code holds one of the printing macros.
fn does_print(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    ["print", "println", "eprint", "eprintln", "dbg"].iter().any(|name| {
        let mut rest = code;
        while let Some(at) = rest.find(&format!("{name}!")) {
            let before = rest[..at].chars().next_back();
            if !before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                return true;
            }
            rest = &rest[at + name.len()..];
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn package(name: &str, dependencies: &[(&str, bool)]) -> Value {
        let each = dependencies.iter().map(
            |(name, own)| json!({"name": name, "kind": null, "path": if *own { json!("x") } else { Value::Null }}),
        );
        json!({"name": name, "dependencies": each.collect::<Value>()})
    }

    fn workspace(network: &[(&str, bool)]) -> Arrows {
        let packages = [package("neuropil-core", &[("thiserror", false)]), package("neuropil-network", network)];
        arrows(&json!({"packages": packages}), |_| true)
    }

    const DRAWN: &str = "# x\n```text\na -> b\n```\n```crates\ncore    ->\nnetwork -> core\n```\n";

    /// Would catch a page that is not read, or one that is read loosely.
    #[test]
    fn a_page_that_is_not_the_truth_is_refused() {
        assert_eq!(differences(&drawn(DRAWN), &workspace(&[("neuropil-core", true)])), Vec::<String>::new());
        assert_eq!(differences(&drawn(DRAWN), &workspace(&[])).len(), 1);
        assert_eq!(differences(&drawn("```crates\ncore ->\n```"), &workspace(&[])).len(), 1);
    }

    /// Would catch borders that are not watched.
    #[test]
    fn borders_are_watched() {
        assert_eq!(forbidden(&workspace(&[("hdf5-metno", false)])).len(), 1);
        assert_eq!(forbidden(&workspace(&[("neuropil-neuromod", true)])).len(), 1);
        assert_eq!(forbidden(&workspace(&[("neuropil-core", true)])), Vec::<String>::new());
    }

    /// Would catch a print that hides, and words that only look like one.
    #[test]
    fn prints_are_found() {
        assert!(does_print("    println!(\"x\");") && does_print("if x { dbg!(y) }") && does_print("eprint!(\"\")"));
        assert!(!does_print("// println!(\"x\")") && !does_print("fingerprint!(x)") && !does_print("writeln!(f)"));
    }
}
