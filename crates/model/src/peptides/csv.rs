//! Tables of genes and edges: lines of values with commas between.

/// A table that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{table}, line {line}: {reason}")]
pub struct TableError {
    /// What the table is.
    pub table: &'static str,
    /// The line, from 1 on; 0 for the table as a whole.
    pub line: usize,
    /// What was found and what was expected.
    pub reason: String,
}

/// The lines of a table with their numbers, after checking how its header begins.
pub(crate) fn rows<'t>(
    table: &'static str,
    text: &'t str,
    header: &str,
) -> Result<impl Iterator<Item = (usize, Vec<&'t str>)>, TableError> {
    let first = text.lines().next().unwrap_or_default();
    if !first.starts_with(header) {
        let shown: String = first.chars().take(60).collect();
        let reason = format!("found \"{shown}\", expected a header that begins with \"{header}\"");
        return Err(TableError { table, line: 1, reason });
    }
    let lines = (2..).zip(text.lines().skip(1)).filter(|(_, line)| !line.trim().is_empty());
    Ok(lines.map(|(number, line)| (number, line.trim_end().split(',').collect())))
}

pub(crate) fn fault(table: &'static str, line: usize, reason: impl Into<String>) -> TableError {
    TableError { table, line, reason: reason.into() }
}
