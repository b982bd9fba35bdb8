//! A machine is built: parameters of all cells, constants and columns, start values.

mod values;

use super::allocate::{Program, allocate};
use super::compile::compile;
use super::execute::{Bank, Frame, LEVELS, Numbers, Runner, Tiles};
use super::fixed::{FixedId, Pool};
use super::scalar::{binary, unary};
use super::settings::Settings;
use crate::function::Elementary;
use crate::graph::{Graph, Node, NodeId};
use crate::ir::{Cell, Guard};
use neuropil_core::StreamKey;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
pub(super) use values::Values;

/// Bytes that the registers of a tile should fit in.
const TILE_BYTES: usize = 24 * 1024;
/// Cells of a tile that calls the adaptive solver: few of them need its finer levels at a time, and a level costs the same for
/// few as for a vector of them.
const ADAPTIVE_TILE: usize = 4096;

/// Values of a parameter, coherent.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// The same for all cells.
    One(f64),
    /// One a cell.
    Each(Vec<f64>),
}

impl BadCell {
    /// The same fault of another cell.
    #[must_use]
    pub(super) fn of_cell(mut self, number: usize) -> Self {
        let (Self::Guard { cell, .. } | Self::NotFinite { cell, .. }) = &mut self;
        *cell = number;
        self
    }
}

impl Column {
    fn of(&self, cell: usize) -> f64 {
        match self {
            Column::One(value) => *value,
            Column::Each(values) => values[cell],
        }
    }
}

/// A cell that cannot be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BadCell {
    /// A guard of the file does not hold.
    #[error("cell {cell}: {of} = {value}: {rule}")]
    Guard {
        /// The population's index of the first such cell.
        cell: usize,
        /// What it is written behind.
        of: String,
        /// The value of that, coherent.
        value: f64,
        /// What does not hold: [`crate::ir::Guard::rule`].
        rule: String,
    },
    /// A parameter or start value is no finite number.
    #[error("cell {cell}: {of} = {value}, must be finite")]
    NotFinite {
        /// The population's index of the first such cell.
        cell: usize,
        /// The variable.
        of: String,
        /// What was computed.
        value: f64,
    },
}

/// Cells of one model, as a program; immutable.
pub struct Machine<R> {
    pub(super) cell: Cell,
    pub(super) settings: Settings,
    /// Values of all parameters by cell; of one if all are the same.
    pub(super) parameters: Vec<Vec<f64>>,
    /// Which of them differ from cell to cell.
    pub(super) vary: Vec<bool>,
    /// How many cells there are.
    pub(super) cells: usize,
    /// The population's index of the first of them.
    pub(super) first: usize,
    /// Start values of planes, likewise.
    pub(super) starts: Vec<Vec<f64>>,
    main: Program,
    numbers: Numbers<R>,
    called: Vec<Program>,
    levels: Vec<Vec<Numbers<R>>>,
    pub(super) key: StreamKey,
    tiles: Tiles,
    unmet: AtomicU64,
    /// Registers of the threads that have advanced cells, to be used again.
    banks: Mutex<Vec<Vec<Bank<R>>>>,
}

impl<R: Elementary> Machine<R> {
    /// `cells` cells whose parameters are set where the file's values do not hold; `key` is of their population.
    ///
    /// # Errors
    /// The first cell that breaks a guard or has a value that is not finite, of each kind.
    ///
    /// # Panics
    /// If `set` has not one entry a parameter, or a column not one value a cell.
    pub fn new(
        cell: &Cell,
        settings: Settings,
        set: &[Option<Column>],
        cells: usize,
        key: StreamKey,
    ) -> Result<Self, Vec<BadCell>> {
        Ok(Self::with_pool(cell, settings, set, cells, key)?.0)
    }

    /// The same, with what its constants and columns are computed by.
    pub(super) fn with_pool(
        cell: &Cell,
        settings: Settings,
        set: &[Option<Column>],
        cells: usize,
        key: StreamKey,
    ) -> Result<(Self, Pool), Vec<BadCell>> {
        assert_eq!(set.len(), cell.parameters.len(), "one entry a parameter");
        let vary = varying(cell, set);
        let rows = if vary.contains(&true) { cells } else { cells.min(1) };
        let values = Values { cell, settings: &settings };
        let mut parameters: Vec<Vec<f64>> = Vec::with_capacity(rows);
        for own in 0..rows {
            let row = values.parameters(set, own, parameters.first().map(|first| (&vary[..], &first[..])));
            parameters.push(row);
        }
        let starts: Vec<Vec<f64>> = parameters.iter().map(|own| values.starts(own)).collect();
        let faults = values.faults(&parameters, &starts);
        if !faults.is_empty() {
            return Err(faults);
        }
        let compiled = compile(cell, &settings, vary.clone());
        let pool = compiled.pool;
        let called: Vec<Program> = compiled.called.into_iter().map(|section| allocate(section, &[], &pool)).collect();
        let main = allocate(compiled.main, &called, &pool);
        let numbers = numbers_of(&main, &pool, &parameters, cells, 0);
        let levels = called
            .iter()
            .map(|program| (0..LEVELS).map(|level| numbers_of(program, &pool, &parameters, cells, level)).collect())
            .collect();
        let tiles = tiles_of(&main, &called, R::BYTES);
        let cell = cell.clone();
        let banks = Mutex::default();
        let machine = Self {
            cell,
            settings,
            parameters,
            vary,
            cells,
            first: 0,
            starts,
            main,
            numbers,
            called,
            levels,
            key,
            tiles,
            unmet: AtomicU64::new(0),
            banks,
        };
        Ok((machine, pool))
    }

