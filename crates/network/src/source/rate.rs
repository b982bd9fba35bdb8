//! Rates of Poisson trains.

use neuropil_core::CellSet;
use std::sync::Arc;

/// A rate that may change with time, of one train, Hz.
#[derive(Debug, Clone, PartialEq)]
pub enum Rate {
    /// Constant in time, the same for all cells.
    Constant(f64),
    /// Constant in time, one a cell.
    PerCell(Vec<f64>),
    /// From each time on, this rate; 0 before the first. Times in ms, ascending.
    Steps(Vec<(f64, f64)>),
    /// max(0, mean + amplitude sin(2 pi (frequency t + phase))); t at the end of the step.
    Sine {
        /// Mean, Hz.
        mean_hz: f64,
        /// Amplitude, Hz.
        amplitude_hz: f64,
        /// Frequency, Hz.
        frequency_hz: f64,
        /// Phase in cycles.
        phase: f64,
    },
}

/// What takes the place of rates of some cells, Hz.
#[derive(Debug, Clone, PartialEq)]
pub enum NewRate {
    /// The same for all of them.
    One(f64),
    /// One for each of them, in their order.
    Each(Arc<Vec<f64>>),
}

impl NewRate {
    /// Every rate.
    pub fn all(&self) -> &[f64] {
        match self {
            NewRate::One(rate) => std::slice::from_ref(rate),
            NewRate::Each(rates) => rates,
        }
    }
}

impl Rate {
    /// The rate of all cells in the step that ends at `t_ms`; `None` if it depends on the cell.
    pub fn at(&self, t_ms: f64) -> Option<f64> {
        match self {
            Rate::Constant(rate) => Some(*rate),
            Rate::PerCell(_) => None,
            Rate::Steps(steps) => {
                // The rate at the end of the step holds for all of it; a rate that begins there belongs to the next.
                let begun = steps.partition_point(|&(from, _)| from < t_ms - 1e-9);
                Some(begun.checked_sub(1).map_or(0.0, |last| steps[last].1))
            }
            Rate::Sine { mean_hz, amplitude_hz, frequency_hz, phase } => {
                let cycles = frequency_hz * t_ms * 1e-3 + phase;
                Some((mean_hz + amplitude_hz * (std::f64::consts::TAU * cycles).sin()).max(0.0))
            }
        }
    }

    /// The same with another rate of some of `all` cells, or of every one; `None` where the others' changes in time.
    ///
    /// Of rates for each there are as many as cells.
    pub fn replaced(&self, cells: Option<&CellSet>, new: &NewRate, all: u32) -> Option<Rate> {
        let Some(cells) = cells else {
            return Some(match new {
                NewRate::One(rate) => Rate::Constant(*rate),
                NewRate::Each(rates) => Rate::PerCell(rates.to_vec()),
            });
        };
        let mut rates = match self {
            Rate::Constant(rate) => vec![*rate; all as usize],
            Rate::PerCell(rates) => rates.clone(),
            Rate::Steps(_) | Rate::Sine { .. } => return None,
        };
        let new = new.all().iter().cycle();
        cells.cells().iter().zip(new).for_each(|(cell, rate)| rates[*cell as usize] = *rate);
        Some(Rate::PerCell(rates))
    }

    /// The largest rate, Hz.
    pub fn max_hz(&self) -> f64 {
        match self {
            Rate::Constant(rate) => *rate,
            Rate::PerCell(rates) => rates.iter().copied().fold(0.0, f64::max),
            Rate::Steps(steps) => steps.iter().map(|step| step.1).fold(0.0, f64::max),
            Rate::Sine { mean_hz, amplitude_hz, .. } => (mean_hz + amplitude_hz.abs()).max(0.0),
        }
    }

    /// The mean over cells (and over time, for the sine without its rectification; the last for steps), Hz.
    #[expect(clippy::cast_precision_loss, reason = "a mean")]
    pub fn mean_hz(&self) -> f64 {
        match self {
            Rate::Constant(rate) => *rate,
            Rate::PerCell(rates) => rates.iter().sum::<f64>() / rates.len().max(1) as f64,
            Rate::Steps(steps) => steps.last().map_or(0.0, |step| step.1),
            Rate::Sine { mean_hz, .. } => *mean_hz,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_cells_have_another_rate() {
        let some = CellSet::new([1, 3]).unwrap();
        let mixed = Rate::Constant(5.0).replaced(Some(&some), &NewRate::One(8.0), 4).unwrap();
        assert_eq!(mixed, Rate::PerCell(vec![5.0, 8.0, 5.0, 8.0]));
        assert_eq!(mixed.replaced(Some(&some), &NewRate::One(0.0), 4), Some(Rate::PerCell(vec![5.0, 0.0, 5.0, 0.0])));
        let steps = Rate::Steps(vec![(10.0, 5.0)]);
        assert_eq!(
            (steps.replaced(Some(&some), &NewRate::One(8.0), 4), steps.replaced(None, &NewRate::One(8.0), 4)),
            (None, Some(Rate::Constant(8.0)))
        );
    }

    #[test]
    fn rates_change_in_time() {
        let steps = Rate::Steps(vec![(10.0, 5.0), (20.0, 0.0)]);
        assert_eq!(
            [steps.at(10.0), steps.at(10.1), steps.at(20.0), steps.at(20.1)],
            [Some(0.0), Some(5.0), Some(5.0), Some(0.0)]
        );
        let sine = Rate::Sine { mean_hz: 10.0, amplitude_hz: 20.0, frequency_hz: 4.0, phase: 0.0 };
        assert!((sine.at(62.5).unwrap() - 30.0).abs() < 1e-9);
        assert_eq!(sine.at(187.5), Some(0.0));
    }
}
