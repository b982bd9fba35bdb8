//! The leaky integrate-and-fire cell with conductances of alpha and beta shape.
//!
//! # Equations
//! ```text
//! C_m dv/dt = −g_L (v − E_L) + I
//! v ≥ V_th at the end of a step and not refractory:  spike, v ← V_reset, held for t_ref
//! ```
//!
//! # References
//! \[Meffin2004\] equations 1 to 3.

use super::fehlberg::Control;
use super::membrane::{Membrane, row};
use neuropil_core::{Parameter, Range, Unit};

/// Its parameters.
pub(super) const PARAMETERS: [Parameter; 7] = [
    row("c_m", Unit::Pf, 250.0, Range::Positive, "membrane capacitance"),
    row("g_l", Unit::Ns, 16.6667, Range::Positive, "leak conductance"),
    row("e_l", Unit::Mv, -70.0, Range::Any, "resting potential"),
    row("v_th", Unit::Mv, -55.0, Range::Any, "threshold"),
    row("v_reset", Unit::Mv, -60.0, Range::Any, "potential after a spike"),
    row("t_ref", Unit::Ms, 2.0, Range::NonNegative, "refractory period"),
    row("i_e", Unit::Pa, 0.0, Range::Any, "constant current"),
];

/// See the [module](self).
pub(super) struct Iaf {
    c_m: f64,
    g_l: f64,
    e_l: f64,
    v_th: f64,
    v_reset: f64,
    i_e: f64,
    hold: u32,
}

impl Membrane for Iaf {
    fn new(values: &[f64], hold: u32) -> Self {
        let &[c_m, g_l, e_l, v_th, v_reset, _, i_e, ..] = values else {
            unreachable!("as many values as the table has rows");
        };
        Self { c_m, g_l, e_l, v_th, v_reset, i_e, hold }
    }

    fn control(&self) -> Control {
        Control { absolute: 1e-3, relative: 0.0, of_change: false }
    }

    #[inline(always)]
    fn slopes(&self, _refractory: bool, v: f64, current: f64, _y: &[f64], dy: &mut [f64]) {
        dy[0] = (-self.g_l * (v - self.e_l) + current + self.i_e) / self.c_m;
    }

    #[inline(always)]
    fn after(&self, _before: f64, y: &mut [f64], refractory: &mut u32) -> bool {
        if *refractory > 0 {
            *refractory -= 1;
            y[0] = self.v_reset;
            return false;
        }
        let fires = y[0] >= self.v_th;
        if fires {
            *refractory = self.hold;
            y[0] = self.v_reset;
        }
        fires
    }
}
