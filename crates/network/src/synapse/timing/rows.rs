//! The synapses of one table: their weights, what passed along their rows, and what their cells did.

use super::rule::{Numbers, Post, Pre, Timing};
use super::state::{Past, TimedState};
use crate::delivery::{PlasticTable, Row};
use neuropil_core::Clock;
use std::ops::Range;

/// A row that a spike reaches now.
#[derive(Debug, Clone)]
pub struct Due {
    /// Its number in the table.
    pub row: usize,
    /// Its synapses.
    pub synapses: Range<usize>,
    /// Its delay, steps.
    pub delay: u32,
}

/// No spike has passed.
const NEVER: u64 = u64::MAX;

/// The last presynaptic spike of a row.
#[derive(Debug, Clone, Copy)]
struct Passed<P> {
    /// When it was at the synapses; [`NEVER`] before the first.
    arrival: u64,
    /// The trace just after it.
    trace: P,
}

/// A spike of a receiving cell.
#[derive(Debug, Clone, Copy)]
struct Spike<P> {
    step: u64,
    /// What the cell keeps of it.
    trace: P,
}

/// What a receiving cell did.
#[derive(Debug, Clone)]
struct Cell<P> {
    /// Whether a synapse of the table asks for it.
    asked: bool,
    spikes: Vec<Spike<P>>,
}

/// The synapses of one table.
pub struct TimedRows<M: Timing> {
    model: M,
    /// Steps of the delay that lie before the synapse.
    axonal: u64,
    dt_ms: f64,
    weights: Vec<f64>,
    own: Vec<M::Own>,
    rows: Vec<Passed<M::Pre>>,
    cells: Vec<Cell<M::Post>>,
    /// Offset of the first of the cells in the block.
    offset: usize,
    /// The last step in which all synapses were brought up to date.
    settled: u64,
}

/// A stretch of time at the synapses of a row, which have the same past.
#[derive(Debug, Clone, Copy)]
struct Span {
    /// When the last presynaptic spike was there; the start of the run before the first.
    last: u64,
    /// Postsynaptic spikes are counted up to here.
    done: u64,
    /// The end.
    until: u64,
    /// From a receiving cell to its synapse.
    dendritic: u64,
    dt_ms: f64,
}

impl Span {
    fn new<P>(passed: &Passed<P>, settled: u64, dendritic: u64, until: u64, dt_ms: f64) -> Self {
        let last = if passed.arrival == NEVER { 0 } else { passed.arrival };
        Self { last, done: last.max(settled.saturating_sub(dendritic)), until, dendritic, dt_ms }
    }

    #[expect(clippy::cast_precision_loss, reason = "steps stay below 2^48")]
    fn ms(&self, from: u64, to: u64) -> f64 {
        (to - from) as f64 * self.dt_ms
    }

