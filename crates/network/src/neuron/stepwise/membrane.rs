//! What the membranes of cells that are integrated in parts have in common.

use super::fehlberg::Control;
use crate::neuron::Variable;
use neuropil_core::{Parameter, Range, Unit};

/// A membrane: its equations, and what a spike does to it.
pub(super) trait Membrane: Send + Sync + 'static {
    /// Whether arrivals of a step are added before its spike is looked for.
    const ARRIVALS_FIRST: bool = false;

    /// Of the values of the table that its kind has for it; `hold` is the number of steps that `t_ref` takes.
    fn new(values: &[f64], hold: u32) -> Self;

    /// How large errors may be.
    fn control(&self) -> Control;

    /// The potential that receptors see.
    #[inline(always)]
    fn seen(&self, y: &[f64], _refractory: bool) -> f64 {
        y[0]
    }

    /// The slopes of its own variables, of which `y` begins with the potential; `v` is what receptors see, `current` theirs
    /// and what is injected, pA.
    fn slopes(&self, refractory: bool, v: f64, current: f64, y: &[f64], dy: &mut [f64]);

    /// After each part; tells whether the cell fires.
    #[inline(always)]
    fn inside(&self, _y: &mut [f64], _refractory: &mut u32) -> bool {
        false
    }

    /// After the step, before which the potential was `before`; tells whether the cell fires.
    fn after(&self, before: f64, y: &mut [f64], refractory: &mut u32) -> bool;
}

/// A row of a table of parameters.
pub(super) const fn row(symbol: &'static str, unit: Unit, default: f64, range: Range, doc: &'static str) -> Parameter {
    Parameter { symbol, unit, default, range, doc }
}

/// The potential, in tables of variables.
pub(super) const V_M: Variable = Variable { symbol: "v_m", unit: Unit::Mv, doc: "membrane potential" };
