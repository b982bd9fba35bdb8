//! Pages that are made from the program, and pages that are compared with it.

use crate::build::neuropil;
use crate::shell::{Failure, failure, files_below, output, read, root};
use crate::{models_page, task_page};
use std::collections::BTreeSet;
use std::process::Command;

/// A file, and the command of `neuropil` that prints it.
const MADE: [(&str, &[&str]); 3] =
    [("models/schema.json", &["schema"]), ("models/task_schema.json", TASKS), ("docs/cli.md", &["markdown"])];
const TASKS: &[&str] = &["schema", "--task"];
/// A page with a table that the program prints, and how that table begins. It ends before the next heading.
const CREDIT: &str = "docs/credit.md";
const RULES: &str = "| Rule | What is carried |";
const BIBLIOGRAPHY: &str = "docs/references.bib";

fn printed(command: &[&str]) -> Result<String, Failure> {
    output(Command::new(neuropil()?).args(command))
}

fn schema(command: &[&str]) -> Result<serde_json::Value, Failure> {
    let read = serde_json::from_str(&printed(command)?);
    read.map_err(|error| failure(format!("`neuropil {}` printed no JSON: {error}", command.join(" "))))
}

/// The page of carriers with the table of the rules that there are.
fn credit() -> Result<String, Failure> {
    with_table(&read(CREDIT)?, &printed(&["markdown", "--rules"])?)
}

fn with_table(page: &str, table: &str) -> Result<String, Failure> {
    let missing = |what: &str| failure(format!("{CREDIT} should have {what}"));
    let begin = page.find(RULES).ok_or_else(|| missing(&format!("a table that begins with `{RULES}`")))?;
    let length = page[begin..].find("\n## ").ok_or_else(|| missing("a heading behind its table of rules"))?;
    Ok(format!("{}{}\n{}", &page[..begin], table.trim_end(), &page[begin + length..]))
}

/// Writes the pages that are made, the table of rules, and the rows of new fields of another.
pub fn write() -> Result<(), Failure> {
    for (file, command) in MADE {
        let text = printed(command)?;
        std::fs::write(root().join(file), text).map_err(|error| failure(format!("cannot write {file}: {error}")))?;
        println!("wrote {file}");
    }
    if credit()? != read(CREDIT)? {
        std::fs::write(root().join(CREDIT), credit()?)
            .map_err(|error| failure(format!("cannot write {CREDIT}: {error}")))?;
        println!("wrote the table of rules in {CREDIT}");
    }
    let page = read(task_page::PAGE)?;
    let text = task_page::with_missing_rows(&schema(TASKS)?, &page);
    if text != page {
        let file = task_page::PAGE;
        std::fs::write(root().join(file), text).map_err(|error| failure(format!("cannot write {file}: {error}")))?;
        println!("wrote rows of new fields in {file}");
    }
    Ok(())
}

/// Whether all pages are what the program is.
pub fn check() -> Result<String, Failure> {
    let mut faults = Vec::new();
    for (file, command) in MADE {
        if printed(command)? != read(file)? {
            faults.push(format!("{file} is not current: run `cargo xtask pages` and commit it"));
        }
    }
    if credit()? != read(CREDIT)? {
        faults.push(format!("the table of rules in {CREDIT} is not current: run `cargo xtask pages` and commit it"));
    }
    let models = read(models_page::PAGE)?;
    faults.extend(models_page::faults(&schema(&["schema"])?, &models));
    faults.extend(task_page::faults(&schema(TASKS)?, &read(task_page::PAGE)?, &models));
    faults.extend(unknown_references()?);
    if faults.is_empty() {
        let pages = [models_page::PAGE, task_page::PAGE].join(", ");
        return Ok(format!("the schemas, docs/cli.md, {CREDIT}, {pages} and {BIBLIOGRAPHY} are current"));
    }
    Err(failure(faults.join("\n")))
}

/// Keys such as `\[Rotter1999\]` in the sources that the bibliography does not have.
fn unknown_references() -> Result<Vec<String>, Failure> {
    let bibliography = read(BIBLIOGRAPHY)?;
    let known: BTreeSet<&str> = bibliography
        .lines()
        .filter_map(|line| line.strip_prefix('@')?.split_once('{'))
        .map(|(_, key)| key.trim_end_matches(','))
        .collect();
    let mut faults = BTreeSet::new();
    let files =
        files_below(&root().join("crates"), &["rs"]).into_iter().chain(files_below(&root().join("docs"), &["md"]));
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        // In doc comments the brackets may be escaped: they are no links.
        let keys = text.split('[').skip(1).filter_map(|rest| rest.split([']', '\\']).next());
        for key in keys.filter(|key| is_key(key)) {
            if !known.contains(key) {
                let shown = file.strip_prefix(root()).unwrap_or(&file).display().to_string();
                faults.insert(format!("{shown}: [{key}] is not in {BIBLIOGRAPHY}"));
            }
        }
    }
    Ok(faults.into_iter().collect())
}

/// A name and a year.
fn is_key(text: &str) -> bool {
    let year = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let name = &text[..text.len() - year.len()];
    name.len() >= 3
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && year.len() == 4
        && year.starts_with(['1', '2'])
        && year.bytes().all(|digit| digit.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_put_where_the_old_one_stood() {
        let page = format!("Before\n\n{RULES} old |\n| row |\n\n1. note\n\n## After\n");
        let made = with_table(&page, "new\n\n1. note\n").unwrap();
        assert_eq!(made, "Before\n\nnew\n\n1. note\n\n## After\n");
        assert!(with_table("no table\n\n## After\n", "new").is_err() && with_table(RULES, "new").is_err());
    }

    #[test]
    fn keys_are_names_with_years() {
        assert!(is_key("Rotter1999") && is_key("Bellec2020"));
        assert!(!is_key("1999") && !is_key("x86") && !is_key("Rotter99") && !is_key("tau1999"));
    }
}
