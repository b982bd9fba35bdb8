//! Concentrations in space: what is deposited spreads, is lost, and is sampled.
//!
//! A [`Field`] holds every species in one [`Space`]: voxels of a [`Grid`], or well-mixed [`Compartments`] (regions, or
//! one a cell type, the mean field). Each species has its own [`Solver`] and walls. Solvers are one file each, behind one
//! trait, and pass one conformance kit.

pub mod bessel;
mod blend;
pub mod closed_form;
pub mod compartments;
#[cfg(test)]
mod conformance;
pub mod crank_nicolson;
mod grid;
mod layers;
pub mod response;
pub mod separable;
mod space;
pub mod steady;
mod threads;
mod transport;
pub mod uptake;
mod wall;

pub use compartments::Compartments;
pub use crank_nicolson::{CrankNicolson, Heterogeneous};
pub use grid::{Grid, Site};
pub use layers::{Deposits, Field, FieldFault, Layer};
pub use separable::SeparableKernel;
pub use space::Space;
pub use steady::Steady;
pub use threads::Threads;
pub use transport::Transport;
pub use wall::{CLOSED, Wall, Walls, image};

/// What a solver is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SolverInfo {
    /// Its name in files.
    pub name: &'static str,
    /// Order in time; `None` if exact.
    pub order: Option<u32>,
    /// In a line.
    pub summary: &'static str,
}

/// Diffusion and first-order loss of one species over steps of one length.
pub trait Solver: std::fmt::Debug + Send + Sync {
    /// What it is.
    fn info(&self) -> &'static SolverInfo;
    /// The step it was built for, ms.
    fn step_ms(&self) -> f64;
    /// Advances the concentration of every place, nM, by a step; the bits do not depend on the threads.
    fn advance(&mut self, concentration: &mut [f64], threads: &Threads);
    /// Whether something enters through its walls, so that an empty field does not stay empty.
    fn has_inflow(&self) -> bool {
        false
    }
}
