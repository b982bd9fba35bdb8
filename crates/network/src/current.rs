//! Currents injected into cells: constant, sinusoidal, noise, all in a window of time. Held constant over each step.
//!
//! A new one is a variant of [`Waveform`] with its arm in [`Current::add`], and a row of [`KINDS`], from which reading, schema and Python follow.
//!
//! # Equations
//! The Ornstein-Uhlenbeck current is that of dx/dt = −(x − mean)/τ + std √(2/τ) ξ(t), taken over a step exactly
//! \[Uhlenbeck1930\]: x ← mean + (x − mean) e^{−h/τ} + std √(1 − e^{−2h/τ}) N(0, 1). It begins with a draw of what it
//! tends to, N(mean, std²), and goes on where its window is closed. Test: `the_ornstein_uhlenbeck_current_has_its_law`.
//!
//! # References
//! \[Uhlenbeck1930\] equation 5 and the text behind it.

mod kinds;
pub use kinds::{Absent, CurrentKind, CurrentNumber, KINDS, kind};

use crate::window::Window;
use neuropil_core::{CellSet, Clock, Real, StreamKey};
use std::ops::Range;

/// The waveform of a current, in the unit of the target's model (pA, or none).
#[derive(Debug, Clone, PartialEq)]
pub enum Waveform {
    /// Always the same.
    Constant {
        /// Amplitude.
        amplitude: f64,
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
    /// An Ornstein-Uhlenbeck process, of each cell its own.
    OrnsteinUhlenbeck {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        std: f64,
        /// Time constant of its correlation, ms.
        tau_ms: f64,
    },
}

/// A current into the cells of a population. All but the Ornstein-Uhlenbeck current are pure functions of the step.
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
    /// When it is on.
    pub window: Window,
    /// Random numbers, of [`neuropil_core::Stream::Noise`].
    pub key: StreamKey,
}

impl Current {
    /// Whether it flows into this continuous port of this population.
    pub fn is_into(&self, population: usize, port: usize) -> bool {
        self.target == population && self.port == port
    }

