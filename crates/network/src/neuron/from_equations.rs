//! Cells whose equations come from a file: a program of `neuropil-equations` behind the trait of all cells.
//!
//! # Planes
//! The states of the file in its order, the first of which is the membrane; then the components of its convolutions. All
//! are state of a checkpoint, so that a run that goes on gives the bits of one without pause.
//!
//! # Ports
//! Spike ports in the order of the file. A pair `excitatory`, `inhibitory` is chosen by the sign of a weight, and the
//! inhibitory one is given its size. Arrivals reach a cell before its conditions are tested.

mod described;
mod modulated;

pub use described::Unfit;
pub(crate) use described::unit_of;

use described::{beside_states, derived, described};
use modulated::{ModulatedEquations, refused};

use super::{
    CURRENTS, Derivative, Frame, Learnable, ModelInfo, Modulated, Modulation, NeuronModel, NoSlope, PORTS,
    ParameterChange, Refusal, SpikeChoice, State, Unchanged, VARIABLES, View,
};
use crate::scalar::Scalar;
use neuropil_core::StreamKey;
use neuropil_equations::Cell;
use neuropil_equations::ir;
use neuropil_equations::machine::{self, Machine, Settings};
use neuropil_equations::spike;
use std::ops::Range;

/// A model of a file, as networks see it.
#[derive(Debug, Clone)]
pub struct EquationModel {
    cell: Cell,
    info: &'static ModelInfo,
}

impl EquationModel {
    /// Describes a cell; `dt_ms` is the step, which start values may depend on.
    ///
    /// # Errors
    /// The first thing that keeps it from being a cell of a network.
    pub fn new(cell: Cell, dt_ms: f64) -> Result<Self, Unfit> {
        let info = described(&cell, dt_ms)?;
        Ok(Self { cell, info })
    }

    /// What the model is. Defaults of parameters are their values when no other is set; a value that is computed of others
    /// follows those.
    pub fn info(&self) -> &'static ModelInfo {
        self.info
    }

    /// The model of the file.
    pub fn cell(&self) -> &Cell {
        &self.cell
    }

    /// Builds `cells` cells. `columns` has one entry a parameter, in its unit; `None` takes the file's value. `key` is the
    /// population's stream of random numbers ([`neuropil_core::Stream::Equation`]).
    ///
    /// # Errors
    /// The first cell that breaks a guard of the file, or has a value that is not finite, of each kind.
    ///
    /// # Panics
    /// If `columns` has not one entry a parameter, or a list not one value a cell.
    pub fn build<R: Scalar>(
        &self,
        columns: &[Option<super::Column>],
        cells: usize,
        settings: Settings,
        key: StreamKey,
    ) -> Result<Box<dyn NeuronModel<R>>, Vec<machine::BadCell>> {
        let set = coherent(&self.cell, columns);
        let machine = Machine::new(&self.cell, settings, &set, cells, key)?;
        let runs = runs(&self.cell, settings, &set, cells, key)?;
        let states = self.cell.states.iter().map(|own| own.name.unit.factor());
        let components = self.cell.convolutions.iter().flat_map(|own| own.names.iter().map(|name| name.unit.factor()));
        let output = beside_states(&self.cell).map(|name| name.unit.factor());
        let derived = derived(&self.cell);
        let of_derived = derived.iter().map(|&place| self.cell.recordables[place].name.unit.factor());
        let factors = states.chain(components).chain(output).chain(of_derived).collect();
        let source = MadeOf { model: self.clone(), columns: columns.to_vec(), settings, key };
        Ok(Box::new(EquationCells { info: self.info, machine, runs, factors, derived, source }))
    }
}

/// Values of parameters as programs have them.
fn coherent(cell: &Cell, columns: &[Option<super::Column>]) -> Vec<Option<machine::Column>> {
    let coherent = |(column, parameter): (&Option<super::Column>, &ir::Parameter)| {
        let factor = parameter.name.unit.factor();
        column.as_ref().map(|column| match column {
            super::Column::Constant(value) => machine::Column::One(value * factor),
            super::Column::PerCell(values) => machine::Column::Each(values.iter().map(|own| own * factor).collect()),
        })
    };
    columns.iter().zip(&cell.parameters).map(coherent).collect()
}

/// Neighbours with equal parameters.
struct Run<R> {
    /// The first of them; they end where the next run begins.
    first: usize,
    /// Their program, in which parameters are constants and no columns, with the same bits.
    machine: Machine<R>,
}

/// Cells of a run, in the mean: with fewer, a program of their own costs more than columns.
const RUN_CELLS: usize = 64;

