//! The configuration files of a circuit: manifest, components, networks, run, inputs, reports.

use super::manifest::{Doubts, expanded, resolved};
use super::{CircuitError, INPUT_TIMES, LEARNING, keys, wrong};
use crate::document::{Document, Value as Member, join};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// A circuit's configuration, its files joined and its variables replaced.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file that was opened, for messages.
    pub file: String,
    /// All members, paths resolved against the directory of the file that they stand in.
    pub(super) members: Map<String, Value>,
    /// The files that were joined to the one opened.
    pub(super) parts: Vec<PathBuf>,
    /// Members that mean nothing here.
    pub notes: Vec<String>,
    /// The file that says how the circuit learns, its variables replaced.
    pub(super) learning: Option<Document>,
    doubts: Doubts,
}

/// A file of nodes or edges with its type table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkFile {
    /// The HDF5 file.
    pub file: PathBuf,
    /// The CSV file.
    pub types: Option<PathBuf>,
}

impl Config {
    /// The column of nodes that has their cell types, if one is named.
    pub(super) fn type_column(&self) -> Option<&str> {
        let (node, _) = self.learning.as_ref()?.find(&join(LEARNING, "cell_type"))?;
        if let Member::String(name) = &node.value { Some(name) } else { None }
    }

    /// Joins a configuration with the files that it names (`network`, `simulation`).
    ///
    /// # Errors
    /// Unreadable or faulty JSON.
    pub fn load(document: &Document) -> Result<Self, CircuitError> {
        let mut doubts = Doubts::new();
        let members = resolved(document, &mut doubts)?;
        let notes = keys::check(document)?;
        let learning = taught(document)?;
        let mut config = Self { file: document.file.clone(), members, parts: Vec::new(), notes, learning, doubts };
        for part in ["network", "simulation"] {
            if let Some(Value::String(path)) = config.members.remove(part) {
                let text = config.file_text(part, Path::new(&path))?;
                let document = Document::parse(&path, text)?;
                config.notes.extend(keys::check(&document)?);
                let members = resolved(&document, &mut config.doubts)?;
                config.join(&path, members);
                // The file that was named goes before the one that names it.
                config.learning = taught(&document)?.or(config.learning);
                config.parts.push(path.into());
            }
        }
        Ok(config)
    }

    /// Takes the members of a file that was named; they replace those that stand here, as in bmtk.
    fn join(&mut self, path: &str, members: Map<String, Value>) {
        for (name, value) in members {
            let own = self.members.get(&name);
            // What decides no step of time, and what may come from outside.
            if own.is_some() && name == INPUT_TIMES {
                continue;
            }
            if own.is_some_and(|own| *own != value) && !["output", "target_simulator"].contains(&name.as_str()) {
                let file = &self.file;
                self.notes.push(format!("`{name}` stands in {file} and in {path}, which is used"));
            }
            self.members.insert(name, value);
        }
    }

    /// A JSON file in a directory of components, and its members.
    ///
    /// # Errors
    /// A directory that is not named, a file that cannot be read or is no object.
    pub fn component(&self, field: &str, file: &str) -> Result<(PathBuf, Map<String, Value>), CircuitError> {
        let directory = self.text(field)?;
        let directory =
            directory.ok_or_else(|| self.wrong(field, format!("is missing, but `{file}` should lie there")))?;
        let path = Path::new(directory).join(file);
        let text = self.file_text(field, &path)?;
        let document = Document::parse(&path.display().to_string(), text)?;
        let members = serde_json::from_str(&document.to_json())
            .map_err(|_| self.wrong(field, format!("`{}` is no JSON object", path.display())))?;
        Ok((path, members))
    }

    /// The text of a file that a field names.
    ///
    /// # Errors
    /// If it cannot be read: the entry of the manifest that makes its path, or else the field.
    pub fn file_text(&self, field: &str, path: &Path) -> Result<String, CircuitError> {
        neuropil_files::text(path, neuropil_files::MOST_WRITTEN)
            .map_err(|error| self.doubt(path).unwrap_or_else(|| self.wrong(field, error.to_string())))
    }

    /// The fault of a file, or of the entry of the manifest that makes its path.
    pub fn unreadable(&self, path: &Path, error: CircuitError) -> CircuitError {
        self.doubt(path).unwrap_or(error)
    }

