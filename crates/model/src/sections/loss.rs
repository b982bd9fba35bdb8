//! `loss`: which steps of a trial count, and the regulariser of firing rates.

use crate::fields::Fields;
use neuropil_plasticity::RateRegulariser;
use serde_json::{Value, json};

/// What the section says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LossSection {
    /// How long at a trial's end its answer counts, ms; `None` for all of it.
    pub last_ms: Option<f64>,
    /// c/2 Σ (f − f*)², f in spikes a step; `None` for a strength of 0.
    pub regulariser: Option<RateRegulariser>,
}

/// Reads `loss` of a section, with steps of `dt_ms`; all may be missing.
pub fn loss(fields: &mut Fields<'_, '_>, dt_ms: f64) -> Option<LossSection> {
    if fields.get("loss").is_none() {
        return Some(LossSection { last_ms: None, regulariser: None });
    }
    let mut own = fields.section("loss")?;
    let last_ms = own.number("last_ms");
    let strength = own.number_or("rate_strength", 0.0, ">= 0", |strength| strength >= 0.0);
    let target_hz = own.number_or("rate_target_hz", 10.0, ">= 0", |target| target >= 0.0);
    own.finish();
    let regulariser = RateRegulariser { strength, target: target_hz * 1e-3 * dt_ms };
    Some(LossSection { last_ms, regulariser: (strength > 0.0).then_some(regulariser) })
}

/// What it may say.
pub fn loss_schema() -> Value {
    let (last, strength) = (
        "Of a task: how long at a trial's end its answer counts, ms; default: all the trial.",
        "c of the firing-rate regulariser c/2 sum (f - f*)^2, f in spikes a step of a trial, or between changes of weights.",
    );
    json!({
        "last_ms": {"type": "number", "exclusiveMinimum": 0, "description": last},
        "rate_strength": {"type": "number", "minimum": 0, "default": 0, "description": strength},
        "rate_target_hz": {"type": "number", "minimum": 0, "default": 10, "description": "f* of it, Hz."},
    })
}
