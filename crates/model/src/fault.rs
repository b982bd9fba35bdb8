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
    /// The text of the line, cut around the column if it is long.
    pub text: String,
    /// Where the column is in `text`, in characters, from 0 on.
    pub caret: usize,
}

/// Everything wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults {
    /// Name of the file.
    pub file: String,
    /// The faults, in the order of the text.
    pub faults: Vec<Fault>,
    /// Faults beyond the number that is kept.
    pub more: usize,
}

/// More faults than this are counted, not kept: a list of a million wrong values has a million faults.
pub(crate) const KEPT: usize = 1000;
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
        let before = text[start..offset].chars().count();
        let long = text[start..end].chars().nth(LINE_WIDTH).is_some();
        let cut = if long { before.saturating_sub(LINE_WIDTH / 2) } else { 0 };
        let mark = if cut > 0 { "…" } else { "" };
        // A tab, or a character that moves the cursor, would put the caret elsewhere.
        let shown = text[start..end].chars().skip(cut).take(LINE_WIDTH).map(|c| if c.is_control() { ' ' } else { c });
        let shown: String = mark.chars().chain(shown).collect();
        Self {
            line: text[..offset].matches('\n').count() + 1,
            column: before + 1,
            text: shown.trim_end().to_owned(),
            caret: before - cut + mark.chars().count(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        writeln!(f, "  {number} | {}", self.text)?;
        writeln!(f, "  {margin} | {}^", " ".repeat(self.caret))
    }
}

impl Faults {
    /// These faults, none left out, brought into the order of the text.
    pub fn new(file: impl Into<String>, mut faults: Vec<Fault>) -> Self {
        let place = |fault: &Fault| fault.place.as_ref().map_or((usize::MAX, 0), |place| (place.line, place.column));
        faults.sort_by_key(place);
        Self { file: file.into(), faults, more: 0 }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.faults.len() + self.more
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
                None => writeln!(f, "{} (as changed by options): {}{colon}{}", self.file, fault.path, fault.message)?,
            }
        }
        match self.count() {
            count if count > SHOWN => writeln!(f, "and {} more", count - SHOWN)?,
            _ => {}
        }
        let s = if self.count() == 1 { "" } else { "s" };
        write!(f, "{}: {} fault{s}", self.file, self.count())
    }
}

impl std::error::Error for Faults {}
