//! `readout`: leaky sums of what cells send.

use super::decay;
use super::kinds::{Flag, NonNegative, Numbers, Populations, Weight, Whole, Word, Words};
use super::table::section;
use neuropil_core::Clock;

/// The memory of a readout, and what its inputs are scaled by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReadoutFilter {
    /// κ = e^(−dt / tau_ms); 0 for `tau_ms` 0.
    pub kappa: f64,
    /// g_o: 1 − κ, or 1.
    pub scale: f64,
}

/// What a spike adds to a readout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scaling {
    /// (1 − κ) of its weight.
    OneMinusKappa,
    /// All of it.
    Unit,
}

impl Words for Scaling {
    const WORDS: &'static [(&'static str, Self)] = &[("one_minus_kappa", Self::OneMinusKappa), ("unit", Self::Unit)];
}

section! {
    /// What the cells of a network that learns are read by: leaky sums of their spikes.
    pub struct ReadoutSection = "readout" {
        /// Population, or list of them, that is read.
        from: Populations, required;
        /// Number of readouts.
        outputs: Whole<1, { u64::MAX }>, required;
        /// Memory of the readout, ms.
        tau_ms: NonNegative = 20.0;
        /// Whether a spike adds (1 - kappa) of its weight, or all of it.
        scaling: Word<Scaling> = Scaling::OneMinusKappa;
        /// Weights: one number, a distribution, or an array [readout][cell that is read]; default: normal, of standard deviation 1/sqrt(cells).
        weight: Weight, optional;
        /// Bias of each readout at the start; default: 0.
        b_out: Numbers, optional;
        /// Learning rate of the readout's own weights and biases.
        learning_rate: NonNegative = 0.0;
    }
}

section! {
    /// What the cells of a task are read by: leaky sums of their output.
    pub struct TaskReadout = "readout" {
        /// Memory of the readout, ms.
        tau_ms: NonNegative = 20.0;
        /// Whether a spike adds (1 - kappa) of its weight, or all of it.
        scaling: Word<Scaling> = Scaling::OneMinusKappa;
        /// Whether the biases are learned.
        bias: Flag = true;
        /// Bias of each readout at the start; default: 0.
        b_out: Numbers, optional;
    }
}

/// κ and g_o of a memory and a scaling.
pub fn filter(clock: Clock, tau_ms: f64, scaling: Scaling) -> ReadoutFilter {
    let kappa = decay(clock, tau_ms);
    ReadoutFilter { kappa, scale: if scaling == Scaling::Unit { 1.0 } else { 1.0 - kappa } }
}
