//! How a cell is run.

/// How equations that are not linear are solved; linear ones are solved exactly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Method {
    /// The classical Runge-Kutta method of order 4, in equal parts of a step.
    RungeKutta {
        /// How many parts; at least 1.
        substeps: u32,
    },
    /// The same in 1, 2, 4, ... 64 parts, the fewest for which every part meets the tolerance; each cell by itself.
    ///
    /// A membrane that explodes (AdEx on its way to the peak) meets no tolerance in any number of equal parts; it is taken as
    /// 64 parts leave it, and counted in [`Machine::unmet`](super::Machine::unmet): what it lacks is the time of the spike by
    /// less than a part, and the reset erases the rest.
    Auto {
        /// Of the error of a part, relative to 1 + |y| in coherent units.
        tolerance: f64,
    },
    /// x + h φ1(h ∂f/∂x) f, with each equation's own derivative only.
    ExponentialEuler {
        /// How many parts; at least 1.
        substeps: u32,
    },
    /// x + h f.
    ForwardEuler {
        /// How many parts; at least 1.
        substeps: u32,
    },
}

/// How a cell is run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// The step, in ms.
    pub dt_ms: f64,
    /// The solver.
    pub method: Method,
    /// Whether timers are kept on the grid of time; else they are numbers like all others.
    pub timers_on_grid: bool,
}
