//! All synapses of a row at once, of models to which nothing but spikes comes.
//!
//! One synapse after the other would leave the processor to guess, at each of them, how many spikes its cell fired. Here some synapses
//! pass through together: first those are found whose cells fired, then those whose cells fired twice, and so on; each list is then
//! worked off, and the one of the oldest spikes first. Each synapse has the same in the same order as alone.

use super::decay::Elapsed;
use super::meeting::{Passed, Span};
use super::membrane::View;
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
pub(super) struct Scratch<P> {
    sizes: [f64; LANES],
    /// The last spike that counts, of the cell of each, and what the cell keeps of it.
    steps: [i64; LANES],
    traces: [P; LANES],
    /// Behind the last spike that counts, of the cell of each.
    ends: [u32; LANES],
    /// Those of whose cells a spike counts, then those of two ...; one at least, and those behind the first empty one mean nothing.
    lists: Vec<List>,
}

impl<P: Numbers> Default for Scratch<P> {
    fn default() -> Self {
        Self {
            sizes: [0.0; LANES],
            steps: [0; LANES],
            traces: [P::ZERO; LANES],
            ends: [0; LANES],
            lists: vec![List::EMPTY],
        }
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
    pub seen: Option<&'r [Seen<M::Post>]>,
    /// Of all cells, at the end of the stretch.
    pub membranes: View<'r, M::Membrane>,
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

/// Asks for the first synapses of those that pass soon.
pub(super) fn fetch(cells: &[u16], weights: &[f64]) {
    let count = LANES.min(cells.len());
    cells[..count].chunks(LINE / size_of::<u16>()).for_each(prefetch);
    weights[..count].chunks(LINE / size_of::<f64>()).for_each(prefetch);
}

/// Whether synapses of a model can pass together.
pub(super) const fn can<M: Timing>() -> bool {
    !M::FLOWS && M::Factor::COUNT == 0
}

impl<M: Timing> Together<'_, M> {
    /// Gives synapses all that comes in the stretch, and a presynaptic spike at its end if there is one.
    pub(super) fn meet(&self, synapses: Synapses<'_, M::Own>, scratch: &mut Scratch<M::Post>, arrives: bool) {
        let Span { done, until, last, .. } = self.span;
        let own = |time: u64| self.span.fired(time);
        let bounds = Bounds { after: own(done), until: own(until), last: own(last) };
        let Synapses { cells, weights, own } = synapses;
        let (mut from, count) = (0, cells.len());
        while from < count {
            let to = (from + LANES).min(count);
            let next = to..(to + LANES).min(count);
            fetch(&cells[next.clone()], &weights[next]);
            let (cells, weights, own) = (&cells[from..to], &mut weights[from..to], &mut own[from..to]);
            scratch.sizes.iter_mut().zip(&*weights).for_each(|(size, weight)| *size = weight.abs());
            self.find(cells, scratch, bounds);
            deepen(self.spikes, scratch, bounds);
            self.fired(self.model, own, scratch, bounds);
            if arrives {
                self.arrive(self.model, (cells, own), scratch, bounds);
            }
            weights.iter_mut().zip(&scratch.sizes).for_each(|(weight, size)| *weight = size.copysign(*weight));
            from = to;
        }
    }

    fn find(&self, cells: &[u16], scratch: &mut Scratch<M::Post>, bounds: Bounds) {
        let (spikes, offset) = (self.spikes, self.offset);
        match self.seen {
            Some(seen) => list(cells, scratch, bounds, |cell| seen[cell.wrapping_sub(offset)]),
            None => list(cells, scratch, bounds, |cell| spikes.seen(cell.wrapping_sub(offset), bounds.until)),
        }
    }

    /// Spikes of the receiving cells, the oldest first. A function of its own, as the next one is, which is given the model: what it reads of
    /// the model then stays in registers.
    #[inline(never)]
    fn fired(&self, model: &M, own: &mut [M::Own], scratch: &mut Scratch<M::Post>, bounds: Bounds) {
        let Scratch { sizes, steps, traces, ends, lists } = scratch;
        let (pre, spikes, dt_ms) = (self.passed.trace().copied(), self.spikes, self.span.dt_ms);
        let deepest = lists.iter().position(|list| list.count == 0).unwrap_or(lists.len());
        let mut back = u32::try_from(deepest).unwrap_or(u32::MAX);
        for list in lists[..deepest].iter().rev() {
            let mut give = |lane: usize, step: i64, trace: &M::Post| {
                let event = Post {
                    pre: pre.as_ref(),
                    since_pre: elapsed(dt_ms, bounds.last, step),
                    post: trace,
                    first: spikes.step_before(ends[lane], back + 1) <= bounds.last,
                    factor: None,
                };
                model.post(&mut sizes[lane], &mut own[lane], event);
            };
            let lanes = list.lanes[..list.count].iter().map(|lane| usize::from(*lane) % LANES);
            if back == 1 {
                lanes.for_each(|lane| give(lane, steps[lane], &traces[lane]));
            } else {
                lanes.for_each(|lane| {
                    let spike = spikes.before(ends[lane], back);
                    give(lane, spike.step, &spike.trace);
                });
            }
            back -= 1;
        }
    }

    /// A presynaptic spike.
    #[inline(never)]
    fn arrive(&self, model: &M, (cells, own): (&[u16], &mut [M::Own]), scratch: &mut Scratch<M::Post>, bounds: Bounds) {
        let Scratch { sizes, ends, steps, traces, .. } = scratch;
        let (pre, spikes, dt_ms) = (self.passed.trace().copied(), self.spikes, self.span.dt_ms);
        let since_pre = elapsed(dt_ms, bounds.last, bounds.until);
        let all = sizes.iter_mut().zip(steps.iter()).zip(traces.iter()).zip(ends.iter());
        for (((((size, step), trace), end), own), cell) in all.zip(own).zip(cells) {
            let (mut last, mut post) = (*step, trace);
            let mut back = 1;
            while last == bounds.until {
                back += 1;
                let older = spikes.before(*end, back);
                (last, post) = (older.step, &older.trace);
            }
            let there = last != NONE;
            let event = Pre {
                pre: pre.as_ref(),
                since_pre,
                post: there.then_some(post),
                since_post: if there { elapsed(dt_ms, last, bounds.until) } else { Elapsed::FOREVER },
                paired: *step > bounds.last,
                membrane: self.membranes.of(usize::from(*cell).wrapping_sub(self.offset)),
                factor: None,
            };
            model.pre(size, own, event);
        }
    }
}

#[inline(always)]
fn elapsed(dt_ms: f64, from: i64, to: i64) -> Elapsed {
    Elapsed { steps: to.wrapping_sub(from).cast_unsigned(), dt_ms }
}

/// Notes where the spikes of each cell end, and those whose last one is new.
#[inline(always)]
fn list<P: Numbers>(cells: &[u16], scratch: &mut Scratch<P>, bounds: Bounds, seen: impl Fn(usize) -> Seen<P>) {
    let List { count, lanes } = &mut scratch.lists[0];
    let (mut lane, mut found) = (0_u8, 0_usize);
    let places = scratch.ends[..cells.len()]
        .iter_mut()
        .zip(&mut scratch.steps[..cells.len()])
        .zip(&mut scratch.traces[..cells.len()]);
    for (((end, step), trace), cell) in places.zip(cells) {
        let own = seen(usize::from(*cell));
        *end = own.end;
        *step = own.step;
        *trace = own.trace;
        // Each is written down; the next one takes its place where it does not count.
        lanes[found % LANES] = lane;
        found = found.wrapping_add(usize::from(own.step > bounds.after));
        lane = lane.wrapping_add(1);
    }
    *count = found;
}

/// From the list of those of whose cells a spike is new to that of two, and so on.
#[inline(never)]
fn deepen<P: Numbers>(spikes: &Spikes<P>, scratch: &mut Scratch<P>, bounds: Bounds) {
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

#[cfg(test)]
mod tests {
    use super::super::factor::FactorPast;
    use super::super::meeting::{Meeting, NEVER};
    use super::super::membrane::Membranes;
    use super::super::spikes::Spike;
    use super::*;
    use crate::synapse::{Clopath, Stdp, StdpNnPreCentered, StdpNnRestr, StdpNnSymm, StdpTriplet, VogelsSprekeler};
    use neuropil_core::{Clock, ParameterSet, Stream, StreamKey};

    fn noise(entity: usize, step: u64) -> f64 {
        StreamKey::new(5, Stream::Position, 7).at(u32::try_from(entity).unwrap(), step).unit()
    }

    /// Membranes of cells that go up and down for 400 steps.
    fn watched<M: Timing>(model: &M, cells: usize) -> Membranes<M::Membrane> {
        let mut membranes = Membranes::new(cells, 7, 400);
        for step in 0..400 {
            let v_m: Vec<f64> = (0..cells).map(|cell| -80.0 + 40.0 * noise(cell, step)).collect();
            membranes.add(step, &v_m, |before, v_m| model.low_pass(before, v_m));
        }
        membranes
    }

    /// A row of 600 synapses onto 90 cells, of which some hardly fire and some in nearly every step, passed by several spikes: together
    /// and one by one.
    fn alike<M: Timing>() {
        let model = M::new(&M::Params::defaults(), Clock::new(0.5).unwrap());
        let cells: Vec<u16> = (0..600_u16).map(|synapse| 30 + synapse % 97 * 13 % 90).collect();
        let start: Vec<f64> =
            (0..600).map(|synapse| noise(synapse, 1) * if synapse % 3 == 0 { -1.0 } else { 1.0 }).collect();
        let (mut weights, mut own) = (start.clone(), vec![M::Own::ZERO; 600]);
        let (mut alone, mut own_alone) = (start.clone(), vec![M::Own::ZERO; 600]);
        let mut passed = Passed { arrival: NEVER, trace: M::Pre::ZERO };
        let mut spikes = Spikes::<M::Post>::new(90, 0..90);
        let (mut scratch, mut seen, factor) = (Scratch::default(), Vec::new(), FactorPast::NONE);
        let all_membranes = watched(&model, 90);
        for now in 1..400 {
            let arrives = noise(1000, now) < 0.05;
            if (arrives || now % 150 == 0) && now > 12 {
                let (settled, dendritic) = ((now - 1) / 150 * 150, 6);
                let span = Span::new(&passed, settled, dendritic, now - dendritic, 0.5);
                spikes.all_seen(span.fired(span.until), &mut seen);
                let seen = (now % 2 == 0).then_some(&*seen);
                let membranes = all_membranes.at(span.fired(span.until));
                let together =
                    Together { model: &model, passed: &passed, spikes: &spikes, seen, membranes, offset: 30, span };
                let synapses = Synapses { cells: &cells, weights: &mut weights, own: &mut own };
                together.meet(synapses, &mut scratch, arrives);
                for ((cell, weight), own) in cells.iter().zip(&mut alone).zip(&mut own_alone) {
                    let cell = usize::from(*cell) - 30;
                    let (mut size, spikes) = (weight.abs(), spikes.of(cell));
                    let (model, passed, factor) = (&model, &passed, &factor);
                    Meeting { model, passed, spikes, factor, place: 0, changes: 0..0, membranes, cell, span }
                        .meet(&mut size, own, arrives);
                    *weight = size.copysign(*weight);
                }
                if arrives {
                    let since = span.elapsed(span.last, span.until);
                    passed.trace = model.trace_pre(passed.trace().map(|trace| (trace, since)));
                    passed.arrival = span.until;
                }
            }
            for cell in (0..90).filter(|cell| noise(*cell, now) < noise(*cell, 0).powi(3)) {
                let last = spikes.of(cell).last();
                let since = |spike: &Spike<M::Post>| Elapsed { steps: now - spike.step.cast_unsigned(), dt_ms: 0.5 };
                let trace = model.trace_post(last.map(|spike| (&spike.trace, since(spike))));
                spikes.push(cell, Spike { step: now.cast_signed(), trace });
            }
        }
        let bits = |weights: &[f64]| weights.iter().map(|weight| weight.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&weights), bits(&alone), "{}", M::INFO.name);
        let numbers = |own: &[M::Own]| own.iter().flat_map(|own| own.numbers().to_vec()).collect::<Vec<_>>();
        assert_eq!(numbers(&own), numbers(&own_alone), "{}", M::INFO.name);
        assert!(weights.iter().zip(&start).filter(|(end, start)| end != start).count() > 500, "{}", M::INFO.name);
    }

    /// Would catch a spike that is left out, given twice or in another order, and one that comes with the presynaptic one.
    #[test]
    fn together_is_one_by_one() {
        alike::<Stdp>();
        alike::<StdpNnSymm>();
        alike::<StdpNnRestr>();
        alike::<StdpNnPreCentered>();
        alike::<StdpTriplet>();
        alike::<VogelsSprekeler>();
        alike::<Clopath>();
    }
}
