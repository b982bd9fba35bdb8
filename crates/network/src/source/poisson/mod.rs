//! Poisson spikes: independent trains onto cells (`poisson` inputs), or cells that send them (`poisson_source`).
//!
//! # Equations
//! The number of spikes of a step of length h at rate r is Poisson with mean λ = r h, independent of all others. It
//! is drawn by inversion: the count of cumulative probabilities P(N ≤ k) that a uniform number exceeds. The number has
//! 32 bits, so probabilities are exact to 2^-32. Its upper 16 bits decide nearly always; its lower ones are drawn only
//! where the upper ones are those of some P(N ≤ k).
//!
//! # References
//! \[Devroye1986\] section X.3 (inversion).

mod counts;
mod source;

use super::Rate;
use crate::window::Window;
use counts::{Counts, GROUP, GROUP_CELLS, LANES, SHORT, halves};
use neuropil_core::simd::vectorized;
use neuropil_core::{CellSet, Clock, Real, StreamKey};
pub use source::PoissonSource;
use std::ops::Range;

/// Largest mean count of a step that is drawn (its table has about as many entries).
pub const MAX_MEAN_COUNT: f64 = 10_000.0;

/// Tables for the cells of a population.
#[derive(Debug, Clone)]
enum Tables {
    Shared(Counts),
    /// Distinct tables, and which one each cell has.
    PerCell(Vec<Counts>, Vec<u32>),
    /// Made anew every step.
    Varying,
}

/// Independent Poisson counts of cells, a pure function of the step.
#[derive(Debug, Clone)]
struct Sampler {
    rate: Rate,
    tables: Tables,
    window: Window,
    key: StreamKey,
    clock: Clock,
}

impl Sampler {
    fn new(rate: Rate, key: StreamKey, clock: Clock) -> Self {
        let mean = |hz: f64| hz * 1e-3 * clock.dt_ms();
        let tables = match &rate {
            Rate::Constant(hz) => Tables::Shared(Counts::new(mean(*hz))),
            Rate::PerCell(rates) => {
                let mut distinct: Vec<f64> = rates.clone();
                distinct.sort_by(f64::total_cmp);
                distinct.dedup();
                let index = |hz: &f64| distinct.partition_point(|known| known < hz);
                let which = rates.iter().map(|hz| u32::try_from(index(hz)).expect("at most one a cell")).collect();
                Tables::PerCell(distinct.iter().map(|hz| Counts::new(mean(*hz))).collect(), which)
            }
            Rate::Steps(_) | Rate::Sine { .. } => Tables::Varying,
        };
        Self { rate, tables, window: Window::ALWAYS, key, clock }
    }

    fn at_rate(&self, rate: Rate) -> Self {
        Self { window: self.window, ..Self::new(rate, self.key, self.clock) }
    }

    /// Calls `visit` with some of `cells` and their counts, in turn until all are done.
    fn each_group(&self, step: u64, cells: Range<u32>, visit: impl FnMut(Range<u32>, &[u16])) {
        if !self.window.is_always() && !self.window.holds(step, self.clock) {
            return;
        }
        match &self.tables {
            Tables::Shared(counts) => self.draw_alike(counts, step, cells, visit),
            Tables::PerCell(counts, which) => {
                self.draw(step, cells, |cell| &counts[which[cell as usize] as usize], visit);
            }
            Tables::Varying => {
                let rate = self.rate.at(self.clock.time_ms(step)).unwrap_or(0.0);
                if rate > 0.0 {
                    self.draw_alike(&Counts::new(rate * 1e-3 * self.clock.dt_ms()), step, cells, visit);
                }
            }
        }
    }

    fn draw_alike(&self, counts: &Counts, step: u64, cells: Range<u32>, mut visit: impl FnMut(Range<u32>, &[u16])) {
        if counts.cumulative.len() > SHORT {
            return self.draw(step, cells, |_| counts, visit);
        }
        vectorized(
            #[inline(always)]
            || {
                for group in groups(&cells) {
                    let upper = self.upper(group, step);
                    let drawn = counts.invert_group(&upper, |cell| self.lower(group, cell, step));
                    let (own, part) = common(group, &cells);
                    visit(own, &drawn[part]);
                }
            },
        );
    }

    fn draw<'a>(
        &self,
        step: u64,
        cells: Range<u32>,
        counts: impl Fn(u32) -> &'a Counts,
        mut visit: impl FnMut(Range<u32>, &[u16]),
    ) {
        for group in groups(&cells) {
            let upper = self.upper(group, step);
            let (own, part) = common(group, &cells);
            let mut drawn = [0; GROUP];
            for (cell, slot) in own.clone().zip(part.clone()) {
                drawn[slot] = counts(cell).invert(upper[slot], || self.lower(group, slot, step));
            }
            visit(own, &drawn[part]);
        }
    }

    /// The upper 16 bits of the numbers of a group.
    #[inline(always)]
    fn upper(&self, group: u32, step: u64) -> [u16; GROUP] {
        halves(self.key.blocks(first_block(group), step))
    }

    /// The lower 16 bits of the number of a cell of a group.
    #[expect(clippy::cast_possible_truncation, reason = "lanes are few, and a half is what is wanted")]
    fn lower(&self, group: u32, cell: usize, step: u64) -> u16 {
        let lane = (cell % LANES) as u32;
        let word = self.key.further_block(1, first_block(group) + lane, step)[cell / LANES % 4];
        (word >> (16 * (cell / (GROUP / 2)))) as u16
    }

    /// Calls `visit` with each of `cells` and its count, where that is not 0.
    fn visit(&self, step: u64, cells: Range<u32>, mut visit: impl FnMut(u32, u32)) {
        self.each_group(step, cells, |cells, counts| {
            for (cell, &count) in cells.zip(counts).filter(|(_, count)| **count > 0) {
                visit(cell, u32::from(count));
            }
        });
    }
}

