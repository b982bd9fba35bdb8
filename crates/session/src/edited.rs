//! What is edited of a network while it runs, as recordings keep it and pictures show it.

use crate::SessionError;
use neuropil_core::Clock;
use neuropil_model::interventions::{Item, items};
use neuropil_model::lower::Placed;
use neuropil_record::{EditInfo, Recording};
use neuropil_report::EditSpan;

/// The rows of a recording for the interventions of a model, of which `placed` is what they come to.
pub(crate) fn edit_rows(model_json: &str, placed: &[Placed], clock: Clock) -> Vec<EditInfo> {
    let all: Vec<_> = placed.iter().map(|own| own.own.clone()).collect();
    let ended = neuropil_engine::intervention::with_ends(&all);
    let rows = items(model_json).into_iter().enumerate().map(|(index, Item { at_ms, until_ms, kind, edit })| {
        let path = format!("interventions.{index}");
        let ends = placed
            .iter()
            .zip(&ended)
            .filter(|(own, _)| own.path == path)
            .map(|(_, own)| if own.edit.is_at_once() { Some(own.from) } else { own.until });
        // In force as long as one of its parts is; what is made at once ends as it begins.
        let until = ends.map(|end| end.unwrap_or(u64::MAX)).max().filter(|end| *end != u64::MAX);
        // Synapses that are added are made of edits in which they are absent.
        let until = if kind == "add" { until_ms.and_then(|end| clock.steps(end).ok()) } else { until };
        let until_ms = until.map_or(f64::INFINITY, |step| clock.time_ms(step));
        EditInfo { at_ms, until_ms, kind, edit }
    });
    rows.collect()
}

/// The edits of a recording, in a few words each.
///
/// # Errors
/// Unreadable recordings.
pub fn edit_spans(recording: &Recording) -> Result<Vec<EditSpan>, SessionError> {
    let edits = recording.edits().map_err(SessionError::Read)?;
    let span = |own: EditInfo| EditSpan {
        from_ms: own.at_ms,
        to_ms: own.until_ms,
        what: format!("{} {}", own.kind, in_words(&own.edit)).trim_end().to_owned(),
    };
    Ok(edits.into_iter().map(span).collect())
}

/// What the model file says of an edit, without the marks of JSON.
pub fn in_words(edit: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(edit).unwrap_or_default();
    words(&value)
}

fn words(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.len() > 4 => format!("<{} values>", items.len()),
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Object(members) => {
            match (members.get("population").or(members.get("cell_type")), members.get("cells")) {
                (Some(name), Some(cells)) => format!("{}[{}]", words(name), words(cells)),
                (Some(name), None) if members.len() == 1 => words(name),
                _ => {
                    let named = |(key, own): (&String, &Value)| match key.as_str() {
                        "to" | "projection" | "input" | "source" => words(own),
                        _ => format!("{key} {}", words(own)),
                    };
                    members.iter().map(named).collect::<Vec<_>>().join(" ")
                }
            }
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_told_in_words() {
        for (edit, expected) in [
            (r#""exc""#, "exc"),
            (r#"{"population": "exc", "cells": "0:100"}"#, "exc[0:100]"),
            (r#"["exc", "inh"]"#, "exc, inh"),
            (r#"{"amplitude_pa": 150, "to": "inh"}"#, "amplitude_pa 150 inh"),
            (r#"{"projection": "a->b", "weight_pa": [1, 2, 3, 4, 5]}"#, "a->b weight_pa <5 values>"),
        ] {
            assert_eq!(in_words(edit), expected);
        }
    }
}
