//! RFLO \[Murray2019\]: e-prop for the tanh unit, whose leak comes after the nonlinearity.
//! P ← (1 − 1/τ) P + (1/τ)(1 − tanh² u) pre, dE/dW = Σ_t Σ_k B_fb err P.

use super::{Broadcast, Rule, Scope, eprop};

/// `rflo_symmetric`: feedback W_out^T.
pub const RFLO_SYMMETRIC: Rule = Rule {
    name: "rflo_symmetric",
    summary: "RFLO with the readout's own weights as feedback",
    references: &["Murray2019"],
    cells: Scope::Rflo,
    ..eprop::EPROP
};

/// `rflo_random`: feedback B_random, the published rule.
pub const RFLO_RANDOM: Rule =
    Rule { name: "rflo_random", summary: "RFLO with random feedback", broadcast: Broadcast::Given, ..RFLO_SYMMETRIC };
