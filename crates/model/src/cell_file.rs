//! Files of cells written as equations (NESTML): their text, their models, and what is wrong, with its place.

use crate::fault::{Fault, Faults, Place};
use neuropil_equations::describe::describe;
use neuropil_equations::{Cell, Role};
use std::path::Path;

/// What such a file's name ends with.
pub const EXTENSION: &str = ".nestml";

/// Longer files are refused.
const MOST_BYTES: u64 = 4 << 20;

/// A file of cells, read and checked.
#[derive(Debug, Clone)]
pub struct CellFile {
    /// Its name, for messages.
    pub file: String,
    /// Its text.
    pub text: String,
    /// Its models, in the order of the text; at least one.
    pub cells: Vec<Cell>,
    /// What may be meant otherwise: `FILE:LINE:COLUMN: warning: ...`.
    pub warnings: Vec<String>,
}

impl CellFile {
    /// Reads a text that is called `file`. With `strict_units` a number that is taken without its unit is wrong.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(file: &str, text: String, role: Option<Role>, strict_units: bool) -> Result<Self, Faults> {
        let strict = |read: neuropil_equations::File| match read.warnings.iter().any(|own| own.of_units && strict_units)
        {
            true => Err(neuropil_equations::Findings {
                faults: read.warnings.into_iter().filter(|own| own.of_units).collect(),
                warnings: Vec::new(),
            }),
            false => Ok(read),
        };
        match neuropil_equations::read(&text, role).and_then(strict) {
            Ok(read) => {
                let shown = |own: &neuropil_equations::Fault| {
                    format!("{file}:{}:{}: warning: {}", own.place.line, own.place.column, own.message)
                };
                let warnings = read.warnings.iter().map(shown).collect();
                Ok(Self { file: file.to_owned(), text, cells: read.cells, warnings })
            }
            Err(findings) => {
                let fault = |own: &neuropil_equations::Fault| Fault {
                    path: String::new(),
                    place: Some(Place::of(&text, own.offset)),
                    message: own.message.clone(),
                };
                Err(Faults::new(file, findings.faults.iter().map(fault).collect()))
            }
        }
    }

    /// The text of a file.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn text_of(path: &Path) -> Result<String, String> {
        neuropil_files::text(path, MOST_BYTES).map_err(|fault| format!("{}: {}", path.display(), fault.reason()))
    }

    /// What was understood of each model, for people.
    pub fn describe(&self) -> String {
        let each = self.cells.iter().map(|cell| format!("{}\n{}", cell.name, describe(cell)));
        each.collect::<Vec<_>>().join("\n")
    }
}
