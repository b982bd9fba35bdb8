//! The exact gradient of the network in which ψ stands for dz/dv: credit returns over the weights, through every cell's
//! own ψ, without end. Backpropagation through time in the adjoint form, real-time recurrent learning forward.

use super::{Broadcast, CarrierKind, Emission, Estimate, Feedback, Memory, Reach, Rule, Scope, Slope, Teaching};

/// `bptt`.
pub const BPTT: Rule = Rule {
    name: "bptt",
    summary: "the exact gradient of the surrogate network",
    references: &["Bellec2020"],
    feedback: Feedback::Weights,
    slope: Slope::Exact,
    reach: Reach::All,
    emission: Emission::Full,
    broadcast: Broadcast::Symmetric,
    teaching: Teaching::Error,
    memory: Memory::Readout,
    estimate: Estimate::Tape,
    carrier: CarrierKind::Ideal,
    cells: Scope::Any,
};
