//! Delivery: from the spikes of earlier steps to the arrivals of this one.
//!
//! Rows are keyed by (source, delay) for each block of target cells and port, and merged over
//! projections. In step t, for each delay d, the rows of the spikes of t - d are added into the *current* input
//! plane: what is written at random is one vector a port, which stays in the cache, not a ring of d_max planes.
//! Sums have one order, by (source population, port, delay, source, synapse), however cells are divided.
//!
//! The rows of a source lie one behind the other by delay, so that what a spike needs in one step ends where it goes on
//! in the next. An entry is a 16-bit offset and a weight, side by side: a row is one stream of bytes ([`Weights`]). Rows that are due
//! are known before the first is read, and asked for a few ahead.

mod build;
mod layout;
pub mod plastic;
mod reweigh;
mod starts;
mod table;
mod weight;

use crate::history::History;
pub use layout::Layout;
use neuropil_core::Real;
use neuropil_core::memory::{LINE, Memory, prefetch};
pub use reweigh::Reweigh;
use starts::Starts;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;
pub use table::{PlasticTable, Row};
pub use weight::Weights;
use weight::{HalfWeight, Stored};

/// Most cells of a block: their offsets are 16-bit numbers.
pub const BLOCK_CELLS: usize = 1 << 16;
/// Rows that are fetched ahead of the one that is read.
const AHEAD: usize = 4;

/// A plane of a block: it has room for any block, so that a 16-bit offset needs no check.
pub type Plane<R> = Box<[R; BLOCK_CELLS]>;

/// What multiplies the weights of a table's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drive {
    /// 1 for every spike.
    Spikes,
    /// The factor of the spike in this projection (numbered among those whose synapses have a state).
    Factors(usize),
    /// The output of the graded cell, at every step; cells are numbered from this one on.
    Graded(usize),
}

/// Rows of one sending population onto one plane.
#[derive(Debug, PartialEq)]
struct Table {
    source: usize,
    plane: usize,
    drive: Drive,
    /// Delays that occur, in steps, ascending.
    delays: Vec<u32>,
    /// The entries of row `source * delays.len() + slot`.
    starts: Starts,
    /// Cell in the block and weight of each entry.
    entries: Memory,
}

/// All synapses onto one block. Tables are shared with rows of other weights ([`Rows::reweighed`]).
#[derive(Debug, PartialEq)]
pub struct Rows<R> {
    tables: Vec<Arc<Table>>,
    weights: Weights,
    state: PhantomData<R>,
}

/// A row that is due: its entries and what multiplies them.
#[derive(Debug, Clone, Copy)]
pub struct Due<R> {
    table: u32,
    start: u32,
    end: u32,
    factor: R,
}

/// The least and the greatest of ascending lists.
fn span<'d>(lists: impl Iterator<Item = &'d [u32]> + Clone) -> Option<[u32; 2]> {
    let first = lists.clone().filter_map(|own| own.first()).min()?;
    let last = lists.filter_map(|own| own.last()).max()?;
    Some([*first, *last])
}

/// Bytes of an entry with a weight of so many.
const fn entry_bytes(weight: usize) -> usize {
    2 + weight
}

