//! Lines of a program over tiles of cells: one dispatch a line and tile, one loop over the tile inside.

use super::allocate::{BEGIN, CONSTANT, END, Line, Program};
use super::code::{Count, Op};
use super::loops::{Source, compute, element};
use super::random;
use crate::function::Elementary;
use crate::ir::PASSES;
use neuropil_core::StreamKey;
use neuropil_core::simd::vectorized;
use std::sync::atomic::{AtomicU64, Ordering};

/// The finest level of the adaptive solver: 2^6 parts of a step.
pub(super) const LEVELS: u32 = 7;

/// The registers of a program.
#[derive(Debug, Clone)]
pub(super) struct Bank<R> {
    pub(super) registers: Vec<Vec<R>>,
    pub(super) constants: Vec<R>,
    pub(super) counters: Vec<u32>,
    /// Cells of the caller's tile that the adaptive solver is at, and those that go on to its next level.
    pub(super) lanes: [Vec<usize>; 2],
}

impl<R: Elementary> Bank<R> {
    /// Of a program, with its constants behind the two times.
    pub(super) fn new(program: &Program, constants: &[R], tile: usize) -> Self {
        let mut all = vec![R::ZERO; 2];
        all.extend_from_slice(constants);
        Self {
            registers: vec![vec![R::ZERO; tile]; program.registers],
            constants: all,
            counters: vec![0; program.counters],
            lanes: Default::default(),
        }
    }
}

/// The numbers of programs: `constants` and `columns` by program and level.
#[derive(Debug, Clone)]
pub(super) struct Numbers<R> {
    /// The same for all cells.
    pub constants: Vec<R>,
    /// One a cell.
    pub columns: Vec<Vec<R>>,
}

/// What a step reads and writes. All planes cover the same cells; `lanes` copies of a cell lie side by side.
pub struct Frame<'a, 'p, R> {
    /// The planes of [`Machine::planes`](super::Machine::planes).
    pub planes: &'a mut [&'p mut [R]],
    /// The sums of weights that arrive at each spike port at the end of this step; zeros again afterwards. Empty is none.
    pub arrivals: &'a mut [&'p mut [R]],
    /// Continuous ports, held over the step; empty where nothing is connected.
    pub currents: &'a [&'a [R]],
    /// 1 where a cell fires.
    pub fired: &'a mut [u8],
    /// The population's index of the first cell.
    pub first_cell: usize,
    /// Copies of each cell.
    pub lanes: usize,
    /// The number of the step, from 1.
    pub step: u64,
}

/// How many cells tiles have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tiles {
    /// Of the step.
    pub step: usize,
    /// Of the programs that it calls.
    pub called: usize,
}

/// A tile of a frame.
pub(super) struct Window<'a, 'f, 'p, R> {
    frame: &'a mut Frame<'f, 'p, R>,
    columns: &'a [Vec<R>],
    /// The population's index of the first cell of the columns.
    first: usize,
    start: usize,
    key: StreamKey,
    sites: u32,
    sound: bool,
}

/// Why the lines stopped.
pub(super) enum Stop {
    /// They ended.
    Ended,
    /// The adaptive solver is called; behind this line it goes on.
    Adapt(u32, usize),
    /// A loop does not end in the cells of a mask.
    Endless(u16),
}

/// What runs a program and those that it calls.
pub(super) struct Runner<'m, R> {
    /// The step.
    pub main: &'m Program,
    /// Its numbers.
    pub numbers: &'m Numbers<R>,
    /// Programs that it calls.
    pub called: &'m [Program],
    /// Their numbers, by level.
    pub levels: &'m [Vec<Numbers<R>>],
    /// Random numbers.
    pub key: StreamKey,
    /// How many calls draw.
    pub sites: u32,
    /// The population's index of the first cell of the columns.
    pub first: usize,
    /// Cells in a tile.
    pub tiles: Tiles,
    /// How often the adaptive solver did not meet its tolerance.
    pub unmet: &'m AtomicU64,
    /// The step, in ms.
    pub dt_ms: f64,
}

