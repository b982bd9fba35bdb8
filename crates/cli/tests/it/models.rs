//! What comes with the program, as `models` lists, prints and writes it.

use super::{Desk, root};
use std::path::{Path, PathBuf};

/// The files of a folder and its folders, as paths in it.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(below(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// A folder that was written is that of the repository, byte for byte, and its files run; would catch a file that is not shipped.
#[test]
fn the_folder_is_that_of_the_repository() {
    let desk = Desk::new();
    let shown = desk.done(&["models", "-o", "models"]);
    let written = below(&desk.path("models"));
    assert!(shown.contains(&format!("wrote {} files into models", written.len())), "{shown}");
    for path in &written {
        let name = path.strip_prefix(desk.path("models")).unwrap();
        assert!(std::fs::read(path).unwrap() == std::fs::read(root().join("models").join(name)).unwrap(), "{name:?}");
    }
    for folder in ["cells", "networks", "peptides", "synapses", "tasks"] {
        let here = written.iter().filter(|path| path.starts_with(desk.path("models").join(folder))).count();
        assert_eq!(here, below(&root().join("models").join(folder)).len(), "{folder}");
    }
    desk.done(&["check", "models/networks/first_network.json"]);
    desk.done(&["check", "models/networks/brette_2007_cobahh.json"]);
    desk.done(&["check", "models/tasks/adex_evidence.json"]);
}

/// What is there stays, and nothing is written beside it, unless `--force` says so.
#[test]
fn files_that_are_there_stay() {
    let desk = Desk::new();
    std::fs::create_dir_all(desk.path("mine/tasks")).unwrap();
    std::fs::write(desk.path("mine/tasks/adding.json"), "my own").unwrap();
    let refused = desk.run(&["models", "-o", "mine"]);
    assert!(refused.code == 4 && refused.err.contains("adding.json` exists already"), "{}", refused.err);
    assert_eq!(below(&desk.path("mine")), [desk.path("mine/tasks/adding.json")]);
    assert_eq!(std::fs::read_to_string(desk.path("mine/tasks/adding.json")).unwrap(), "my own");
    desk.done(&["models", "-o", "mine", "--force"]);
    assert!(std::fs::read_to_string(desk.path("mine/tasks/adding.json")).unwrap().contains("description"));
    std::fs::create_dir_all(desk.path("odd/networks/first_network.json")).unwrap();
    let refused = desk.run(&["models", "-o", "odd", "--force"]);
    assert!(refused.code == 4 && refused.err.contains("first_network.json` is no file"), "{}", refused.err);
    for (folder, told) in
        [("small.json", "`small.json` is no folder; nothing"), ("half", "`half/tasks` is no folder; nothing")]
    {
        std::fs::create_dir_all(desk.path("half")).unwrap();
        std::fs::write(desk.path("half/tasks"), "a file").unwrap();
        let refused = desk.run(&["models", "-o", folder]);
        assert!(refused.code == 4 && refused.err.contains(told), "{}", refused.err);
    }
    assert_eq!(below(&desk.path("half")), [desk.path("half/tasks")]);
}

/// One file is printed as it is; a name that nothing or too much has is refused.
#[test]
fn one_file_is_printed() {
    let desk = Desk::new();
    let there = std::fs::read_to_string(root().join("models/networks/first_network.json")).unwrap();
    for name in ["first_network", "first_network.json", "networks/first_network.json"] {
        assert_eq!(desk.done(&["models", name]).trim_end(), there.trim_end());
    }
    let list = desk.done(&["models"]);
    assert!(list.contains("networks/first_network.json") && list.contains("A first network"), "{list}");
    let outside = list.lines().find(|line| line.starts_with("networks/replay_450cells.json")).unwrap();
    assert!(outside.ends_with("(needs data that does not come along)"), "{outside}");
    let rows = [
        (vec!["models", "frist_network"], 3, "did you mean `first_network`?"),
        (vec!["models", "networks"], 3, "networks is a folder: name a file of it"),
        (vec!["models", "README.md"], 3, "several files have this name: cells/README.md"),
        (vec!["models", "first_network", "-o", "models"], 2, "cannot be used with"),
        (vec!["models", "--force"], 2, "--output"),
    ];
    for (words, code, expected) in rows {
        let done = desk.run(&words);
        assert!(done.code == code && done.err.contains(expected), "{words:?}: {} {}", done.code, done.err);
    }
    assert_eq!(desk.files(), ["small.json"]);
}
