//! What is wrong with a text, all of it at once, and what is worth a second look.

use crate::ir::Place;
use crate::syntax::Span;

/// One thing wrong, or one that was probably not meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it is.
    pub place: Place,
    /// The byte of the text.
    pub offset: usize,
    /// What was found and what was expected.
    pub message: String,
    /// Whether it is a matter of units that the language leaves to the reader: a number taken without its unit.
    pub of_units: bool,
}

/// More faults than this are not kept: a damaged text has one in every line.
const KEPT: usize = 200;

/// What was found in a text. Faults stop, warnings do not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// What is wrong, in the order of the text.
    pub faults: Vec<Fault>,
    /// What may be meant otherwise, in the order of the text.
    pub warnings: Vec<Fault>,
}

impl Findings {
    /// Brings them into the order of the text and leaves out repetitions.
    pub(crate) fn sort(&mut self) {
        for list in [&mut self.faults, &mut self.warnings] {
            list.sort_by(|a, b| (a.offset, &a.message).cmp(&(b.offset, &b.message)));
            list.dedup();
        }
    }
}

/// Collects findings of one text.
pub(crate) struct Notes<'a> {
    pub text: &'a str,
    pub findings: Findings,
}

impl<'a> Notes<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, findings: Findings::default() }
    }

    /// Something is wrong at the beginning of `span`.
    pub fn fault(&mut self, span: Span, message: impl Into<String>) {
        if self.findings.faults.len() < KEPT {
            let fault = self.at(span, message.into());
            self.findings.faults.push(fault);
        }
    }

    /// Something may be meant otherwise.
    pub fn warn(&mut self, span: Span, message: impl Into<String>) {
        if self.findings.warnings.len() < KEPT {
            let warning = self.at(span, message.into());
            self.findings.warnings.push(warning);
        }
    }

    /// A number is taken without its unit, or with one.
    pub fn warn_of_units(&mut self, span: Span, message: impl Into<String>) {
        if self.findings.warnings.len() < KEPT {
            let warning = Fault { of_units: true, ..self.at(span, message.into()) };
            self.findings.warnings.push(warning);
        }
    }

    fn at(&self, span: Span, message: String) -> Fault {
        let (place, offset) = (place(self.text, span.start as usize), span.start as usize);
        Fault { place, offset, message, of_units: false }
    }
}

/// The line and column of a byte.
pub(crate) fn place(text: &str, offset: usize) -> Place {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let count = |number: usize| u32::try_from(number + 1).unwrap_or(u32::MAX);
    Place { line: count(before.matches('\n').count()), column: count(before[start..].chars().count()) }
}
