//! Values as messages show them.

use crate::document::Value;

/// A number in few characters: `1e300` rather than 300 digits.
pub(crate) fn shown(number: f64) -> String {
    let plain = number.to_string();
    if plain.len() <= 20 { plain } else { format!("{number:e}") }
}

/// At most 40 characters of a text, on one line.
pub(crate) fn brief(text: &str) -> String {
    let mut shown: String = text.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(40).is_some() {
        shown.push('…');
    }
    shown
}

/// What a value is.
pub(crate) fn described(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Number(_, Some(whole)) => whole.to_string(),
        Value::Number(value, None) => shown(*value),
        Value::String(text) => format!("\"{}\"", brief(text)),
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(_) => "an object".into(),
    }
}
