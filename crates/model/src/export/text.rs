//! Text as the files of a circuit have it.

use serde_json::Value;

/// JSON for a file.
pub(super) fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// A field of a table; empty ones are `NULL`.
pub(super) fn or_null(text: &str) -> String {
    if text.is_empty() { "NULL".into() } else { text.into() }
}

/// A field of a table whose columns are separated by spaces.
pub(super) fn quoted(field: &str) -> String {
    if field.contains('"') {
        format!("'{}'", field.replace('\'', "_"))
    } else if field.contains([' ', '\t', '\'']) || field.is_empty() {
        format!("\"{field}\"")
    } else {
        field.into()
    }
}