impl<R: Real> Rows<R> {
    /// Number of synapses.
    pub fn len(&self) -> usize {
        self.tables.iter().map(|table| table.starts.entries()).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// The shortest and the longest delay, steps; `None` without synapses.
    pub fn delay_span(&self) -> Option<[u32; 2]> {
        span(self.tables.iter().map(|table| &table.delays[..]))
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        let starts: usize = self.tables.iter().map(|table| table.starts.bytes()).sum();
        self.len() * entry_bytes(self.weights.bytes::<R>()) + starts
    }

    /// Adds the arrivals of step `now` into those of `planes` that are `wanted`. `due` is scratch. Returns the number
    /// of entries added.
    pub fn deliver(
        &self,
        (history, now): (&History<R>, u64),
        wanted: Range<usize>,
        planes: &mut [Plane<R>],
        due: &mut Vec<Due<R>>,
    ) -> u64 {
        match self.weights {
            Weights::Full => self.add::<R>((history, now), wanted, planes, due),
            Weights::Half => self.add::<HalfWeight>((history, now), wanted, planes, due),
        }
    }

    fn add<W: Stored<R>>(
        &self,
        (history, now): (&History<R>, u64),
        wanted: Range<usize>,
        planes: &mut [Plane<R>],
        due: &mut Vec<Due<R>>,
    ) -> u64 {
        due.clear();
        for (number, table) in (0..).zip(&self.tables).filter(|(_, table)| wanted.contains(&table.plane)) {
            table.gather(number, history, now, due);
        }
        let size = const { entry_bytes(W::BYTES) };
        let unit = R::from_f64(W::UNIT);
        due.iter().take(AHEAD).flat_map(|row| self.entries::<W>(row).chunks(LINE)).for_each(prefetch);
        for (index, row) in due.iter().enumerate() {
            let mut later = due.get(index + AHEAD).map_or(&[][..], |row| self.entries::<W>(row)).chunks(LINE);
            let factor = row.factor * unit;
            let plane = &mut *planes[self.tables[row.table as usize].plane];
            for line in self.entries::<W>(row).chunks(LINE / size * size) {
                later.next().into_iter().for_each(prefetch);
                for entry in line.chunks_exact(size) {
                    let Some((offset, weight)) = entry.split_first_chunk() else { continue };
                    plane[usize::from(u16::from_le_bytes(*offset))] += W::load(weight) * factor;
                }
            }
            later.for_each(prefetch);
        }
        due.iter().map(|row| u64::from(row.end - row.start)).sum()
    }

    #[inline(always)]
    fn entries<W: Stored<R>>(&self, row: &Due<R>) -> &[u8] {
        let size = const { entry_bytes(W::BYTES) };
        &self.tables[row.table as usize].entries.bytes()[row.start as usize * size..row.end as usize * size]
    }
}

impl Table {
    fn gather<R: Real>(&self, number: u32, history: &History<R>, now: u64, due: &mut Vec<Due<R>>) {
        match &self.starts {
            Starts::Listed(starts) => {
                let found = |row: usize| Some((starts[row], starts[row + 1]));
                self.gather_of(number, (history, now), found, due);
            }
            Starts::Marked(own) => {
                let found = |row: usize| Some(own.row(row)).filter(|row| !row.is_empty());
                self.gather_of(number, (history, now), |row| found(row).map(|row| (row.start, row.end)), due);
            }
        }
    }

    #[inline(always)]
    fn gather_of<R: Real>(
        &self,
        number: u32,
        (history, now): (&History<R>, u64),
        found: impl Fn(usize) -> Option<(u32, u32)>,
        due: &mut Vec<Due<R>>,
    ) {
        let slots = self.delays.len();
        let row = |slot: usize, source: u32, factor: R| {
            let (start, end) = found((source as usize).wrapping_mul(slots).wrapping_add(slot))?;
            Some(Due { table: number, start, end, factor })
        };
        for (slot, &delay) in self.delays.iter().enumerate() {
            match self.drive {
                Drive::Spikes => {
                    due.extend(history.spikes(now, delay, self.source).filter_map(|source| row(slot, source, R::ONE)));
                }
                Drive::Factors(projection) => {
                    let spikes = history.scaled_spikes(now, delay, self.source, projection);
                    due.extend(spikes.filter_map(|(source, factor)| row(slot, source, factor)));
                }
                Drive::Graded(first) => {
                    let sources = self.starts.rows() / slots;
                    let outputs = (0..).zip(history.graded(now, delay, first, sources));
                    let active = outputs.filter(|(_, output)| **output != R::ZERO);
                    due.extend(active.filter_map(|(source, &output)| row(slot, source, output)));
                }
            }
        }
    }
}
