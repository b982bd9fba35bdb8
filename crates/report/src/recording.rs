//! What is drawn and measured: spikes and traces.

use crate::{Observed, Window};

/// The spikes of one population.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PopulationSpikes {
    /// Name of the population, as shown.
    pub name: String,
    /// Its cell type.
    pub cell_type: String,
    /// The sign of its synapses: positive excites, negative inhibits, zero is neither.
    pub sign: i8,
    /// Number of cells whose spikes were recorded, silent ones included.
    pub cells: u64,
    /// Which cells these are, ascending, where not those from 0 on.
    pub only: Option<Vec<u64>>,
    /// Times of the spikes, ms, in order.
    pub times_ms: Vec<f64>,
    /// The cell of each spike, counted from zero.
    pub node_ids: Vec<u64>,
    /// When the cells were observed.
    pub observed: Observed,
}

impl PopulationSpikes {
    /// The spikes in a window, as (time in ms, cell).
    pub fn within(&self, window: Window) -> impl Iterator<Item = (f64, u64)> {
        let spikes = self.times_ms.iter().copied().zip(self.node_ids.iter().copied());
        spikes.filter(move |&(time_ms, _)| window.contains(time_ms))
    }

    /// The place of a cell among those that were recorded.
    pub(crate) fn row(&self, cell: u64) -> u64 {
        self.only.as_ref().map_or(cell, |only| only.partition_point(|own| *own < cell) as u64)
    }
}

/// A variable of some cells of one population, sampled at regular times.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TraceSet {
    /// Name of the population.
    pub population: String,
    /// Name of the variable, such as `v_m`.
    pub variable: String,
    /// Its unit, such as `mV`; may be empty.
    pub unit: String,
    /// The recorded cells, one a column of `data`.
    pub node_ids: Vec<u64>,
    /// What the columns are called, if not after cells.
    pub names: Vec<String>,
    /// Time of the first frame, ms.
    pub start_ms: f64,
    /// Time between frames, ms.
    pub dt_ms: f64,
    /// Values, frame after frame, each with one value a cell.
    pub data: Vec<f64>,
}

/// A stretch of time in which something was edited.
#[derive(Debug, Clone, PartialEq)]
pub struct EditSpan {
    /// Begin, ms.
    pub from_ms: f64,
    /// End, ms; infinite where there is none.
    pub to_ms: f64,
    /// What was edited, in a few words.
    pub what: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spikes_outside_the_window_are_left_out() {
        let population =
            PopulationSpikes { cells: 2, times_ms: vec![1.0, 5.0, 9.0], node_ids: vec![0, 1, 0], ..Default::default() };
        let spikes: Vec<_> = population.within(Window::new(5.0, 9.0).unwrap()).collect();
        assert_eq!(spikes, [(5.0, 1)]);
    }
}
