//! S-TLLR \[Apolinario2025\]: a window of time on both sides of a presynaptic spike, and the error of the step alone.
//!
//! # Equations
//! ```text
//! x_q^t = λ₊ x_q^{t−1} + pre_q^t,     Ψ_p^t = λ₋ Ψ_p^{t−1} + ψ_p^{t−1}
//! dE/dW[p,q] = Σ_t (g_o Σ_k B[p,k] err_k^t + reg_p) (a₊ ψ_p^t x_q^t + a₋ Ψ_p^t pre_q^t)
//! ```
//! The first part is causal: the presynaptic cell, then the postsynaptic one. The second is the other order, and no part of a gradient; without it, with λ₊ = α and a₊ = g, the rule is
//! e-prop of a LIF cell with a detached reset and a readout without memory. Both parts are products of a number of a cell and one of its partner. Tests:
//! `s_tllr_is_its_two_sums`, `s_tllr_of_one_side_is_eprop`.
//!
//! # Departures from the paper
//! ψ is that of the task, while the program has a second one for this (the fast sigmoid 1/(1 + 100 |u|)²), and changes are not standardised. W_out learns by
//! its exact gradient.

use super::{Memory, Rule, Scope, eprop};
use crate::rule_settings::{FactorState, Window};

/// `s_tllr`: feedback W_out^T.
pub const S_TLLR: Rule = Rule {
    name: "s_tllr",
    summary: "the error of a step times a window of both orders of pre- and postsynaptic cell",
    references: &["Apolinario2025"],
    memory: Memory::Window,
    cells: Scope::Threshold,
    ..eprop::EPROP
};

impl Window {
    /// One step of all places: `state` is Ψ.
    #[inline(always)]
    pub(crate) fn step(self, psi: &[f64], own: &mut FactorState) {
        for (place, psi) in psi.iter().enumerate() {
            own.state[place] = self.post_decay * own.state[place] + own.psi_before[place];
            own.lasting[place] = self.pre * psi;
            own.present[place] = self.post * own.state[place];
        }
    }
}
