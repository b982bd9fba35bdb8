//! The derivative of a cell's step, as a program over tiles of cells: what learning reads of it at every step.

use super::allocate::{Program, allocate};
use super::build::{Machine, evaluate, numbers_of, row, tiles_of};
use super::derive::{Derived, Place, Quantity, derive};
use super::execute::{Bank, Frame, LEVELS, Numbers, Runner, Tiles};
use super::fixed::FixedId;
use crate::function::Elementary;
use crate::graph::{Binary, Node};
use crate::ir::Cell;
use crate::spike::{Firing, NoSlope, Runaway, SpikeChoice, Threshold, firing};
use neuropil_core::StreamKey;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};

/// The largest entry of a transition of cells that run away by themselves, where nothing else is asked for.
const RUNAWAY_LIMIT: f64 = 10.0;
/// The width of the slope of such cells, mV.
const RUNAWAY_WIDTH: f64 = 5.0;

/// Where a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// In [`Derivative::fixed`]: it never changes.
    Fixed(usize),
    /// In this plane behind those of the state.
    Output(usize),
}

/// A number of the derivative that is not 0 by structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub quantity: Quantity,
    /// Where it is.
    pub source: Source,
}

/// At which value of what is tested a cell fires, and how far from it its spike has a slope.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpikeLevel {
    /// Subtracted from what is tested, coherent.
    pub threshold: f64,
    /// The width of the slope, coherent; more than 0.
    pub width: f64,
}

/// The derivative of a cell's step.
pub struct Derivative {
    cell: Cell,
    firing: Firing,
    variables: Vec<usize>,
    entries: Vec<Entry>,
    distance: Source,
    gate: Source,
    outputs: usize,
    fixed: Vec<Vec<f64>>,
    levels_of_spikes: Vec<SpikeLevel>,
    is_runaway: bool,
    near_rest: Option<String>,
    limit: Option<f64>,
    main: Program,
    numbers: Numbers<f64>,
    called: Vec<Program>,
    levels: Vec<Vec<Numbers<f64>>>,
    key: StreamKey,
    tiles: Tiles,
    dt_ms: f64,
    unmet: AtomicU64,
    banks: Mutex<Vec<Vec<Bank<f64>>>>,
}

impl<R: Elementary> Machine<R> {
    /// The derivative of a step, for the spike that `choice` asks for; `limit` bounds the size of transitions, and without
    /// one they are bounded in cells that run away by themselves only.
    ///
    /// # Errors
    /// Why the cell cannot learn.
    pub fn derivative(&self, choice: &SpikeChoice, limit: Option<f64>) -> Result<Derivative, NoSlope> {
        let mut cell = self.cell.clone();
        let firing = firing(&mut cell, choice)?;
        self.derivative_of(cell, firing, limit)
    }

    /// The same for a cell with the expressions of `firing`.
    pub(crate) fn derivative_of(
        &self,
        mut cell: Cell,
        mut firing: Firing,
        limit: Option<f64>,
    ) -> Result<Derivative, NoSlope> {
        let runaway = firing.runaway.filter(|own| self.runs_away(&cell, own));
        if let Some(own) = runaway {
            firing.distance = cell.graph.binary(Binary::Min, own.membrane, own.peak);
        }
        let limit = limit.or(runaway.map(|_| RUNAWAY_LIMIT));
        let levels_of_spikes = self.spike_levels(&cell, &firing, runaway)?;
        let derived = derive(&cell, &firing, &self.settings, self.vary.clone(), limit);
        let near_rest = runaway.and_then(|own| self.near_rest(&cell, &own, levels_of_spikes[0]));
        let own = self.assembled(cell, firing, derived, (levels_of_spikes, runaway.is_some(), limit));
        Ok(Derivative { near_rest, ..own })
    }

    /// What to write to have the slope of a spike elsewhere, where it lies within its width of the start of the first cell.
    fn near_rest(&self, cell: &Cell, own: &Runaway, level: SpikeLevel) -> Option<String> {
        let start = self.starts[0][own.state as usize];
        if (level.threshold - start).abs() > level.width {
            return None;
        }
        let name = &cell.states[own.state as usize].name;
        let peak = self.at_start(cell, own.peak, (&self.parameters[0], 0), None) / name.unit.factor();
        Some(format!("`\"spike\": {{\"of\": \"{}\", \"threshold\": {peak}, \"width\": 20}}`", name.column))
    }

