//! What meets at a synapse in a stretch of time, in its order.

use super::factor::FactorPast;
use super::rule::{Numbers, Post, Pre, Stretch, Timing};
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

/// A spike of a receiving cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spike<P> {
    pub step: u64,
    /// What the cell keeps of it.
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

    #[expect(clippy::cast_precision_loss, reason = "steps stay below 2^48")]
    pub(super) fn ms(&self, from: u64, to: u64) -> f64 {
        (to - from) as f64 * self.dt_ms
    }

    /// The spikes of a cell that come in this stretch.
    #[inline(always)]
    pub(super) fn spikes<P>(&self, spikes: &[Spike<P>]) -> Range<usize> {
        let mut end = spikes.len();
        while end > 0 && spikes[end - 1].step + self.dendritic > self.until {
            end -= 1;
        }
        let mut start = end;
        while start > 0 && spikes[start - 1].step + self.dendritic > self.done {
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
            let come = spike.step + span.dendritic;
            way.pass(come, size, own);
            way.spike = index + 1;
            let earlier = index.checked_sub(1).map(|before| spikes[before].step + span.dendritic);
            let event = Post {
                pre: passed.trace(),
                since_pre_ms: span.ms(span.last, come),
                post: &spike.trace,
                first: earlier.is_none_or(|earlier| earlier <= span.last),
                factor: way.factor(),
            };
            model.post(size, own, event);
        }
        way.pass(span.until, size, own);
        if arrives {
            let come = |spike: &Spike<M::Post>| spike.step + span.dendritic;
            let older = spikes[..present.end].iter().rev().find(|spike| come(spike) < span.until);
            let event = Pre {
                pre: passed.trace(),
                since_pre_ms: span.ms(span.last, span.until),
                post: older.map(|spike| &spike.trace),
                since_post_ms: older.map_or(f64::INFINITY, |spike| span.ms(come(spike), span.until)),
                paired: spikes[..present.end].last().is_some_and(|spike| come(spike) > span.last),
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
                pre: passed.trace().map(|trace| (trace, span.ms(span.last, self.now))),
                post: post.map(|spike| (&spike.trace, span.ms(spike.step + span.dendritic, self.now))),
                factor: self.factor(),
                elapsed_ms: span.ms(self.now, to),
                dt_ms: span.dt_ms,
            };
            model.pass(size, own, stretch);
        }
        self.now = to;
    }

    /// What the third factor left behind, and how long ago.
    #[inline(always)]
    fn factor(&self) -> Option<(&'r M::Factor, f64)> {
        if M::Factor::COUNT == 0 {
            return None;
        }
        let Meeting { factor, place, span, .. } = self.meeting;
        let last = self.change.checked_sub(1)?;
        Some((factor.trace(last, *place), span.ms(factor.step(last), self.now)))
    }
}
