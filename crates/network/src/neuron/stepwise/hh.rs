//! Cells with sodium and potassium channels after Hodgkin and Huxley: the squid's axon, and the cortical cell of
//! \[Traub1991\] in the form of \[Brette2007\].
//!
//! # Equations
//! ```text
//! C_m dv/dt = −g_Na m³ h (v − E_Na) − g_K n⁴ (v − E_K) − g_L (v − E_L) + I,     dx/dt = α_x (1 − x) − β_x x
//! ```
//! A spike is where v, not refractory, is at or above the threshold (0 mV; of the cortical cell V_T + 30 mV) and fell over
//! the step. Nothing is reset; t_ref is for how long no other spike is looked for.
//!
//! # References
//! \[Hodgkin1952\], \[Traub1991\], \[Brette2007\] appendix B.

use super::fehlberg::Control;
use super::membrane::{Membrane, V_M, row};
use crate::neuron::Variable;
use neuropil_core::{Parameter, Range, Unit};

/// Parameters of the axon.
pub(super) const AXON: [Parameter; 9] = [
    row("c_m", Unit::Pf, 100.0, Range::Positive, "membrane capacitance"),
    row("g_na", Unit::Ns, 12000.0, Range::NonNegative, "conductance of sodium"),
    row("g_k", Unit::Ns, 3600.0, Range::NonNegative, "conductance of potassium"),
    row("g_l", Unit::Ns, 30.0, Range::NonNegative, "leak conductance"),
    row("e_na", Unit::Mv, 50.0, Range::Any, "reversal potential of sodium"),
    row("e_k", Unit::Mv, -77.0, Range::Any, "reversal potential of potassium"),
    row("e_l", Unit::Mv, -54.402, Range::Any, "reversal potential of the leak"),
    row("t_ref", Unit::Ms, 2.0, Range::NonNegative, "refractory period"),
    row("i_e", Unit::Pa, 0.0, Range::Any, "constant current"),
];

/// Parameters of the cortical cell.
pub(super) const CORTEX: [Parameter; 10] = [
    row("c_m", Unit::Pf, 200.0, Range::Positive, "membrane capacitance"),
    row("g_na", Unit::Ns, 20000.0, Range::NonNegative, "conductance of sodium"),
    row("g_k", Unit::Ns, 6000.0, Range::NonNegative, "conductance of potassium"),
    row("g_l", Unit::Ns, 10.0, Range::NonNegative, "leak conductance"),
    row("e_na", Unit::Mv, 50.0, Range::Any, "reversal potential of sodium"),
    row("e_k", Unit::Mv, -90.0, Range::Any, "reversal potential of potassium"),
    row("e_l", Unit::Mv, -60.0, Range::Any, "reversal potential of the leak"),
    row("t_ref", Unit::Ms, 2.0, Range::NonNegative, "refractory period"),
    row("i_e", Unit::Pa, 0.0, Range::Any, "constant current"),
    row("v_t", Unit::Mv, -63.0, Range::Any, "what the gates' potentials are relative to"),
];

const fn gate(symbol: &'static str, doc: &'static str) -> Variable {
    Variable { symbol, unit: Unit::One, doc }
}

/// Their own variables.
pub(super) const VARIABLES: [Variable; 4] = [
    V_M,
    gate("act_m", "activation of sodium"),
    gate("inact_h", "what is not inactivated of sodium"),
    gate("act_n", "activation of potassium"),
];

/// Where the axon starts: in its equilibrium at -65 mV.
pub(super) const AXON_START: [f64; 4] =
    [-65.0, 0.052_932_485_257_249_58, 0.596_120_753_508_460_3, 0.317_676_914_060_697_4];
/// Where the cortical cell starts: in its equilibrium at -60 mV.
pub(super) const CORTEX_START: [f64; 4] =
    [-60.0, 9.895_563_096_746_586e-9, 0.999_999_999_106_396, 2.551_577_051_602_551e-7];

/// What both have.
struct Channels {
    c_m: f64,
    g: [f64; 3],
    e: [f64; 3],
    i_e: f64,
    hold: u32,
}

/// The rates of a gate, 1/ms.
struct Rates {
    open: f64,
    close: f64,
}

impl Channels {
    fn new(values: &[f64], hold: u32) -> Self {
        let &[c_m, g_na, g_k, g_l, e_na, e_k, e_l, _, i_e, ..] = values else {
            unreachable!("as many values as the table has rows");
        };
        Self { c_m, g: [g_na, g_k, g_l], e: [e_na, e_k, e_l], i_e, hold }
    }

