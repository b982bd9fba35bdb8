//! Populations and parts of them.

use super::{object, reference, wholes};
use serde_json::{Value, json};

/// What stands where a population may stand.
pub(super) fn populations() -> Value {
    let one = || [json!({"type": "string"}), reference("part")];
    json!({"anyOf": [one()[0], one()[1], {"type": "array", "items": {"anyOf": one()}}]})
}

pub(super) fn part() -> Value {
    let properties = json!({
        "population": {"type": "string", "description": "Its name."},
        "cell_type": {"type": "string", "description": "In place of a name: every population of this type."},
        "cells": reference("cells"),
    });
    object("part", properties, &[])
}

/// Cells of a population.
pub(super) fn cells() -> Value {
    json!({
        "description": "The first so many; a range (\"0:100\", \"0:100:2\"); indices that ascend; or those at places. All if missing.",
        "anyOf": [{"type": "integer", "minimum": 1}, {"type": "string"}, wholes(), reference("condition")],
    })
}

pub(super) fn condition() -> Value {
    let bounds = json!({"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2, "description": "[from, to) in um."});
    object("condition", json!({"x_um": bounds, "y_um": bounds, "z_um": bounds}), &[])
}
