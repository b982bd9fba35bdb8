//! Reading the fields of an object, noting every fault and every name that was asked for.

use crate::document::{Document, Member, Node, Value, join};
use crate::fault::{Fault, Faults, KEPT};
use neuropil_core::did_you_mean;
use neuropil_record::Table;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub(crate) use crate::shown::{brief, described, shown};

/// The faults of one file, and the names that each kind of object may have.
pub struct Reader<'d> {
    /// The file.
    pub document: &'d Document,
    /// Where relative paths in it begin.
    pub folder: PathBuf,
    /// Whether the numbers of arrays are kept, also of those that stand in the file.
    pub(crate) keeps: bool,
    /// The arrays that were read: all of them if numbers are kept, else those of other files.
    pub(crate) given: RefCell<Vec<Given>>,
    /// Labels of other files: where they stand, and the file.
    pub(crate) labels: RefCell<Vec<(String, Vec<String>, PathBuf)>>,
    faults: RefCell<Vec<Fault>>,
    /// Faults beyond those that are kept.
    more: Cell<usize>,
    /// (kind of object, name asked for): what the schema must describe.
    pub(crate) asked: RefCell<BTreeSet<(String, String)>>,
}

/// An array that was given.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// Where it stands in the file that gives it.
    pub path: String,
    /// The other file that it lies in, if it does.
    pub file: Option<PathBuf>,
    /// Of its shape and numbers, whatever file they lie in.
    pub digest: String,
    /// Shape and numbers, where the reader keeps them.
    pub numbers: Option<Table>,
}

/// Names that every object may have.
pub(crate) const ALWAYS: [&str; 2] = ["$schema", "description"];

/// Names that a kind of object once had, and those that it has: (kind, old, new).
const RENAMED: [(&str, &str, &str); 8] = [
    ("projection", "short_term", "synapse` with `\"model\": \"short_term\""),
    ("learning", "loss_last_ms", "loss.last_ms"),
    ("learning", "rate_strength", "loss.rate_strength"),
    ("learning", "rate_target_hz", "loss.rate_target_hz"),
    ("readout", "tau_out_ms", "tau_ms"),
    ("readout", "feedback_sd", "learning.feedback"),
    ("training", "random_feedback", "feedback"),
    ("task_file", "field", "carrier"),
];

impl<'d> Reader<'d> {
    /// Nothing read yet.
    pub fn new(document: &'d Document) -> Self {
        let folder = Path::new(&document.file).parent().unwrap_or(Path::new("")).to_owned();
        Self {
            document,
            folder,
            keeps: false,
            given: RefCell::default(),
            labels: RefCell::default(),
            faults: RefCell::default(),
            more: Cell::default(),
            asked: RefCell::default(),
        }
    }

    /// The same of a file whose relative paths begin in another folder, with the numbers of all arrays kept.
    pub fn keeping(document: &'d Document, folder: &Path) -> Self {
        Self { folder: folder.to_owned(), keeps: true, ..Self::new(document) }
    }

    /// The arrays that were read, with their numbers if they are kept.
    pub fn given(&self) -> Vec<Given> {
        self.given.borrow().clone()
    }

    /// Notes a fault at a path.
    pub fn fault(&self, path: &str, message: impl Into<String>) {
        let mut faults = self.faults.borrow_mut();
        if faults.len() >= KEPT {
            self.more.set(self.more.get() + 1);
            return;
        }
        let fault = self.document.fault(path, message);
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }

    /// (kind of object, name) of all that was asked for: what the schema must describe.
    pub fn asked(&self) -> BTreeSet<(String, String)> {
        self.asked.borrow().clone()
    }

    /// All faults, in the order of the text.
    pub fn into_faults(self) -> Faults {
        Faults { more: self.more.get(), ..Faults::new(self.document.file.as_str(), self.faults.into_inner()) }
    }

    /// Whether the file has a population of this name, sound or not.
    pub fn declares(&self, population: &str) -> bool {
        let declared = |member: &Member| member.key == population && !ALWAYS.contains(&population);
        match self.document.find("populations").map(|(node, _)| &node.value) {
            Some(Value::Object(members)) => members.iter().any(declared),
            _ => false,
        }
    }

    /// Whether there is no fault so far.
    pub fn is_sound(&self) -> bool {
        self.faults.borrow().is_empty()
    }

