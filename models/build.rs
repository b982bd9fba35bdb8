//! Writes down what this folder ships: the list of all files, and a constant for the text of each.

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What is shipped; the rest of the folder is this crate.
const FOLDERS: [&str; 5] = ["cells", "networks", "peptides", "synapses", "tasks"];

/// How files end that have a constant of their name; a README and a licence have none.
const CONSTANTS: [&str; 3] = ["json", "nestml", "csv"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let (mut list, mut constants) = (String::new(), String::new());
    for folder in FOLDERS {
        println!("cargo::rerun-if-changed={folder}");
        add(&root, folder, &mut list, &mut constants)?;
    }
    let text = format!("/// All files, folder by folder.\npub static FILES: &[Shipped] = &[\n{list}];\n{constants}");
    std::fs::write(PathBuf::from(std::env::var("OUT_DIR")?).join("files.rs"), text)?;
    Ok(())
}

/// The files of a folder, by name, then those of its folders, each a module.
fn add(root: &Path, folder: &str, list: &mut String, constants: &mut String) -> Result<(), Box<dyn Error>> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let name = entry.file_name().into_string().map_err(|name| format!("{}: no text", name.display()))?;
        entries.push((entry.file_type()?.is_dir(), name));
    }
    entries.sort();
    let module = folder.rsplit('/').next().unwrap_or(folder);
    writeln!(constants, "/// The files of `{folder}`.\npub mod {module} {{")?;
    for (is_folder, name) in entries {
        let path = format!("{folder}/{name}");
        if is_folder {
            add(root, &path, list, constants)?;
            continue;
        }
        let file = root.join(&path);
        let text = format!("include_str!({:?})", file.to_str().ok_or("the path of this folder is no text")?);
        writeln!(list, "    Shipped {{ path: {path:?}, text: {text} }},")?;
        let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, ""));
        if !CONSTANTS.contains(&ending) {
            continue;
        }
        let stem = stem.to_uppercase();
        writeln!(constants, "    /// The text of `{path}`.\n    pub const {stem}: &str = {text};")?;
    }
    writeln!(constants, "}}")?;
    Ok(())
}
