//! Networks, cells, synapses, peptides and tasks that neuropil ships, as text: part of the program, so that an installed
//! `neuropil` has them without the repository.
//!
//! Each model and table of the folder has a constant, `networks::FIRST_NETWORK` for `networks/first_network.json`, and each
//! file has a place in [`FILES`]. Whoever adds a file adds nothing here.
//!
//! ```
//! let text = neuropil_shipped::networks::FIRST_NETWORK;
//! assert_eq!(neuropil_shipped::text("networks/first_network.json"), Some(text));
//! ```

/// A file that neuropil ships.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shipped {
    /// Its path in the folder of models, with `/`, as in `networks/first_network.json`.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The text of the file at this path, as in `networks/first_network.json`.
pub fn text(path: &str) -> Option<&'static str> {
    FILES.iter().find(|file| file.path == path).map(|file| file.text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn files_below(folder: &Path) -> usize {
        let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        entries.map(|path| if path.is_dir() { files_below(&path) } else { 1 }).sum()
    }

    /// Would catch a file that was added and is not shipped, and one whose text is an older one.
    #[test]
    fn what_is_shipped_is_what_lies_here() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for file in FILES {
            let there = std::fs::read_to_string(root.join(file.path)).expect("a text");
            assert!(there == file.text, "{}", file.path);
        }
        let folders = ["cells", "networks", "peptides", "synapses", "tasks"];
        let count: usize = folders.iter().map(|folder| files_below(&root.join(folder))).sum();
        assert_eq!(FILES.len(), count);
        assert_eq!(text("networks/nowhere.json"), None);
    }
}
