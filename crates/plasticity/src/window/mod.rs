//! A causal rule over windows of steps: what synapses of any number of cells cost a spike and a window, not a step.
//!
//! Within a window weights are fixed. All that a synapse (p,q) carries from step to step, its eligibility, the filtered
//! eligibility and its path through the network's classes, is a linear function of its own past, whose factors are those of
//! the receiving cell p; q enters by its spikes alone. So one sweep backward over a window, a cell, says for every step
//! what a spike that arrives then is worth: in the gradient of this window, and in each number of the synapse's state at
//! the window's end. Synapses then add that up, spike by spike, and take their old state over the window by one product.
//!
//! # Equations
//! With x the state of a synapse (its [`SynapseLayout`]), C what credit makes of it, and the causal rules of `docs/learning.md`:
//! ```text
//! x^t = T_p^t x^{t−1} + b_p^t pre_q^t,     ΔG = Σ_t C_p^t x^t
//! backward   λ^t = λ^{t+1} T_p^{t+1} + C_p^t,     Φ^t = Φ^{t+1} T_p^{t+1}
//! ΔG = λ^{t0} x^{t0} + Σ_{spikes at t} λ^t b_p^t,     x^{t1} = Φ^{t0} x^{t0} + Σ_{spikes at t} Φ^t b_p^t
//! ```
//! The numbers are those of [`Online`](crate::form::Online), to rounding: `windows_are_the_causal_form`.
//!
//! Modulators that a carrier brings differ from cell to cell, and change λ alone: [`Nodes::bring`].
//!
//! Cells from equations write T, b and what is tested down at every step ([`WindowRecords`]); the sweep takes what they wrote.
//!
//! Where synapses remember no longer than some steps, nothing need be carried: [`WorthSweep`] says what spikes are worth in the
//! gradient alone, and those of some steps before the window are taken again.
//!
//! Cost, with L numbers (2 for e-prop without a readout's memory, 3 with; 1 + R classes twice more for ModProp): L numbers
//! a cell and step, L a spike that arrives, and less than L² a synapse and window: most of Φ is 0 by structure, and
//! [`LANES`] synapses of a cell, which share Φ, are taken at once.

mod carry;
mod cells;
mod credit;
mod filter;
mod learning_cell;
mod nodes;
mod state_map;
mod worth;

pub use carry::{CarryRoom, Incoming, LANES, Lanes, Sent};
pub use cells::{Sweep, WindowActivity, WindowCredit, WindowRecords};
pub use credit::{Emission, learning_signals};
pub use filter::TraceFilter;
pub use learning_cell::LearningCell;
pub use nodes::{CarriedCredit, ClassCredit, ClassPath, Nodes, NodesOverTime};
pub use worth::{StepActivity, StepSignals, WorthSweep};

use std::ops::Range;

/// Where the numbers of a synapse stand: the gradient, then its state. As many for all synapses of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SynapseLayout {
    states: usize,
    /// The first of the numbers of a [`TraceFilter`].
    slow: Option<usize>,
    filtered: usize,
    sum: Option<usize>,
    first_node: usize,
    nodes: usize,
}

/// What the synapses of a network have beside a gradient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SynapseNumbers {
    /// The most traces that a synapse has in the cell that it is on: [`LocalStep::traced`](crate::cell::LocalStep::traced).
    pub states: usize,
    /// Filtered eligibility: the readout remembers, or synapses wait.
    pub slow: Option<TraceFilter>,
    /// Σ e.
    pub sum: bool,
}

/// The place of the gradient.
pub const GRADIENT: usize = 0;
/// The place of the first trace; those of the other states follow.
const FIRST_STATE: usize = 1;
/// Numbers of a synapse are padded to a multiple, so that loops over them are of whole vectors.
const PAD: usize = 4;

impl SynapseLayout {
    /// The layout of what is wanted, where the path through the network has `nodes` numbers.
    pub fn new(wanted: SynapseNumbers, nodes: usize) -> Self {
        let mut next = FIRST_STATE + wanted.states;
        let mut place = |count: usize| {
            next += count;
            (count > 0).then_some(next - count)
        };
        let filtered = wanted.slow.map_or(0, TraceFilter::numbers);
        let (slow, sum) = (place(filtered), place(usize::from(wanted.sum)));
        Self { states: wanted.states, slow, filtered, sum, first_node: next, nodes }
    }

    /// Of synapses that have a gradient and carry nothing.
    pub fn of_gradient() -> Self {
        Self::new(SynapseNumbers { states: 0, slow: None, sum: false }, 0)
    }

    /// The place of Σ e, which is for the caller to empty.
    pub fn sum(&self) -> Option<usize> {
        self.sum
    }

    /// Numbers of a synapse that matter.
    pub fn len(&self) -> usize {
        self.first_node + self.nodes
    }

    /// Never.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Numbers of a synapse, padded; a gradient alone is not.
    pub fn width(&self) -> usize {
        if self.len() == 1 { 1 } else { self.len().next_multiple_of(PAD) }
    }

    fn states(&self) -> Range<usize> {
        FIRST_STATE..FIRST_STATE + self.states
    }

    fn slow(&self) -> Option<Range<usize>> {
        self.slow.map(|first| first..first + self.filtered)
    }

    fn nodes(&self) -> Range<usize> {
        self.first_node..self.first_node + self.nodes
    }
}
