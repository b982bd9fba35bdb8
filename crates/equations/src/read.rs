//! From the text of a file to its cells.

use crate::analyse::analyse;
use crate::fault::{Fault, Findings, Notes};
use crate::ir::Cell;
use crate::lower::{Role, lower};
use crate::syntax::{Line, LineKind, Model, Span, parse};

/// What a file holds.
#[derive(Debug, Clone)]
pub struct File {
    /// Its models, in the order of the text.
    pub cells: Vec<Cell>,
    /// What each of them is used as: as it was asked, or guessed.
    pub roles: Vec<Role>,
    /// What may be meant otherwise.
    pub warnings: Vec<Fault>,
}

/// Reads a text: its models, as what they are used for. `None` guesses: a model whose `emit_spike` is given a weight
/// is a synapse.
///
/// # Errors
/// Everything that is wrong with it, and its warnings.
pub fn read(text: &str, role: Option<Role>) -> Result<File, Findings> {
    let mut notes = Notes::new(text);
    let models = parse(&mut notes);
    if models.is_empty() && notes.findings.faults.is_empty() {
        notes.fault(Span::default(), "there is no model in this text: it begins with `model NAME:`");
    }
    for (at, model) in models.iter().enumerate() {
        if models[..at].iter().any(|other| other.name == model.name) {
            notes.fault(model.place, format!("a second model `{}`", model.name));
        }
    }
    let broken = !notes.findings.faults.is_empty();
    let (mut cells, mut roles) = (Vec::new(), Vec::new());
    for model in &models {
        let role = role.unwrap_or_else(|| guess(model));
        let lowered = lower(&mut notes, model, role);
        if !broken && notes.findings.faults.is_empty() {
            cells.push(analyse(&mut notes, lowered, model.place));
            roles.push(role);
        }
    }
    let mut findings = notes.findings;
    findings.sort();
    if findings.faults.is_empty() { Ok(File { cells, roles, warnings: findings.warnings }) } else { Err(findings) }
}

/// What a model is most likely used as.
fn guess(model: &Model) -> Role {
    fn weighs(lines: &[Line]) -> bool {
        lines.iter().any(|line| match &line.kind {
            LineKind::Call(call) => match &call.kind {
                crate::syntax::ExpressionKind::Call { function, arguments, .. } => {
                    function == "emit_spike" && !arguments.is_empty()
                }
                _ => false,
            },
            LineKind::If { arms, otherwise } => arms.iter().any(|arm| weighs(&arm.body)) || weighs(otherwise),
            LineKind::While(arm) => weighs(&arm.body),
            LineKind::For { body, .. } => weighs(body),
            _ => false,
        })
    }
    if model.on_receive.iter().any(|handler| weighs(&handler.body)) { Role::Synapse } else { Role::Cell }
}
