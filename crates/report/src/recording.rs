//! What is drawn and measured: spikes, traces, and the window of time that counts.

use crate::{Error, Observed};

/// The spikes of one population.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PopulationSpikes {
    /// Name of the population, as shown.
    pub name: String,
    /// Its cell type.
    pub cell_type: String,
    /// The sign of its synapses: positive excites, negative inhibits, zero is neither.
    pub sign: i8,
    /// Number of cells, silent ones included.
    pub cells: u64,
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

/// A span of time that holds its start but not its end; of steps, its end but not its start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    from_ms: f64,
    to_ms: f64,
    is_of_steps: bool,
}

impl Window {
    /// The window [`from_ms`, `to_ms`); both must be finite, and the end later than the start.
    pub fn new(from_ms: f64, to_ms: f64) -> Result<Self, Error> {
        if from_ms.is_finite() && (to_ms - from_ms).is_finite() && from_ms < to_ms {
            Ok(Self { from_ms, to_ms, is_of_steps: false })
        } else {
            Err(Error::EmptyWindow { from_ms, to_ms })
        }
    }

    /// The window (`from_ms`, `to_ms`] of a simulation: a spike at a time is of the step that ends there.
    pub fn of_steps(from_ms: f64, to_ms: f64) -> Result<Self, Error> {
        Ok(Self { is_of_steps: true, ..Self::new(from_ms, to_ms)? })
    }

    /// Where it starts, ms.
    pub fn from_ms(self) -> f64 {
        self.from_ms
    }

    /// Where it ends, ms.
    pub fn to_ms(self) -> f64 {
        self.to_ms
    }

    /// How long it is, ms.
    pub fn duration_ms(self) -> f64 {
        self.to_ms - self.from_ms
    }

    /// Whether a time lies inside; a time that is not a number does not.
    pub fn contains(self, time_ms: f64) -> bool {
        if self.is_of_steps {
            self.from_ms < time_ms && time_ms <= self.to_ms
        } else {
            (self.from_ms..self.to_ms).contains(&time_ms)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_must_have_a_length() {
        for (from_ms, to_ms) in [(1.0, 1.0), (2.0, 1.0), (0.0, f64::NAN), (0.0, f64::INFINITY), (f64::NAN, 1.0)] {
            assert!(Window::new(from_ms, to_ms).is_err(), "{from_ms}..{to_ms}");
        }
    }

    #[test]
    fn the_end_of_a_window_is_outside() {
        let window = Window::new(10.0, 20.0).unwrap();
        assert!(window.contains(10.0) && !window.contains(20.0) && !window.contains(f64::NAN));
        let steps = Window::of_steps(10.0, 20.0).unwrap();
        assert!(!steps.contains(10.0) && steps.contains(20.0) && !steps.contains(f64::NAN));
    }

    #[test]
    fn spikes_outside_the_window_are_left_out() {
        let population =
            PopulationSpikes { cells: 2, times_ms: vec![1.0, 5.0, 9.0], node_ids: vec![0, 1, 0], ..Default::default() };
        let spikes: Vec<_> = population.within(Window::new(5.0, 9.0).unwrap()).collect();
        assert_eq!(spikes, [(5.0, 1)]);
    }
}
