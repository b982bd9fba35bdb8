//! Files and folders that pages name in code, such as `network/src/neuron/lif_exp.rs`: are they there?
//!
//! A page may leave out what stands before a name, as in `cell/mod.rs`, and write `*` for any letters and `{a,b}` for several names. A
//! word of capitals stands for a name of the reader's own, as in `AUTHOR_YEAR.json`.

use crate::shell::root;
use std::collections::BTreeSet;
use std::path::Path;

/// Folders that a name of a file or folder may begin with, besides the names of crates.
const FOLDERS: [&str; 6] = ["crates", "docs", "tests", "models", "examples", "benches"];

/// The files and folders of the repository, as paths from its root.
pub struct Tree {
    paths: BTreeSet<String>,
    crates: BTreeSet<String>,
}

impl Tree {
    /// Of all folders that pages speak of.
    pub fn read() -> Self {
        let mut paths = BTreeSet::new();
        for folder in FOLDERS {
            add(&root().join(folder), folder, &mut paths);
        }
        let of_crates = paths.iter().filter_map(|path| path.strip_prefix("crates/"));
        let crates = of_crates.filter(|path| !path.contains('/')).map(str::to_owned).collect();
        Self { paths, crates }
    }

    /// Names of a page, outside of blocks of code, that no file or folder has: with how many names there are.
    pub fn missing(&self, page: &str) -> (usize, Vec<String>) {
        let names: Vec<String> = spans(page).filter(|span| self.is_name(span)).flat_map(alternatives).collect();
        let missing = names.iter().filter(|name| !self.has(name)).cloned().collect();
        (names.len(), missing)
    }

    /// Whether a piece of code is the name of a file or folder of ours.
    fn is_name(&self, span: &str) -> bool {
        let is_path = span.chars().all(|c| c.is_ascii_alphanumeric() || "_./*{},-".contains(c));
        let first = span.split_once('/').map(|(first, _)| first);
        let below = first.is_some_and(|first| FOLDERS.contains(&first) || self.crates.contains(first));
        is_path && (span.ends_with(".rs") || below) && !has_placeholder(span)
    }

    fn has(&self, name: &str) -> bool {
        let name = name.trim_end_matches('/');
        let ends = |path: &String| {
            let starts = std::iter::once(0).chain(path.match_indices('/').map(|(at, _)| at + 1));
            starts.into_iter().any(|start| matches(name.as_bytes(), &path.as_bytes()[start..]))
        };
        self.paths.iter().any(ends)
    }
}

/// Adds what is below a folder.
fn add(folder: &Path, name: &str, paths: &mut BTreeSet<String>) {
    paths.insert(name.to_owned());
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let below = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            add(&entry.path(), &below, paths);
        } else {
            paths.insert(below);
        }
    }
}

/// Pieces of code in lines of text.
fn spans(page: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    let text = page.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !fence && !in_code
    });
    text.flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// `a/{b,c}` is `a/b` and `a/c`.
fn alternatives(span: &str) -> Vec<String> {
    let parts = span.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
    let Some((before, (names, after))) = parts else { return vec![span.to_owned()] };
    names.split(',').map(|name| format!("{before}{name}{after}")).collect()
}

/// Whether a word of capitals stands in a name.
fn has_placeholder(span: &str) -> bool {
    let word = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    span.split(['/', '.']).any(word) && !span.ends_with(".md")
}

/// Whether a path is one of a pattern, in which `*` stands for anything but `/`.
fn matches(pattern: &[u8], path: &[u8]) -> bool {
    match (pattern, path) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => {
            matches(rest, path)
                || path.split_first().is_some_and(|(first, left)| *first != b'/' && matches(pattern, left))
        }
        ([own, rest @ ..], [other, left @ ..]) => own == other && matches(rest, left),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch a page that names a file that was renamed, and words that are taken for files.
    #[test]
    fn names_that_no_file_has_are_told() {
        let paths = ["crates/network/src/neuron/mod.rs", "crates/network/src", "tests/data/a", "tests/data/b"];
        let tree = Tree { paths: paths.map(str::to_owned).into(), crates: ["network".to_owned()].into() };
        let sound = "`neuron/mod.rs`, `crates/network/src/`, `tests/data/{a,b}`, `network/*/neuron/m*.rs`, `network::x`, `1/2`\n\
            `tests/data/NAME.json`\n```text\n`gone.rs`\n```\n";
        assert_eq!(tree.missing(sound), (5, Vec::new()));
        let stale = "`euron/mod.rs`, `tests/data/{a,c}`, `network/*/mod.rs`, `crates/networks`";
        assert_eq!(tree.missing(stale).1, ["euron/mod.rs", "tests/data/c", "network/*/mod.rs", "crates/networks"]);
    }
}
