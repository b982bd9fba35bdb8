//! What meets at a synapse in a stretch of time, in its order.

use super::decay::Elapsed;
use super::factor::FactorPast;
use super::membrane::View;
use super::rule::{Numbers, Post, Pre, Stretch, Timing};
use super::spikes::Spike;
use std::ops::Range;

/// No spike has passed.
pub(super) const NEVER: u64 = u64::MAX;

/// The last presynaptic spike of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Passed<P> {
    /// When it was at the synapses; [`NEVER`] before the first.
    pub arrival: u64,
    /// The trace just after it.
    pub trace: P,
}

/// What is kept of the last presynaptic spike, if there was one.
impl<P> Passed<P> {
    pub(super) fn trace(&self) -> Option<&P> {
        (self.arrival != NEVER).then_some(&self.trace)
    }
}

/// A stretch of time at the synapses of a row, which have the same past.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// When the last presynaptic spike was there; the start of the run before the first.
    pub last: u64,
    /// Up to here all has come, but for changes of a third factor at this very time.
    pub done: u64,
    /// The end.
    pub until: u64,
    /// From a receiving cell to its synapse.
    pub dendritic: u64,
    pub dt_ms: f64,
}

impl Span {
    pub(super) fn new<P>(passed: &Passed<P>, settled: u64, dendritic: u64, until: u64, dt_ms: f64) -> Self {
        let last = if passed.arrival == NEVER { 0 } else { passed.arrival };
        Self { last, done: last.max(settled.saturating_sub(dendritic)), until, dendritic, dt_ms }
    }

    #[inline(always)]
    pub(super) fn elapsed(&self, from: u64, to: u64) -> Elapsed {
        Elapsed { steps: to - from, dt_ms: self.dt_ms }
    }

    /// When a cell fires whose spike is there at a time.
    #[inline(always)]
    pub(super) fn fired(&self, time: u64) -> i64 {
        time.cast_signed() - self.dendritic.cast_signed()
    }

    /// When a spike of a receiving cell comes.
    #[inline(always)]
    fn comes<P>(&self, spike: &Spike<P>) -> u64 {
        spike.step.cast_unsigned() + self.dendritic
    }

    /// The spikes of a cell that come in this stretch.
    #[inline(always)]
    pub(super) fn spikes<P>(&self, spikes: &[Spike<P>]) -> Range<usize> {
        let mut end = spikes.len();
        while end > 0 && self.comes(&spikes[end - 1]) > self.until {
            end -= 1;
        }
        let mut start = end;
        while start > 0 && self.comes(&spikes[start - 1]) > self.done {
            start -= 1;
        }
        start..end
    }
}

/// What a synapse sees of others in a stretch of time.
pub(super) struct Meeting<'r, M: Timing> {
    pub model: &'r M,
    pub passed: &'r Passed<M::Pre>,
    /// Spikes of the receiving cell.
    pub spikes: &'r [Spike<M::Post>],
    pub factor: &'r FactorPast<M::Factor>,
    /// Its place there.
    pub place: usize,
    /// The changes of the third factor that come.
    pub changes: Range<usize>,
    /// Of all cells, at the end of the stretch.
    pub membranes: View<'r, M::Membrane>,
    /// The receiving cell.
    pub cell: usize,
    pub span: Span,
}

/// Where a synapse has come to on the way through a stretch.
struct Way<'r, M: Timing> {
    meeting: &'r Meeting<'r, M>,
    /// The time.
    now: u64,
    /// The next change of the third factor.
    change: usize,
    /// The next spike of the receiving cell.
    spike: usize,
}

impl<M: Timing> Meeting<'_, M> {
    /// Whether anything but spikes concerns the synapse.
    const HEARS: bool = M::FLOWS || M::Factor::COUNT > 0;

    /// Gives a synapse all that comes in the stretch, and a presynaptic spike at its end if there is one.
    #[inline(always)]
    pub(super) fn meet(&self, size: &mut f64, own: &mut M::Own, arrives: bool) {
        let Self { model, passed, spikes, span, .. } = self;
        let present = span.spikes(spikes);
        let mut way = Way { meeting: self, now: span.done, change: self.changes.start, spike: present.start };
        for index in present.clone() {
            let spike = &spikes[index];
            let come = span.comes(spike);
            way.pass(come, size, own);
            way.spike = index + 1;
            let earlier = index.checked_sub(1).map(|before| span.comes(&spikes[before]));
            let event = Post {
                pre: passed.trace(),
                since_pre: span.elapsed(span.last, come),
                post: &spike.trace,
                first: earlier.is_none_or(|earlier| earlier <= span.last),
                factor: way.factor(),
            };
            model.post(size, own, event);
        }
        way.pass(span.until, size, own);
        if arrives {
            let come = |spike: &Spike<M::Post>| span.comes(spike);
            let older = spikes[..present.end].iter().rev().find(|spike| come(spike) < span.until);
            let event = Pre {
                pre: passed.trace(),
                since_pre: span.elapsed(span.last, span.until),
                post: older.map(|spike| &spike.trace),
                since_post: older.map_or(Elapsed::FOREVER, |spike| span.elapsed(come(spike), span.until)),
                paired: spikes[..present.end].last().is_some_and(|spike| come(spike) > span.last),
                membrane: self.membranes.of(self.cell),
                factor: way.factor(),
            };
            model.pre(size, own, event);
        }
    }
}

impl<'r, M: Timing> Way<'r, M> {
    /// Goes on to a time at which a spike comes, or to the end.
    #[inline(always)]
    fn pass(&mut self, to: u64, size: &mut f64, own: &mut M::Own) {
        if !Meeting::<M>::HEARS {
            return;
        }
        while self.change < self.meeting.changes.end && self.meeting.factor.step(self.change) < to {
            self.flow(self.meeting.factor.step(self.change), size, own);
            self.change += 1;
        }
        self.flow(to, size, own);
    }

    /// The same where nothing comes on the way.
    #[inline(always)]
    fn flow(&mut self, to: u64, size: &mut f64, own: &mut M::Own) {
        let Meeting { model, passed, spikes, span, .. } = self.meeting;
        if M::FLOWS && to > self.now {
            let post = self.spike.checked_sub(1).map(|last| &spikes[last]);
            let stretch = Stretch {
                pre: passed.trace().map(|trace| (trace, span.elapsed(span.last, self.now))),
                post: post.map(|spike| (&spike.trace, span.elapsed(span.comes(spike), self.now))),
                factor: self.factor(),
                elapsed: span.elapsed(self.now, to),
            };
            model.pass(size, own, stretch);
        }
        self.now = to;
    }

    /// What the third factor left behind, and how long ago.
    #[inline(always)]
    fn factor(&self) -> Option<(&'r M::Factor, Elapsed)> {
        if M::Factor::COUNT == 0 {
            return None;
        }
        let Meeting { factor, place, span, .. } = self.meeting;
        let last = self.change.checked_sub(1)?;
        Some((factor.trace(last, *place), span.elapsed(factor.step(last), self.now)))
    }
}
