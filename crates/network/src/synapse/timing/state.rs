//! What evolves in the synapses of a projection whose weights follow spikes, whatever blocks its cells are in.

use std::collections::BTreeMap;

/// Spikes and what is kept of each.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Past {
    /// When they were, in steps.
    pub steps: Vec<u64>,
    /// The numbers of each, one behind the other.
    pub traces: Vec<f64>,
}

impl Past {
    pub(super) fn of(steps: &[u64], traces: &[f64]) -> Self {
        Self { steps: steps.to_vec(), traces: traces.to_vec() }
    }
}

/// How many numbers a model keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Widths {
    /// Of a presynaptic spike.
    pub pre: usize,
    /// Of a spike of a receiving cell.
    pub post: usize,
    /// Of a synapse, beside its weight.
    pub own: usize,
}

/// The state of the synapses of a projection.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TimedState {
    /// By the number of the synapse.
    pub weights: Vec<f64>,
    /// What else synapses keep, `[number][own]`.
    pub own: Vec<f64>,
    /// The last spike of (sending cell, delay in steps), when it was at the synapses. Those that had none are not here.
    pub rows: BTreeMap<(u32, u32), Past>,
    /// Spikes of each receiving cell that may still be asked for.
    pub cells: Vec<Past>,
    /// The last step in which all synapses were brought up to date.
    pub settled: u64,
}

impl TimedState {
    /// The state of so many synapses onto so many cells, to be filled.
    pub fn empty(synapses: usize, cells: usize, widths: Widths) -> Self {
        Self {
            weights: vec![0.0; synapses],
            own: vec![0.0; synapses * widths.own],
            rows: BTreeMap::new(),
            cells: vec![Past::default(); cells],
            settled: 0,
        }
    }

    /// What does not fit a projection of so many synapses onto so many cells, after `step`.
    pub fn misfit(&self, synapses: usize, cells: usize, widths: Widths, step: u64) -> Option<String> {
        let sizes = [self.weights.len(), self.own.len(), self.cells.len()];
        let needed = [synapses, synapses * widths.own, cells];
        if sizes != needed {
            return Some(format!("weights, numbers of synapses and cells {sizes:?}, not {needed:?}"));
        }
        let sound = |past: &Past, width: usize| {
            past.traces.len() == past.steps.len() * width
                && past.steps.is_sorted()
                && past.steps.last().is_none_or(|last| *last <= step)
        };
        if !self.rows.values().all(|past| past.steps.len() == 1 && sound(past, widths.pre)) {
            return Some("a sending cell with other traces, or a spike that is still to come".into());
        }
        if !self.cells.iter().all(|past| sound(past, widths.post)) || self.settled > step {
            return Some("a receiving cell with other traces, or a spike that is still to come".into());
        }
        None
    }
}
