//! The glossary against the pages: what it explains is used, and what it gives up does not come back.

use crate::shell::{Failure, failure, files_below, read, root};
use std::path::PathBuf;

/// The page.
const PAGE: &str = "docs/glossary.md";
/// The heads of its two tables of words.
const WORDS: &str = "| Word | Meaning |";
const GIVEN_UP: &str = "| Not | But |";

/// Compares the glossary with all that a user reads.
pub fn check() -> Result<String, Failure> {
    let page = read(PAGE)?;
    let pages = texts(&["docs", "crates/py/python", "models"], &["md", "py"])?;
    let sources = texts(&["crates"], &["rs"])?;
    let mut faults = returned(&page, &pages);
    faults.extend(unused(&page, &[pages, sources].concat()));
    let words = terms(&page, WORDS).len();
    match faults.is_empty() {
        true => Ok(format!("the {words} words of {PAGE} are used, those that it gives up are not")),
        false => Err(failure(faults.join("\n"))),
    }
}

/// A file by its name, and what it says.
type Page = (String, String);

/// Files below folders, and the pages of the root; not the glossary itself.
fn texts(folders: &[&str], endings: &[&str]) -> Result<Vec<Page>, Failure> {
    let below = folders.iter().flat_map(|folder| files_below(&root().join(folder), endings));
    let beside = ["README.md", "CONTRIBUTING.md"].map(|file| root().join(file));
    let files: Vec<PathBuf> = below.chain(beside).filter(|file| !file.ends_with(PAGE)).collect();
    let text = |file: PathBuf| {
        let text = std::fs::read_to_string(&file).map_err(|error| failure(format!("{}: {error}", file.display())))?;
        Ok((file.strip_prefix(root()).unwrap_or(&file).display().to_string(), text))
    };
    files.into_iter().map(text).collect()
}

/// The words of the first column of a table, which a comma may part.
fn terms<'p>(page: &'p str, head: &str) -> Vec<&'p str> {
    let rows = page.lines().skip_while(|line| *line != head).skip(2).take_while(|line| line.starts_with('|'));
    rows.filter_map(|row| row.split('|').nth(1)).flat_map(|cell| cell.split(',')).map(str::trim).collect()
}

/// Places where a word stands that was given up.
fn returned(page: &str, pages: &[Page]) -> Vec<String> {
    let mut faults = Vec::new();
    for word in terms(page, GIVEN_UP) {
        for (file, text) in pages {
            let lines = text.lines().zip(1..).filter(|(line, _)| has(line, word));
            faults.extend(lines.map(|(_, line)| format!("{file}:{line}: `{word}` was given up, see {PAGE}")));
        }
    }
    faults
}

/// Words that nobody uses but the glossary.
fn unused(page: &str, pages: &[Page]) -> Vec<String> {
    let any_has = |word: &str| pages.iter().any(|(_, text)| text.lines().any(|line| has(line, word)));
    let is_used = |word: &&str| any_has(word) || any_has(&word.replace(' ', "_"));
    let strays = terms(page, WORDS).into_iter().filter(|word| !is_used(word));
    strays.map(|word| format!("{PAGE}: `{word}` is used nowhere")).collect()
}

/// Whether a line has a word, or its plural, as a word of its own. In quotes it is a name, such as one that is refused.
fn has(line: &str, word: &str) -> bool {
    let line = line.to_lowercase();
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '"');
    line.match_indices(word).any(|(at, _)| {
        let after = line[at + word.len()..].strip_prefix('s').unwrap_or(&line[at + word.len()..]);
        !is_part(line[..at].chars().next_back()) && !is_part(after.chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLES: &str = "| Word | Meaning |\n|---|---|\n| post, pre | cells |\n| tape | a band |\n\n| Not | But |\n|---|---|\n| lane | trial |\n";

    fn page(text: &str) -> [Page; 1] {
        [("a.md".into(), text.into())]
    }

    /// Would catch a word that is found within others, and a plural that is not.
    #[test]
    fn words_that_were_given_up_are_found() {
        assert_eq!(
            returned(TABLES, &page("planes\nLanes of it")),
            ["a.md:2: `lane` was given up, see docs/glossary.md"]
        );
        assert_eq!(returned(TABLES, &page("a lane_change, planets, \"Lane\": no")), Vec::<String>::new());
    }

    #[test]
    fn words_that_nobody_uses_are_told() {
        assert_eq!(unused(TABLES, &page("post and pre")), ["docs/glossary.md: `tape` is used nowhere"]);
        assert_eq!(unused(TABLES, &page("post, pre, tapes")), Vec::<String>::new());
    }
}
