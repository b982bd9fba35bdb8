//! docs/own-cell-tutorial.md, as it stands there: its files are written, its commands run, and what it says that they print is
//! looked for in what they print.

use super::{Desk, root};
use std::process::Command;

/// A block of the page between fences.
struct Block<'p> {
    language: &'p str,
    text: &'p str,
    /// The file that the paragraph before it names, if it is one.
    file: Option<&'p str>,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some((before, from_fence)) = rest.split_once("\n```") {
        let (inside, after) = from_fence.split_once("\n```\n").expect("a fence is closed");
        let (language, text) = inside.split_once('\n').expect("a block has lines");
        let paragraph = before.trim_end().rsplit("\n\n").next().unwrap_or_default();
        let file = paragraph.split("rite this to `").nth(1).and_then(|name| name.split('`').next());
        found.push(Block { language, text, file });
        rest = after;
    }
    found
}

/// Would catch a page that a reader cannot follow: a command that is refused, a number that is another one by now.
#[test]
fn the_page_can_be_followed() {
    let desk = Desk::new();
    let page = std::fs::read_to_string(root().join("docs/own-cell-tutorial.md")).unwrap();
    let program = assert_cmd::cargo::cargo_bin("neuropil");
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let (mut printed, mut commands, mut compared) = (String::new(), 0, 0);
    for block in blocks(&page) {
        match (block.language, block.file) {
            ("json" | "nestml", Some(file)) => std::fs::write(desk.path(file), block.text).unwrap(),
            ("sh", None) => {
                let mut shell = Command::new("sh");
                shell.args(["-c", block.text]).current_dir(&desk.folder).env("PATH", &path);
                let output = super::output(&mut shell);
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                printed = text(&output.stdout) + &text(&output.stderr);
                assert!(output.status.success() || printed.contains("slip.nestml"), "{}: {printed}", block.text);
                commands += block.text.lines().count();
            }
            // The equations on paper stand before the first command.
            ("text", None) if commands > 0 => {
                for line in block.text.lines() {
                    assert!(printed.contains(line), "the page says:\n{line}\nprinted was:\n{printed}");
                    compared += 1;
                }
            }
            ("text", None) => {}
            (language, file) => panic!("a block of {language} for {file:?}: {}", block.text),
        }
    }
    assert!(commands >= 9 && compared >= 14, "{commands} commands, {compared} lines");
    assert!(desk.exists("one.png") && desk.exists("learned.png"));
}