    /// The fields of an object; `kind` says which names it may have.
    pub fn object<'r>(&'r self, node: &'d Node, path: &str, kind: &str) -> Option<Fields<'r, 'd>> {
        match &node.value {
            Value::Object(members) => {
                for member in members.iter().filter(|member| ALWAYS.contains(&member.key.as_str())) {
                    let _ = self.string(&member.node, &join(path, &member.key));
                }
                Some(Fields { reader: self, path: path.into(), kind: kind.into(), members, asked: BTreeSet::new() })
            }
            other => {
                self.fault(path, format!("found {}, expected an object", described(other)));
                None
            }
        }
    }

    /// A number.
    pub fn number(&self, node: &Node, path: &str) -> Option<f64> {
        match &node.value {
            Value::Number(value, _) => Some(*value),
            other => {
                self.fault(path, format!("found {}, expected a number", described(other)));
                None
            }
        }
    }

    /// A whole number.
    pub fn whole(&self, node: &Node, path: &str) -> Option<u64> {
        match &node.value {
            Value::Number(_, Some(whole)) => Some(*whole),
            other => {
                self.fault(path, format!("found {}, expected a whole number >= 0", described(other)));
                None
            }
        }
    }

    /// A string.
    pub fn string<'n>(&self, node: &'n Node, path: &str) -> Option<&'n str> {
        match &node.value {
            Value::String(text) => Some(text),
            other => {
                self.fault(path, format!("found {}, expected a string", described(other)));
                None
            }
        }
    }

    /// True or false.
    pub fn boolean(&self, node: &Node, path: &str) -> Option<bool> {
        match &node.value {
            Value::Bool(value) => Some(*value),
            other => {
                self.fault(path, format!("found {}, expected true or false", described(other)));
                None
            }
        }
    }

    /// A list.
    pub fn array<'n>(&self, node: &'n Node, path: &str) -> Option<&'n [Node]> {
        match &node.value {
            Value::Array(items) => Some(items),
            other => {
                self.fault(path, format!("found {}, expected a list", described(other)));
                None
            }
        }
    }

    /// A list of numbers; every wrong item is a fault.
    pub fn numbers(&self, node: &Node, path: &str) -> Option<Vec<f64>> {
        let items = self.array(node, path)?;
        let numbers: Vec<f64> =
            items.iter().enumerate().filter_map(|(i, item)| self.number(item, &join(path, &i.to_string()))).collect();
        (numbers.len() == items.len()).then_some(numbers)
    }

    /// A list of whole numbers.
    pub fn wholes(&self, node: &Node, path: &str) -> Option<Vec<u64>> {
        let items = self.array(node, path)?;
        let numbers: Vec<u64> =
            items.iter().enumerate().filter_map(|(i, item)| self.whole(item, &join(path, &i.to_string()))).collect();
        (numbers.len() == items.len()).then_some(numbers)
    }

    /// One of `words`, by index.
    pub fn word(&self, node: &Node, path: &str, words: &[&str]) -> Option<usize> {
        let found = self.string(node, path)?;
        let index = words.iter().position(|word| *word == found);
        if index.is_none() {
            let hint = did_you_mean(found, words.iter().copied());
            self.fault(path, format!("found \"{}\", must be one of {}{hint}", brief(found), words.join(", ")));
        }
        index
    }
}

/// The fields of one object.
pub struct Fields<'r, 'd> {
    /// Where faults go.
    pub reader: &'r Reader<'d>,
    /// Path of the object.
    pub path: String,
    kind: String,
    members: &'d [Member],
    asked: BTreeSet<String>,
}

impl<'r, 'd> Fields<'r, 'd> {
    /// Path of a field.
    pub fn path_of(&self, key: &str) -> String {
        join(&self.path, key)
    }

