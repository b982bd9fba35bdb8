//! All synapses of a row at once, of models to which nothing but spikes comes.
//!
//! One synapse after the other would leave the processor to guess, at each of them, how many spikes its cell fired. Here some synapses
//! pass through together: first those are found whose cells fired, then those whose cells fired twice, and so on; each list is then
//! worked off, and the one of the oldest spikes first. Each synapse has the same in the same order as alone.

use super::decay::Elapsed;
use super::meeting::{Passed, Span};
use super::rule::{Numbers, Post, Pre, Timing};
use super::spikes::{NONE, Seen, Spikes};
use neuropil_core::memory::{LINE, prefetch};

/// Synapses that pass together: what they need stays near the processor.
const LANES: usize = 256;

/// Some of the synapses that pass together.
struct List {
    count: usize,
    lanes: [u8; LANES],
}

impl List {
    const EMPTY: Self = Self { count: 0, lanes: [0; LANES] };
}

/// What synapses need on their way.
pub(super) struct Scratch {
    sizes: [f64; LANES],
    /// Behind the last spike that counts, of the cell of each.
    ends: [u32; LANES],
    /// Those of whose cells a spike counts, then those of two ...; one at least, and those behind the first empty one mean nothing.
    lists: Vec<List>,
}

impl Default for Scratch {
    fn default() -> Self {
        Self { sizes: [0.0; LANES], ends: [0; LANES], lists: vec![List::EMPTY] }
    }
}

/// Synapses of a row, or some of them, one behind the other.
pub(super) struct Synapses<'r, O> {
    /// Cells in the block.
    pub cells: &'r [u16],
    pub weights: &'r mut [f64],
    pub own: &'r mut [O],
}

/// A stretch of time at a row.
pub(super) struct Together<'r, M: Timing> {
    pub model: &'r M,
    pub passed: &'r Passed<M::Pre>,
    pub spikes: &'r Spikes<M::Post>,
    /// The last spike that counts of every cell, where that is known already.
    pub seen: Option<&'r [Seen]>,
    /// Of the first of the cells, in the block.
    pub offset: usize,
    pub span: Span,
}

/// When spikes of receiving cells count, in steps of their own.
#[derive(Clone, Copy)]
struct Bounds {
    /// After this they are new.
    after: i64,
    /// The last that count.
    until: i64,
    /// When a spike is fired that comes with the last presynaptic one.
    last: i64,
}

/// Whether synapses of a model can pass together.
pub(super) const fn can<M: Timing>() -> bool {
    !M::FLOWS && M::Factor::COUNT == 0
}

