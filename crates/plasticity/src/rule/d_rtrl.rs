//! D-RTRL \[Wang2026\]: real-time recurrent learning with the diagonal of the Jacobian, cell by cell, and the error of the step alone.
//!
//! # Equations
//! ```text
//! V_pq^t = J_p^t V_pq^{t−1} + b_p pre_q^t,     dE/dW[p,q] = Σ_t (g_o Σ_k B[p,k] err_k^t + reg_p) ψ_p^t c·V_pq^t
//! ```
//! J_p is the block of all states of a cell: of α of a leaky cell, with −ψ v_th where the gradient follows the reset, of (v, a) of one that adapts.
//! That is the eligibility of e-prop; the readout's memory is left out. Test: `d_rtrl_is_eprop_without_a_memory_of_the_readout`.
//!
//! # Departures from the paper
//! Its program has the diagonal alone, so that adaptation is no part of V.

use super::{Memory, Rule, eprop};

/// `d_rtrl`: feedback W_out^T.
pub const D_RTRL: Rule = Rule {
    name: "d_rtrl",
    summary: "the error of a step times eligibility",
    references: &["Wang2026"],
    memory: Memory::Cell,
    ..eprop::EPROP
};
