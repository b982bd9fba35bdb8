//! What becomes of the numbers of a synapse over a window without spikes.

use super::{GRADIENT, SynapseLayout};
use std::ops::Range;

/// What becomes of the numbers of a synapse over a window in which no spike arrives: x ← Φ x, and what is added to the
/// gradient. `[number at the end][number]`, the gradient among the first only.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct StateMap {
    factors: Vec<f64>,
    numbers: usize,
}

impl StateMap {
    pub fn new(layout: &SynapseLayout) -> Self {
        let numbers = layout.len();
        let mut map = Self { factors: vec![0.0; numbers * numbers], numbers };
        if let Some(sum) = layout.sum() {
            *map.at(sum, sum) = 1.0;
        }
        map
    }

    fn at(&mut self, to: usize, from: usize) -> &mut f64 {
        &mut self.factors[to * self.numbers + from]
    }

    /// By what traces are worth at the start, `[state][number]`.
    pub fn set_states(&mut self, layout: &SynapseLayout, worth: &[f64]) {
        for (from, worth) in layout.states().zip(worth.chunks_exact(layout.width())) {
            (0..self.numbers).for_each(|to| *self.at(to, from) = worth[to]);
        }
    }

    /// By what the filter's numbers are worth in the gradient, and in themselves, `[number][number at the end]`.
    pub fn set_slow(&mut self, layout: &SynapseLayout, worth: &[f64], carry: &[f64]) {
        let Some(numbers) = layout.slow() else { return };
        for (index, from) in numbers.clone().enumerate() {
            *self.at(GRADIENT, from) = worth[index];
            for (to, factor) in numbers.clone().zip(&carry[index * worth.len()..]) {
                *self.at(to, from) = *factor;
            }
        }
    }

    /// By what the nodes' numbers are worth, `[node][number]`, and what more in the gradient, a number a node.
    pub fn set_nodes(&mut self, layout: &SynapseLayout, carry: &[f64], at_start: &[f64]) {
        for (index, (from, row)) in layout.nodes().zip(carry.chunks_exact(layout.width())).enumerate() {
            *self.at(GRADIENT, from) = row[GRADIENT] + at_start.get(index).unwrap_or(&0.0);
            layout.nodes().for_each(|to| *self.at(to, from) = row[to]);
        }
    }

    #[inline(always)]
    pub fn row(&self, to: usize) -> &[f64] {
        &self.factors[to * self.numbers..(to + 1) * self.numbers]
    }
}

/// The numbers that a number at the end is made of, beside the traces.
#[inline(always)]
pub(super) fn made_of(layout: &SynapseLayout, to: usize) -> Range<usize> {
    let states = layout.states();
    match to {
        GRADIENT => states.end..layout.len(),
        to if to < states.end => 0..0,
        to if layout.nodes().contains(&to) => layout.nodes(),
        to if layout.sum() == Some(to) => to..to + 1,
        _ => layout.slow().unwrap_or(0..0),
    }
}
