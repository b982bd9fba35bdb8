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
    /// Of a change of a third factor.
    pub factor: usize,
    /// Of the membrane of a receiving cell at a step.
    pub membrane: usize,
}

/// How much a projection keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extent {
    /// Synapses.
    pub synapses: usize,
    /// Cells of the receiving population.
    pub cells: usize,
    /// Places that each of its third factors tells apart: the receiving cells, or one.
    pub places: Vec<usize>,
    /// Numbers of each.
    pub widths: Widths,
    /// Steps of the membranes of receiving cells, back from now.
    pub remembered: u64,
    /// Where membranes are remembered: whether a synapse reaches each cell, and asks for its membrane.
    pub asked: Vec<bool>,
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
    /// Changes of each third factor at each of its places, one factor behind the other, that may still be asked for.
    pub factor: Vec<Past>,
    /// The membrane of each receiving cell at the last steps; empty where nobody watches.
    pub membranes: Vec<Past>,
    /// The last step in which all synapses were brought up to date.
    pub settled: u64,
}

impl TimedState {
    /// A state of this extent, to be filled.
    pub fn empty(extent: Extent) -> Self {
        let Extent { synapses, cells, places, widths, remembered, .. } = extent;
        Self {
            weights: vec![0.0; synapses],
            own: vec![0.0; synapses * widths.own],
            rows: BTreeMap::new(),
            cells: vec![Past::default(); cells],
            factor: vec![Past::default(); places.iter().sum()],
            membranes: vec![Past::default(); if remembered > 0 { cells } else { 0 }],
            settled: 0,
        }
    }

    /// What does not fit a projection of this extent, after `step`.
    pub fn misfit(&self, extent: Extent, step: u64) -> Option<String> {
        let Extent { synapses, cells, places, widths, remembered, asked } = extent;
        let sizes = [self.weights.len(), self.own.len(), self.cells.len(), self.factor.len()];
        let needed = [synapses, synapses * widths.own, cells, places.iter().sum()];
        if sizes != needed {
            return Some(format!(
                "weights, numbers of synapses, cells and places of a third factor {sizes:?}, not {needed:?}"
            ));
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
        let watched = step.saturating_sub(remembered.saturating_sub(1))..=step;
        // Nobody asks for cells that no synapse reaches.
        let whole = |(cell, past): (usize, &Past)| {
            let is_spared = !asked.get(cell).copied().unwrap_or(false) && *past == Past::default();
            is_spared || past.steps.iter().copied().eq(watched.clone()) && sound(past, widths.membrane)
        };
        let count = if remembered > 0 { cells } else { 0 };
        if self.membranes.len() != count || !self.membranes.iter().enumerate().all(whole) {
            return Some(format!("membranes of other cells, or of other steps than the last {remembered}"));
        }
        let mut rest = self.factor.as_slice();
        let alike = places.into_iter().all(|places| {
            let (own, others) = rest.split_at(places);
            rest = others;
            own.iter().all(|past| past.steps == own[0].steps && sound(past, widths.factor))
        });
        (!alike).then(|| "a third factor with other traces, or a change that is still to come".into())
    }
}
