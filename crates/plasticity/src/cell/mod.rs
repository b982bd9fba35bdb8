//! Cells that learn: each states the derivative of its step once, and everything that rules do with it follows.
//!
//! # Equations
//! A cell has n states x, of which its test sees cᵀ x, and P ports by which arrivals come in. The derivative of its state by a
//! weight obeys the linear part of its step; so does credit, backward in time:
//! ```text
//! x^t = A x^{t−1} + k e^{t−1} + Σ_p b_p pre_p^t,     e^t = ψ cᵀ x^t                  LocalStep::step, LocalStep::observed
//! o^t = D + Γ + kᵀ y^{t+1},   y^t = ψ c o^t + Aᵀ y^{t+1},   dE/d(arrivals at p) = b_pᵀ y^t       (the same, transposed)
//! ```
//! A, k and b may depend on what the cell does at the step, its [`Gate`]. A reset is in A and k: with x before the reset,
//! x̃ = Ã x + b pre, R(x̃) after a spike, A = Ã ((1 − z⁻) + z⁻ R′) and k = 0, or k = Ã (R(x̃⁻) − x̃⁻) where the gradient follows
//! the reset. As *intermediate* cell of the rules with μ, the gate is open: μ in place of ψ, no spike, not refractory.
//!
//! | Cell | x | A | k | b | c |
//! |---|---|---|---|---|---|
//! | [`Threshold`] | v, a | α, ρ | −r, g_a | g | 1, −β |
//! | [`Rflo`] | P | 1 − 1/τ | 0 | ψ/τ | 1, and e = P |
//! | [`LifDelta`] | v | (1 − R) α (1 − z⁻) | (1 − R) α s (v_reset − v⁻) | 1 − R | 1 |
//! | [`LifExp`] | v, I_0, I_1 | the same; v from I_p: (1 − R) P21_p; χ_p | the same | I_p: 1 | 1, 0, 0 |
//! | [`Linear`] | any | any | any | any | any |
//! | [`Recorded`] | any | of the step | of the step | of the step | of the step |
//!
//! What is derived stands in `derived`: slow, right for every cell. Loops that a training run spends its time in are written
//! out beside the cell, and [`conformance`] holds them to what is derived.
//!
//! # References
//! \[Bellec2020\] eqs. 19-26; \[Murray2019\] eq. 3; \[Liu2021\] for the attached reset.

pub mod conformance;

mod adjoint;
mod derived;
mod dynamics;
mod lif_delta;
mod lif_exp;
mod linear;
mod local_step;
pub mod means;
mod pattern;
mod planes;
mod port_path;
mod record;
pub mod recorded;
mod rflo;
mod threshold;
mod traces;

pub(crate) use adjoint::{Adjoint, Arriving, EqualCells, equal_cells, goes_through, learning_cells, single_cells};
pub use lif_delta::LifDelta;
pub use lif_exp::{LifExp, Receptor};
pub use linear::Linear;
pub use local_step::{FirstHop, Gate, LocalStep, Reset};
pub use means::{Means, OpenSteps};
pub use planes::{BackwardStep, Planes, WorthStep};
pub use record::Record;
pub use recorded::Recorded;
pub use rflo::Rflo;
pub use threshold::Threshold;
pub use traces::Traces;

use neuropil_core::Learnable;

dynamics::cells! {
    /// `alif` and `leaky_relu`.
    Threshold,
    /// `rflo_tanh`.
    Rflo,
    /// `lif_delta`.
    LifDelta,
    /// `lif_exp`.
    LifExp,
    /// Fixed matrices.
    Linear,
    /// Cells from equations.
    Recorded,
}

/// Whether gradients follow the reset of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetGradient {
    /// The reset is a constant of the gradient.
    Detached,
    /// The reset is differentiated.
    Attached,
}

impl Dynamics {
    /// The cell with the constants that a model of the network declares.
    pub fn of(own: &Learnable, gradient: ResetGradient) -> Dynamics {
        let attached = gradient == ResetGradient::Attached;
        match *own {
            Learnable::Adaptive { alpha, g, v_th, beta, rho, g_a } => {
                Dynamics::Threshold(Threshold { alpha, g, beta, rho, g_a, reset: if attached { v_th } else { 0.0 } })
            }
            Learnable::Rectified { alpha, g, .. } => {
                Dynamics::Threshold(Threshold { alpha, g, beta: 0.0, rho: 0.0, g_a: 0.0, reset: 0.0 })
            }
            Learnable::Tanh { rate } => Dynamics::Rflo(Rflo { rate }),
            Learnable::Clamped { alpha, v_reset, receptors, .. } => {
                let reset = if attached { Reset::Attached { v_reset } } else { Reset::Detached };
                match receptors {
                    None => Dynamics::LifDelta(LifDelta { alpha, reset }),
                    Some(receptors) => {
                        let receptors = receptors.map(|own| Receptor { chi: own.decay, p21: own.p21 });
                        Dynamics::LifExp(LifExp { alpha, reset, receptors })
                    }
                }
            }
        }
    }

    /// How much of what a state holds is still tested after so many steps, as a share of the most that ever is of it: the largest share
    /// of any state, of an open gate.
    pub fn left_after(&self, steps: u32) -> f64 {
        derived::left_after(self, steps)
    }

    /// The port of this cell that a synapse of a receptor comes in by.
    #[inline(always)]
    pub fn port(&self, receptor: usize) -> usize {
        receptor.min(self.ports().saturating_sub(1))
    }
}