    /// Whether the membrane of the first cell grows by itself where its spike is tested, and not at its start.
    fn runs_away(&self, cell: &Cell, own: &Runaway) -> bool {
        let Some(parameters) = self.parameters.first() else { return false };
        let at = |value| self.at_start(cell, own.growth, (parameters, 0), Some((own.state, value)));
        let start = self.starts[0][own.state as usize];
        let peak = self.at_start(cell, own.peak, (parameters, 0), None);
        at(start) <= 0.0 && at(peak) > 0.0
    }

    /// An expression at the start of a cell, with another value of one state.
    fn at_start(
        &self,
        cell: &Cell,
        node: crate::NodeId,
        (parameters, of): (&[f64], usize),
        other: Option<(u32, f64)>,
    ) -> f64 {
        let starts = row(&self.starts, of);
        let leaf = |node: Node| match (node, other) {
            (Node::State(state), Some((own, value))) if own == state => value,
            (Node::State(state), _) => starts[state as usize],
            _ => 0.0,
        };
        evaluate(&cell.graph, &[node], parameters, self.settings.dt_ms, leaf)[0]
    }

    fn spike_levels(&self, cell: &Cell, firing: &Firing, runaway: Option<Runaway>) -> Result<Vec<SpikeLevel>, NoSlope> {
        let of = |(place, parameters): (usize, &Vec<f64>)| {
            let start = self.at_start(cell, firing.distance, (parameters, place), None);
            let mut threshold = match &firing.threshold {
                Threshold::InDistance => 0.0,
                Threshold::Number(value) => *value,
                Threshold::Parameter(index) => parameters[*index as usize],
                Threshold::Expression(node) => self.at_start(cell, *node, (parameters, place), None),
            };
            let mut width = firing.width.unwrap_or(threshold - start);
            if let Some(own) = runaway {
                (threshold, width) =
                    (self.turn(cell, &own, (parameters, place)), firing.width.unwrap_or(RUNAWAY_WIDTH));
            }
            if firing.graded {
                (threshold, width) = (0.0, 1.0);
            }
            if width > 0.0 && threshold.is_finite() {
                Ok(SpikeLevel { threshold, width })
            } else {
                Err(NoSlope::Width { line: firing.line, width })
            }
        };
        self.parameters.iter().enumerate().map(of).collect()
    }

    /// Where the membrane of a cell begins to run away: ∂(dV/dt)/∂V is 0 between its start and its peak.
    fn turn(&self, cell: &Cell, own: &Runaway, (parameters, place): (&Vec<f64>, usize)) -> f64 {
        let growth = |value| self.at_start(cell, own.growth, (parameters, place), Some((own.state, value)));
        let mut low = row(&self.starts, place)[own.state as usize];
        let mut high = self.at_start(cell, own.peak, (parameters, place), None);
        for _ in 0..100 {
            let middle = 0.5 * (low + high);
            if growth(middle) > 0.0 { high = middle } else { low = middle }
        }
        0.5 * (low + high)
    }

    fn assembled(
        &self,
        cell: Cell,
        firing: Firing,
        derived: Derived,
        (levels_of_spikes, is_runaway, limit): (Vec<SpikeLevel>, bool, Option<f64>),
    ) -> Derivative {
        let Derived { main, called, pool, variables, entries, distance, gate, outputs } = derived;
        let mut wanted: Vec<FixedId> = Vec::new();
        let mut source = |place: Place| match place {
            Place::Output(output) => Source::Output(output),
            Place::Fixed(id) => Source::Fixed(wanted.iter().position(|own| *own == id).unwrap_or_else(|| {
                wanted.push(id);
                wanted.len() - 1
            })),
        };
        let entries = entries.into_iter().map(|(quantity, place)| Entry { quantity, source: source(place) }).collect();
        let (distance, gate) = (source(distance), source(gate));
        let needed = pool.needed(&wanted);
        let mut values = Vec::new();
        let mut fixed = |parameters: &Vec<f64>| {
            pool.evaluate(&needed, parameters, 0, &mut values);
            wanted.iter().map(|id| values[id.index()]).collect()
        };
        let fixed = self.parameters.iter().map(&mut fixed).collect();
        let called: Vec<Program> = called.into_iter().map(|section| allocate(section, &[], &pool)).collect();
        let main = allocate(main, &called, &pool);
        let numbers = numbers_of::<f64>(&main, &pool, &self.parameters, self.cells, 0);
        let level = |program: &Program, level| numbers_of::<f64>(program, &pool, &self.parameters, self.cells, level);
        let levels = called.iter().map(|own| (0..LEVELS).map(|at| level(own, at)).collect()).collect();
        Derivative {
            cell,
            firing,
            variables,
            entries,
            distance,
            gate,
            outputs,
            fixed,
            levels_of_spikes,
            is_runaway,
            near_rest: None,
            limit,
            tiles: tiles_of(&main, &called, 8),
            main,
            numbers,
            called,
            levels,
            key: self.key,
            dt_ms: self.settings.dt_ms,
            unmet: AtomicU64::new(0),
            banks: Mutex::default(),
        }
    }
}

