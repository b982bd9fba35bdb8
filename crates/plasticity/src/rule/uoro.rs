//! UORO \[Tallec2018\]: real-time recurrent learning by one product of a state and a number a synapse, right on average.
//!
//! # Equations
//! ```text
//! s^t = ρ0 J s^{t−1} + ρ1 Σ_p ν_p b_p,     w_pq^t = w_pq^{t−1}/ρ0 + ν_p pre_q^t/ρ1,     dE/dW[p,q] = Σ_t <∂E^t/∂state, s^t> w_pq^t
//! ρ0 = √(|w|/|J s|),     ρ1 = √(|pre|/|b|)                     (|pre| over synapses, |b| over cells; 1 where one of the two norms is 0)
//! ```
//! J is the Jacobian of a whole step: all states of cells, what is on its way to others, and ȳ of the readout, so that nothing of the future is needed. b is what an arrival does to
//! its cell; ν is 1 or −1, independent for every receptor of every cell, step and trial. The mean over ν is the exact gradient, whatever the ρ; the noise grows with cells. Tests:
//! `the_mean_over_all_signs_is_the_exact_gradient`, `any_balance_has_the_same_mean`.
//!
//! # Departures from the paper
//! s and w begin at 0; the program begins at random, which is as right on average. It is for threshold cells, of which the mean over all signs was taken.

use super::{Estimate, bptt};
use super::{Rule, Scope, Slope};

/// `uoro`.
pub const UORO: Rule = Rule {
    name: "uoro",
    summary: "real-time recurrent learning by a random product, right on average",
    references: &["Tallec2018"],
    slope: Slope::Exact,
    estimate: Estimate::RandomProduct,
    cells: Scope::Threshold,
    ..bptt::BPTT
};