    /// What the manifest has to do with a path that cannot be read.
    fn doubt(&self, path: &Path) -> Option<CircuitError> {
        let doubt = self.doubts.get(path).or_else(|| self.doubts.get(path.parent()?));
        doubt.map(|(file, field, reason)| wrong(file, field, reason))
    }

    /// An error about a field.
    pub fn wrong(&self, field: &str, reason: impl Into<String>) -> CircuitError {
        wrong(&self.file, field, reason)
    }

    /// The value at a dotted path.
    pub fn get(&self, path: &str) -> Option<&Value> {
        let mut names = path.split('.');
        let first = self.members.get(names.next()?)?;
        names.try_fold(first, |value, name| value.get(name))
    }

    /// A number that must be there.
    ///
    /// # Errors
    /// If it is not.
    pub fn number(&self, path: &str) -> Result<f64, CircuitError> {
        let value = self.get(path).ok_or_else(|| self.wrong(path, "is missing, expected a number"))?;
        value.as_f64().ok_or_else(|| self.wrong(path, format!("found {value}, expected a number")))
    }

    /// A text; `None` where there is nothing or `null`.
    ///
    /// # Errors
    /// A value of another kind.
    pub fn text(&self, path: &str) -> Result<Option<&str>, CircuitError> {
        match self.get(path) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(self.wrong(path, format!("found {other}, expected text"))),
        }
    }

    /// A truth value; false where there is none.
    ///
    /// # Errors
    /// A value of another kind.
    pub fn flag(&self, path: &str) -> Result<bool, CircuitError> {
        match self.get(path) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(self.wrong(path, format!("found {other}, expected true or false"))),
        }
    }

    /// Whether the object at a path is in use: its `enabled`, true where there is none.
    fn enabled(&self, path: &str, object: &Value) -> Result<bool, CircuitError> {
        match object.get("enabled") {
            None => Ok(true),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => {
                Err(self.wrong(&format!("{path}.enabled"), format!("found {other}, expected true or false")))
            }
        }
    }

    /// The files of `nodes` or `edges`.
    ///
    /// # Errors
    /// Entries without a file.
    pub fn network_files(&self, kind: &str) -> Result<Vec<NetworkFile>, CircuitError> {
        let path = format!("networks.{kind}");
        let Some(items) = self.get(&path) else { return Ok(Vec::new()) };
        let items = items.as_array().ok_or_else(|| self.wrong(&path, "expected a list"))?;
        let mut files = Vec::new();
        for (index, item) in items.iter().enumerate() {
            if self.enabled(&format!("{path}.{index}"), item)? {
                files.push(self.network_file(kind, &format!("{path}.{index}"), item)?);
            }
        }
        Ok(files)
    }

    /// One entry of `nodes` or `edges`.
    fn network_file(&self, kind: &str, path: &str, item: &Value) -> Result<NetworkFile, CircuitError> {
        let text = |name: &str| match item.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text).filter(|text| *text != "NULL").map(PathBuf::from)),
            Some(other) => {
                Err(self.wrong(&format!("{path}.{name}"), format!("found {other}, expected the name of a file")))
            }
        };
        let name = format!("{kind}_file");
        let missing = || self.wrong(&format!("{path}.{name}"), "is missing, expected an HDF5 file");
        let types = text(&format!("{}_types_file", kind.trim_end_matches('s')))?;
        Ok(NetworkFile { file: text(&name)?.ok_or_else(missing)?, types })
    }

    /// The paths of the objects of a section (`inputs`, `reports`) that are in use.
    ///
    /// # Errors
    /// Anything in it that is no object.
    pub fn section(&self, name: &str) -> Result<Vec<String>, CircuitError> {
        let members = match self.members.get(name) {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Object(members)) => members,
            Some(other) => return Err(self.wrong(name, format!("found {other}, expected an object"))),
        };
        let mut paths = Vec::new();
        for (own, value) in members {
            let path = format!("{name}.{own}");
            if own.contains('.') {
                return Err(self.wrong(&path, "a name with a dot cannot be told from a path"));
            }
            if !value.is_object() {
                return Err(self.wrong(&path, format!("found {value}, expected an object")));
            }
            if self.enabled(&path, value)? {
                paths.push(path);
            }
        }
        Ok(paths)
    }
}

/// A file, if it says how the circuit learns, with the variables of what it says there replaced.
fn taught(document: &Document) -> Result<Option<Document>, CircuitError> {
    if document.find(LEARNING).is_none() {
        return Ok(None);
    }
    expanded(document, LEARNING).map(Some)
}
