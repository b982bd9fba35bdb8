//! Arrays that stand in the file itself: lists of lists, all of one depth and of equal lengths.

use crate::document::{Node, Value, join};
use crate::fields::{Reader, described};
use neuropil_record::Table;

/// What the entries of an array may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entries {
    /// Numbers.
    Numbers,
    /// 0 or 1, or false or true.
    Truth,
}

/// What is known of an array while it is read.
struct Listed {
    shape: Vec<usize>,
    /// The number of axes, once a first entry was met.
    rank: Option<usize>,
    values: Vec<f64>,
}

/// The array of a node; all entries of one that is not even are not faults of their own, the first is.
pub(super) fn array(reader: &Reader<'_>, node: &Node, path: &str, entries: Entries) -> Option<Table> {
    let mut own = Listed { shape: Vec::new(), rank: None, values: Vec::new() };
    if !matches!(node.value, Value::Array(_)) {
        let expected = "a list of numbers, or {\"file\": ..., \"dataset\": ...}";
        reader.fault(path, format!("found {}, expected {expected}", described(&node.value)));
        return None;
    }
    own.read(reader, node, path, 0, entries)?;
    Some(Table { object: String::new(), shape: own.shape, values: own.values })
}

impl Listed {
    fn read(&mut self, reader: &Reader<'_>, node: &Node, path: &str, depth: usize, entries: Entries) -> Option<()> {
        let wrong = |expected: &str| {
            reader.fault(path, format!("found {}, expected {expected}", described(&node.value)));
            None
        };
        let value = match &node.value {
            Value::Array(items) => {
                if self.rank == Some(depth) {
                    return wrong("a number, as before it");
                }
                match self.shape.get(depth) {
                    None => self.shape.push(items.len()),
                    Some(length) if *length != items.len() => {
                        return wrong(&format!("a list of {length}, as before it"));
                    }
                    Some(_) => {}
                }
                for (index, item) in items.iter().enumerate() {
                    self.read(reader, item, &join(path, &index.to_string()), depth + 1, entries)?;
                }
                return Some(());
            }
            Value::Number(value, _) => *value,
            Value::Bool(value) if entries == Entries::Truth => f64::from(u8::from(*value)),
            _ => return wrong(if entries == Entries::Truth { "0 or 1, or false or true" } else { "a number" }),
        };
        let rank = *self.rank.get_or_insert(depth);
        if rank != depth || self.shape.len() != depth {
            return wrong("a list, as before it");
        }
        self.values.push(value);
        Some(())
    }
}