impl<R: Elementary> Runner<'_, R> {
    /// Advances all cells of a frame; tells whether all state is finite.
    pub(super) fn advance(&self, banks: &mut [Bank<R>], frame: &mut Frame<'_, '_, R>) -> bool {
        let (main, called) = banks.split_first_mut().expect("there is a bank for the step");
        #[expect(clippy::cast_precision_loss, reason = "steps are below 2^53")]
        let time = |step: u64| R::from_f64(step as f64 * self.dt_ms);
        let times = [time(frame.step - 1), time(frame.step)];
        for bank in std::iter::once(&mut *main).chain(called.iter_mut()) {
            [bank.constants[BEGIN], bank.constants[END]] = times;
        }
        let cells = frame.fired.len();
        let mut sound = true;
        let mut start = 0;
        while start < cells {
            let size = self.tiles.step.min(cells - start);
            sound &= self.tile(main, called, frame, (start, size));
            start += size;
        }
        frame.arrivals.iter_mut().for_each(|plane| plane.fill(R::ZERO));
        sound
    }

    fn tile(
        &self,
        bank: &mut Bank<R>,
        called: &mut [Bank<R>],
        frame: &mut Frame<'_, '_, R>,
        (start, size): (usize, usize),
    ) -> bool {
        let columns = &self.numbers.columns;
        let first = self.first;
        let mut window = Window { frame, columns, first, start, key: self.key, sites: self.sites, sound: true };
        let mut at = 0;
        loop {
            match vectorized(
                #[inline(always)]
                || run(self.main, at, bank, Some(&mut window), size),
            ) {
                Stop::Ended => return window.sound,
                Stop::Endless(mask) => {
                    let lane = bank.registers[usize::from(mask)][..size].iter().position(|on| *on != R::ZERO);
                    window.frame.planes[0][start + lane.unwrap_or(0)] = R::from_f64(f64::NAN);
                    return false;
                }
                Stop::Adapt(number, next) => {
                    let call = &self.main.calls[number as usize];
                    let first = (window.frame.first_cell - self.first) * window.frame.lanes + start;
                    let of_lane = |lane: usize| (first + lane) / window.frame.lanes;
                    let unmet = self.adapt(call, bank, &mut called[call.program], size, of_lane);
                    self.unmet.fetch_add(unmet as u64, Ordering::Relaxed);
                    at = next;
                }
            }
        }
    }
}