    #[inline(always)]
    fn slopes(&self, rates: [Rates; 3], current: f64, y: &[f64], dy: &mut [f64]) {
        let (v, m, h, n) = (y[0], y[1], y[2], y[3]);
        let sodium = self.g[0] * m * m * m * h * (v - self.e[0]);
        let potassium = self.g[1] * n * n * n * n * (v - self.e[1]);
        let leak = self.g[2] * (v - self.e[2]);
        dy[0] = (-(sodium + potassium + leak) + current + self.i_e) / self.c_m;
        for ((dy, y), own) in dy[1..4].iter_mut().zip(&y[1..4]).zip(rates) {
            *dy = own.open * (1.0 - y) - own.close * y;
        }
    }

    #[inline(always)]
    fn after(&self, threshold: f64, before: f64, v: f64, refractory: &mut u32) -> bool {
        if *refractory > 0 {
            *refractory -= 1;
            return false;
        }
        let fires = v >= threshold && before > v;
        if fires {
            *refractory = self.hold;
        }
        fires
    }
}

/// NEST's bound for both.
const CONTROL: Control = Control { absolute: 1e-3, relative: 0.0, of_change: false };

/// What a rate x/(e^x − 1) comes to where its x is 0, in which the quotient is none.
#[inline(always)]
fn limit(rate: f64, distance: f64) -> Option<f64> {
    (distance == 0.0).then_some(rate)
}

/// The squid's axon.
pub(super) struct Axon(Channels);

impl Membrane for Axon {
    const ARRIVALS_FIRST: bool = true;

    fn new(values: &[f64], hold: u32) -> Self {
        Self(Channels::new(values, hold))
    }

    fn control(&self) -> Control {
        CONTROL
    }

    #[inline(always)]
    fn slopes(&self, _refractory: bool, v: f64, current: f64, y: &[f64], dy: &mut [f64]) {
        let m = Rates {
            open: limit(1.0, v + 40.0).unwrap_or_else(|| 0.1 * (v + 40.0) / (1.0 - (-(v + 40.0) / 10.0).exp())),
            close: 4.0 * (-(v + 65.0) / 18.0).exp(),
        };
        let h = Rates { open: 0.07 * (-(v + 65.0) / 20.0).exp(), close: 1.0 / (1.0 + (-(v + 35.0) / 10.0).exp()) };
        let n = Rates {
            open: limit(0.1, v + 55.0).unwrap_or_else(|| 0.01 * (v + 55.0) / (1.0 - (-(v + 55.0) / 10.0).exp())),
            close: 0.125 * (-(v + 65.0) / 80.0).exp(),
        };
        self.0.slopes([m, h, n], current, y, dy);
    }

    #[inline(always)]
    fn after(&self, before: f64, y: &mut [f64], refractory: &mut u32) -> bool {
        self.0.after(0.0, before, y[0], refractory)
    }
}

/// The cortical cell.
pub(super) struct Cortex {
    channels: Channels,
    v_t: f64,
}

impl Membrane for Cortex {
    const ARRIVALS_FIRST: bool = true;

    fn new(values: &[f64], hold: u32) -> Self {
        Self { channels: Channels::new(values, hold), v_t: values[9] }
    }

    fn control(&self) -> Control {
        CONTROL
    }

    #[inline(always)]
    fn slopes(&self, _refractory: bool, v: f64, current: f64, y: &[f64], dy: &mut [f64]) {
        let v = v - self.v_t;
        let m = Rates {
            open: limit(1.28, v - 13.0).unwrap_or_else(|| 0.32 * (13.0 - v) / (((13.0 - v) / 4.0).exp() - 1.0)),
            close: limit(1.4, v - 40.0).unwrap_or_else(|| 0.28 * (v - 40.0) / (((v - 40.0) / 5.0).exp() - 1.0)),
        };
        let h = Rates { open: 0.128 * ((17.0 - v) / 18.0).exp(), close: 4.0 / (1.0 + ((40.0 - v) / 5.0).exp()) };
        let n = Rates {
            open: limit(0.16, v - 15.0).unwrap_or_else(|| 0.032 * (15.0 - v) / (((15.0 - v) / 5.0).exp() - 1.0)),
            close: 0.5 * ((10.0 - v) / 40.0).exp(),
        };
        self.channels.slopes([m, h, n], current, y, dy);
    }

    #[inline(always)]
    fn after(&self, before: f64, y: &mut [f64], refractory: &mut u32) -> bool {
        self.channels.after(self.v_t + 30.0, before, y[0], refractory)
    }
}
