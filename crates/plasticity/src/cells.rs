//! What a cell's own state does to credit and traces: the linear part of its equations.
//!
//! # Equations
//! ```text
//! threshold   ε_v ← α ε_v + g pre − r e⁻,   ε_a ← ρ ε_a + g_a e⁻,   e = ψ (ε_v − β ε_a)      (r = v_th or 0)
//! rflo        P ← (1 − 1/τ) P + (1/τ) ψ pre,   e = P                                       (ψ = 1 − tanh² u)
//! lif_delta   ε_v ← (1 − R)(m + pre),   e = ψ ε_v,   m = α [(1 − z⁻) ε_v + s (v_reset − v⁻) e⁻]
//! lif_exp     ε_v ← (1 − R)(m + P21_x ε_I⁻),   ε_I ← χ_x ε_I + pre
//! ```
//! `alif` and `leaky_relu` are `threshold` cells, the latter with β = 0 and no reset.
//!
//! # References
//! \[Bellec2020\] eqs. 19-26; \[Murray2019\] eq. 3; \[Liu2021\] for the attached reset.

use crate::Error;

/// Models of the network crate whose cells can learn.
pub const LEARNING_MODELS: &[&str] = &["alif", "leaky_relu", "rflo_tanh", "lif_delta", "lif_exp"];

/// An error if cells of a model (of the network crate) have no traces.
pub fn can_learn(model: &str) -> Result<(), Error> {
    if LEARNING_MODELS.contains(&model) { Ok(()) } else { Err(Error::NoTraces { model: model.into() }) }
}

/// Constants of one cell, per step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Dynamics {
    /// `alif` and `leaky_relu`.
    Threshold(Threshold),
    /// `rflo_tanh`: `rate` = dt/τ.
    Rflo {
        /// dt/τ.
        rate: f64,
    },
    /// `lif_delta`.
    LifDelta {
        /// e^{−dt/τ_m}.
        alpha: f64,
        /// The reset, if the gradient follows it.
        reset: Reset,
    },
    /// `lif_exp`.
    LifExp {
        /// e^{−dt/τ_m}.
        alpha: f64,
        /// The reset, if the gradient follows it.
        reset: Reset,
        /// Currents: excitatory, inhibitory.
        receptors: [Receptor; 2],
    },
}

/// Constants of a cell with threshold, leak and subtractive reset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// α = e^{−dt/τ_m}.
    pub alpha: f64,
    /// g: what multiplies arrivals.
    pub g: f64,
    /// β: strength of the adaptation.
    pub beta: f64,
    /// ρ = e^{−dt/τ_a}.
    pub rho: f64,
    /// g_a: what multiplies a spike in the adaptation.
    pub g_a: f64,
    /// r: what a spike subtracts from v *in the gradient*: v_th if the reset is attached, else 0.
    pub reset: f64,
}

/// Whether the gradient follows a reset to `v_reset` (s = 1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reset {
    /// The reset is a constant of the gradient.
    Detached,
    /// The reset is differentiated.
    Attached {
        /// v_reset − E_L (mV).
        v_reset: f64,
    },
}

/// A synaptic current of `lif_exp`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Receptor {
    /// χ = e^{−dt/τ_syn}.
    pub chi: f64,
    /// P21: mV over a step per pA at its start.
    pub p21: f64,
}

impl Dynamics {
    /// Name for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Dynamics::Threshold(_) => "threshold",
            Dynamics::Rflo { .. } => "rflo",
            Dynamics::LifDelta { .. } => "lif_delta",
            Dynamics::LifExp { .. } => "lif_exp",
        }
    }

    /// Whether a spike sets v to v_reset and holds it there.
    pub fn is_clamped(&self) -> bool {
        matches!(self, Dynamics::LifDelta { .. } | Dynamics::LifExp { .. })
    }

    /// Channels that arrivals come in by: 2 if a synapse has a receptor.
    pub fn is_split(&self) -> bool {
        matches!(self, Dynamics::LifExp { .. })
    }

    /// What the response of an intermediate cell depends on: kind, then constants. A reset to v_reset is none of it.
    pub(crate) fn constants(&self) -> Vec<f64> {
        match self {
            Dynamics::Threshold(own) => vec![0.0, own.alpha, own.g, own.beta, own.rho, own.g_a, own.reset],
            Dynamics::Rflo { rate } => vec![1.0, *rate],
            Dynamics::LifDelta { alpha, .. } => vec![2.0, *alpha],
            Dynamics::LifExp { alpha, receptors: [exc, inh], .. } => {
                vec![3.0, *alpha, exc.chi, exc.p21, inh.chi, inh.p21]
            }
        }
    }
}
