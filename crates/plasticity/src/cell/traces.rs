//! Eligibility: one cell's linear state forward in time, for many partners side by side.
//!
//! Driven by what a synapse brings, this is the eligibility trace e of the synapses onto a cell; driven by what other
//! cells bring as well, it is the derivative of the cell of real-time recurrent learning; of an open gate, it is the response
//! of an intermediate cell.

use super::LocalStep;

/// x, cᵀ x and e of one cell, a number a partner.
#[derive(Debug, Clone, PartialEq)]
pub struct Traces {
    /// x, `[state][partner]`.
    pub state: Vec<f64>,
    /// cᵀ x: what ψ multiplies.
    pub linear: Vec<f64>,
    /// e.
    pub e: Vec<f64>,
}

impl Traces {
    /// At rest, for `width` partners.
    pub fn new(cell: &impl LocalStep, width: usize) -> Self {
        let zeros = |planes: usize| vec![0.0; planes * width];
        Self { state: zeros(cell.states()), linear: zeros(1), e: zeros(1) }
    }
}
