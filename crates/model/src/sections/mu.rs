//! `mu`: the constant slope of intermediate cells on ModProp's path \[Liu2022\], or one that follows the mean slope of its type.

use super::positive;
use crate::document::{Node, Value as Json, join};
use crate::fields::Fields;
use serde_json::{Value, json};

/// How μ is had.
#[derive(Debug, Clone, PartialEq)]
pub enum MuKind {
    /// The same for all types, for ever.
    Constant(f64),
    /// A constant for each cell type, by name.
    ByType(Vec<(String, f64)>),
    /// Follows the mean slope of its type.
    Adaptive {
        /// r.
        rate: f64,
        /// The first value; the mean slope of the first batch if there is none.
        start: Option<f64>,
        /// Whether an update uses the mean of its own batch, or of those before.
        before: bool,
    },
}

/// μ, and the largest spectral radius that it may give the path of credit.
#[derive(Debug, Clone, PartialEq)]
pub struct MuSettings {
    /// How it is had.
    pub kind: MuKind,
    /// The radius above which all μ are scaled down.
    pub cap: Option<f64>,
}

const KINDS: [&str; 2] = ["constant", "adaptive"];
const BATCHES: [&str; 2] = ["before_use", "after_use"];

/// Reads `mu` of a section; the section must be there.
pub fn mu(mut own: Fields<'_, '_>) -> Option<MuSettings> {
    let share = |value: f64| value > 0.0 && value <= 1.0;
    let kind = match own.required_word("kind", &KINDS) {
        Some(0) => {
            let path = own.path_of("value");
            own.require("value").and_then(|node| constant(&own, node, &path))
        }
        Some(_) => {
            let rate = own.required_number("rate", "in (0, 1]", share);
            let start = own.get("start").is_some().then(|| own.number_or("start", 0.0, ">= 0", |start| start >= 0.0));
            let before = own.required_word("takes_batch", &BATCHES);
            rate.zip(before).map(|(rate, before)| MuKind::Adaptive { rate, start, before: before == 0 })
        }
        None => None,
    };
    let cap = own.get("cap").is_some().then(|| own.number_or("cap", 0.8, "> 0", positive));
    own.finish();
    Some(MuSettings { kind: kind?, cap })
}

/// A number for all types, or an object with one for each.
fn constant(own: &Fields<'_, '_>, node: &Node, path: &str) -> Option<MuKind> {
    let reader = own.reader;
    let checked = |node: &Node, path: &str| {
        let value = reader.number(node, path)?;
        if value < 0.0 {
            reader.fault(path, format!("found {value}, must be >= 0"));
            return None;
        }
        Some(value)
    };
    let Json::Object(members) = &node.value else { return checked(node, path).map(MuKind::Constant) };
    let types = members.iter().filter(|member| !crate::fields::ALWAYS.contains(&member.key.as_str()));
    let of_type =
        |member: &crate::document::Member| Some((member.key.clone(), checked(&member.node, &join(path, &member.key))?));
    types.map(of_type).collect::<Option<Vec<_>>>().map(MuKind::ByType)
}

/// What it may say in a model file: a network that runs free has no batches to follow.
pub fn mu_schema() -> Value {
    let number = json!({"type": "number", "minimum": 0});
    let value = "Mean slope of intermediate cells: one number, or one for each cell type.";
    json!({
        "kind": {"enum": [KINDS[0]], "description": "How it is had."},
        "value": {"description": value, "anyOf": [number, {"type": "object", "additionalProperties": number}]},
        "cap": {"type": "number", "exclusiveMinimum": 0, "description": "In training only: the spectral radius of the path of credit above which all mu are scaled down."},
    })
}
