//! Weight perturbation: no credit at all, but the loss of runs with other weights.
//!
//! # Equations
//! ```text
//! dE/dW ≈ 1/n Σ_pairs (E(W + σ Ξ) − E(W − σ Ξ))/(2σ) Ξ,     Ξ independent, 1 or −1 for every synapse of W_in and W
//! ```
//! Its mean is the gradient of the loss smoothed over σ; that of M synapses has M/n times the square of its size in variance. The loss of spiking cells is piecewise
//! constant, so that σ says what is measured: it is no surrogate gradient, and its cosine with `bptt` is below 1 for any number of pairs. W_out and b have their exact
//! gradient. The runs are those of `neuropil_train`. Test: `a_pair_is_the_derivative_along_its_direction`.

use super::{Estimate, Rule, eprop};

/// `weight_perturbation`.
pub const WEIGHT_PERTURBATION: Rule = Rule {
    name: "weight_perturbation",
    summary: "the difference of the losses of two runs with weights that are moved both ways",
    references: &["Jabri1992"],
    estimate: Estimate::Weights,
    ..eprop::EPROP
};
