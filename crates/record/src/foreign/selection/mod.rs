//! Choosing rows of a table by an expression over its columns.
//!
//! ```text
//! expression := and { "or" and }                         and := not { "and" not }
//! not        := "not" not | "(" expression ")" | condition
//! condition  := operand ("==" | "!=" | "<" | "<=" | ">" | ">=") operand
//!             | operand ["not"] "in" "[" literal { "," literal } "]"
//!             | a column of truth values
//! operand    := column | literal                          literal := number | "text" | 'text' | true | false
//! ```
//!
//! `not` binds closer than `and`, `and` closer than `or`. Text is compared with `==`, `!=` and `in` only. A number that
//! is missing (NaN) is unequal to everything. A column whose name is no word stands in backquotes.

mod condition;
mod parser;
mod token;

use crate::Error;
use crate::foreign::nwb::Table;
use condition::Condition;

/// An expression that fits a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    root: Condition,
}

impl Selection {
    /// Reads an expression over the columns of `table`.
    ///
    /// # Errors
    ///
    /// [`Error::Selection`] with the place of the first fault.
    pub fn parse(text: &str, table: &Table) -> Result<Self, Error> {
        Ok(Self { root: parser::parse(text, table)? })
    }

    /// The rows of `table`, which must be the one of [`Selection::parse`], for which the expression holds, ascending.
    pub fn rows(&self, table: &Table) -> Vec<usize> {
        (0..table.ids().len()).filter(|&row| self.root.holds(table, row)).collect()
    }
}

/// A fault at a byte of an expression.
fn fault(text: &str, at: usize, message: impl Into<String>) -> Error {
    /// Longer expressions are cut around the place.
    const WIDTH: usize = 100;
    let at = (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let before = text[..at].chars().count();
    let skipped = if text.chars().count() > WIDTH { before.saturating_sub(WIDTH / 2) } else { 0 };
    let shown: String = text
        .chars()
        .skip(skipped)
        .take(WIDTH)
        // What moves the cursor would put the mark elsewhere.
        .map(|character| if character.is_control() { ' ' } else { character })
        .collect();
    let mark = format!("{}^", " ".repeat(before - skipped));
    Error::Selection { shown, mark, column: before + 1, message: message.into() }
}

#[cfg(test)]
mod tests;