/// Runs lines from `at` on.
#[inline(always)]
pub(super) fn run<R: Elementary>(
    program: &Program,
    mut at: usize,
    bank: &mut Bank<R>,
    mut window: Option<&mut Window<'_, '_, '_, R>>,
    size: usize,
) -> Stop {
    while let Some(line) = program.lines.get(at) {
        at += 1;
        match line {
            Line::Compute { op, to, of } => {
                let mut tile = std::mem::take(&mut bank.registers[usize::from(*to)]);
                match (op, &window) {
                    (Op::Plane(_) | Op::Current(_) | Op::Arrivals(_), Some(window)) => {
                        load(*op, &mut tile[..size], window)
                    }
                    (Op::Random { site, draw, passes }, Some(window)) => {
                        let passes = passes.map(|counter| counter.map_or(0, |own| bank.counters[usize::from(own)]));
                        let (a, b) = (source(bank, of[0], size), source(bank, of[1], size));
                        let number = site.wrapping_add(
                            window.sites.wrapping_mul(passes[0].wrapping_add(passes[1].wrapping_mul(PASSES + 1))),
                        );
                        let arguments = |lane: usize| (element(a, lane), element(b, lane));
                        let first = window.frame.first_cell * window.frame.lanes + window.start;
                        let place = random::Place { number, first, lanes: window.frame.lanes, step: window.frame.step };
                        random::draw(*draw, &mut tile[..size], window.key, place, arguments);
                    }
                    _ => {
                        let [a, b, c, d] = *of;
                        let sources = [
                            source(bank, a, size),
                            source(bank, b, size),
                            source(bank, c, size),
                            source(bank, d, size),
                        ];
                        compute(*op, &mut tile[..size], sources);
                    }
                }
                bank.registers[usize::from(*to)] = tile;
            }
            Line::Column { to, place } => {
                let window = window.as_ref().expect("columns of a called program are set before it runs");
                let to = &mut bank.registers[usize::from(*to)][..size];
                let first = (window.frame.first_cell - window.first) * window.frame.lanes + window.start;
                let column = &window.columns[*place];
                if window.frame.lanes == 1 {
                    to.copy_from_slice(&column[first..first + size]);
                } else {
                    let lanes = window.frame.lanes;
                    to.iter_mut().enumerate().for_each(|(lane, to)| *to = column[(first + lane) / lanes]);
                }
            }
            Line::Copy { to, from } => {
                let mut tile = std::mem::take(&mut bank.registers[usize::from(*to)]);
                match source(bank, *from, size) {
                    Source::Tile(from) => tile[..size].copy_from_slice(from),
                    Source::Number(number) => tile[..size].fill(number),
                }
                bank.registers[usize::from(*to)] = tile;
            }
            Line::SkipIfNone { mask, to } => {
                let mask = &bank.registers[usize::from(*mask)][..size];
                if any_bits(mask) == R::Bits::default() {
                    at = *to;
                }
            }
            Line::Begin(counter) => bank.counters[usize::from(*counter)] = 0,
            Line::Again { counter, count, to, on } => {
                let times = match count {
                    Count::Times(times) => *times,
                    Count::Level => bank.counters[bank.counters.len() - 1],
                };
                let counter = &mut bank.counters[usize::from(*counter)];
                *counter += 1;
                // What fails at the finest level is kept as it is, to its end.
                let on = on.filter(|_| times < 1 << (LEVELS - 1)).map(|on| &bank.registers[usize::from(on)][..size]);
                if *counter < times && on.is_none_or(|on| any_bits(on) != R::Bits::default()) {
                    at = *to;
                }
            }
            Line::Back { counter, to, mask } => {
                let counter = &mut bank.counters[usize::from(*counter)];
                *counter += 1;
                if *counter > PASSES {
                    return Stop::Endless(*mask);
                }
                at = *to;
            }
            Line::Store { plane, from } => {
                let window = window.as_mut().expect("a called program stores nothing");
                let range = window.start..window.start + size;
                let plane = &mut window.frame.planes[*plane as usize][range];
                if let Source::Tile(from) = source(bank, *from, size) {
                    plane.copy_from_slice(from);
                    window.sound &= all_finite(from);
                }
            }
            Line::Fire { from } => {
                let window = window.as_mut().expect("a called program fires nothing");
                let fired = &mut window.frame.fired[window.start..window.start + size];
                if let Source::Tile(from) = source(bank, *from, size) {
                    for (fired, on) in fired.iter_mut().zip(from) {
                        *fired = u8::from(*on != R::ZERO);
                    }
                }
            }
            Line::Adapt(number) => return Stop::Adapt(*number, at),
        }
    }
    Stop::Ended
}

/// The numbers of an operand.
#[inline(always)]
pub(super) fn source<R: Elementary>(bank: &Bank<R>, operand: u16, size: usize) -> Source<'_, R> {
    if operand & CONSTANT != 0 {
        Source::Number(bank.constants[usize::from(operand & !CONSTANT)])
    } else {
        let tile = &bank.registers[usize::from(operand)];
        // The register that is computed is not there meanwhile: no operation has it as an operand.
        Source::Tile(&tile[..size.min(tile.len())])
    }
}

/// The bits that some number of a tile has; an order of the sum would keep the loop from becoming vectors.
#[inline(always)]
fn any_bits<R: Elementary>(tile: &[R]) -> R::Bits {
    let mut any = R::Bits::default();
    for value in tile {
        any = any | value.bits();
    }
    any
}

#[inline(always)]
fn all_finite<R: Elementary>(tile: &[R]) -> bool {
    // 0 x is 0 for every finite x and NaN for all others.
    let mut unsound = R::Bits::default();
    for value in tile {
        unsound = unsound | (*value * R::ZERO).bits();
    }
    unsound & R::INFINITY_BITS == R::Bits::default()
}

#[inline(always)]
fn load<R: Elementary>(op: Op, to: &mut [R], window: &Window<'_, '_, '_, R>) {
    let range = window.start..window.start + to.len();
    let plane: &[R] = match op {
        Op::Plane(plane) => &*window.frame.planes[plane as usize],
        Op::Current(port) => window.frame.currents.get(port as usize).copied().unwrap_or(&[]),
        Op::Arrivals(port) => window.frame.arrivals.get(port as usize).map_or(&[], |plane| &**plane),
        _ => &[],
    };
    if plane.is_empty() { to.fill(R::ZERO) } else { to.copy_from_slice(&plane[range]) }
}
