//! OTTT \[Xiao2022\]: one trace a presynaptic cell, and the error of the step alone.
//!
//! # Equations
//! ```text
//! a_q^t = α_p a_q^{t−1} + pre_q^t,     dE/dW[p,q] = Σ_t (g_o Σ_k B[p,k] err_k^t + reg_p) ψ_p^t g_p a_q^t
//! ```
//! It is e-prop of cells without adaptation, a detached reset and a readout without memory, and that for all cells. Where they have the same α, a synapse needs
//! no number of its own. Test: `ottt_is_eprop_of_plain_cells`.
//!
//! # Departures from the paper
//! Changes of a batch are summed before weights move (its variant A). W_out learns by its exact gradient, with the readout's memory.

use super::{Memory, Rule, Scope, eprop};

/// `ottt`: feedback W_out^T.
pub const OTTT: Rule = Rule {
    name: "ottt",
    summary: "the error of a step times a trace of the presynaptic cell",
    references: &["Xiao2022"],
    memory: Memory::Presynaptic,
    cells: Scope::Threshold,
    ..eprop::EPROP
};