    /// What it remembers of each of `cells` before the first step: one number, or nothing at all.
    pub fn memory(&self, cells: Range<u32>) -> Vec<f64> {
        match self.waveform {
            Waveform::OrnsteinUhlenbeck { mean, std, .. } => {
                cells.map(|cell| mean + std * gaussian(&self.key, cell, 0)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Adds the current of `step` into `cells` to a plane that begins with the first. `memory` is that of the step before,
    /// which becomes that of this one.
    pub fn add<R: Real>(&self, step: u64, clock: Clock, cells: Range<u32>, memory: &mut [f64], plane: &mut [R]) {
        if let Waveform::OrnsteinUhlenbeck { mean, std, tau_ms } = self.waveform {
            let (keep, stir) = ornstein_uhlenbeck(clock.dt_ms() / tau_ms, std);
            for (cell, own) in cells.clone().zip(memory.iter_mut()) {
                *own = mean + (*own - mean) * keep + stir * gaussian(&self.key, cell, step);
            }
        }
        if !self.window.holds(step, clock) {
            return;
        }
        // Steps are numbered by their end.
        let start = clock.time_ms(step - 1);
        match self.waveform {
            Waveform::Constant { amplitude } => self.add_each(cells, plane, |_| amplitude),
            Waveform::OrnsteinUhlenbeck { .. } => {
                let first = cells.start;
                self.add_each(cells, plane, |cell| memory[(cell - first) as usize]);
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

/// What is left of a deviation after a step of `x` time constants, and the size of what is new.
fn ornstein_uhlenbeck(x: f64, std: f64) -> (f64, f64) {
    ((-x).exp(), std * (-(-2.0 * x).exp_m1()).sqrt())
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

    fn current(waveform: Waveform, window: Window) -> Current {
        Current { target: 0, port: 0, only: None, waveform, window, key: StreamKey::new(1, Stream::Noise, 0) }
    }

    fn added(waveform: Waveform, step: u64, cells: u32) -> Vec<f64> {
        let mut plane = vec![0.0; cells as usize];
        current(waveform, Window::ALWAYS).add(step, Clock::new(0.1).unwrap(), 0..cells, &mut [], &mut plane);
        plane
    }

    /// Would catch a window that is a step too long or too early, of any waveform, and noise that depends on its window.
    #[test]
    fn a_window_holds_exactly_its_steps() {
        let window = Window { start_ms: 1.0, stop_ms: 1.3 };
        let clock = Clock::new(0.1).unwrap();
        for waveform in [
            Waveform::Constant { amplitude: 2.0 },
            Waveform::Sine { offset: 3.0, amplitude: 1.0, frequency_hz: 7.0, phase: 0.1 },
            Waveform::Noise { mean: 5.0, std: 1.0, hold_steps: 2 },
            Waveform::OrnsteinUhlenbeck { mean: 20.0, std: 1.0, tau_ms: 3.0 },
        ] {
            let [always, own] = [Window::ALWAYS, window].map(|window| current(waveform.clone(), window));
            let [mut all, mut some] = [always.memory(0..2), own.memory(0..2)];
            for step in 1..40 {
                let [mut one, mut other] = [[0.0; 2]; 2];
                always.add(step, clock, 0..2, &mut all, &mut one);
                own.add(step, clock, 0..2, &mut some, &mut other);
                // Steps that cover (1.0, 1.3].
                let expected = if (11..=13).contains(&step) { one } else { [0.0; 2] };
                assert_eq!(other, expected, "{waveform:?}, step {step}");
                assert!(one[0] != 0.0);
            }
        }
    }

    /// Mean, variance and the correlation exp(-t/tau) of values at a distance of 0, 1 and 20 steps, at the beginning and later,
    /// within five standard errors of 20,000 cells; another step size gives the same law at the same times.
    #[test]
    fn the_ornstein_uhlenbeck_current_has_its_law() {
        let (mean, std, tau_ms, cells) = (-30.0, 12.0, 4.0, 20_000_u32);
        for (dt, steps) in [(0.1, [1_u64, 2, 21, 200]), (0.5, [1, 2, 5, 40])] {
            let own = current(Waveform::OrnsteinUhlenbeck { mean, std, tau_ms }, Window::ALWAYS);
            let (mut memory, mut kept) = (own.memory(0..cells), Vec::new());
            for step in 1..=steps[3] {
                let mut plane = vec![0.0; cells as usize];
                own.add(step, Clock::new(dt).unwrap(), 0..cells, &mut memory, &mut plane);
                if steps.contains(&step) {
                    kept.push((step, plane));
                }
            }
            let n = f64::from(cells);
            let moment = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>() / n;
            for (step, plane) in &kept {
                let found = plane.iter().sum::<f64>() / n;
                assert!((found - mean).abs() < 5.0 * std / n.sqrt(), "mean {found} in step {step}");
                for (other, earlier) in kept.iter().filter(|(other, _)| other <= step) {
                    #[expect(clippy::cast_precision_loss, reason = "few steps")]
                    let expected = (-((step - other) as f64) * dt / tau_ms).exp();
                    let found = moment(plane, earlier) / (std * std);
                    let error = ((1.0 + expected * expected) / n).sqrt();
                    assert!(
                        (found - expected).abs() < 5.0 * error,
                        "{found} between {other} and {step}, not {expected}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_current_into_some_cells_reaches_no_other() {
        let window = Window { start_ms: 0.0, stop_ms: 1.0 };
        let own = current(Waveform::Constant { amplitude: 2.0 }, window);
        let own = Current { only: CellSet::new([1, 4, 7]).ok(), ..own };
        let mut plane = [0.0; 4];
        own.add(1, Clock::new(0.1).unwrap(), 4..8, &mut [], &mut plane);
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