impl<M: Timing> Together<'_, M> {
    /// Gives synapses all that comes in the stretch, and a presynaptic spike at its end if there is one.
    pub(super) fn meet(&self, synapses: Synapses<'_, M::Own>, scratch: &mut Scratch, arrives: bool) {
        let Span { done, until, last, .. } = self.span;
        let own = |time: u64| self.span.fired(time);
        let bounds = Bounds { after: own(done), until: own(until), last: own(last) };
        let Synapses { cells, weights, own } = synapses;
        let (mut from, count) = (0, cells.len());
        while from < count {
            let to = (from + LANES).min(count);
            let next = to..(to + LANES).min(count);
            weights[next.clone()].chunks(LINE / 8).for_each(prefetch);
            cells[next].chunks(LINE / 2).for_each(prefetch);
            let (cells, weights, own) = (&cells[from..to], &mut weights[from..to], &mut own[from..to]);
            scratch.sizes.iter_mut().zip(&*weights).for_each(|(size, weight)| *size = weight.abs());
            self.find(cells, scratch, bounds);
            deepen(self.spikes, scratch, bounds);
            self.fired(own, scratch, bounds);
            if arrives {
                self.arrive(own, scratch, bounds);
            }
            weights.iter_mut().zip(&scratch.sizes).for_each(|(weight, size)| *weight = size.copysign(*weight));
            from = to;
        }
    }

    fn find(&self, cells: &[u16], scratch: &mut Scratch, bounds: Bounds) {
        let (spikes, offset) = (self.spikes, self.offset);
        match self.seen {
            Some(seen) => list(cells, scratch, bounds, |cell| seen[cell.wrapping_sub(offset)]),
            None => list(cells, scratch, bounds, |cell| spikes.seen(cell.wrapping_sub(offset), bounds.until)),
        }
    }

    /// Spikes of the receiving cells, the oldest first. A function of its own, as the next one is, for the sake of registers.
    #[inline(never)]
    fn fired(&self, own: &mut [M::Own], scratch: &mut Scratch, bounds: Bounds) {
        let Scratch { sizes, ends, lists } = scratch;
        let deepest = lists.iter().position(|list| list.count == 0).unwrap_or(lists.len());
        let mut back = u32::try_from(deepest).unwrap_or(u32::MAX);
        for list in lists[..deepest].iter().rev() {
            for lane in &list.lanes[..list.count] {
                let lane = usize::from(*lane) % LANES;
                let spike = self.spikes.before(ends[lane], back);
                let event = Post {
                    pre: self.passed.trace(),
                    since_pre: self.elapsed(bounds.last, spike.step),
                    post: &spike.trace,
                    first: self.spikes.step_before(ends[lane], back + 1) <= bounds.last,
                    factor: None,
                };
                self.model.post(&mut sizes[lane], &mut own[lane], event);
            }
            back -= 1;
        }
    }

    /// A presynaptic spike.
    #[inline(never)]
    fn arrive(&self, own: &mut [M::Own], scratch: &mut Scratch, bounds: Bounds) {
        let Scratch { sizes, ends, .. } = scratch;
        let since_pre = self.elapsed(bounds.last, bounds.until);
        for ((size, end), own) in sizes.iter_mut().zip(ends.iter()).zip(own) {
            let newest = self.spikes.before(*end, 1);
            let mut older = newest;
            let mut back = 1;
            while older.step == bounds.until {
                back += 1;
                older = self.spikes.before(*end, back);
            }
            let there = older.step != NONE;
            let event = Pre {
                pre: self.passed.trace(),
                since_pre,
                post: there.then_some(&older.trace),
                since_post: if there { self.elapsed(older.step, bounds.until) } else { Elapsed::FOREVER },
                paired: newest.step > bounds.last,
                factor: None,
            };
            self.model.pre(size, own, event);
        }
    }

    #[inline(always)]
    fn elapsed(&self, from: i64, to: i64) -> Elapsed {
        Elapsed { steps: to.wrapping_sub(from).cast_unsigned(), dt_ms: self.span.dt_ms }
    }
}

/// Notes where the spikes of each cell end, and those whose last one is new.
#[inline(always)]
fn list(cells: &[u16], scratch: &mut Scratch, bounds: Bounds, seen: impl Fn(usize) -> Seen) {
    let List { count, lanes } = &mut scratch.lists[0];
    let (mut lane, mut found) = (0_u8, 0_usize);
    for (end, cell) in scratch.ends[..cells.len()].iter_mut().zip(cells) {
        let own = seen(usize::from(*cell));
        *end = own.end;
        // Each is written down; the next one takes its place where it does not count.
        lanes[found % LANES] = lane;
        found = found.wrapping_add(usize::from(own.step > bounds.after));
        lane = lane.wrapping_add(1);
    }
    *count = found;
}

/// From the list of those of whose cells a spike is new to that of two, and so on.
#[inline(never)]
fn deepen<P: Numbers>(spikes: &Spikes<P>, scratch: &mut Scratch, bounds: Bounds) {
    let Scratch { ends, lists, .. } = scratch;
    let (mut depth, mut back) = (0, 1);
    while lists[depth].count > 0 {
        (depth, back) = (depth + 1, back + 1);
        if lists.len() == depth {
            lists.push(List::EMPTY);
        }
        let (from, to) = lists.split_at_mut(depth);
        let (from, to) = (&from[depth - 1], &mut to[0]);
        let mut found = 0_usize;
        for lane in &from.lanes[..from.count] {
            to.lanes[found % LANES] = *lane;
            let spike = spikes.before(ends[usize::from(*lane) % LANES], back);
            found = found.wrapping_add(usize::from(spike.step > bounds.after));
        }
        to.count = found;
    }
}
