//! Cells driven by hand, for tests of their equations.

use super::{Column, Frame, ModelInfo, NeuronModel, PORTS, Planes, State};
use crate::Scalar;
use arrayvec::ArrayVec;
use neuropil_core::{Clock, Stream, StreamKey, Unit};
use std::ops::Range;

/// Some cells of a population with their state, driven by hand.
pub(super) struct Bench<R: Scalar> {
    pub model: Box<dyn NeuronModel<R>>,
    cells: Range<usize>,
    lanes: usize,
    /// Planes [port][element]; emptied by each step.
    input: Vec<Vec<R>>,
    /// Injected current, kept until it is changed.
    pub current: Vec<R>,
    pub state: State<R>,
    pub fired: Vec<u8>,
    /// The last step taken.
    pub step: u64,
}

impl<R: Scalar> Bench<R> {
    pub fn new(model: Box<dyn NeuronModel<R>>, cells: Range<usize>, lanes: usize) -> Self {
        let size = cells.len() * lanes;
        Self {
            input: vec![vec![R::ZERO; size]; model.info().ports.len()],
            current: vec![R::ZERO; size],
            state: model.rest(cells.clone(), lanes),
            fired: vec![0; size],
            step: 0,
            model,
            cells,
            lanes,
        }
    }

    /// An arrival in the next step.
    pub fn arrive(&mut self, element: usize, weight: f64) {
        let (port, value) = self.model.info().placement(None).expect("the sign chooses").place(weight);
        self.input[port][element] += R::from_f64(value);
    }

    /// Takes one step; whether element 0 fires.
    pub fn advance(&mut self) -> bool {
        self.step += 1;
        let info = self.model.info();
        let mut input: ArrayVec<&mut [R], PORTS> = ArrayVec::new();
        for (plane, port) in self.input.iter_mut().zip(info.ports) {
            input.push(if port.into.is_none() { plane } else { &mut [] });
        }
        let Planes { mut variables, mut counters } = self.state.planes();
        let frame = Frame {
            variables: &mut variables,
            counters: &mut counters,
            input: &mut input,
            currents: &[&self.current],
            fired: &mut self.fired,
            step: self.step,
            range: 0..self.current.len(),
        };
        self.model.advance(self.cells.clone(), self.lanes, frame);
        drop((variables, counters, input));
        for (port, variable) in info.lasting() {
            let pairs = self.state.variables[variable].iter_mut().zip(&mut self.input[port]);
            pairs.for_each(|(value, arrival)| *value += std::mem::take(arrival));
        }
        assert!(self.input.iter().flatten().all(|arrivals| *arrivals == R::ZERO), "arrivals are used once");
        self.fired[0] == 1
    }

    /// The value of a variable of element `slot`, in its unit.
    pub fn value(&self, variable: usize, slot: usize) -> f64 {
        self.model.observe(&self.state.view(), variable, self.cells.start + slot / self.lanes, slot, self.step)
    }

    /// Sets a variable of element `slot`.
    pub fn set(&mut self, variable: usize, slot: usize, value: f64) {
        self.model.set(&mut self.state, variable, self.cells.start + slot / self.lanes, slot, value);
    }
}

/// One column a parameter: the default, but for those given by symbol.
pub(super) fn columns(info: &ModelInfo, given: &[(&str, f64)]) -> Vec<Column> {
    for (symbol, _) in given {
        assert!(info.parameters.iter().any(|row| row.symbol == *symbol), "{} has no {symbol}", info.name);
    }
    let value = |symbol: &str| given.iter().find(|(name, _)| *name == symbol).map(|(_, value)| *value);
    info.parameters.iter().map(|row| Column::Constant(value(row.symbol).unwrap_or(row.default))).collect()
}

/// One cell of a model, in double precision.
pub(super) fn one_cell(model: &str, dt: f64, given: &[(&str, f64)]) -> Bench<f64> {
    let entry = super::model(model).unwrap();
    Bench::new(entry.build(&columns(entry.info, given), 1, Clock::new(dt).unwrap()).unwrap(), 0..1, 1)
}

/// Gauss-Legendre quadrature of five points on panels of at most 0.1 (ms): rounding error only for integrands with
/// time constants of 0.5 and more.
pub(super) fn integral(from: f64, to: f64, f: impl Fn(f64) -> f64) -> f64 {
    let panels = Clock::new(0.1).unwrap().nearest_step(to - from).unwrap() + 1;
    let half = 0.5 * (to - from) / panels as f64;
    let (far, near) = (2.0 * (10.0_f64 / 7.0).sqrt(), 13.0 * 70.0_f64.sqrt());
    let nodes = [
        (0.0, 128.0 / 225.0),
        ((5.0 - far).sqrt() / 3.0, (322.0 + near) / 900.0),
        (-(5.0 - far).sqrt() / 3.0, (322.0 + near) / 900.0),
        ((5.0 + far).sqrt() / 3.0, (322.0 - near) / 900.0),
        (-(5.0 + far).sqrt() / 3.0, (322.0 - near) / 900.0),
    ];
    let panel = |index: u64| {
        let centre = from + half * (2 * index + 1) as f64;
        nodes.iter().map(|(x, weight)| weight * f(centre + half * x)).sum::<f64>() * half
    };
    (0..panels).map(panel).sum()
}

/// A number of 0..1 for each (element, step).
pub(super) fn noise(element: usize, step: u64) -> f64 {
    StreamKey::new(11, Stream::Wiring, 0).at(u32::try_from(element).unwrap(), step).unit()
}

/// A weight that moves a cell visibly and does not fire it.
pub(super) fn gentle(info: &ModelInfo) -> f64 {
    match info.weight_unit(None).unwrap() {
        Unit::Pa => 30.0,
        Unit::Ns => 2.0,
        Unit::Mv => 0.5,
        _ => 0.002,
    }
}

/// A factor to [`gentle`] that makes every spiking model fire.
pub(super) fn strong(info: &ModelInfo) -> f64 {
    match info.weight_unit(None).unwrap() {
        Unit::Ns => 100.0,
        Unit::One => 400.0,
        _ => 20.0,
    }
}
