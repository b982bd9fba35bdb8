//! pp-prop \[Wang2026\]: what a cell remembers times what its partner left, so that no synapse needs a number of its own.
//!
//! # Equations
//! ```text
//! x_q^t = a x_q^{t−1} + pre_q^t,     f_p^t = a J_p^t f_p^{t−1} + (1 − a) g_p,     J_p^t = α_p − r_p ψ_p^{t−1}
//! dE/dW[p,q] = Σ_t (g_o Σ_k B[p,k] err_k^t + reg_p) ψ_p^t f_p^t x_q^t             (f/(1 − a^{t+1}) in the place of f where it is corrected)
//! ```
//! r is v_th where the gradient follows the reset, else 0. The memory is a number a cell and one a partner. With a = 0 only the step of the error counts; with a = α, long after the trial's
//! beginning and with a detached reset, it is e-prop/(1 + α) without the readout's memory. Tests: `pp_prop_is_its_sum`, `pp_prop_in_the_long_run_is_eprop`.
//!
//! # Departures from the paper
//! Its text has no correction, its program has it for the first 1000 steps: ours goes on. J is the membrane's alone, as there, also where a cell adapts. W_out
//! learns by its exact gradient.

use super::{Memory, Rule, Scope, eprop};
use crate::cell::Threshold;
use crate::rule_settings::{FactorState, Product};

/// `pp_prop`: feedback W_out^T.
pub const PP_PROP: Rule = Rule {
    name: "pp_prop",
    summary: "the error of a step times a memory of the cell times one of its partner",
    references: &["Wang2026"],
    memory: Memory::Product,
    cells: Scope::Threshold,
    ..eprop::EPROP
};

impl Product {
    /// One step of the places of one cell: `state` is f, and what was left of 1 − a^t before is `own.left`.
    #[inline(always)]
    pub(crate) fn step(self, cell: &Threshold, psi: &[f64], own: &mut FactorState, first: usize) {
        let share = if self.corrected { 1.0 - own.left * self.decay } else { 1.0 };
        for (place, psi) in (first..).zip(psi) {
            let kept = cell.alpha - cell.reset * own.psi_before[place];
            own.state[place] = self.decay * kept * own.state[place] + (1.0 - self.decay) * cell.g;
            own.lasting[place] = psi * own.state[place] / share;
        }
    }
}
