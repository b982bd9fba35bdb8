//! Variables of a configuration file, and the paths that they make.

use super::{CircuitError, wrong};
use crate::document::{Document, Node, Value as OwnValue};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Members whose string values are paths.
pub(super) const PATHS: [&str; 11] = [
    "nodes_file",
    "node_types_file",
    "edges_file",
    "edge_types_file",
    "point_neuron_models_dir",
    "synaptic_models_dir",
    "node_sets_file",
    "input_file",
    "file",
    "network",
    "simulation",
];

/// Longer texts are not expanded further.
const LONGEST: usize = 1 << 12;
/// Variables, and characters of one, that a fault shows.
const LISTED: usize = 40;
/// Variables in the values of variables are replaced so many times.
const ROUNDS: usize = 16;

/// What may be at fault if a path cannot be read: file, field and reason.
pub(super) type Doubts = BTreeMap<PathBuf, (String, String, String)>;

/// The variables of one file.
struct Manifest<'f> {
    file: &'f str,
    directory: PathBuf,
    /// Longer names first, so that $NETWORK_DIR_2 is not taken for $NETWORK_DIR.
    variables: Vec<(String, String)>,
}

/// The members of one file, manifest applied, paths made relative to the working directory; `doubts` is told of paths
/// whose variables look wrong.
pub(super) fn resolved(document: &Document, doubts: &mut Doubts) -> Result<Map<String, Value>, CircuitError> {
    let Ok(Value::Object(mut members)) = serde_json::from_str(&document.to_json()) else {
        return Err(wrong(&document.file, "", "expected an object"));
    };
    let manifest = Manifest::new(&document.file, members.remove("manifest"))?;
    for (name, value) in &mut members {
        manifest.resolve(name, value, doubts);
    }
    Ok(members)
}

/// A file in which the variables of one member are replaced; places in it stay.
pub(super) fn expanded(document: &Document, member: &str) -> Result<Document, CircuitError> {
    let members = serde_json::from_str::<Map<String, Value>>(&document.to_json()).unwrap_or_default();
    let manifest = Manifest::new(&document.file, members.get("manifest").cloned())?;
    let mut own = document.clone();
    if let OwnValue::Object(members) = &mut own.root.value {
        members.iter_mut().filter(|own| own.key == member).for_each(|own| manifest.expand(&mut own.node));
    }
    Ok(own)
}

impl<'f> Manifest<'f> {
    fn new(file: &'f str, entries: Option<Value>) -> Result<Self, CircuitError> {
        let directory = Path::new(file).parent().unwrap_or(Path::new("")).to_owned();
        // The directory of a bare file name is the one where the program runs: an empty path is none.
        let own = if directory.as_os_str().is_empty() { Path::new(".") } else { &directory };
        let absolute =
            |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string();
        let mut variables = vec![
            ("${configdir}".to_owned(), absolute(own)),
            ("${configfname}".to_owned(), absolute(Path::new(file))),
            ("${workingdir}".to_owned(), absolute(Path::new("."))),
        ];
        if let Some(entries) = entries {
            let entries = entries.as_object().cloned().ok_or_else(|| wrong(file, "manifest", "expected an object"))?;
            for (name, value) in entries {
                match value {
                    Value::String(text) => {
                        // $NAME may be written ${NAME}, and its entry NAME.
                        let bare = name.trim_start_matches('$').trim_start_matches('{').trim_end_matches('}');
                        if !bare.is_empty() {
                            variables.push((format!("${{{bare}}}"), text.clone()));
                            variables.push((format!("${bare}"), text));
                        }
                    }
                    other => {
                        return Err(wrong(file, &format!("manifest.{name}"), format!("found {other}, expected text")));
                    }
                }
            }
        }
        variables.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        Ok(Self { file, directory, variables })
    }

    fn resolve(&self, name: &str, value: &mut Value, doubts: &mut Doubts) {
        match value {
            Value::String(text) if PATHS.contains(&name) => {
                let asked = std::mem::take(text);
                let path = self.path(&asked);
                *text = path.display().to_string();
                if let Some((field, reason)) = self.doubt(name, &asked, &path) {
                    doubts.insert(path, (self.file.to_owned(), field, reason));
                }
            }
            Value::String(text) => *text = self.expanded(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.resolve(name, item, doubts)),
            Value::Object(members) => members.iter_mut().for_each(|(name, value)| self.resolve(name, value, doubts)),
            _ => {}
        }
    }

    fn expand(&self, node: &mut Node) {
        match &mut node.value {
            OwnValue::String(text) => *text = self.expanded(text),
            OwnValue::Array(items) => items.iter_mut().for_each(|item| self.expand(item)),
            OwnValue::Object(members) => members.iter_mut().for_each(|member| self.expand(&mut member.node)),
            _ => {}
        }
    }

    /// The text with its variables replaced. Values of variables may hold variables; a ring of them ends at the longest
    /// text or after the last round.
    fn expanded(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for _ in 0..ROUNDS.min(self.variables.len()) {
            let before = text.clone();
            for (variable, value) in &self.variables {
                let longer = text.matches(variable.as_str()).count().saturating_mul(value.len());
                if longer > 0 && text.len().saturating_add(longer) <= LONGEST {
                    text = text.replace(variable.as_str(), value);
                }
            }
            if text == before {
                break;
            }
        }
        text
    }

    fn path(&self, text: &str) -> PathBuf {
        let text = PathBuf::from(self.expanded(text));
        if text.is_absolute() { text } else { self.directory.join(text) }
    }

    /// The field that makes a wrong path of `asked`, if it is a variable: one that is not there, or one whose own path is
    /// not.
    fn doubt(&self, name: &str, asked: &str, path: &Path) -> Option<(String, String)> {
        if path.exists() {
            return None;
        }
        let shown = path.display().to_string();
        if let Some(start) = shown.find('$') {
            let unknown = shown[start..].split(['/', '\\']).next().unwrap_or_default();
            if self.variables.iter().any(|(variable, _)| unknown.starts_with(variable.as_str())) {
                // Variables that name each other without end.
                return None;
            }
            let unknown: String = unknown.chars().take(LISTED).collect();
            let own = self.variables.iter().map(|(name, _)| name.as_str());
            // A variable of the manifest stands in its short form alone.
            let is_shown = |name: &str| {
                let short = name.replace(['{', '}'], "");
                short == name || self.variables.iter().all(|(other, _)| *other != short)
            };
            let known: Vec<&str> = own.filter(|name| is_shown(name)).take(LISTED).collect();
            return Some((name.into(), format!("`{unknown}` is not in the manifest, which has {}", known.join(", "))));
        }
        let used = self.variables.iter().filter(|(variable, _)| asked.contains(variable.as_str()));
        let mut lost = used.filter(|(_, value)| !self.path(value).exists());
        let (variable, value) = lost.next()?;
        let reason = format!("`{}` does not exist, where {name} is looked for", self.path(value).display());
        Some((format!("manifest.{variable}"), reason))
    }
}
