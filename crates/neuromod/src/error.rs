//! What cannot be simulated.

use neuropil_core::BadParameter;

/// A fault of the tissue, of a species or of where things lie.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NeuromodError {
    /// A parameter is outside its range.
    #[error("`{owner}`: {fault}")]
    Parameter {
        /// Whose.
        owner: String,
        /// Which and why.
        fault: BadParameter,
    },
    /// The grid has no voxels, too many, or a spacing that is no length.
    #[error("grid of {shape:?} voxels of {dx_um:?} um: {reason}")]
    Grid {
        /// Voxels along x, y, z.
        shape: [usize; 3],
        /// Edges, um.
        dx_um: [f64; 3],
        /// What is wrong.
        reason: &'static str,
    },
    /// One face of an axis is periodic, the other is not.
    #[error("axis {axis}: one face is periodic, the other is not")]
    HalfPeriodic {
        /// x, y or z.
        axis: char,
    },
    /// A point lies outside of the tissue.
    #[error("{position_um:?} um lies outside of the box from (0, 0, 0) to {size_um:?} um")]
    Outside {
        /// The point.
        position_um: [f64; 3],
        /// The far corner.
        size_um: [f64; 3],
    },
    /// A step is not a positive number.
    #[error("field step {step_ms} ms, must be a finite number > 0 ms")]
    Step {
        /// The step.
        step_ms: f64,
    },
    /// A field of properties has another number of values than there are voxels, or a value out of range.
    #[error("{name}: {reason}")]
    Property {
        /// Of what.
        name: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// Walls of a given concentration, which this solver does not have.
    #[error("the {solver} solver has no walls of fixed concentration: use the separable kernel")]
    FixedWalls {
        /// The solver.
        solver: &'static str,
    },
    /// The system gives no threads.
    #[error("cannot start {count} threads: {reason}")]
    Threads {
        /// How many were wanted.
        count: usize,
        /// The system's reason.
        reason: String,
    },
}
