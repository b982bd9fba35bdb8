//! Currents injected into cells: step, sinusoidal, noise. Held constant over each step.

use neuropil_core::{CellSet, Clock, Real, StreamKey};
use std::ops::Range;

/// The waveform of a current, in the unit of the target's model (pA, or none).
#[derive(Debug, Clone, PartialEq)]
pub enum Waveform {
    /// `amplitude` in the steps that lie in [start, stop].
    Step {
        /// Amplitude.
        amplitude: f64,
        /// First time with current, ms.
        start_ms: f64,
        /// Last time with current, ms; may be infinite.
        stop_ms: f64,
    },
    /// offset + amplitude sin(2 pi (frequency t + phase)), t at the start of the step.
    Sine {
        /// Offset.
        offset: f64,
        /// Amplitude.
        amplitude: f64,
        /// Frequency, Hz.
        frequency_hz: f64,
        /// Phase in cycles.
        phase: f64,
    },
    /// Gaussian, drawn anew for every cell and interval and held.
    Noise {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        std: f64,
        /// Steps that a value is held.
        hold_steps: u64,
    },
}

/// A current into the cells of a population; a pure function of the step.
#[derive(Debug, Clone)]
pub struct Current {
    /// Index of the receiving population.
    pub target: usize,
    /// Continuous port of its model.
    pub port: usize,
    /// The cells that receive it; all if `None`.
    pub only: Option<CellSet>,
    /// Its waveform.
    pub waveform: Waveform,
    /// Random numbers, of [`neuropil_core::Stream::Noise`].
    pub key: StreamKey,
}

impl Current {
    /// Adds the current of `step` into `cells` to a plane that begins with the first.
    pub fn add<R: Real>(&self, step: u64, clock: Clock, cells: Range<u32>, plane: &mut [R]) {
        // Steps are numbered by their end.
        let start = clock.time_ms(step - 1);
        match self.waveform {
            Waveform::Step { amplitude, start_ms, stop_ms } => {
                let middle = start + 0.5 * clock.dt_ms();
                if start_ms < middle && middle < stop_ms {
                    self.add_each(cells, plane, |_| amplitude);
                }
            }
            Waveform::Sine { offset, amplitude, frequency_hz, phase } => {
                let cycles = frequency_hz * start * 1e-3 + phase;
                let value = offset + amplitude * (std::f64::consts::TAU * cycles).sin();
                self.add_each(cells, plane, |_| value);
            }
            Waveform::Noise { mean, std, hold_steps } => {
                let interval = (step - 1) / hold_steps;
                self.add_each(cells, plane, |cell| mean + std * gaussian(&self.key, cell, interval));
            }
        }
    }

    fn add_each<R: Real>(&self, cells: Range<u32>, plane: &mut [R], value: impl Fn(u32) -> f64) {
        let first = cells.start;
        let mut add = |cell: u32| plane[(cell - first) as usize] += R::from_f64(value(cell));
        match &self.only {
            None => cells.for_each(add),
            Some(only) => only.places(cells).for_each(|place| add(only.at(place))),
        }
    }
}

/// A standard normal number from a fixed number of draws (Box & Muller 1958).
fn gaussian(key: &StreamKey, cell: u32, interval: u64) -> f64 {
    let mut rng = key.at(cell, interval);
    let radius = (-2.0 * rng.unit().ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.unit()).cos()
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_core::Stream;

    fn added(waveform: Waveform, step: u64, cells: u32) -> Vec<f64> {
        let current = Current { target: 0, port: 0, only: None, waveform, key: StreamKey::new(1, Stream::Noise, 0) };
        let mut plane = vec![0.0; cells as usize];
        current.add(step, Clock::new(0.1).unwrap(), 0..cells, &mut plane);
        plane
    }

    #[test]
    fn a_step_covers_exactly_its_steps() {
        let waveform = Waveform::Step { amplitude: 2.0, start_ms: 1.0, stop_ms: 1.3 };
        let on: Vec<u64> = (1..40).filter(|&step| added(waveform.clone(), step, 1)[0] != 0.0).collect();
        assert_eq!(on, [11, 12, 13], "steps that cover (1.0, 1.3]");
    }

    #[test]
    fn a_current_into_some_cells_reaches_no_other() {
        let waveform = Waveform::Step { amplitude: 2.0, start_ms: 0.0, stop_ms: 1.0 };
        let key = StreamKey::new(1, Stream::Noise, 0);
        let current = Current { target: 0, port: 0, only: CellSet::new([1, 4, 7]).ok(), waveform, key };
        let mut plane = [0.0; 4];
        current.add(1, Clock::new(0.1).unwrap(), 4..8, &mut plane);
        assert_eq!(plane, [2.0, 0.0, 0.0, 2.0]);
    }

    #[test]
    fn a_sine_has_its_frequency_and_phase() {
        let waveform = Waveform::Sine { offset: 1.0, amplitude: 3.0, frequency_hz: 10.0, phase: 0.25 };
        assert!((added(waveform.clone(), 1, 1)[0] - 4.0).abs() < 1e-12);
        assert!((added(waveform, 501, 1)[0] + 2.0).abs() < 1e-12);
    }

    #[test]
    fn noise_is_held_and_has_its_moments() {
        let waveform = Waveform::Noise { mean: 5.0, std: 2.0, hold_steps: 10 };
        let values = added(waveform.clone(), 1, 20_000);
        assert_eq!(values, added(waveform.clone(), 10, 20_000));
        assert_ne!(values, added(waveform, 11, 20_000));
        let mean = values.iter().sum::<f64>() / 20_000.0;
        let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 20_000.0;
        assert!((mean - 5.0).abs() < 5.0 * 2.0 / 20_000_f64.sqrt());
        assert!((variance - 4.0).abs() < 5.0 * 4.0 * (2.0 / 20_000_f64).sqrt());
    }
}
