//! `feedback`: the random matrix that brings errors to cells, for the rules that want one.

use super::positive;
use crate::fields::Fields;
use neuropil_plasticity::feedback::Draw;
use serde_json::{Value, json};

const KINDS: [&str; 2] = ["normal", "uniform"];

/// Reads `feedback` of a section; normal numbers of standard deviation 1 where it is not there.
pub fn feedback(fields: &mut Fields<'_, '_>) -> Option<Draw> {
    if fields.get("feedback").is_none() {
        return Some(Draw::Normal(1.0));
    }
    let mut own = fields.section("feedback")?;
    let kind = own.required_word("kind", &KINDS);
    let scale = own.required_number("scale", "> 0", positive);
    own.finish();
    let scale = scale?;
    Some(if kind? == 0 { Draw::Normal(scale) } else { Draw::Uniform(scale) })
}

/// What it may say.
pub fn feedback_schema() -> Value {
    let scale = "Standard deviation of normal numbers, or half the width of uniform ones.";
    json!({
        "kind": {"enum": KINDS, "description": "Distribution of the random feedback weights."},
        "scale": {"type": "number", "exclusiveMinimum": 0, "description": scale},
    })
}