/// Runs of equal cells; none where all cells are equal, or runs are short.
fn runs<R: Scalar>(
    cell: &Cell,
    settings: Settings,
    set: &[Option<machine::Column>],
    cells: usize,
    key: StreamKey,
) -> Result<Vec<Run<R>>, Vec<machine::BadCell>> {
    let columns: Vec<&Vec<f64>> = set
        .iter()
        .filter_map(|column| match column {
            Some(machine::Column::Each(values)) => Some(values),
            _ => None,
        })
        .collect();
    let differs = |own: &usize| columns.iter().any(|values| values[*own].to_bits() != values[*own - 1].to_bits());
    let firsts: Vec<usize> = std::iter::once(0).chain((1..cells).filter(differs)).collect();
    if columns.is_empty() || firsts.len() * RUN_CELLS > cells {
        return Ok(Vec::new());
    }
    let run = |first: usize| {
        let own = |column: &Option<machine::Column>| match column {
            Some(machine::Column::Each(values)) => Some(machine::Column::One(values[first])),
            other => other.clone(),
        };
        let set: Vec<Option<machine::Column>> = set.iter().map(own).collect();
        Ok(Run { first, machine: Machine::new(cell, settings, &set, cells, key)? })
    };
    firsts.into_iter().map(run).collect()
}

/// What cells were made of.
struct MadeOf {
    model: EquationModel,
    columns: Vec<Option<super::Column>>,
    settings: Settings,
    key: StreamKey,
}

/// Cells of one population.
struct EquationCells<R> {
    source: MadeOf,
    info: &'static ModelInfo,
    machine: Machine<R>,
    /// Programs of runs of equal cells, which advance in its place; none where it advances all.
    runs: Vec<Run<R>>,
    /// What makes a border value a stored one, of planes and of what is derived.
    factors: Vec<f64>,
    /// The recordables behind the planes.
    derived: Vec<usize>,
}

impl<R: Scalar> EquationCells<R> {
    /// Advances `cells` run by run; the frame's planes begin with the first of them.
    fn advance_runs(&self, cells: Range<usize>, frame: &mut machine::Frame<'_, '_, R>) -> bool {
        let machine::Frame { planes, arrivals, currents, fired, lanes, step, .. } = frame;
        let (lanes, step) = (*lanes, *step);
        let mut sound = true;
        let mut run = self.runs.partition_point(|run| run.first <= cells.start) - 1;
        let mut from = cells.start;
        while from < cells.end {
            let to = self.runs.get(run + 1).map_or(cells.end, |next| cells.end.min(next.first));
            let part = (from - cells.start) * lanes..(to - cells.start) * lanes;
            let mut own: arrayvec::ArrayVec<&mut [R], VARIABLES> =
                planes.iter_mut().map(|plane| &mut plane[part.clone()]).collect();
            let mut arrived: arrayvec::ArrayVec<&mut [R], PORTS> = arrivals
                .iter_mut()
                .map(|plane| if plane.is_empty() { &mut plane[..] } else { &mut plane[part.clone()] })
                .collect();
            let injected: arrayvec::ArrayVec<&[R], CURRENTS> =
                currents.iter().map(|plane| if plane.is_empty() { &plane[..] } else { &plane[part.clone()] }).collect();
            let mut frame = machine::Frame {
                planes: &mut own,
                arrivals: &mut arrived,
                currents: &injected,
                fired: &mut fired[part],
                first_cell: from,
                lanes,
                step,
            };
            sound &= self.runs[run].machine.advance(&mut frame);
            from = to;
            run += 1;
        }
        sound
    }
}

/// Runs a program over the cells of a frame, the first of which has an index in the population; each stands there so many times.
fn advanced<R: Scalar>(
    frame: Frame<'_, '_, R>,
    (first_cell, lanes): (usize, usize),
    run: impl FnOnce(&mut machine::Frame<'_, '_, R>) -> bool,
) -> bool {
    let Frame { variables, input, currents, fired, step, range, .. } = frame;
    let whole = range.start == 0 && range.end == fired.len();
    let fired = &mut fired[range.clone()];
    if whole {
        let planes = variables;
        return run(&mut machine::Frame { planes, arrivals: input, currents, fired, first_cell, lanes, step });
    }
    let mut planes: arrayvec::ArrayVec<&mut [R], VARIABLES> =
        variables.iter_mut().map(|plane| &mut plane[range.clone()]).collect();
    let mut arrivals: arrayvec::ArrayVec<&mut [R], PORTS> =
        input.iter_mut().map(|plane| &mut plane[range.clone()]).collect();
    let currents: arrayvec::ArrayVec<&[R], CURRENTS> =
        currents.iter().map(|plane| if plane.is_empty() { &plane[..] } else { &plane[range.clone()] }).collect();
    let (planes, arrivals, currents) = (&mut planes[..], &mut arrivals[..], &currents[..]);
    run(&mut machine::Frame { planes, arrivals, currents, fired, first_cell, lanes, step })
}