impl Derivative {
    /// The planes of the variables that the derivative is by: all that what is tested depends on.
    pub fn variables(&self) -> &[usize] {
        &self.variables
    }

    /// All that is not 0 by structure.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Where what is tested is, or what leaves a graded cell.
    pub fn distance(&self) -> Source {
        self.distance
    }

    /// Where it is told whether all gates are open.
    pub fn gate(&self) -> Source {
        self.gate
    }

    /// Planes of the state: its states and the components of its convolutions.
    pub fn planes(&self) -> usize {
        self.cell.states.len() + self.cell.convolutions.iter().map(|own| own.start.len()).sum::<usize>()
    }

    /// Whether the cell spikes where it is told to: by arrivals on a plane behind those of its ports, which are here those of
    /// the test before.
    pub fn is_told(&self) -> bool {
        self.cell.conditions.iter().any(|own| own.told)
    }

    /// Planes behind those of the state.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The numbers of a cell that never change.
    pub fn fixed(&self, cell: usize) -> &[f64] {
        row(&self.fixed, cell)
    }

    /// The threshold and width of a cell.
    pub fn spike_level(&self, cell: usize) -> SpikeLevel {
        self.levels_of_spikes[if self.levels_of_spikes.len() == 1 { 0 } else { cell }]
    }

    /// Whether a number leaves the cell at every step, and no spikes.
    pub fn is_graded(&self) -> bool {
        self.firing.graded
    }

    /// Whether the membrane runs away by itself before a spike, so that the slope is where that begins.
    pub fn is_runaway(&self) -> bool {
        self.is_runaway
    }

    /// Of a membrane that runs away, where the place of the slope is near its rest: what to write to have it at the peak.
    pub fn near_rest(&self) -> Option<&str> {
        self.near_rest.as_deref()
    }

    /// What transitions are bounded by.
    pub fn limit(&self) -> Option<f64> {
        self.limit
    }

    /// Whether transitions do not depend on the state of a cell that does not spike.
    pub fn is_linear(&self) -> bool {
        self.firing.linear
    }

    /// The model, with the expressions that the derivative reads.
    pub fn model(&self) -> &Cell {
        &self.cell
    }

    /// The name of a plane of state.
    pub fn name(&self, plane: usize) -> String {
        let components = self.cell.convolutions.iter().flat_map(|own| &own.names);
        let mut names = self.cell.states.iter().map(|own| &own.name).chain(components);
        names.nth(plane).map_or_else(String::new, |own| own.column.clone())
    }

    /// One step of some cells: `frame.planes` are the planes of the state as they were at the test before, which become
    /// those of the test of this step, and the planes of all outputs. Tells whether all numbers are finite.
    ///
    /// Before the first step nothing has been tested: `frame.step` is 1 then.
    pub fn advance(&self, frame: &mut Frame<'_, '_, f64>) -> bool {
        let mut banks = self.idle().pop().unwrap_or_else(|| self.new_banks());
        let runner = Runner {
            main: &self.main,
            numbers: &self.numbers,
            called: &self.called,
            levels: &self.levels,
            key: self.key,
            sites: self.cell.random_sites,
            first: 0,
            tiles: self.tiles,
            unmet: &self.unmet,
            dt_ms: self.dt_ms,
        };
        let sound = runner.advance(&mut banks, frame);
        self.idle().push(banks);
        sound
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Vec<Bank<f64>>>> {
        self.banks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn new_banks(&self) -> Vec<Bank<f64>> {
        let mut banks = vec![Bank::new(&self.main, &self.numbers.constants, self.tiles.step)];
        let called = self.called.iter().zip(&self.levels);
        banks.extend(called.map(|(program, levels)| Bank::new(program, &levels[0].constants, self.tiles.called)));
        banks
    }
}
