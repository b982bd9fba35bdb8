//! Currents that fluctuate, beside those of the model: Ornstein-Uhlenbeck processes and draws that are held, of each cell its own.
//!
//! The process is that of [`Waveform::OrnsteinUhlenbeck`]. It begins, as the edit does, with a draw of what it tends to, so that it is stationary from
//! its first step on. Its random numbers are those of [`Stream::NoiseEdit`], whose owner is the number of the edit among those of noise.

use super::{EditFault, Hands};
use neuropil_core::{CellSet, Real, Stream, StreamKey};
use neuropil_network::Window;
use neuropil_network::current::{Current, Waveform};
use neuropil_network::network::Design;

/// A current that fluctuates.
#[derive(Debug, Clone, PartialEq)]
pub struct NoiseEdit {
    /// Index of the population.
    pub population: usize,
    /// Its cells; all if `None`.
    pub cells: Option<CellSet>,
    /// Continuous port of its model.
    pub port: usize,
    /// In the unit of the port.
    pub waveform: Waveform,
}

impl NoiseEdit {
    pub(super) fn faults<R: Real>(&self, design: &Design<R>) -> Vec<EditFault> {
        let own = &design.populations[self.population];
        let ports = own.neurons().map_or(0, |model| model.info().currents.len());
        let mut faults = Vec::new();
        if self.port >= ports {
            faults.push(EditFault::NoCurrent { population: own.name.clone(), ports, port: self.port });
        }
        let numbers = match &self.waveform {
            Waveform::OrnsteinUhlenbeck { mean, std, tau_ms } => {
                vec![("the mean", *mean, true), ("std", *std, *std >= 0.0), ("tau", *tau_ms, *tau_ms > 0.0)]
            }
            Waveform::Noise { mean, std, .. } => vec![("the mean", *mean, true), ("std", *std, *std >= 0.0)],
            Waveform::Constant { .. } | Waveform::Sine { .. } => Vec::new(),
        };
        for (what, found, holds) in numbers {
            if !(holds && R::from_f64(found).to_f64().is_finite()) {
                let expected = if what == "tau" { "a number > 0" } else { "a number (std >= 0)" };
                faults.push(EditFault::Number { what: what.into(), found, expected });
            }
        }
        faults
    }

    fn current(&self, seed: u64, number: u32) -> Current {
        let Self { population, cells, port, waveform } = self.clone();
        let key = StreamKey::new(seed, Stream::NoiseEdit, number);
        // It holds as long as the edit is in force.
        Current { target: population, port, only: cells, waveform, window: Window::ALWAYS, key }
    }
}

/// A current that an edit lays on cells.
pub struct LaidOn {
    /// The number of the edit.
    pub edit: usize,
    /// The current.
    pub current: Current,
}

/// The currents of edits in force in a step, in their order.
pub(super) fn refresh<R: Real>(hands: &mut Hands<R>, seed: u64, step: u64) {
    let Hands { list, overlay, .. } = hands;
    let mut numbers = 0_u32..;
    let all = list.iter().enumerate().filter_map(|(edit, own)| {
        let current = match (own.edit.injection(), own.edit.noise()) {
            (Some(own), _) => own.current(),
            (_, Some(own)) => own.current(seed, numbers.next()?),
            _ => return None,
        };
        own.holds(step).then_some(LaidOn { edit, current })
    });
    overlay.currents = all.collect();
}
