//! An array that was given, and what a file of runs keeps of it: short ones in the text, others beside their digest.
//!
//! So the text of a task is the same whatever file an array came of, and short enough to be read.

use crate::fields::Given;
use neuropil_record::{Table, layout};

/// The group of a file's data that has its arrays, each under the path that it stands at.
pub const KEPT: &str = "arrays";

/// Most numbers of an array that stays in the text.
const IN_TEXT: usize = 64;

/// Where a file of runs, or one of data, keeps the array of a path.
pub(super) fn names(path: &str) -> [String; 2] {
    [format!("{}/{KEPT}/{path}", layout::DATA), format!("{KEPT}/{path}")]
}

impl Given {
    /// The numbers as a file keeps them, below its data; `None` of those that stay in the text.
    pub fn table(&self) -> Option<Table> {
        let own = self.numbers.as_ref().filter(|own| own.values.len() > IN_TEXT)?;
        Some(Table { object: format!("{KEPT}/{}", self.path), ..own.clone() })
    }

    /// What stands for the array in a text that is kept.
    pub fn text(&self) -> String {
        match &self.numbers {
            Some(own) if own.values.len() <= IN_TEXT => nested(&own.shape, &own.values).to_string(),
            _ => serde_json::json!({"digest": self.digest}).to_string(),
        }
    }
}

/// Lists of lists.
fn nested(shape: &[usize], values: &[f64]) -> serde_json::Value {
    match shape {
        [] => values.first().copied().into(),
        [_] => values.to_vec().into(),
        [count, rest @ ..] => {
            let width: usize = rest.iter().product();
            (0..*count).map(|row| nested(rest, &values[row * width..(row + 1) * width])).collect()
        }
    }
}
