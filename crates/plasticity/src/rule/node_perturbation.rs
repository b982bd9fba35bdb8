//! Node perturbation: no credit at all, but the loss of trials whose cells are nudged.
//!
//! # Equations
//! ```text
//! dE/dW[p,q] ≈ 1/n Σ_pairs Σ_b (E_b(σ ξ) − E_b(−σ ξ))/(2σ) Σ_t ξ_pb^t pre_qb^t,     ξ added to what arrives at p; 1 or −1, independent
//! ```
//! E_b is the loss of trial b, so that one number comes back to all cells at its end. Of the regulariser it has the part that is linear in what cells send: reg_pb Σ_t z_pb^t. A cell
//! with several receptors is nudged at each. Noise enters where arrivals do, without leak. The mean is the gradient of the loss smoothed over σ; the variance grows with cells times steps. The
//! loss of spiking cells is piecewise constant, so that σ says what is measured: it is no surrogate gradient, and its cosine with `bptt` is below 1 for any number of
//! pairs. W_out and b have their exact gradient. The runs are those of `neuropil_engine`. Tests: `all_signs_are_the_exact_gradient`, `slopes_are_what_arrivals_are_worth`.

use super::{Estimate, Rule, eprop};

/// `node_perturbation`.
pub const NODE_PERTURBATION: Rule = Rule {
    name: "node_perturbation",
    summary: "the difference of the losses of two runs whose cells are nudged both ways, times the nudges",
    references: &["Fiete2006"],
    estimate: Estimate::Nodes,
    ..eprop::EPROP
};
