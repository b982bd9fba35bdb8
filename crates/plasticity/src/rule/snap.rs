//! SnAp-n \[Menick2021\]: real-time recurrent learning in which the cells that a synapse can reach within n steps of the network are followed, and no others.
//!
//! # Equations
//! ```text
//! dE/dW[p,q] = Σ_t Σ_m D_m^t ∂z_m^t/∂W[p,q],     ∂z_m/∂W[p,q] held at 0 where m is more than n − 1 synapses behind p
//! ```
//! All lags are kept, and loops inside of what is followed. With n = 1 that is the cell itself: e-prop, where no cell connects to itself. With n above the diameter of the network it is
//! the exact gradient. Backward in time (the adjoint form) each cell p has a sweep of its own over the cells behind it: work grows with those, not with synapses. Tests: `snap_1_is_eprop`,
//! `far_hops_are_exact`, `snap_is_the_derivative_of_the_network_behind_a_cell`.
//!
//! # Departures from the paper
//! A step of the network is one synapse, whatever its delay; a cell has all its states, of which \[Menick2021\] has one.

use super::{Feedback, Reach, Rule, Slope, eprop};

/// `snap_1`: the cell itself.
pub const SNAP_1: Rule = Rule {
    name: "snap_1",
    summary: "real-time recurrent learning of the cell itself",
    references: &["Menick2021"],
    feedback: Feedback::Weights,
    slope: Slope::Exact,
    reach: Reach::Hops(Some(1)),
    ..eprop::EPROP
};

/// `snap_2`: the cell and those that it sends to.
pub const SNAP_2: Rule = Rule {
    name: "snap_2",
    summary: "real-time recurrent learning of the cell and of those that it sends to",
    reach: Reach::Hops(Some(2)),
    ..SNAP_1
};

/// `snap_n`: n of the learner.
pub const SNAP_N: Rule = Rule {
    name: "snap_n",
    summary: "real-time recurrent learning of the cells within n steps of the network",
    reach: Reach::Hops(None),
    ..SNAP_1
};