    /// Gives a cell of a machine whose cells differ other values of its parameters.
    pub(super) fn renew(&mut self, pool: &Pool, cell: usize, row: Vec<f64>) {
        renewed(&self.main, pool, (&row, 0), cell, &mut self.numbers);
        for (program, levels) in self.called.iter().zip(&mut self.levels) {
            for (level, numbers) in (0..LEVELS).zip(levels) {
                renewed(program, pool, (&row, level), cell, numbers);
            }
        }
        self.parameters[cell] = row;
    }

    /// The same with tiles of another size, which changes no bits.
    #[must_use]
    pub fn with_tile(mut self, tile: usize) -> Self {
        self.tiles = Tiles { step: tile.max(1), called: tile.max(1) };
        self.banks = Mutex::default();
        self
    }

    /// How many planes of state a cell has: its states, the components of its convolutions, and what leaves a graded cell
    /// where that is none of them.
    pub fn planes(&self) -> usize {
        let components = self.cell.convolutions.iter().map(|own| own.start.len()).sum::<usize>();
        self.cell.states.len() + components + usize::from(self.cell.output_beside_states().is_some())
    }

    /// The model.
    pub fn model(&self) -> &Cell {
        &self.cell
    }

    /// The start value of a plane, coherent.
    pub fn start(&self, plane: usize, cell: usize) -> f64 {
        row(&self.starts, cell)[plane]
    }

    /// The value of a parameter, coherent.
    pub fn parameter(&self, parameter: usize, cell: usize) -> f64 {
        row(&self.parameters, cell)[parameter]
    }

    /// How many times a cell did not meet the tolerance of the adaptive solver in its smallest parts.
    pub fn unmet(&self) -> u64 {
        self.unmet.load(Ordering::Relaxed)
    }

    /// How many registers a step needs.
    pub fn registers(&self) -> usize {
        self.main.registers
    }

    /// How many lines a step has, with those of the programs that it calls.
    pub fn lines(&self) -> usize {
        self.main.lines.len() + self.called.iter().map(|program| program.lines.len()).sum::<usize>()
    }

    /// A recordable of a cell whose planes are given, after `step`; currents and arrivals, which no plane keeps, count as 0.
    pub fn observe(&self, recordable: usize, cell: usize, plane: impl Fn(usize) -> f64, step: u64) -> f64 {
        let value = self.cell.recordables[recordable].value;
        #[expect(clippy::cast_precision_loss, reason = "steps are below 2^53")]
        let time = step as f64 * self.settings.dt_ms;
        let mut blocks = Vec::new();
        let mut next = self.cell.states.len();
        for own in &self.cell.convolutions {
            blocks.push(next);
            next += own.start.len();
        }
        let leaf = |node: Node| match node {
            Node::State(index) => plane(index as usize),
            Node::Convolution { block, component } => plane(blocks[block as usize] + component as usize),
            Node::Time => time,
            _ => 0.0,
        };
        evaluate(&self.cell.graph, &[value], row(&self.parameters, cell), self.settings.dt_ms, leaf)[0]
    }

