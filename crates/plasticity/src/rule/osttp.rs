//! OSTTP \[Ortner2023\]: what the readout should say comes to cells in the place of its error, so that no readout need be computed.
//!
//! # Equations
//! ```text
//! L_p^t = −Σ_k B[p,k] w_t y*_k^t/B,     dE/dW[p,q] = Σ_t L_p^t ē_pq^t + regulariser                    (labels: y* is 1 of the class, 0 of others)
//! ```
//! With the squared error `eprop_random` is `osttp` plus `eprop_random` of w y/B in the place of err: the two are one while the readout says 0. Test:
//! `osttp_is_the_part_of_the_target`.
//!
//! # Departures from the paper
//! Its L is + B y*: B is symmetric around 0, and our sign is that of the error.

use super::{Rule, Teaching, eprop};

/// `osttp`: feedback B_random.
pub const OSTTP: Rule = Rule {
    name: "osttp",
    summary: "e-prop with what the readout should say in the place of its error",
    references: &["Ortner2023"],
    teaching: Teaching::Target,
    ..eprop::EPROP_RANDOM
};
