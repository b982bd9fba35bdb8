//! The files of a circuit.

use super::Circuit;
use super::manifest::PATHS;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

impl Circuit {
    /// Files that the configuration names, those of the directories of components included; in one order.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut files: BTreeSet<PathBuf> = self.config.parts.iter().cloned().collect();
        self.config.members.iter().for_each(|(name, value)| gather(name, value, &mut files));
        files.into_iter().collect()
    }
}

fn gather(name: &str, value: &Value, files: &mut BTreeSet<PathBuf>) {
    match value {
        Value::String(path) if PATHS.contains(&name) => match std::fs::read_dir(path) {
            Ok(entries) => {
                files.extend(entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file()))
            }
            Err(_) => files.extend(Path::new(path).is_file().then(|| PathBuf::from(path))),
        },
        Value::Array(items) => items.iter().for_each(|item| gather(name, item, files)),
        Value::Object(members) => members.iter().for_each(|(name, value)| gather(name, value, files)),
        _ => {}
    }
}
