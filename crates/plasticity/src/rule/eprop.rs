//! e-prop \[Bellec2020\]: no credit returns over axons, Γ = 0. dE/dW\[p,q\] = Σ_t D_p e_pq = Σ_t L_p ē_pq.

use super::{Broadcast, CarrierKind, Emission, Estimate, Feedback, Memory, Reach, Rule, Scope, Slope, Teaching};

/// `eprop`: feedback W_out^T.
pub const EPROP: Rule = Rule {
    name: "eprop",
    summary: "direct credit times eligibility",
    references: &["Bellec2020"],
    feedback: Feedback::None,
    slope: Slope::Exact,
    reach: Reach::OneHop,
    emission: Emission::Full,
    broadcast: Broadcast::Symmetric,
    teaching: Teaching::Error,
    memory: Memory::Readout,
    estimate: Estimate::Tape,
    carrier: CarrierKind::Ideal,
    cells: Scope::Any,
};

/// `eprop_random`: feedback B_random.
pub const EPROP_RANDOM: Rule = Rule {
    name: "eprop_random",
    summary: "e-prop with fixed feedback of errors",
    broadcast: Broadcast::Given,
    ..EPROP
};
