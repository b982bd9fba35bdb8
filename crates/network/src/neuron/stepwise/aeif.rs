//! The adaptive exponential integrate-and-fire cell of \[Brette2005\], as NEST has it: a spike is reset within the step.
//!
//! # Equations
//! ```text
//! C_m dv/dt = −g_L (v − E_L) + g_L Δ_T exp((v − V_th)/Δ_T) − w + I,     τ_w dw/dt = a (v − E_L) − w
//! v ≥ V_peak after a part of a step:  spike, v ← V_reset, w ← w + b, and the rest of the step goes on from there
//! ```
//! The equations see min(v, V_peak). While a cell is refractory they see V_reset, at which v is held, and w goes on. With
//! Δ_T = 0 there is no exponential, and a spike is at V_th; the equations see min(v, V_peak) as before.
//!
//! # References
//! \[Brette2005\] equations 1 to 3.

use super::fehlberg::Control;
use super::membrane::{Membrane, V_M, row};
use crate::neuron::Variable;
use neuropil_core::{Parameter, Range, Unit};

/// Its parameters.
pub(super) const PARAMETERS: [Parameter; 13] = [
    row("c_m", Unit::Pf, 281.0, Range::Positive, "membrane capacitance"),
    row("g_l", Unit::Ns, 30.0, Range::Positive, "leak conductance"),
    row("e_l", Unit::Mv, -70.6, Range::Any, "resting potential"),
    row("v_th", Unit::Mv, -50.4, Range::Any, "where the exponential begins"),
    row("v_peak", Unit::Mv, 0.0, Range::Any, "where a spike is cut"),
    row("v_reset", Unit::Mv, -60.0, Range::Any, "potential after a spike"),
    row("delta_t", Unit::Mv, 2.0, Range::NonNegative, "slope of the exponential"),
    row("a", Unit::Ns, 4.0, Range::Any, "how the adaptation follows the potential"),
    row("b", Unit::Pa, 80.5, Range::Any, "what a spike adds to the adaptation"),
    row("tau_w", Unit::Ms, 144.0, Range::Positive, "time constant of the adaptation"),
    row("t_ref", Unit::Ms, 0.0, Range::NonNegative, "refractory period"),
    row("i_e", Unit::Pa, 0.0, Range::Any, "constant current"),
    row("gsl_error_tol", Unit::One, 1e-6, Range::Positive, "error of a part"),
];

/// Its own variables.
pub(super) const VARIABLES: [Variable; 2] = [V_M, Variable { symbol: "w", unit: Unit::Pa, doc: "adaptation current" }];

/// See the [module](self).
pub(super) struct Aeif {
    c_m: f64,
    g_l: f64,
    e_l: f64,
    v_th: f64,
    v_peak: f64,
    /// Where a spike is.
    cut: f64,
    v_reset: f64,
    delta_t: f64,
    a: f64,
    b: f64,
    tau_w: f64,
    i_e: f64,
    tolerance: f64,
    hold: u32,
}

impl Membrane for Aeif {
    fn new(values: &[f64], hold: u32) -> Self {
        let &[c_m, g_l, e_l, v_th, v_peak, v_reset, delta_t, a, b, tau_w, _, i_e, tolerance, ..] = values else {
            unreachable!("as many values as the table has rows");
        };
        let cut = if delta_t > 0.0 { v_peak } else { v_th };
        Self { c_m, g_l, e_l, v_th, v_peak, cut, v_reset, delta_t, a, b, tau_w, i_e, tolerance, hold }
    }

    fn control(&self) -> Control {
        Control { absolute: self.tolerance, relative: self.tolerance, of_change: true }
    }

    #[inline(always)]
    fn seen(&self, y: &[f64], refractory: bool) -> f64 {
        if refractory { self.v_reset } else { y[0].min(self.v_peak) }
    }

    #[inline(always)]
    fn slopes(&self, refractory: bool, v: f64, current: f64, y: &[f64], dy: &mut [f64]) {
        let rise =
            if self.delta_t == 0.0 { 0.0 } else { self.g_l * self.delta_t * ((v - self.v_th) / self.delta_t).exp() };
        let leak = self.g_l * (v - self.e_l);
        dy[0] = if refractory { 0.0 } else { (-leak + rise + current - y[1] + self.i_e) / self.c_m };
        dy[1] = (self.a * (v - self.e_l) - y[1]) / self.tau_w;
    }

    #[inline(always)]
    fn inside(&self, y: &mut [f64], refractory: &mut u32) -> bool {
        if *refractory > 0 {
            y[0] = self.v_reset;
            return false;
        }
        let fires = y[0] >= self.cut;
        if fires {
            y[0] = self.v_reset;
            y[1] += self.b;
            *refractory = if self.hold > 0 { self.hold + 1 } else { 0 };
        }
        fires
    }

    #[inline(always)]
    fn after(&self, _before: f64, _y: &mut [f64], refractory: &mut u32) -> bool {
        *refractory = refractory.saturating_sub(1);
        false
    }
}
