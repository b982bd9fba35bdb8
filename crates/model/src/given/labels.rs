//! Labels, one a cell: names or whole numbers, listed or of a dataset.

use super::extents;
use crate::document::{Node, Value, join};
use crate::fields::{Reader, described};
use neuropil_record::{Arrays, Error};

impl Reader<'_> {
    /// Labels of so many cells; whole numbers are their own names.
    pub fn labels_of(&self, node: &Node, path: &str, cells: usize) -> Option<Vec<String>> {
        let labels = match &node.value {
            Value::Object(_) => self.labels_of_file(node, path)?,
            Value::Array(items) => {
                let label = |(index, item): (usize, &Node)| match &item.value {
                    Value::String(name) => Some(name.clone()),
                    Value::Number(_, Some(number)) => Some(number.to_string()),
                    other => {
                        let expected = "a name, or a whole number >= 0";
                        let message = format!("found {}, expected {expected}", described(other));
                        self.fault(&join(path, &index.to_string()), message);
                        None
                    }
                };
                items.iter().enumerate().map(label).collect::<Option<Vec<_>>>()?
            }
            other => {
                let expected = "a list with one label a cell, or {\"file\": ..., \"dataset\": ...}";
                self.fault(path, format!("found {}, expected {expected}", described(other)));
                return None;
            }
        };
        if labels.len() != cells {
            self.fault(path, format!("[cells], found {}, expected {cells}", labels.len()));
            return None;
        }
        Some(labels)
    }

    fn labels_of_file(&self, node: &Node, path: &str) -> Option<Vec<String>> {
        let place = self.place(node, path)?;
        let read = || -> Result<Vec<String>, Error> {
            let arrays = Arrays::open(&place.file)?;
            let name = place.dataset(&arrays)?;
            match arrays.u64(&name) {
                Ok((shape, numbers)) if shape.len() == 1 => Ok(numbers.iter().map(ToString::to_string).collect()),
                Ok((shape, _)) => Err(arrays.fault(&name, &format!("of shape {}", extents(&shape)), "[cells]")),
                Err(Error::WrongType { .. }) => arrays.texts(&name),
                Err(fault) => Err(fault),
            }
        };
        match read() {
            Ok(labels) => {
                if place.digest.is_some() {
                    self.fault(&join(path, "digest"), "labels have none: a run keeps them by their names");
                    return None;
                }
                self.note_labels(path, &labels, place.file);
                Some(labels)
            }
            Err(fault) => {
                self.fault(path, fault.to_string());
                None
            }
        }
    }

    /// Labels stay in the text of what keeps them.
    fn note_labels(&self, path: &str, labels: &[String], file: std::path::PathBuf) {
        self.labels.borrow_mut().push((path.to_owned(), labels.to_vec(), file));
    }
}
