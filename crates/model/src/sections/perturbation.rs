//! `perturbation`: by how much `weight_perturbation` and `node_perturbation` move what they ask about, and how often.

use super::kinds::{Positive, Whole};
use super::table::section;

section! {
    /// How the rules weight_perturbation and node_perturbation move what they ask about.
    #[derive(Copy)]
    pub struct PerturbationSection = "perturbation" {
        /// By how much every weight, or what arrives at every cell in every step, is moved, up or down, in the unit of weights.
        size: Positive, required;
        /// Pairs of runs of an update, each moved one way and the other.
        pairs: Whole<1, 10_000> = 1;
    }
}
