//! Lines of a program over tiles of cells: one dispatch a line and tile, one loop over the tile inside.

use super::allocate::{BEGIN, CONSTANT, Call, END, Line, Program};
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
    registers: Vec<Vec<R>>,
    constants: Vec<R>,
    counters: Vec<u32>,
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

/// A tile of a frame.
struct Window<'a, 'f, 'p, R> {
    frame: &'a mut Frame<'f, 'p, R>,
    columns: &'a [Vec<R>],
    start: usize,
    key: StreamKey,
    sites: u32,
    sound: bool,
}

/// Why the lines stopped.
enum Stop {
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
    /// Cells in a tile.
    pub tile: usize,
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
            let size = self.tile.min(cells - start);
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
        let mut window = Window { frame, columns, start, key: self.key, sites: self.sites, sound: true };
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
                    let first = window.frame.first_cell * window.frame.lanes + start;
                    let of_lane = |lane: usize| (first + lane) / window.frame.lanes;
                    let unmet = self.adapt(call, bank, &mut called[call.program], size, of_lane);
                    self.unmet.fetch_add(unmet as u64, Ordering::Relaxed);
                    at = next;
                }
            }
        }
    }

    /// The adaptive solver: what fails at a level is gathered and goes on to the next one. Gives the number of
    /// cells that failed at the finest one, whose result stays.
    fn adapt(
        &self,
        call: &Call,
        bank: &mut Bank<R>,
        own: &mut Bank<R>,
        size: usize,
        cell: impl Fn(usize) -> usize,
    ) -> usize {
        let program = &self.called[call.program];
        let masked = call.mask.map(|mask| &bank.registers[usize::from(mask)]);
        let mut lanes: Vec<usize> = (0..size).filter(|lane| masked.is_none_or(|mask| mask[*lane] != R::ZERO)).collect();
        for level in 0..LEVELS {
            if lanes.is_empty() {
                break;
            }
            for (from, (_, to)) in call.given.iter().zip(&program.given) {
                let (from, to) = (&bank.registers[usize::from(*from)], &mut own.registers[usize::from(*to)]);
                to.iter_mut().zip(&lanes).for_each(|(to, lane)| *to = from[*lane]);
            }
            let numbers = &self.levels[call.program][level as usize];
            own.constants[2..].copy_from_slice(&numbers.constants);
            for (place, to) in &program.column_registers {
                let (from, to) = (&numbers.columns[*place], &mut own.registers[usize::from(*to)]);
                to.iter_mut().zip(&lanes).for_each(|(to, lane)| *to = from[cell(*lane)]);
            }
            own.counters.fill(0);
            let parts = lanes.len();
            vectorized(
                #[inline(always)]
                || run_at_level(program, own, parts, level),
            );
            let result = |place: usize, lane: usize| match program.results[place] {
                constant if constant & CONSTANT != 0 => own.constants[usize::from(constant & !CONSTANT)],
                register => own.registers[usize::from(register)][lane],
            };
            let good = program.results.len() - 1;
            let last = level + 1 == LEVELS;
            let mut failed = Vec::new();
            for (place, lane) in lanes.iter().enumerate() {
                let met = result(good, place) != R::ZERO;
                if !met {
                    failed.push(*lane);
                }
                if met || last {
                    for (result_place, to) in call.defined.iter().enumerate().take(good) {
                        bank.registers[usize::from(*to)][*lane] = result(result_place, place);
                    }
                }
            }
            lanes = failed;
        }
        lanes.len()
    }
}

/// A program that is called, with as many parts as its level has.
#[inline(always)]
fn run_at_level<R: Elementary>(program: &Program, bank: &mut Bank<R>, size: usize, level: u32) {
    // The level stands behind the counters.
    let own = bank.counters.len();
    bank.counters.push(1 << level);
    run(program, 0, bank, None, size);
    bank.counters.truncate(own);
}

#[inline(always)]
fn run<R: Elementary>(
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
                let first = window.frame.first_cell * window.frame.lanes + window.start;
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
            Line::Again { counter, count, to } => {
                let times = match count {
                    Count::Times(times) => *times,
                    Count::Level => bank.counters[bank.counters.len() - 1],
                };
                let counter = &mut bank.counters[usize::from(*counter)];
                *counter += 1;
                if *counter < times {
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

#[inline(always)]
fn source<R: Elementary>(bank: &Bank<R>, operand: u16, size: usize) -> Source<'_, R> {
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
