//! `cargo xtask guide`: every link of the guide leads somewhere, every file that it names is there, and its contents list every page.

use crate::named_files::Tree;
use crate::shell::{Failure, failure, files_below, read, root};
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

const SUMMARY: &str = "docs/SUMMARY.md";

/// Checks all pages of the guide, the README and CONTRIBUTING.md.
pub fn check() -> Result<String, Failure> {
    let mut pages = files_below(&root().join("docs"), &["md"]);
    pages.push(root().join("README.md"));
    pages.push(root().join("crates/py/README.md"));
    pages.push(root().join("CONTRIBUTING.md"));
    let mut faults = Vec::new();
    let (mut links, mut names, tree) = (0, 0, Tree::read());
    for page in &pages {
        let text = std::fs::read_to_string(page).map_err(|error| failure(format!("{}: {error}", page.display())))?;
        for link in links_of(&text) {
            links += 1;
            if let Some(fault) = broken(page, &link, &text) {
                faults.push(format!("{}: [{link}] {fault}", shown(page)));
            }
        }
        let (count, missing) = tree.missing(&text);
        names += count;
        faults.extend(missing.iter().map(|name| format!("{}: there is no `{name}`", shown(page))));
    }
    let listed: BTreeSet<PathBuf> =
        links_of(&read(SUMMARY)?).iter().map(|link| joined(&root().join(SUMMARY), link)).collect();
    let unlisted = pages.iter().filter(|page| page.starts_with(root().join("docs")) && !listed.contains(*page));
    faults.extend(
        unlisted
            .filter(|page| !page.ends_with("SUMMARY.md"))
            .map(|page| format!("{} is not in {SUMMARY}", shown(page))),
    );
    if faults.is_empty() {
        return Ok(format!(
            "{links} links of {} pages lead somewhere, {names} files that they name are there",
            pages.len()
        ));
    }
    Err(failure(faults.join("\n")))
}

fn shown(page: &Path) -> String {
    page.strip_prefix(root()).unwrap_or(page).display().to_string()
}

/// The targets of links and pictures, outside of code.
fn links_of(text: &str) -> Vec<String> {
    let mut links = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        let targets = prose.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        links.extend(targets.map(|(target, _)| target.to_owned()));
    }
    links
}

/// The file that a link of a page means.
fn joined(page: &Path, link: &str) -> PathBuf {
    let path = link.split('#').next().unwrap_or_default();
    if path.is_empty() {
        return page.to_owned();
    }
    let mut place = page.parent().unwrap_or(root()).to_owned();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => drop(place.pop()),
            Component::CurDir => {}
            other => place.push(other),
        }
    }
    place
}

fn broken(page: &Path, link: &str, own: &str) -> Option<&'static str> {
    if link.starts_with("https://") || link.starts_with("http://") || link.starts_with("mailto:") {
        return None;
    }
    let file = joined(page, link);
    if !file.exists() {
        return Some("is not there");
    }
    let (_, anchor) = link.split_once('#')?;
    if file.extension().is_none_or(|ending| ending != "md") {
        return None;
    }
    let text = if file == page { own.to_owned() } else { std::fs::read_to_string(&file).ok()? };
    (!anchors(&text).contains(anchor)).then_some("names a heading that is not there")
}

/// Headings as links name them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let anchor = |line: &str| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(anchor).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch links that are overlooked, and code that is taken for links.
    #[test]
    fn links_are_found_outside_of_code() {
        let text = "[a](x.md#y) and ![b](z.png)\n`[c](no)`\n```\n[d](no)\n```\n[e](https://x)";
        assert_eq!(links_of(text), ["x.md#y", "z.png", "https://x"]);
    }

    /// Would catch links to nowhere that pass.
    #[test]
    fn broken_links_are_told() {
        let page = root().join("docs").join("architecture.md");
        let own = "# The step\n";
        assert_eq!(broken(&page, "hdf5.md", own), None);
        assert_eq!(broken(&page, "../README.md", own), None);
        assert_eq!(broken(&page, "#the-step", own), None);
        assert!(broken(&page, "nowhere.md", own).is_some());
        assert!(broken(&page, "#no-such-heading", own).is_some());
    }
}
