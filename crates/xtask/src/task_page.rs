//! docs/training.md against the schema of task files: every name is there, every default is the one that holds.

use crate::models_page::collect_names;
use serde_json::Value;
use std::collections::BTreeSet;

/// The page.
pub const PAGE: &str = "docs/training.md";

/// Sections whose fields have a row each in the table of the page: the section, and what stands before the names of its fields.
const ROWS: [(&str, &str); 11] = [
    ("cells", "cells."),
    ("readout", "readout."),
    ("loss", "loss."),
    ("pseudo_derivative", "pseudo_derivative."),
    ("training", "training."),
    ("rewire", "training.rewire."),
    ("mu", "training.mu."),
    ("feedback", "training.feedback."),
    ("taps", "training.taps."),
    ("cascade", "training.cascade."),
    ("record", "record."),
];

/// Names that are missing from the page, rows that are missing from its table, and defaults that differ. What model files have
/// too may stand on their page.
pub fn faults(schema: &Value, page: &str, models: &str) -> Vec<String> {
    let mut names = BTreeSet::new();
    collect_names(schema, &mut names);
    let is_there = |name: &String| {
        let (alone, last) = (format!("`{name}`"), format!(".{name}`"));
        page.contains(&alone) || page.contains(&last) || models.contains(&alone)
    };
    let missing = names.into_iter().filter(|name| !is_there(name));
    let mut faults: Vec<String> = missing.map(|name| format!("{PAGE} does not have `{name}`")).collect();
    faults.extend(rows(schema, "", page, models));
    for (section, before) in ROWS {
        let own = &schema["$defs"][section];
        let alternatives = own["oneOf"].as_array().map_or_else(|| vec![own], |all| all.iter().collect());
        alternatives.into_iter().for_each(|own| faults.extend(rows(own, before, page, models)));
    }
    faults.sort();
    faults.dedup();
    faults
}

/// The page with a row for every field of a section that has none, behind that of the field before: its default, and what the
/// schema says of it.
pub fn with_missing_rows(schema: &Value, page: &str) -> String {
    let mut lines: Vec<String> = page.lines().map(str::to_owned).collect();
    for (section, before) in ROWS {
        let own = &schema["$defs"][section];
        let alternatives = own["oneOf"].as_array().map_or_else(|| vec![own], |all| all.iter().collect());
        for own in alternatives.into_iter().filter(|_| before != "cells.") {
            let mut last = None;
            let fields = own["properties"].as_object().into_iter().flatten();
            for (name, field) in fields.filter(|(name, _)| !["$schema", "description"].contains(&name.as_str())) {
                let beginning = format!("| `{before}{name}` |");
                let found = lines.iter().position(|line| line.starts_with(&beginning));
                if let (None, Some(at)) = (found, last) {
                    let about = field["description"].as_str().unwrap_or_default().trim_end_matches('.');
                    let default = shown_default(field).map_or_else(String::new, |own| format!(" {own}"));
                    lines.insert(at + 1, format!("{beginning}{default} | {about} |"));
                    last = Some(at + 1);
                } else {
                    last = found.or(last);
                }
            }
        }
    }
    lines.join("\n") + "\n"
}

/// A default as the page writes it.
fn shown_default(field: &Value) -> Option<String> {
    match &field["default"] {
        Value::Null => None,
        Value::String(word) => Some(format!("`{word}`")),
        Value::Array(_) => Some("none".into()),
        other => Some(other.to_string()),
    }
}

/// The fields of an object that have no row, or another default than their row.
fn rows(object: &Value, before: &str, page: &str, models: &str) -> Vec<String> {
    // Constants of cells have their rows on the page of models.
    let is_constant =
        |name: &str| models.lines().any(|line| line.starts_with("| ") && line.contains(&format!("| `{name}` |")));
    let own = object["properties"].as_object().into_iter().flatten();
    let own = own.filter(|(name, _)| !["$schema", "description"].contains(&name.as_str()));
    let own = own.filter(|(name, _)| before != "cells." || !is_constant(name));
    own.filter_map(|(name, field)| {
        let path = format!("{before}{name}");
        let row = page.lines().find(|line| line.starts_with(&format!("| `{path}` |")));
        let Some(row) = row else { return Some(format!("{PAGE} has no row `{path}`")) };
        let said = row.split('|').nth(2).unwrap_or_default().trim();
        let expected = shown_default(field)?;
        (said != expected).then(|| format!("{PAGE}: the default of `{path}` is {expected}, the page says {said}"))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Would catch a row at another place, one that is written twice, and one that the check does not take.
    #[test]
    fn missing_rows_are_written_behind_their_neighbours() {
        let fields =
            json!({"lags": {"default": 1}, "pace": {"default": "slow", "description": "How fast."}, "end": {}});
        let schema = json!({"$defs": {"training": {"properties": fields}}});
        let page = "# t\n\n| `training.lags` | 1 | S |\n| `training.end` | | e |\n";
        let full =
            "# t\n\n| `training.lags` | 1 | S |\n| `training.pace` | `slow` | How fast |\n| `training.end` | | e |\n";
        assert_eq!(with_missing_rows(&schema, page), full);
        assert_eq!(with_missing_rows(&schema, full), full);
        assert_eq!(faults(&schema, full, ""), Vec::<String>::new());
    }

    /// Would catch a page that lacks a field or a word, or states another default.
    #[test]
    fn the_page_must_have_names_rows_and_defaults() {
        let schema = json!({
            "properties": {"dt_ms": {"type": "number"}},
            "$defs": {
                "training": {"properties": {"lags": {"default": 1}, "signs": {"enum": ["free"]}}},
                "carrier": {"properties": {"box_um": {}}},
                "cells": {"oneOf": [{"properties": {"count": {}, "tau_m_ms": {"default": 10.0}}}]},
            },
        });
        let models = "`box_um`\n| tau | `tau_m_ms` | ms | 10 | x |\n";
        let page = "| `dt_ms` | | step |\n| `training.lags` | 1 | S |\n| `training.signs` | | `free` |\n| `cells.count` | | n |\n";
        assert_eq!(faults(&schema, page, models), Vec::<String>::new());
        for (old, new) in [("| 1 |", "| 2 |"), ("`free`", "free"), ("`cells.count`", "`count`"), ("`dt_ms`", "dt_ms")] {
            assert_ne!(faults(&schema, &page.replace(old, new), models), Vec::<String>::new(), "{old}");
        }
        assert_eq!(faults(&schema, page, "| tau | `tau_m_ms` | ms | 10 | x |\n").len(), 1);
    }
}
