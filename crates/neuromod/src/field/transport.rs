//! How one species moves in a homogeneous tissue.

use super::grid::Grid;
use super::wall::{self, Wall, Walls};
use crate::error::NeuromodError;

/// Diffusion, loss and walls of one species on a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Transport {
    /// The voxels.
    pub grid: Grid,
    /// The faces of the box.
    pub walls: Walls,
    /// D* along x, y, z, um²/ms.
    pub diffusivity: [f64; 3],
    /// Rate of first-order loss, 1/ms.
    pub loss: f64,
}

impl Transport {
    /// r = D* Δ/dx² along an axis.
    pub fn ratio(&self, axis: usize, step_ms: f64) -> f64 {
        let dx = self.grid.dx()[axis];
        self.diffusivity[axis] * step_ms / (dx * dx)
    }

    /// The same with absorbing walls in place of those of a fixed concentration.
    pub fn without_inflow(&self) -> Self {
        let absorb = |wall| if matches!(wall, Wall::Fixed(_)) { Wall::Absorb } else { wall };
        Self { walls: self.walls.map(|faces| faces.map(absorb)), ..self.clone() }
    }

    /// Checks everything a solver needs.
    ///
    /// # Errors
    /// Faulty walls or step, numbers that are negative or not finite, steps beyond reason.
    pub fn check(&self, step_ms: f64) -> Result<(), NeuromodError> {
        wall::check(&self.walls)?;
        if !(step_ms.is_finite() && step_ms > 0.0) {
            return Err(NeuromodError::Step { step_ms });
        }
        let rates = self.diffusivity.iter().map(|d| ("diffusivity", *d)).chain([("loss", self.loss)]);
        for (name, value) in rates {
            if !(value.is_finite() && value >= 0.0) {
                return Err(NeuromodError::Property { name, reason: format!("found {value}, must be >= 0") });
            }
        }
        match (0..3).map(|axis| self.ratio(axis, step_ms)).find(|ratio| *ratio > MOST_RATIO) {
            Some(ratio) => {
                let reason = format!("D* step/dx² = {ratio:.3e}, must be at most {MOST_RATIO:e}: take a shorter step");
                Err(NeuromodError::Property { name: "field step", reason })
            }
            None => Ok(()),
        }
    }

    /// A line of advice if the voxels are too coarse for how far the species reaches: edges should be at most a fifth
    /// of sqrt(D*/k).
    pub fn coarse(&self, name: &str) -> Option<String> {
        let longest = |axis: &usize| (self.diffusivity[*axis] / self.loss).sqrt() / 5.0;
        let axis = (0..3).find(|axis| self.grid.shape()[*axis] > 1 && self.grid.dx()[*axis] > longest(axis))?;
        Some(format!(
            "`{name}`: voxels of {} um are coarse for its decay length of {:.3} um; at most {:.3} um are advised",
            self.grid.dx()[axis],
            5.0 * longest(&axis),
            longest(&axis)
        ))
    }
}

/// Larger ratios would take thousands of substeps.
const MOST_RATIO: f64 = 1e4;
