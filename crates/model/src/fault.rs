//! Faults of a model file: all of them, each with its place.

use std::fmt;

/// One thing wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Dotted path of the field: `populations.exc.tau_m_ms`; empty for the file as a whole.
    pub path: String,
    /// Where it stands in the text: line and column, from 1 on, and the line itself; `None` if not in the text.
    pub place: Option<Place>,
    /// What was found and what was expected.
    pub message: String,
}

/// A place in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Line, from 1 on.
    pub line: usize,
    /// Column in characters, from 1 on.
    pub column: usize,
    /// The text of the line.
    pub text: String,
}

/// Everything wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults {
    /// Name of the file.
    pub file: String,
    /// The faults, in the order of the text.
    pub faults: Vec<Fault>,
}

/// More faults than this are counted, not shown, so that they fit a screen.
const SHOWN: usize = 12;
/// Longer lines are cut around the column.
const LINE_WIDTH: usize = 100;

impl Place {
    /// The place of byte `offset` of `text`.
    pub fn of(text: &str, offset: usize) -> Self {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
        let end = text[offset..].find('\n').map_or(text.len(), |length| offset + length);
        Self {
            line: text[..offset].matches('\n').count() + 1,
            column: text[start..offset].chars().count() + 1,
            text: text[start..end].trim_end().to_owned(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let characters: Vec<char> = self.text.chars().collect();
        let first = if characters.len() > LINE_WIDTH { (self.column - 1).saturating_sub(LINE_WIDTH / 2) } else { 0 };
        let shown: String = characters.iter().skip(first).take(LINE_WIDTH).collect();
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        writeln!(f, "  {number} | {}{shown}", if first > 0 { "…" } else { "" })?;
        let caret = self.column - 1 - first + usize::from(first > 0);
        writeln!(f, "  {margin} | {}^", " ".repeat(caret))
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in self.faults.iter().take(SHOWN) {
            let colon = if fault.path.is_empty() { "" } else { ": " };
            match &fault.place {
                Some(place) => {
                    writeln!(
                        f,
                        "{}:{}:{}: {}{colon}{}",
                        self.file, place.line, place.column, fault.path, fault.message
                    )?;
                    write!(f, "{place}")?;
                }
                None => writeln!(f, "{}: {}{colon}{}", self.file, fault.path, fault.message)?,
            }
        }
        match self.faults.len() {
            count if count > SHOWN => writeln!(f, "and {} more", count - SHOWN)?,
            _ => {}
        }
        let s = if self.faults.len() == 1 { "" } else { "s" };
        write!(f, "{}: {} fault{s}", self.file, self.faults.len())
    }
}

impl std::error::Error for Faults {}
