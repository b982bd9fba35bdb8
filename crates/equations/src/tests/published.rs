//! The published models, read from the folder that `NEUROPIL_NESTML_MODELS` names.

use super::lines;
use std::path::{Path, PathBuf};

/// The files below a folder, of its parts `neurons` and `synapses` (tutorials hold exercises that are incomplete); or
/// nothing, said so, if none is named.
fn files() -> Vec<PathBuf> {
    let Ok(folder) = std::env::var("NEUROPIL_NESTML_MODELS") else {
        return Vec::new();
    };
    let mut all = Vec::new();
    collect(Path::new(&folder), &mut all);
    all.sort();
    assert!(all.len() >= 40, "{folder} has {} models, expected 40 at least", all.len());
    all
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder that can be read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "nestml")
            && (folder.ends_with("neurons") || folder.ends_with("synapses"))
        {
            into.push(path);
        }
    }
}

/// Would catch a part of the language that is missing, and a rule that is too strict.
#[test]
fn published_models_have_warnings_only() {
    let mut wrong = Vec::new();
    for file in files() {
        let text = std::fs::read_to_string(&file).expect("a text");
        let found = lines(&text);
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for line in found {
            if !line.contains(": warning: ") {
                wrong.push(format!("{name}:{line}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
