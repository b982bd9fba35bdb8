//! Files of cells and synapses written as equations (NESTML): their text, their models, and what is wrong, with its place.

use crate::fault::{Fault, Faults, Place};
use neuropil_equations::describe::{Description, impossible};
use neuropil_equations::synapse::{self, Refusal, alone};
use neuropil_equations::{Cell, Role};
use std::path::Path;

/// What such a file's name ends with.
pub const EXTENSION: &str = ".nestml";

/// Longer files are refused.
const MOST_BYTES: u64 = 4 << 20;

/// A file of cells or synapses, read and checked.
#[derive(Debug, Clone)]
pub struct CellFile {
    /// Its name, for messages.
    pub file: String,
    /// Its text.
    pub text: String,
    /// Its models, in the order of the text; at least one.
    pub cells: Vec<Cell>,
    /// What each of them is used as.
    pub roles: Vec<Role>,
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
                let mut own = Self { file: file.to_owned(), text, cells: read.cells, roles: read.roles, warnings };
                own.check_synapses()?;
                own.warn_of_values();
                Ok(own)
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

    /// Whether the synapses are some, whatever a projection says of them; warns of what it has to say.
    fn check_synapses(&mut self) -> Result<(), Faults> {
        let synapses = self.cells.iter().zip(&self.roles).filter(|(_, role)| **role == Role::Synapse);
        let mut faults = Vec::new();
        for (cell, _) in synapses {
            match alone(cell) {
                Ok(own) => self.warnings.extend(own.to_be_said.iter().map(|own| format!("{}: {own}", self.file))),
                Err(refusals) => faults.extend(refusals),
            }
        }
        let fault = |own: &Refusal| {
            let place = own.place.map(|place| Place::of(&self.text, offset(&self.text, place)));
            Fault { path: String::new(), place, message: own.message.clone() }
        };
        if faults.is_empty() { Ok(()) } else { Err(Faults::new(&self.file, faults.iter().map(fault).collect())) }
    }

    /// Warns of cells that cannot be built with the values of the file.
    fn warn_of_values(&mut self) {
        let cells = self.cells.iter().zip(&self.roles).filter(|(_, role)| **role == Role::Cell);
        let told = cells.flat_map(|(cell, _)| {
            let place = format!("{}: warning: with its own values `{}` cannot be built", self.file, cell.name);
            impossible(cell).into_iter().map(move |fault| format!("{place}: {fault}"))
        });
        let told: Vec<String> = told.collect();
        self.warnings.extend(told);
    }

    /// What was understood of each model; nothing here of synapses.
    pub fn described(&self) -> Vec<Option<Description>> {
        let of = |(cell, role): (&Cell, &Role)| (*role == Role::Cell).then(|| Description::of(cell));
        self.cells.iter().zip(&self.roles).map(of).collect()
    }

    /// What was understood of each model, for people.
    pub fn describe(&self) -> String {
        let each = self.cells.iter().zip(&self.roles).map(|(cell, role)| {
            let understood = match role {
                Role::Cell => Description::of(cell).to_string(),
                // The file was refused if this is no synapse.
                Role::Synapse => alone(cell).map(|own| synapse::describe(&own.synapse)).unwrap_or_default(),
            };
            format!("{}\n{understood}", cell.name)
        });
        each.collect::<Vec<_>>().join("\n")
    }
}

/// The byte of a line and column.
fn offset(text: &str, place: neuropil_equations::ir::Place) -> usize {
    let (line, column) = (place.line.saturating_sub(1) as usize, place.column.saturating_sub(1) as usize);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    start + text[start..].chars().take(column).map(char::len_utf8).sum::<usize>()
}
