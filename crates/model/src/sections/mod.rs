//! Sections that say one science once: the same words and one reader each, in `learning` of a model file and in a task file.

pub mod carrier;
mod feedback;
mod loss;
mod mu;
mod slope;

pub use feedback::{feedback, feedback_schema};
pub use loss::{LossSection, loss, loss_schema};
pub use mu::{MuKind, MuSettings, mu, mu_schema};
pub(crate) use slope::spiking;
pub use slope::{pseudo_derivative, pseudo_derivative_schema, reset_gradient};

use crate::catalogue::READOUT_SCALES;
use crate::fields::Fields;
use neuropil_core::Clock;

fn positive(value: f64) -> bool {
    value > 0.0
}

/// The memory of a readout, and what its inputs are scaled by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReadoutFilter {
    /// κ = e^(−dt / tau_ms); 0 for `tau_ms` 0.
    pub kappa: f64,
    /// g_o: 1 − κ, or 1.
    pub scale: f64,
}

/// Reads `tau_ms` (default 20) and `scaling` (default `one_minus_kappa`) of a readout.
pub fn readout_filter(own: &mut Fields<'_, '_>, clock: Clock) -> ReadoutFilter {
    let tau_ms = own.number_or("tau_ms", 20.0, ">= 0", |tau| tau >= 0.0);
    let is_unit = own.word("scaling", READOUT_SCALES) == Some(1);
    let kappa = decay(clock, tau_ms);
    ReadoutFilter { kappa, scale: if is_unit { 1.0 } else { 1.0 - kappa } }
}

/// e^(−dt / tau): what is left of a trace after a step; 0 for a `tau_ms` of 0.
pub(crate) fn decay(clock: Clock, tau_ms: f64) -> f64 {
    if tau_ms > 0.0 { (-clock.dt_ms() / tau_ms).exp() } else { 0.0 }
}
