//! `pseudo_derivative` and `reset_gradient`: what stands for the derivative of a spike, and what gradients make of a reset.

use super::positive;
use crate::catalogue::RESET_GRADIENTS;
use crate::fields::Fields;
use neuropil_engine::trial::ResetGradient;
use neuropil_plasticity::PseudoDerivative;
use neuropil_plasticity::pseudo_derivative::NAMES;
use serde_json::{Value, json};

/// Reads `pseudo_derivative` of a section, one of `names`; piecewise linear of height 0.3 where it is not there \[Bellec2020\].
pub fn pseudo_derivative(fields: &mut Fields<'_, '_>, names: &[&str]) -> Option<PseudoDerivative> {
    if fields.get("pseudo_derivative").is_none() {
        return Some(PseudoDerivative::PiecewiseLinear { gamma: 0.3 });
    }
    let mut own = fields.section("pseudo_derivative")?;
    let kind = own.required_word("kind", names);
    let gamma = own.number_or("gamma", 0.3, "> 0", positive);
    let k = own.number_or("k", 1.0, "> 0", positive);
    own.finish();
    PseudoDerivative::named(names[kind?], gamma, k).ok()
}

/// Reads `reset_gradient` of a section; `detached` where it is not there.
pub fn reset_gradient(fields: &mut Fields<'_, '_>) -> ResetGradient {
    match fields.word("reset_gradient", RESET_GRADIENTS) {
        Some(1) => ResetGradient::Attached,
        _ => ResetGradient::Detached,
    }
}

/// The names that spiking cells take.
pub(crate) fn spiking() -> Vec<&'static str> {
    NAMES.iter().copied().filter(|name| *name != "relu").collect()
}

/// What `pseudo_derivative` may say.
pub fn pseudo_derivative_schema() -> Value {
    json!({
        "kind": {"enum": spiking(), "description": "Shape of the pseudo-derivative over (v - v_th) / v_th."},
        "gamma": {"type": "number", "exclusiveMinimum": 0, "default": 0.3, "description": "Its height."},
        "k": {"type": "number", "exclusiveMinimum": 0, "default": 1, "description": "Its steepness, of the shapes that have one."},
    })
}
