//! The adaptive solver: cells that do not meet its tolerance are gathered from a whole tile and go through the step in parts of
//! half the size, until all meet it.

use super::allocate::{Call, Program};
use super::execute::{Bank, LEVELS, Runner, run, source};
use super::loops::element;
use crate::function::Elementary;
use neuropil_core::simd::vectorized;

impl<R: Elementary> Runner<'_, R> {
    /// Gives the number of cells that failed at the finest level, whose result stays.
    pub(super) fn adapt(
        &self,
        call: &Call,
        bank: &mut Bank<R>,
        own: &mut Bank<R>,
        size: usize,
        cell: impl Fn(usize) -> usize,
    ) -> usize {
        let program = &self.called[call.program];
        let [mut lanes, mut failed] = std::mem::take(&mut own.lanes);
        let masked = call.mask.map(|mask| &bank.registers[usize::from(mask)]);
        lanes.clear();
        lanes.extend((0..size).filter(|lane| masked.is_none_or(|mask| mask[*lane] != R::ZERO)));
        for level in 0..LEVELS {
            let numbers = &self.levels[call.program][level as usize];
            own.constants[2..].copy_from_slice(&numbers.constants);
            failed.clear();
            for part in lanes.chunks(self.tiles.called) {
                for (from, (_, to)) in call.given.iter().zip(&program.given) {
                    let (from, to) = (&bank.registers[usize::from(*from)], &mut own.registers[usize::from(*to)]);
                    gather(&mut to[..part.len()], from, part);
                }
                for (place, to) in &program.column_registers {
                    let (from, to) = (&numbers.columns[*place], &mut own.registers[usize::from(*to)]);
                    to.iter_mut().zip(part).for_each(|(to, lane)| *to = from[cell(*lane)]);
                }
                own.counters.fill(0);
                vectorized(
                    #[inline(always)]
                    || run_at_level(program, own, part.len(), level),
                );
                give(call, program, (bank, own), part, level + 1 == LEVELS, &mut failed);
            }
            std::mem::swap(&mut lanes, &mut failed);
        }
        let unmet = lanes.len();
        own.lanes = [lanes, failed];
        unmet
    }
}

/// The numbers of some cells side by side.
fn gather<R: Elementary>(to: &mut [R], from: &[R], lanes: &[usize]) {
    match (lanes.first(), lanes.last()) {
        (Some(first), Some(last)) if last - first + 1 == lanes.len() => to.copy_from_slice(&from[*first..=*last]),
        _ => to.iter_mut().zip(lanes).for_each(|(to, lane)| *to = from[*lane]),
    }
}

/// Gives back what a program found of the cells `lanes`, where the tolerance is met or will not be; the others fail.
fn give<R: Elementary>(
    call: &Call,
    program: &Program,
    (bank, own): (&mut Bank<R>, &Bank<R>),
    lanes: &[usize],
    last: bool,
    failed: &mut Vec<usize>,
) {
    let (good, results) = program.results.split_last().expect("an adaptive program tells whether it met the tolerance");
    let good = source(own, *good, lanes.len());
    let met = |place: usize| element(good, place) != R::ZERO;
    failed.extend(lanes.iter().enumerate().filter(|(place, _)| !met(*place)).map(|(_, lane)| *lane));
    for (result, to) in results.iter().zip(&call.defined) {
        let from = source(own, *result, lanes.len());
        let to = &mut bank.registers[usize::from(*to)];
        for (place, lane) in lanes.iter().enumerate() {
            if last || met(place) {
                to[*lane] = element(from, place);
            }
        }
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
