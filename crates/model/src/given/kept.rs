//! The text that a file of runs keeps of a task whose arrays were given, and how it finds them again.

use crate::document::{Document, Member, Node, Value};
use crate::fault::Faults;
use crate::fields::Reader;
use std::path::PathBuf;

impl Reader<'_> {
    /// Puts what is kept in the place of every array that was read.
    ///
    /// # Errors
    /// None where `document` is the one that was read.
    pub fn keep_in(&self, document: &mut Document) -> Result<(), Faults> {
        for given in self.given.borrow().iter() {
            document.set(&format!("{}={}", given.path, given.text()))?;
        }
        for (path, labels, _) in self.labels.borrow().iter() {
            document.set(&format!("{path}={}", serde_json::Value::from(labels.as_slice())))?;
        }
        Ok(())
    }

    /// The files that arrays were read of.
    pub fn array_files(&self) -> Vec<PathBuf> {
        let labels = self.labels.borrow();
        let given = self.given.borrow();
        given.iter().filter_map(|own| own.file.clone()).chain(labels.iter().map(|own| own.2.clone())).collect()
    }
}

/// Has every array of a document that is known by its digest alone, and data of one's own, be sought in a file.
pub fn attach(document: &mut Document, file: &str) {
    within(&mut document.root, file);
}

fn within(node: &mut Node, file: &str) {
    match &mut node.value {
        Value::Object(members) => {
            let has = |key: &str| members.iter().any(|member| member.key == key);
            if has("digest") && !has("file") {
                let value = Value::String(file.to_owned());
                members.push(Member { key: "file".into(), offset: None, node: Node { value, offset: None } });
            }
            members.iter_mut().for_each(|member| within(&mut member.node, file));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| within(item, file)),
        _ => {}
    }
}
