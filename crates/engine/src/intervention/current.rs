//! Currents into cells, beside those of the model. Several into one cell add up, in the order in which they are given.

use super::EditFault;
use neuropil_core::{CellSet, Real, Stream, StreamKey};
use neuropil_network::Window;
use neuropil_network::current::{Current, Waveform};
use neuropil_network::network::Design;

/// A constant current.
#[derive(Debug, Clone, PartialEq)]
pub struct Injection {
    /// Index of the population.
    pub population: usize,
    /// Its cells; all if `None`.
    pub cells: Option<CellSet>,
    /// Continuous port of its model.
    pub port: usize,
    /// In the unit of the port: pA, or none.
    pub amplitude: f64,
}

impl Injection {
    pub(super) fn faults<R: Real>(&self, design: &Design<R>) -> Vec<EditFault> {
        let own = &design.populations[self.population];
        let ports = own.neurons().map_or(0, |model| model.info().currents.len());
        let mut faults = Vec::new();
        if self.port >= ports {
            faults.push(EditFault::NoCurrent { population: own.name.clone(), ports, port: self.port });
        }
        if !self.amplitude.is_finite() {
            faults.push(EditFault::Number { what: "the current".into(), found: self.amplitude, expected: "a number" });
        }
        faults
    }

    pub(super) fn current(&self) -> Current {
        let Self { population, cells, port, amplitude } = self.clone();
        // It holds as long as the edit is in force, and draws nothing.
        let (waveform, window) = (Waveform::Constant { amplitude }, Window::ALWAYS);
        Current { target: population, port, only: cells, waveform, window, key: StreamKey::new(0, Stream::Noise, 0) }
    }
}
