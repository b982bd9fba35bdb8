//! Eligibility: one cell's linear state forward in time, for many partners side by side.
//!
//! Driven by what a synapse brings, this is the eligibility trace e of the synapses onto a cell; driven by what other
//! cells bring as well, it is the derivative of the cell of real-time recurrent learning. The equations are those of
//! [`crate::cells`].

use crate::Dynamics;
use crate::cells::Reset;

/// ε_v, ε_a, ε_I and e of one cell, a number a partner.
pub(crate) struct Trace {
    v: Vec<f64>,
    a: Vec<f64>,
    current: [Vec<f64>; 2],
    /// ε_v − β ε_a: what ψ multiplies.
    pub(crate) linear: Vec<f64>,
    /// e.
    pub(crate) e: Vec<f64>,
}

/// What a cell does at one step.
#[derive(Clone, Copy)]
pub(crate) struct Gate {
    /// ψ.
    pub(crate) psi: f64,
    /// z of the step before.
    pub(crate) z_before: f64,
    /// v − E_L of the step before, before its reset.
    pub(crate) v_before: f64,
    /// R.
    pub(crate) held: f64,
}

impl Trace {
    pub(crate) fn new(dynamics: &Dynamics, width: usize) -> Self {
        let zeros = || vec![0.0; width];
        let currents = || if dynamics.is_split() { zeros() } else { Vec::new() };
        Self { v: zeros(), a: zeros(), current: [currents(), currents()], linear: zeros(), e: zeros() }
    }

    /// One step, driven by `drive`, `[channel][width]`; a cell without receptors takes the first channel.
    #[inline(always)]
    pub(crate) fn advance(&mut self, dynamics: &Dynamics, gate: Gate, drive: &[f64]) {
        let width = self.e.len();
        let Self { v, a, current, linear, e } = self;
        match dynamics {
            Dynamics::Threshold(own) => {
                for i in 0..width {
                    v[i] = own.alpha * v[i] + own.g * drive[i] - own.reset * e[i];
                    a[i] = own.rho * a[i] + own.g_a * e[i];
                    linear[i] = v[i] - own.beta * a[i];
                    e[i] = gate.psi * linear[i];
                }
            }
            Dynamics::Rflo { rate } => {
                for i in 0..width {
                    v[i] = (1.0 - rate) * v[i] + rate * gate.psi * drive[i];
                    e[i] = v[i];
                }
            }
            Dynamics::LifDelta { alpha, reset } => {
                for i in 0..width {
                    v[i] = (1.0 - gate.held) * (gate.membrane(*alpha, *reset, v[i], e[i]) + drive[i]);
                    e[i] = gate.psi * v[i];
                }
            }
            Dynamics::LifExp { alpha, reset, receptors } => {
                for i in 0..width {
                    let mut arriving = gate.membrane(*alpha, *reset, v[i], e[i]);
                    for (x, (receptor, current)) in receptors.iter().zip(&mut *current).enumerate() {
                        arriving += receptor.p21 * current[i];
                        current[i] = receptor.chi * current[i] + drive[x * width + i];
                    }
                    v[i] = (1.0 - gate.held) * arriving;
                    e[i] = gate.psi * v[i];
                }
            }
        }
    }
}

impl Gate {
    /// α [(1 − z⁻) ε_v + s (v_reset − v⁻) e⁻].
    #[inline(always)]
    fn membrane(&self, alpha: f64, reset: Reset, v: f64, e: f64) -> f64 {
        let of_reset = match reset {
            Reset::Detached => 0.0,
            Reset::Attached { v_reset } => v_reset - self.v_before,
        };
        alpha * ((1.0 - self.z_before) * v + of_reset * e)
    }
}
