//! Receptors of cells that are integrated in parts: what an arrival does to them, and what they do to the membrane.

use crate::neuron::{Port, SignRule, Variable, interned};
use neuropil_core::{Parameter, Range, Unit};
use std::f64::consts::E;

/// How the effect of an arrival runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The membrane jumps.
    Delta,
    /// A current that decays.
    ExpCurrent,
    /// A current of alpha shape, whose peak is the weight.
    AlphaCurrent,
    /// A conductance that decays.
    ExpConductance,
    /// A conductance of alpha shape, whose peak is the weight.
    AlphaConductance,
    /// A conductance that rises and decays, whose peak is the weight.
    BetaConductance,
}

/// How many receptors there are, and how they are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receptors {
    /// One for each sign of weights (`..._ex`, `..._in`); of `Delta` one for both.
    BySign,
    /// So many, by their numbers from 1 on.
    Numbered(usize),
}

impl Shape {
    fn is_conductance(self) -> bool {
        matches!(self, Shape::ExpConductance | Shape::AlphaConductance | Shape::BetaConductance)
    }

    /// Numbers that evolve, of one receptor.
    pub(super) fn variables(self) -> usize {
        match self {
            Shape::Delta => 0,
            Shape::ExpCurrent | Shape::ExpConductance => 1,
            _ => 2,
        }
    }
}

/// What a receptor has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Receptor {
    rise: f64,
    decay: f64,
    reversal: f64,
    jump: f64,
}

/// Stems of parameters of a receptor: those of time, then of the reversal potential.
fn stems(shape: Shape, receptors: Receptors) -> Vec<(&'static str, Unit)> {
    let times: &[&str] = match shape {
        Shape::Delta => return Vec::new(),
        Shape::BetaConductance => &["tau_rise", "tau_decay"],
        _ => &["tau_syn"],
    };
    let reversal = match receptors {
        Receptors::BySign => "e",
        Receptors::Numbered(_) => "e_rev",
    };
    let reversal = shape.is_conductance().then_some((reversal, Unit::Mv));
    times.iter().map(|stem| (*stem, Unit::Ms)).chain(reversal).collect()
}

/// The names of receptors behind a stem.
fn ends(receptors: Receptors) -> Vec<String> {
    match receptors {
        Receptors::BySign => vec!["ex".into(), "in".into()],
        Receptors::Numbered(count) => (1..=count).map(|number| number.to_string()).collect(),
    }
}

/// The rows of parameters, stem by stem; `defaults` has a pair a stem, of which numbered receptors have the first.
pub(super) fn parameters(shape: Shape, receptors: Receptors, defaults: &[[f64; 2]]) -> Vec<Parameter> {
    let mut rows = Vec::new();
    for ((stem, unit), pair) in stems(shape, receptors).into_iter().zip(defaults) {
        for (place, end) in ends(receptors).iter().enumerate() {
            let default = if receptors == Receptors::BySign { pair[place] } else { pair[0] };
            let range = if unit == Unit::Ms { Range::Positive } else { Range::Any };
            let symbol = interned(&format!("{stem}_{end}"));
            rows.push(Parameter { symbol, unit, default, range, doc: "of a receptor" });
        }
    }
    rows
}

/// The receptors of a cell, of the values of [`parameters`].
pub(super) fn receptors(shape: Shape, receptors: Receptors, values: &[f64]) -> Vec<Receptor> {
    if shape == Shape::Delta {
        return Vec::new();
    }
    let count = ends(receptors).len();
    let value = |stem: usize, place: usize| values[stem * count + place];
    let one = |place: usize| {
        let (rise, decay) = match shape {
            Shape::BetaConductance => (value(0, place), value(1, place)),
            _ => (value(0, place), value(0, place)),
        };
        let reversal = match shape {
            Shape::BetaConductance => value(2, place),
            Shape::ExpConductance | Shape::AlphaConductance => value(1, place),
            _ => 0.0,
        };
        let jump = match shape {
            Shape::BetaConductance => beta_jump(rise, decay),
            Shape::AlphaCurrent | Shape::AlphaConductance => E / rise,
            _ => 1.0,
        };
        Receptor { rise: 1.0 / rise, decay: 1.0 / decay, reversal, jump }
    };
    (0..count).map(one).collect()
}