/// The entity of the first block of a group.
fn first_block(group: u32) -> u32 {
    group * (GROUP_CELLS / 8)
}

/// The groups that `cells` lie in.
fn groups(cells: &Range<u32>) -> Range<u32> {
    cells.start / GROUP_CELLS..cells.end.div_ceil(GROUP_CELLS)
}

/// The cells of a group that are among `cells`, and their places in it.
fn common(group: u32, cells: &Range<u32>) -> (Range<u32>, Range<usize>) {
    let first = group * GROUP_CELLS;
    let own = first.max(cells.start)..(first + GROUP_CELLS).min(cells.end);
    let part = (own.start - first) as usize..(own.end - first) as usize;
    (own, part)
}

/// Each cell of a population, or of some of it, receives its own Poisson train. A cell has the same train whichever other
/// cells have one.
pub struct PoissonInput {
    sampler: Sampler,
    /// Index of the receiving population.
    pub target: usize,
    /// The cells that receive; all if `None`.
    pub only: Option<CellSet>,
    /// Port of the target's model; `None` where the sign of the weight chooses.
    pub receptor: Option<usize>,
    /// Weight of each spike, in the unit of the port.
    pub weight: f64,
}

impl PoissonInput {
    /// Input number `number` of a network; `key` is of [`neuropil_core::Stream::Poisson`].
    pub fn new(target: usize, rate: Rate, weight: f64, key: StreamKey, clock: Clock) -> Self {
        Self { sampler: Sampler::new(rate, key, clock), target, only: None, receptor: None, weight }
    }

    /// The same into these cells alone. A rate by cell still has one number for every cell of the population.
    #[must_use]
    pub fn into_only(self, only: Option<CellSet>) -> Self {
        Self { only, ..self }
    }

    /// The same trains at another rate: the numbers that they are drawn with are the same, and so is when they are on.
    pub fn at_rate(&self, rate: Rate) -> Self {
        let Self { target, receptor, weight, .. } = *self;
        Self { sampler: self.sampler.at_rate(rate), target, only: self.only.clone(), receptor, weight }
    }

    /// The same trains, of which only the spikes of a window are left.
    #[must_use]
    pub fn within(mut self, window: Window) -> Self {
        self.sampler.window = window;
        self
    }

    /// The rate of one train.
    pub fn rate(&self) -> &Rate {
        &self.sampler.rate
    }

    /// Calls `visit` with each of `cells` (indices in the population) that receives spikes in `step`, and how many.
    pub fn counts(&self, step: u64, cells: Range<u32>, mut visit: impl FnMut(u32, u32)) {
        self.sampler.visit(step, cells, |cell, count| {
            if self.only.as_ref().is_none_or(|only| only.contains(cell)) {
                visit(cell, count);
            }
        });
    }

    /// Adds the arrivals of `step` at `cells` (indices in the population) to a plane that begins with the first.
    pub fn add<R: Real>(&self, step: u64, cells: Range<u32>, value: f64, plane: &mut [R]) {
        let (weight, first) = (R::from_f64(value), cells.start);
        let cells = match self.only.as_ref().map(|only| members(only, &cells)) {
            None => cells,
            Some(members) => match (members.first(), members.last()) {
                // Cells without a gap are as quick as all.
                (Some(&from), Some(&last)) if (last - from) as usize + 1 == members.len() => from..last + 1,
                _ => return self.add_some(step, members, (weight, first), plane),
            },
        };
        self.sampler.each_group(
            step,
            cells,
            #[inline(always)]
            |cells, counts| {
                let own = &mut plane[(cells.start - first) as usize..(cells.end - first) as usize];
                for (arrivals, &count) in own.iter_mut().zip(counts) {
                    *arrivals += weight * R::from_u16(count);
                }
            },
        );
    }
}

impl PoissonInput {
    /// The arrivals at some cells of a plane that begins with cell `first`.
    fn add_some<R: Real>(&self, step: u64, members: &[u32], (weight, first): (R, u32), plane: &mut [R]) {
        let (Some(&from), Some(&last)) = (members.first(), members.last()) else { return };
        let mut left = members;
        self.sampler.each_group(step, from..last + 1, |cells, counts| {
            let here = left.partition_point(|&cell| cell < cells.end);
            for &cell in &left[..here] {
                plane[(cell - first) as usize] += weight * R::from_u16(counts[(cell - cells.start) as usize]);
            }
            left = &left[here..];
        });
    }
}

/// Those of a set that are among `cells`.
fn members<'s>(only: &'s CellSet, cells: &Range<u32>) -> &'s [u32] {
    let places = only.places(cells.clone());
    &only.cells()[places.start as usize..places.end as usize]
}

#[cfg(test)]
mod tests;