impl<R: Scalar> NeuronModel<R> for EquationCells<R> {
    fn info(&self) -> &'static ModelInfo {
        self.info
    }

    fn rest(&self, cells: Range<usize>, lanes: usize) -> State<R> {
        let plane = |plane| {
            let value = |cell| R::from_f64(self.machine.start(plane, cell));
            cells.clone().flat_map(|cell| std::iter::repeat_n(value(cell), lanes)).collect()
        };
        State { variables: (0..self.machine.planes()).map(plane).collect(), counters: Vec::new() }
    }

    fn set(&self, state: &mut State<R>, variable: usize, _cell: usize, slot: usize, value: f64) {
        state.variables[variable][slot] = R::from_f64(value * self.factors[variable]);
    }

    fn observe(&self, state: &View<'_, R>, variable: usize, cell: usize, slot: usize, step: u64) -> f64 {
        let value = match self.derived.get(variable.wrapping_sub(self.info.variables.len())) {
            Some(&place) => self.machine.observe(place, cell, |plane| state.variables[plane][slot].to_f64(), step),
            None => state.variables[variable][slot].to_f64(),
        };
        value / self.factors[variable]
    }

    fn advance(&self, cells: Range<usize>, lanes: usize, frame: Frame<'_, '_, R>) -> bool {
        let place = (cells.start, lanes);
        if self.runs.is_empty() {
            return advanced(frame, place, |frame| self.machine.advance(frame));
        }
        advanced(frame, place, |frame| self.advance_runs(cells, frame))
    }

    fn parameters(&self, cell: usize) -> Vec<f64> {
        let all = self.machine.model().parameters.iter().enumerate();
        all.map(|(place, own)| self.machine.parameter(place, cell) / own.name.unit.factor()).collect()
    }

    fn mean_current(&self, _cell: usize, _port: usize, _weight: f64, _rate_hz: f64) -> Option<f64> {
        None
    }

    fn learnable(&self, _cell: usize) -> Option<Learnable> {
        None
    }

    fn derivative(&self, slope: &SpikeChoice, limit: Option<f64>) -> Option<Result<Derivative, NoSlope>> {
        Some(self.machine.derivative(slope, limit))
    }

    fn is_written(&self) -> bool {
        true
    }

    fn told(&self, cells: usize) -> Option<Result<Box<dyn NeuronModel<R>>, String>> {
        let MadeOf { model, columns, settings, key } = &self.source;
        if model.cell.spike_ports.len() == PORTS {
            return Some(Err(format!("it has {PORTS} ports, one too many to be told of spikes")));
        }
        let told = spike::told(&model.cell).map_err(|reason| reason.to_string());
        Some(told.and_then(|cell| {
            let model = EquationModel { cell, info: model.info };
            model.build(columns, cells, *settings, *key).map_err(|mut faults| faults.swap_remove(0).to_string())
        }))
    }

    fn takes(&self, modulation: &Modulation) -> Result<(), (usize, Refusal)> {
        if modulation.is_none() {
            return Ok(());
        }
        refused(&self.source.model.cell, self.info, modulation).map_or(Ok(()), |refusal| Err((0, refusal)))
    }

    fn modulated(&self, cells: Range<usize>) -> Option<Box<dyn Modulated<R>>> {
        Some(Box::new(ModulatedEquations::<R>::new(&self.source, cells)?))
    }

    fn changed(&self, changes: &[ParameterChange], cells: usize) -> Result<Box<dyn NeuronModel<R>>, Unchanged> {
        let MadeOf { model, columns, settings, key } = &self.source;
        let mut columns = columns.clone();
        for change in changes {
            let column = &mut columns[change.parameter];
            *column = Some(match &change.cells {
                None => super::Column::Constant(change.value),
                Some(some) => {
                    let own = |cell: usize| match column {
                        Some(column) => column.value(cell),
                        None => self.parameters(cell)[change.parameter],
                    };
                    let mut values: Vec<f64> = (0..cells).map(own).collect();
                    some.cells().iter().for_each(|cell| values[*cell as usize] = change.value);
                    super::Column::PerCell(values)
                }
            });
        }
        model.build(&columns, cells, *settings, *key).map_err(|mut faults| Unchanged::Written(faults.swap_remove(0)))
    }

    fn without_threshold(&self) -> Option<Box<dyn NeuronModel<R>>> {
        None
    }

    fn unmet(&self) -> u64 {
        self.machine.unmet() + self.runs.iter().map(|run| run.machine.unmet()).sum::<u64>()
    }
}

#[cfg(test)]
mod tests;
