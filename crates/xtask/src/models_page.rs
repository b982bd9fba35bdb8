//! docs/models.md against the schema: every name is there, every default is the one that holds.

use serde_json::Value;
use std::collections::BTreeSet;

/// The page.
pub const PAGE: &str = "docs/models.md";

/// Names that are missing from the page, and defaults that differ.
pub fn faults(schema: &Value, page: &str) -> Vec<String> {
    let mut names = BTreeSet::new();
    collect_names(schema, &mut names);
    let missing = names.into_iter().filter(|name| !page.contains(&format!("`{name}`")));
    let mut faults: Vec<String> = missing.map(|name| format!("{PAGE} does not have `{name}`")).collect();
    for kind in ["population", "synapse"] {
        for model in schema["$defs"][kind]["oneOf"].as_array().into_iter().flatten() {
            faults.extend(wrong_defaults(model, page));
        }
    }
    faults
}

/// Every name of a field, and every word that a field can be.
pub fn collect_names(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_names(item, names)),
        Value::Object(members) => {
            for (key, member) in members {
                match (key.as_str(), member) {
                    ("properties", Value::Object(properties)) => names.extend(properties.keys().cloned()),
                    ("const", Value::String(word)) => {
                        names.insert(word.clone());
                    }
                    ("enum", Value::Array(words)) => {
                        names.extend(words.iter().filter_map(|word| word.as_str().map(str::to_owned)));
                    }
                    _ => {}
                }
                collect_names(member, names);
            }
        }
        _ => {}
    }
}

/// The defaults of one model that its section of the page, headed with its name, does not say.
fn wrong_defaults(model: &Value, page: &str) -> Vec<String> {
    let properties = &model["properties"];
    let Some(model) = properties["model"]["const"].as_str() else { return Vec::new() };
    let heading = format!("### `{model}`");
    let Some((_, section)) = page.split_once(&heading) else {
        return vec![format!("{PAGE} has no section `{heading}`")];
    };
    let section = section.split("\n###").next().unwrap_or_default();
    let own = properties.as_object().into_iter().flatten();
    // Common fields are described once, for all models.
    let own = own.filter(|(name, field)| !field["default"].is_null() && *name != "sign");
    own.filter_map(|(name, field)| {
        let expected = match &field["default"] {
            Value::String(word) => format!("`{word}`"),
            Value::Number(number) => number.as_f64().map(|number| number.to_string()).unwrap_or_default(),
            _ => return None,
        };
        let row = section.lines().find(|line| line.starts_with('|') && line.contains(&format!("`{name}`")));
        let cells: Vec<&str> = row.into_iter().flat_map(|row| row.split('|')).map(str::trim).collect();
        let said = cells.get(4).copied().unwrap_or("nothing");
        (said != expected)
            .then(|| format!("{PAGE}, {model}: the default of `{name}` is {expected}, the page says {said}"))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Would catch a page that lacks a parameter, or states another default.
    #[test]
    fn the_page_must_have_names_and_defaults() {
        let schema = json!({"$defs": {"population": {"oneOf": [
            {"properties": {"model": {"const": "m"}, "c_m_pf": {"default": 250.0}, "reset": {"default": "to_value"}}},
        ]}, "synapse": {"oneOf": [{"properties": {"model": {"const": "s"}, "u": {"default": 0.5}}}]}}});
        let page = "### `m`\n`model`\n| C | `c_m_pf` | pF | 250 | x |\n| | `reset` | | `to_value` | x |\n### `n`\n";
        let page = &format!("{page}#### `s`\n| U | `u` | | 0.5 | x |\n");
        assert_eq!(faults(&schema, page), Vec::<String>::new());
        assert_eq!(faults(&schema, &page.replace("250", "200")).len(), 1);
        assert_eq!(faults(&schema, &page.replace("0.5", "0.6")).len(), 1);
        assert_eq!(faults(&schema, &page.replace("`c_m_pf`", "c_m")).len(), 2);
    }
}
