//! Circles between files: files of a crate that use each other, all the way round.
//!
//! A file uses another if its code names something that is declared there. Names that a file passes on (`pub use`) count
//! as those of the file that declares them; a module and the files below it are files like any other. docs/circles.md
//! lists the circles that are left, each with its reason.

use crate::shell::{Failure, failure, files_below, read, root};
use crate::source::{code, offered, paths};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const PAGE: &str = "docs/circles.md";
/// How far a name is followed through files that pass it on.
const MOST_PASSES: usize = 8;

/// The path of a module below the root of its crate; empty for the root itself.
type Module = Vec<String>;
/// A circle: its crate and its files.
type Circle = (String, BTreeSet<String>);

/// The circles that are there are those of the page.
pub fn check() -> Result<String, Failure> {
    let listed = listed(&read(PAGE)?)?;
    let found = all_circles();
    let mut faults: Vec<String> = Vec::new();
    for (name, files) in found.difference(&listed) {
        faults.push(format!("{name}: a circle that {PAGE} does not list: {}", shown(files)));
    }
    for (name, files) in listed.difference(&found) {
        faults.push(format!("{name}: {PAGE} lists a circle that is not there: {}", shown(files)));
    }
    if faults.is_empty() {
        return Ok(format!("{} circles between files, each with its reason in {PAGE}", found.len()));
    }
    Err(failure(faults.join("\n")))
}

fn shown(files: &BTreeSet<String>) -> String {
    files.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// The circles of the page: lines `- crate: file file ...`, each followed by its reason.
fn listed(page: &str) -> Result<BTreeSet<Circle>, Failure> {
    let mut circles = BTreeSet::new();
    let lines: Vec<&str> = page.lines().collect();
    for (number, line) in lines.iter().enumerate() {
        let Some((name, files)) = line.strip_prefix("- `").and_then(|line| line.strip_suffix('`')?.split_once(": "))
        else {
            continue;
        };
        let reason = lines.get(number + 1).map_or("", |line| line.trim());
        if reason.is_empty() || reason.starts_with("- ") {
            return Err(failure(format!("{PAGE}:{}: a circle without its reason on the next line", number + 1)));
        }
        circles.insert((name.to_owned(), files.split_whitespace().map(str::to_owned).collect()));
    }
    Ok(circles)
}

fn all_circles() -> BTreeSet<Circle> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(root().join("crates")).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let files = modules(&entry.path().join("src"));
        for circle in circles(&uses(&files)) {
            found.insert((name.clone(), circle.iter().map(spelled).collect()));
        }
    }
    found
}

fn spelled(module: &Module) -> String {
    if module.is_empty() { "lib".into() } else { module.join("::") }
}

/// The code of every module below a directory, without those of tests.
fn modules(source: &Path) -> BTreeMap<Module, String> {
    let mut found = BTreeMap::new();
    for file in files_below(source, &["rs"]) {
        let relative = file.strip_prefix(source).unwrap_or(&file).with_extension("");
        let mut module: Module = relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        if module.iter().any(|part| part == "tests") {
            continue;
        }
        if module.last().is_some_and(|last| last == "mod") {
            module.pop();
        }
        if module == ["lib"] || module == ["main"] {
            module.clear();
        }
        found.insert(module, code(&std::fs::read_to_string(&file).unwrap_or_default()));
    }
    found
}

/// Which modules each one uses.
fn uses(files: &BTreeMap<Module, String>) -> BTreeMap<Module, BTreeSet<Module>> {
    let parts: BTreeMap<&Module, (Vec<Module>, String)> =
        files.iter().map(|(module, code)| (module, offered(code))).collect();
    let passed_on: BTreeMap<(Module, String), Module> = parts
        .iter()
        .flat_map(|(module, (offers, _))| {
            offers.iter().filter_map(|path| Some((((*module).clone(), path.last()?.clone()), path.clone())))
        })
        .collect();
    let used = |module: &Module, rest: &str| -> BTreeSet<Module> {
        let named = paths(rest).into_iter().map(|path| declared(files, &passed_on, module, &path));
        named.filter(|other| other != module).collect()
    };
    parts.iter().map(|(module, (_, rest))| ((*module).clone(), used(module, rest))).collect()
}

/// The module that declares what `path` means in `module`.
fn declared(
    files: &BTreeMap<Module, String>,
    passed_on: &BTreeMap<(Module, String), Module>,
    module: &Module,
    path: &Module,
) -> Module {
    let (mut place, mut path) = (module.clone(), path.clone());
    for _ in 0..MOST_PASSES {
        let mut names = path.iter().peekable();
        while let Some(name) = names.peek() {
            match name.as_str() {
                "crate" => place.clear(),
                "super" => drop(place.pop()),
                "self" => {}
                _ => {
                    let below: Module = place.iter().chain([*name]).cloned().collect();
                    if !files.contains_key(&below) {
                        break;
                    }
                    place = below;
                }
            }
            names.next();
        }
        match names.next().and_then(|name| passed_on.get(&(place.clone(), name.clone()))) {
            Some(next) => path.clone_from(next),
            None => break,
        }
    }
    place
}

/// Sets of modules each of which reaches all others of its set; of more than one module.
fn circles(uses: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<BTreeSet<Module>> {
    let reach: BTreeMap<&Module, BTreeSet<&Module>> =
        uses.keys().map(|module| (module, reachable(uses, module))).collect();
    let mut found: Vec<BTreeSet<Module>> = Vec::new();
    for module in uses.keys() {
        if found.iter().any(|circle| circle.contains(module)) {
            continue;
        }
        let round = reach[module].iter().filter(|other| reach[**other].contains(module));
        let circle: BTreeSet<Module> = round.map(|other| (*other).clone()).collect();
        if circle.len() > 1 {
            found.push(circle);
        }
    }
    found
}

fn reachable<'a>(uses: &'a BTreeMap<Module, BTreeSet<Module>>, from: &'a Module) -> BTreeSet<&'a Module> {
    let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(module) = open.pop() {
        for next in uses.get(module).into_iter().flatten() {
            if seen.insert(next) {
                open.push(next);
            }
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(texts: &[(&str, &str)]) -> BTreeMap<Module, String> {
        let module = |name: &str| name.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
        texts.iter().map(|(name, text)| (module(name), code(text))).collect()
    }

    fn found(texts: &[(&str, &str)]) -> Vec<String> {
        circles(&uses(&files(texts))).iter().map(|circle| shown(&circle.iter().map(spelled).collect())).collect()
    }

    #[test]
    fn a_circle_is_found_through_names_that_are_passed_on() {
        let texts = [
            ("", "mod a; mod b; pub use b::thing;"),
            ("a", "use crate::thing;"),
            ("b", "pub mod c; pub use c::thing;"),
            ("b::c", "use crate::a::x; pub fn thing() {}"),
        ];
        assert_eq!(found(&texts), ["a b::c"]);
    }

    #[test]
    fn a_module_that_only_passes_on_is_in_no_circle() {
        assert!(found(&[("a", "pub use self::b::f;"), ("a::b", "use super::c;"), ("a::c", "")]).is_empty());
        assert_eq!(found(&[("a", "use self::b::f; pub fn g() {}"), ("a::b", "use super::g;")]), ["a a::b"]);
    }

    #[test]
    fn a_listed_circle_needs_a_reason() {
        assert!(listed("- `core: a b`\n  They are one.\n").is_ok_and(|circles| circles.len() == 1));
        assert!(listed("- `core: a b`\n\n").is_err());
    }
}