    /// All fields as they stand in the text.
    pub fn members(&self) -> &'d [Member] {
        self.members
    }

    /// The names asked for so far.
    pub fn asked(&self) -> impl Iterator<Item = &str> {
        self.asked.iter().map(String::as_str)
    }

    /// The value of a field, if it is there.
    pub fn get(&mut self, key: &str) -> Option<&'d Node> {
        self.reader.asked.borrow_mut().insert((self.kind.clone(), key.into()));
        self.asked.insert(key.into());
        self.members.iter().find(|member| member.key == key).map(|member| &member.node)
    }

    /// The value of a field that must be there.
    pub fn require(&mut self, key: &str) -> Option<&'d Node> {
        let node = self.get(key);
        if node.is_none() {
            self.reader.fault(&self.path, format!("`{key}` is missing"));
        }
        node
    }

    /// A number, if it is there.
    pub fn number(&mut self, key: &str) -> Option<f64> {
        let path = self.path_of(key);
        self.get(key).and_then(|node| self.reader.number(node, &path))
    }

    /// A number that must be there and for which `holds` is true.
    pub fn required_number(&mut self, key: &str, expected: &str, holds: impl Fn(f64) -> bool) -> Option<f64> {
        let path = self.path_of(key);
        let number = self.require(key).and_then(|node| self.reader.number(node, &path))?;
        self.checked(&path, number, expected, holds)
    }

    /// A number that may be missing.
    pub fn number_or(&mut self, key: &str, default: f64, expected: &str, holds: impl Fn(f64) -> bool) -> f64 {
        let path = self.path_of(key);
        let number = self.number(key).and_then(|number| self.checked(&path, number, expected, holds));
        number.unwrap_or(default)
    }

    fn checked(&self, path: &str, number: f64, expected: &str, holds: impl Fn(f64) -> bool) -> Option<f64> {
        if !holds(number) {
            self.reader.fault(path, format!("found {}, must be {expected}", shown(number)));
            return None;
        }
        Some(number)
    }

    /// A whole number, if it is there.
    pub fn whole(&mut self, key: &str) -> Option<u64> {
        let path = self.path_of(key);
        self.get(key).and_then(|node| self.reader.whole(node, &path))
    }

    /// A whole number that must be there.
    pub fn required_whole(&mut self, key: &str) -> Option<u64> {
        let path = self.path_of(key);
        self.require(key).and_then(|node| self.reader.whole(node, &path))
    }

    /// True or false, if it is there.
    pub fn boolean_or(&mut self, key: &str, default: bool) -> bool {
        let path = self.path_of(key);
        self.get(key).and_then(|node| self.reader.boolean(node, &path)).unwrap_or(default)
    }

    /// One of `words`, by index, if it is there.
    pub fn word(&mut self, key: &str, words: &[&str]) -> Option<usize> {
        let path = self.path_of(key);
        self.get(key).and_then(|node| self.reader.word(node, &path, words))
    }

    /// One of `words`, by index, that must be there.
    pub fn required_word(&mut self, key: &str, words: &[&str]) -> Option<usize> {
        let path = self.path_of(key);
        self.require(key).and_then(|node| self.reader.word(node, &path, words))
    }

    /// Refuses a field where another is there that takes its place.
    pub fn excludes(&mut self, key: &str, other: &str) {
        if self.get(key).is_some() && self.get(other).is_some() {
            let message = format!("found beside `{other}`, whose place it takes; expected one of the two");
            self.reader.fault(&self.path_of(key), message);
        }
    }

    /// Three numbers.
    pub fn point(&mut self, key: &str) -> Option<[f64; 3]> {
        let path = self.path_of(key);
        let numbers = self.get(key).and_then(|node| self.reader.numbers(node, &path))?;
        let point = <[f64; 3]>::try_from(numbers.as_slice()).ok();
        if point.is_none() {
            self.reader.fault(&path, format!("found {} numbers, expected 3 (x, y, z in um)", numbers.len()));
        }
        point
    }

    /// Three numbers that must be there.
    pub fn required_point(&mut self, key: &str) -> Option<[f64; 3]> {
        self.require(key).and_then(|_| self.point(key))
    }

    /// The fields of an object that must be there.
    pub fn section(&mut self, key: &str) -> Option<Fields<'r, 'd>> {
        let path = self.path_of(key);
        let node = self.require(key)?;
        self.reader.object(node, &path, key)
    }

    /// Faults for every name that nobody asked for.
    pub fn finish(self) {
        for member in self.members {
            let key = member.key.as_str();
            if self.asked.contains(key) || ALWAYS.contains(&key) {
                continue;
            }
            if let Some((_, _, new)) = RENAMED.iter().find(|own| own.0 == self.kind && own.1 == key) {
                self.reader.fault(&self.path_of(key), format!("`{key}` is called `{new}`"));
                continue;
            }
            let known = self.asked.iter().map(String::as_str);
            let free = known.clone().filter(|name| !self.members.iter().any(|other| other.key == *name));
            let mut hint = did_you_mean(key, free);
            if hint.is_empty() {
                hint = did_you_mean(key, known.clone());
            }
            if hint.is_empty() {
                let names: Vec<&str> = known.collect();
                hint = format!("; known here: {}", names.join(", "));
            }
            self.reader.fault(&self.path_of(key), format!("unknown field `{}`{hint}", brief(key)));
        }
    }
}
