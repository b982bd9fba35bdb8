//! Tests of the reading of whole models.

mod chance;
mod derivatives;
mod features;
mod fuzz;
mod grid;
mod messages;
mod page;
mod published;
mod runs;

/// The findings of a text, as lines `line:column: message`; warnings marked.
fn lines(text: &str) -> Vec<String> {
    let findings = match crate::read(text, None) {
        Ok(file) => crate::Findings { faults: Vec::new(), warnings: file.warnings },
        Err(findings) => findings,
    };
    let shown = |fault: &crate::Fault, mark: &str| {
        format!("{}:{}: {mark}{}", fault.place.line, fault.place.column, fault.message)
    };
    let faults = findings.faults.iter().map(|fault| shown(fault, ""));
    faults.chain(findings.warnings.iter().map(|fault| shown(fault, "warning: "))).collect()
}