/// What a weight of 1 adds to the derivative of a conductance whose peak is then 1.
fn beta_jump(rise: f64, decay: f64) -> f64 {
    let difference = decay - rise;
    if difference.abs() < 1e-9 * decay {
        return E / decay;
    }
    let peak = rise * decay * (decay / rise).ln() / difference;
    (1.0 / rise - 1.0 / decay) / ((-peak / decay).exp() - (-peak / rise).exp())
}

/// The ports.
pub(super) fn ports(shape: Shape, receptors: Receptors) -> Vec<Port> {
    let unit = match shape {
        Shape::Delta => Unit::Mv,
        _ if shape.is_conductance() => Unit::Ns,
        _ => Unit::Pa,
    };
    let inhibitory = if shape.is_conductance() { SignRule::NegativeAsSize } else { SignRule::Negative };
    match receptors {
        _ if shape == Shape::Delta => vec![Port::only(unit)],
        Receptors::BySign => vec![Port::exc(unit, None), Port::inh(unit, inhibitory, None)],
        Receptors::Numbered(count) => {
            let sign = if shape.is_conductance() { SignRule::Positive } else { SignRule::Any };
            let port = |number: usize| {
                let name = interned(&format!("receptor_{number}"));
                Port { name, unit, sign, into: None, doc: "a receptor" }
            };
            (1..=count).map(port).collect()
        }
    }
}

/// The variables, receptor by receptor.
pub(super) fn variables(shape: Shape, receptors: Receptors) -> Vec<Variable> {
    let (stem, unit) = if shape.is_conductance() { ("g", Unit::Ns) } else { ("i_syn", Unit::Pa) };
    let mut all = Vec::new();
    if shape == Shape::Delta {
        return all;
    }
    for end in ends(receptors) {
        let own = |symbol: String, unit| Variable { symbol: interned(&symbol), unit, doc: "of a receptor" };
        if shape.variables() == 2 {
            all.push(own(format!("d{stem}_{end}"), Unit::One));
        }
        all.push(own(format!("{stem}_{end}"), unit));
    }
    all
}

/// The slopes of the variables `y` of receptors; gives their current into a membrane at `v`, pA.
#[inline(always)]
pub(super) fn slopes(shape: Shape, receptors: &[Receptor], v: f64, y: &[f64], dy: &mut [f64]) -> f64 {
    let mut current = 0.0;
    match shape {
        Shape::Delta => {}
        Shape::ExpCurrent | Shape::ExpConductance => {
            for ((own, y), dy) in receptors.iter().zip(y).zip(dy) {
                *dy = -*y * own.decay;
                current += if shape == Shape::ExpCurrent { *y } else { -*y * (v - own.reversal) };
            }
        }
        Shape::AlphaCurrent | Shape::AlphaConductance | Shape::BetaConductance => {
            for ((own, y), dy) in receptors.iter().zip(y.chunks_exact(2)).zip(dy.chunks_exact_mut(2)) {
                dy[0] = -y[0] * own.decay;
                dy[1] = y[0] - y[1] * own.rise;
                current += if shape == Shape::AlphaCurrent { y[1] } else { -y[1] * (v - own.reversal) };
            }
        }
    }
    current
}

/// Adds arrivals `weight` at receptor `place` to the variables `y` of receptors.
#[inline(always)]
pub(super) fn arrive(shape: Shape, receptors: &[Receptor], place: usize, weight: f64, y: &mut [f64]) {
    let each = shape.variables();
    if each > 0 {
        y[place * each] += weight * receptors[place].jump;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The response to a weight of 1 peaks at 1, whatever its time constants are. Would catch a jump of another size.
    #[test]
    fn a_weight_is_the_peak() {
        for (rise, decay) in [(2.0, 20.0), (5.0, 5.0), (3.0, 1.0)] {
            let own = receptors(Shape::BetaConductance, Receptors::Numbered(1), &[rise, decay, 0.0]);
            let (mut y, mut dy, mut peak) = ([0.0; 2], [0.0; 2], 0.0_f64);
            arrive(Shape::BetaConductance, &own, 0, 1.0, &mut y);
            for _ in 0..200_000 {
                slopes(Shape::BetaConductance, &own, 0.0, &y, &mut dy);
                y.iter_mut().zip(&dy).for_each(|(y, dy)| *y += 1e-4 * dy);
                peak = peak.max(y[1]);
            }
            assert!((peak - 1.0).abs() < 1e-3, "{rise} {decay}: {peak}");
        }
    }
}