    /// The spikes of a cell that come in this stretch.
    #[inline(always)]
    fn spikes<P>(&self, spikes: &[Spike<P>]) -> Range<usize> {
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

/// Gives a synapse the postsynaptic spikes of a stretch.
#[inline(always)]
fn meet<M: Timing>(
    model: &M,
    (size, own): (&mut f64, &mut M::Own),
    passed: &Passed<M::Pre>,
    (spikes, now): (&[Spike<M::Post>], Range<usize>),
    span: &Span,
) {
    for index in now.clone() {
        let spike = &spikes[index];
        let earlier = index.checked_sub(1).map(|before| spikes[before].step + span.dendritic);
        let event = Post {
            pre: (passed.arrival != NEVER).then_some(&passed.trace),
            since_pre_ms: span.ms(span.last, spike.step + span.dendritic),
            post: &spike.trace,
            first: earlier.is_none_or(|earlier| earlier <= span.last),
        };
        model.post(size, own, event);
    }
}

impl<M: Timing> TimedRows<M> {
    /// Synapses that nothing has reached yet, onto so many cells from an offset in their block on.
    pub fn new(params: &M::Params, table: &PlasticTable, (offset, cells): (usize, usize), clock: Clock) -> Self {
        let mut cells = vec![Cell { asked: false, spikes: Vec::new() }; cells];
        table.cells.iter().for_each(|cell| cells[usize::from(*cell) - offset].asked = true);
        Self {
            model: M::new(params),
            axonal: clock.nearest_step(M::axonal_delay_ms(params)).unwrap_or(0),
            dt_ms: clock.dt_ms(),
            weights: table.weights.clone(),
            own: vec![M::Own::ZERO; table.weights.len()],
            rows: vec![Passed { arrival: NEVER, trace: M::Pre::ZERO }; table.rows()],
            cells,
            offset,
            settled: 0,
        }
    }

    /// Gives synapses all postsynaptic spikes up to `now`.
    fn catch_up(&self, table: &PlasticTable, now: u64, weights: &mut [f64], own: &mut [M::Own]) {
        for Row { number, delay, synapses, .. } in table.each_row() {
            let dendritic = u64::from(delay) - self.axonal;
            let passed = &self.rows[number];
            let span = Span::new(passed, self.settled, dendritic, now.saturating_sub(dendritic), self.dt_ms);
            if span.until <= span.done {
                continue;
            }
            for synapse in synapses {
                let spikes = &self.cells[usize::from(table.cells[synapse]) - self.offset].spikes;
                let mut size = weights[synapse].abs();
                meet(&self.model, (&mut size, &mut own[synapse]), passed, (spikes, span.spikes(spikes)), &span);
                weights[synapse] = size.copysign(weights[synapse]);
            }
        }
    }
}

/// The synapses of a table behind a virtual interface.
pub trait TimedSynapses: Send + Sync {
    /// The weights as they were last sent.
    fn weights(&self) -> &[f64];
    /// Presynaptic spikes reach the cells of some rows at `now`: their weights are then those to be sent.
    fn arrive(&mut self, table: &PlasticTable, due: &[Due], now: u64);
    /// Cells fired in a step; global ids, and that of the first cell of the part.
    fn fired(&mut self, ids: &[u32], first_id: u32, step: u64);
    /// Brings all synapses up to date after a step, and forgets spikes up to `forget` that no synapse needs any more.
    fn settle(&mut self, table: &PlasticTable, now: u64, forget: u64);
    /// The weights with all that has come to the synapses up to a step.
    fn weights_at(&self, table: &PlasticTable, now: u64) -> Vec<f64>;
    /// Puts what evolves into the state of the projection; the first receiving cell by its index in the population.
    fn save(&self, table: &PlasticTable, first_cell: u32, state: &mut TimedState);
    /// Takes back what belongs to this table, of a state that fits.
    fn load(&mut self, table: &PlasticTable, first_cell: u32, state: &TimedState);
}

impl<M: Timing> TimedSynapses for TimedRows<M> {
    fn weights(&self) -> &[f64] {
        &self.weights
    }

    fn arrive(&mut self, table: &PlasticTable, due: &[Due], now: u64) {
        let Self { model, weights, own, rows, cells, .. } = self;
        for due in due {
            let dendritic = u64::from(due.delay) - self.axonal;
            let passed = &mut rows[due.row];
            let span = Span::new(passed, self.settled, dendritic, now - dendritic, self.dt_ms);
            let since_pre_ms = span.ms(span.last, span.until);
            for synapse in due.synapses.clone() {
                let spikes = &cells[usize::from(table.cells[synapse]) - self.offset].spikes;
                let (mut size, own) = (weights[synapse].abs(), &mut own[synapse]);
                let present = span.spikes(spikes);
                meet(model, (&mut size, own), passed, (spikes, present.clone()), &span);
                let come = |spike: &Spike<M::Post>| spike.step + span.dendritic;
                let older = spikes[..present.end].iter().rev().find(|spike| come(spike) < span.until);
                let event = Pre {
                    pre: (passed.arrival != NEVER).then_some(&passed.trace),
                    since_pre_ms,
                    post: older.map(|spike| &spike.trace),
                    since_post_ms: older.map_or(f64::INFINITY, |spike| span.ms(come(spike), span.until)),
                    paired: spikes[..present.end].last().is_some_and(|spike| come(spike) > span.last),
                };
                model.pre(&mut size, own, event);
                weights[synapse] = size.copysign(weights[synapse]);
            }
            passed.trace = model.trace_pre((passed.arrival != NEVER).then_some((&passed.trace, since_pre_ms)));
            passed.arrival = span.until;
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "steps stay below 2^48")]
    fn fired(&mut self, ids: &[u32], first_id: u32, step: u64) {
        for id in ids {
            let cell = &mut self.cells[(id - first_id) as usize];
            if cell.asked {
                let before = cell.spikes.last();
                let before = before.map(|last| (&last.trace, (step - last.step) as f64 * self.dt_ms));
                let trace = self.model.trace_post(before);
                cell.spikes.push(Spike { step, trace });
            }
        }
    }

    fn settle(&mut self, table: &PlasticTable, now: u64, forget: u64) {
        let (mut weights, mut own) = (std::mem::take(&mut self.weights), std::mem::take(&mut self.own));
        self.catch_up(table, now, &mut weights, &mut own);
        (self.weights, self.own, self.settled) = (weights, own, now);
        for cell in &mut self.cells {
            // The last of them is needed: the next presynaptic spike meets its trace.
            let past = cell.spikes.partition_point(|spike| spike.step <= forget);
            cell.spikes.drain(..past.saturating_sub(1));
        }
    }

    fn weights_at(&self, table: &PlasticTable, now: u64) -> Vec<f64> {
        let (mut weights, mut own) = (self.weights.clone(), self.own.clone());
        self.catch_up(table, now, &mut weights, &mut own);
        weights
    }

    fn save(&self, table: &PlasticTable, first_cell: u32, state: &mut TimedState) {
        for (index, number) in table.numbers.iter().enumerate() {
            let number = *number as usize;
            state.weights[number] = self.weights[index];
            let own = number * M::Own::COUNT;
            state.own[own..own + M::Own::COUNT].copy_from_slice(self.own[index].numbers());
        }
        for Row { number, source, delay, .. } in table.each_row() {
            let passed = &self.rows[number];
            if passed.arrival != NEVER {
                state.rows.insert((source, delay), Past::of(&[passed.arrival], passed.trace.numbers()));
            }
        }
        for (slot, cell) in self.cells.iter().enumerate().filter(|(_, cell)| cell.asked) {
            let steps: Vec<u64> = cell.spikes.iter().map(|spike| spike.step).collect();
            let traces: Vec<f64> = cell.spikes.iter().flat_map(|spike| spike.trace.numbers()).copied().collect();
            state.cells[first_cell as usize + slot] = Past::of(&steps, &traces);
        }
        state.settled = self.settled;
    }

    fn load(&mut self, table: &PlasticTable, first_cell: u32, state: &TimedState) {
        for (index, number) in table.numbers.iter().enumerate() {
            let number = *number as usize;
            self.weights[index] = state.weights[number];
            let own = number * M::Own::COUNT;
            self.own[index] = M::Own::of(&state.own[own..own + M::Own::COUNT]).unwrap_or(M::Own::ZERO);
        }
        for Row { number, source, delay, .. } in table.each_row() {
            let past = state.rows.get(&(source, delay));
            let trace = past.and_then(|past| M::Pre::of(&past.traces)).unwrap_or(M::Pre::ZERO);
            self.rows[number] = Passed { arrival: past.map_or(NEVER, |past| past.steps[0]), trace };
        }
        for (slot, cell) in self.cells.iter_mut().enumerate().filter(|(_, cell)| cell.asked) {
            let past = &state.cells[first_cell as usize + slot];
            let trace = |number: usize| {
                let from = number * M::Post::COUNT;
                M::Post::of(&past.traces[from..from + M::Post::COUNT]).unwrap_or(M::Post::ZERO)
            };
            let spikes = past.steps.iter().enumerate();
            cell.spikes = spikes.map(|(number, step)| Spike { step: *step, trace: trace(number) }).collect();
        }
        self.settled = state.settled;
    }
}