    /// Advances cells by one step; tells whether all state is finite.
    pub fn advance(&self, frame: &mut Frame<'_, '_, R>) -> bool {
        let mut banks = self.idle().pop().unwrap_or_else(|| self.new_banks());
        let runner = Runner {
            main: &self.main,
            numbers: &self.numbers,
            called: &self.called,
            levels: &self.levels,
            key: self.key,
            sites: self.cell.random_sites,
            first: self.first,
            tiles: self.tiles,
            unmet: &self.unmet,
            dt_ms: self.settings.dt_ms,
        };
        let sound = runner.advance(&mut banks, frame);
        self.idle().push(banks);
        sound
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Vec<Bank<R>>>> {
        self.banks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn new_banks(&self) -> Vec<Bank<R>> {
        let mut banks = vec![Bank::new(&self.main, &self.numbers.constants, self.tiles.step)];
        let called = self.called.iter().zip(&self.levels);
        banks.extend(called.map(|(program, levels)| Bank::new(program, &levels[0].constants, self.tiles.called)));
        banks
    }
}

/// Tiles whose registers, of so many bytes a number, fit in the nearest cache, where the numbers are worked on at length.
pub(super) fn tiles_of(main: &Program, called: &[Program], bytes: usize) -> Tiles {
    let fitting = |registers: usize| (TILE_BYTES / (registers.max(1) * bytes) / 64 * 64).clamp(64, 512);
    let most = called.iter().map(|program| program.registers).max();
    match most {
        Some(most) => Tiles { step: ADAPTIVE_TILE, called: fitting(most) },
        None => Tiles { step: fitting(main.registers), called: 0 },
    }
}

pub(super) fn row(rows: &[Vec<f64>], cell: usize) -> &[f64] {
    &rows[if rows.len() == 1 { 0 } else { cell }]
}

/// Which parameters differ from cell to cell.
fn varying(cell: &Cell, set: &[Option<Column>]) -> Vec<bool> {
    let mut vary = vec![false; set.len()];
    for index in &cell.parameter_order {
        let place = *index as usize;
        vary[place] = match &set[place] {
            Some(column) => matches!(column, Column::Each(_)),
            None => {
                let is_varying = |node: &Node| matches!(node, Node::Parameter(other) if vary[*other as usize]);
                cell.graph.depends(cell.parameters[place].start, is_varying)
            }
        };
    }
    vary
}

/// Constants and columns of a program at a level.
pub(super) fn numbers_of<R: Elementary>(
    program: &Program,
    pool: &Pool,
    parameters: &[Vec<f64>],
    cells: usize,
    level: u32,
) -> Numbers<R> {
    let Some(first) = parameters.first() else { return Numbers { constants: Vec::new(), columns: Vec::new() } };
    let mut values = Vec::new();
    let needed = pool.needed(&program.constants);
    pool.evaluate(&needed, first, level, &mut values);
    let picked =
        |ids: &[FixedId], values: &[f64]| ids.iter().map(|id| R::from_f64(values[id.index()])).collect::<Vec<R>>();
    let constants = picked(&program.constants, &values);
    let mut columns = vec![Vec::with_capacity(cells); program.columns.len()];
    if !columns.is_empty() {
        let needed = pool.needed(&program.columns);
        for cell in 0..cells {
            let own = row(parameters, cell);
            // Runs of equal cells are evaluated once.
            if cell == 0 || own != row(parameters, cell - 1) {
                pool.evaluate(&needed, own, level, &mut values);
            }
            columns.iter_mut().zip(picked(&program.columns, &values)).for_each(|(column, value)| column.push(value));
        }
    }
    Numbers { constants, columns }
}

/// Computes the columns of one cell anew.
fn renewed<R: Elementary>(
    program: &Program,
    pool: &Pool,
    (parameters, level): (&[f64], u32),
    cell: usize,
    numbers: &mut Numbers<R>,
) {
    let mut values = Vec::new();
    pool.evaluate(&pool.needed(&program.columns), parameters, level, &mut values);
    for (column, id) in numbers.columns.iter_mut().zip(&program.columns) {
        column[cell] = R::from_f64(values[id.index()]);
    }
}

/// The values of all parameters where none is set, coherent.
pub fn defaults(cell: &Cell, dt_ms: f64) -> Vec<f64> {
    let settings = Settings { dt_ms, method: super::Method::RungeKutta { substeps: 1 }, timers_on_grid: true };
    Values { cell, settings: &settings }.parameters(&vec![None; cell.parameters.len()], 0, None)
}

/// The value of an expression of the first state alone.
#[cfg(test)]
pub(crate) fn value_of(graph: &Graph, root: NodeId, x: f64) -> f64 {
    evaluate(graph, &[root], &[], 0.1, |_| x)[0]
}

/// The values of expressions for one cell; `leaf` gives what is not fixed.
pub(super) fn evaluate(
    graph: &Graph,
    roots: &[NodeId],
    parameters: &[f64],
    dt: f64,
    leaf: impl Fn(Node) -> f64,
) -> Vec<f64> {
    let reached = graph.reached(roots);
    let mut values = vec![f64::NAN; roots.iter().max().map_or(0, |last| last.index() + 1)];
    for id in reached {
        values[id.index()] = match graph.node(id) {
            Node::Constant(constant) => constant.value(),
            Node::Resolution | Node::Elapsed => dt,
            Node::Parameter(index) => parameters[index as usize],
            Node::Unary(op, a) => unary(op, values[a.index()]),
            Node::Binary(op, a, b) => binary(op, values[a.index()], values[b.index()]),
            Node::Select(condition, a, b) => values[if values[condition.index()] != 0.0 { a } else { b }.index()],
            other => leaf(other),
        };
    }
    roots.iter().map(|root| values[root.index()]).collect()
}
