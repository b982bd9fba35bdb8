//! The synapses of one table: their weights, what passed along their rows, and what their cells did.

use super::decay::Elapsed;
use super::factor::FactorPast;
use super::meeting::{Meeting, NEVER, Passed, Span};
use super::membrane::Membranes;
use super::rule::{Numbers, Timing};
use super::seat::{Seat, lag_steps, reach};
use super::spikes::{Seen, Spike, Spikes};
use super::state::{Past, TimedState};
use super::together::{Scratch, Synapses, Together, can, fetch};
use crate::delivery::{PlasticTable, Row};
use crate::synapse::third_factor::Coming;
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

/// The synapses of one table.
pub struct TimedRows<M: Timing> {
    model: M,
    /// Steps of the delay that lie before the synapse.
    axonal: u64,
    dt_ms: f64,
    weights: Vec<f64>,
    own: Vec<M::Own>,
    rows: Vec<Passed<M::Pre>>,
    spikes: Spikes<M::Post>,
    factor: FactorPast<M::Factor>,
    membranes: Membranes<M::Membrane>,
    /// Which cells fire in a step; kept of models that watch them.
    fire: Vec<bool>,
    /// Offset of the first of the cells in the block.
    offset: usize,
    /// The last step in which all synapses were brought up to date.
    settled: u64,
    scratch: Box<Scratch<M::Post>>,
    /// The last spike of every cell that counts now.
    seen: Vec<Seen<M::Post>>,
}

impl<M: Timing> TimedRows<M> {
    /// Synapses that nothing has reached yet.
    pub fn new(params: &M::Params, table: &PlasticTable, seat: Seat) -> Self {
        let Seat { offset, cells, max_delay, clock } = seat;
        let asked = table.cells.iter().map(|cell| usize::from(*cell) - offset);
        Self {
            model: M::new(params, clock),
            axonal: clock.nearest_step(M::axonal_delay_ms(params)).unwrap_or(0),
            dt_ms: clock.dt_ms(),
            weights: table.weights.to_vec(),
            own: vec![M::Own::ZERO; table.weights.len()],
            rows: vec![Passed { arrival: NEVER, trace: M::Pre::ZERO }; table.rows()],
            spikes: Spikes::new(cells, asked),
            factor: FactorPast::NONE,
            membranes: Membranes::new(cells, lag_steps::<M>(params, clock), reach(max_delay)),
            fire: Vec::new(),
            offset,
            settled: 0,
            scratch: Box::default(),
            seen: Vec::new(),
        }
    }

    /// Gives synapses all postsynaptic spikes up to `now`.
    fn catch_up(&self, table: &PlasticTable, now: u64, weights: &mut [f64], own: &mut [M::Own]) {
        let mut scratch = Scratch::default();
        for Row { number, delay, synapses, .. } in table.each_row() {
            let Reach { dendritic, .. } = reach_of::<M>(delay, self.axonal);
            let until = now.saturating_sub(dendritic);
            let span = Span::new(&self.rows[number], self.settled, dendritic, until, self.dt_ms);
            if span.until > span.done {
                let cells = &table.cells[synapses.clone()];
                let synapses = Synapses { cells, weights: &mut weights[synapses.clone()], own: &mut own[synapses] };
                self.others().meet(&self.rows[number], span, synapses, (&mut scratch, false));
            }
        }
    }

    /// Goes on with the membranes of all cells, and notes those whose synapses are to have this step.
    fn watch(&mut self, acted: Acted<'_>) {
        let Self { model, membranes, spikes, fire, .. } = self;
        let Acted { step, fired, first_id, v_m, .. } = acted;
        membranes.add(step, v_m, |before, v_m| model.low_pass(before, v_m));
        if step == 0 {
            return;
        }
        fire.clear();
        fire.resize(v_m.len(), false);
        fired.iter().for_each(|id| fire[(id - first_id) as usize] = true);
        let step = step.cast_signed();
        let seen = membranes.at(step);
        for (cell, fired) in fire.iter().enumerate() {
            if !spikes.asks(cell) {
                continue;
            }
            if let Some(trace) = model.moment(seen.of(cell), *fired) {
                spikes.push(cell, Spike { step, trace });
            }
        }
    }

    fn others(&self) -> Others<'_, M> {
        let Self { model, spikes, factor, membranes, offset, .. } = self;
        Others { model, spikes, seen: None, factor, membranes, offset: *offset }
    }
}

/// Where a synapse lies in time, in steps.
struct Reach {
    /// From what its cell does to the synapse.
    dendritic: u64,
    /// How long before it reaches the cell a spike of the sending cell is at the synapse.
    before: u64,
}

#[inline(always)]
fn reach_of<M: Timing>(delay: u32, axonal: u64) -> Reach {
    let dendritic = u64::from(delay) - axonal;
    if M::AT_SOMA { Reach { dendritic: 0, before: 1 } } else { Reach { dendritic, before: dendritic } }
}

/// What synapses meet.
struct Others<'r, M: Timing> {
    model: &'r M,
    spikes: &'r Spikes<M::Post>,
    seen: Option<&'r [Seen<M::Post>]>,
    factor: &'r FactorPast<M::Factor>,
    membranes: &'r Membranes<M::Membrane>,
    offset: usize,
}

impl<M: Timing> Others<'_, M> {
    /// Gives synapses of a row all that comes in a stretch of time, and a presynaptic spike at its end if one arrives.
    fn meet(
        &self,
        passed: &Passed<M::Pre>,
        span: Span,
        synapses: Synapses<'_, M::Own>,
        (scratch, arrives): (&mut Scratch<M::Post>, bool),
    ) {
        let Self { model, spikes, seen, factor, offset, .. } = *self;
        let membranes = self.membranes.at(span.fired(span.until));
        if const { can::<M>() } {
            Together { model, passed, spikes, seen, membranes, offset, span }.meet(synapses, scratch, arrives);
            return;
        }
        let changes = factor.between(span.done, span.until);
        let Synapses { cells, weights, own } = synapses;
        for ((cell, weight), own) in cells.iter().zip(weights).zip(own) {
            let cell = usize::from(*cell) - offset;
            let (mut size, place) = (weight.abs(), factor.place(cell));
            let (spikes, changes) = (spikes.of(cell), changes.clone());
            Meeting { model, passed, spikes, factor, place, changes, membranes, cell, span }
                .meet(&mut size, own, arrives);
            *weight = size.copysign(*weight);
        }
    }
}

/// What the receiving cells of a part did in a step.
#[derive(Debug, Clone, Copy)]
pub struct Acted<'a> {
    /// The step; 0 is the start of the run.
    pub step: u64,
    /// Global ids of those that fired.
    pub fired: &'a [u32],
    /// Global id of the first of the part.
    pub first_id: u32,
    /// The potential of each at the end of the step, mV; empty where nobody watches.
    pub v_m: &'a [f64],
    /// Variables of each at the end of the step that are third factors of the synapses, coherent, `[factor][cell]`.
    pub watched: &'a [f64],
}

/// The synapses of a table behind a virtual interface.
pub trait TimedSynapses: Send + Sync {
    /// The weights as they were last sent.
    fn weights(&self) -> &[f64];
    /// Presynaptic spikes reach the cells of some rows at `now`: their weights are then those to be sent.
    fn arrive(&mut self, table: &PlasticTable, due: &[Due], now: u64);
    /// What the receiving cells did in a step.
    fn acted(&mut self, acted: Acted<'_>);
    /// Something comes of the third factor of a port, at a step; before spikes that arrive after it. Changes come in their order.
    fn changed(&mut self, port: usize, step: u64, coming: Coming<'_>);
    /// Brings all synapses up to date after a step, and forgets spikes up to `forget` that no synapse needs any more.
    fn settle(&mut self, table: &PlasticTable, now: u64, forget: u64);
    /// The weights with all that has come to the synapses up to a step.
    fn weights_at(&self, table: &PlasticTable, now: u64) -> Vec<f64>;
    /// Gives synapses other weights, in the order of the table, each of the sign that its synapse has. What has come to them before is
    /// done with ([`Self::settle`]): they go on from these.
    fn reweigh(&mut self, weights: &[f64]);
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
        let Self { model, weights, own, rows, spikes, factor, membranes, offset, scratch, seen, .. } = self;
        for alike in due.chunk_by(|one, next| one.delay == next.delay) {
            let Reach { dendritic, before } = reach_of::<M>(alike[0].delay, self.axonal);
            // Where more synapses are passed than there are cells, each cell is asked once.
            let many = alike.iter().map(|due| due.synapses.len()).sum::<usize>() >= spikes.cells();
            if many && const { can::<M>() } {
                spikes.all_seen((now - before).cast_signed() - dendritic.cast_signed(), seen);
            }
            let seen = many.then_some(&**seen);
            let others = Others { model, spikes, seen, factor, membranes, offset: *offset };
            for (due, next) in alike.iter().zip(alike.iter().skip(1).map(Some).chain([None])) {
                if let Some(next) = next {
                    fetch(&table.cells[next.synapses.clone()], &weights[next.synapses.clone()]);
                }
                let passed = &mut rows[due.row];
                let span = Span::new(passed, self.settled, dendritic, now - before, self.dt_ms);
                let (cells, synapses) = (&table.cells[due.synapses.clone()], due.synapses.clone());
                let synapses = Synapses { cells, weights: &mut weights[synapses.clone()], own: &mut own[synapses] };
                others.meet(passed, span, synapses, (&mut **scratch, true));
                let since_pre = span.elapsed(span.last, span.until);
                passed.trace = model.trace_pre(passed.trace().map(|trace| (trace, since_pre)));
                passed.arrival = span.until;
            }
        }
    }

    fn acted(&mut self, acted: Acted<'_>) {
        if const { M::Membrane::COUNT > 0 } {
            return self.watch(acted);
        }
        let Acted { step, fired, first_id, .. } = acted;
        let cells = fired.iter().map(|id| (id - first_id) as usize);
        for cell in cells {
            if self.spikes.asks(cell) {
                let elapsed = |last: i64| Elapsed { steps: step - last.cast_unsigned(), dt_ms: self.dt_ms };
                let before = self.spikes.of(cell).last().map(|last| (&last.trace, elapsed(last.step)));
                let trace = self.model.trace_post(before);
                self.spikes.push(cell, Spike { step: step.cast_signed(), trace });
            }
        }
    }

    fn changed(&mut self, _port: usize, step: u64, coming: Coming<'_>) {
        let Self { model, factor, dt_ms, .. } = self;
        factor.add(step, coming.places(), |place, before| {
            let before = before.map(|(trace, last)| (trace, Elapsed { steps: step - last, dt_ms: *dt_ms }));
            model.trace_factor(before, coming.at(place))
        });
    }

    fn settle(&mut self, table: &PlasticTable, now: u64, forget: u64) {
        let (mut weights, mut own) = (std::mem::take(&mut self.weights), std::mem::take(&mut self.own));
        self.catch_up(table, now, &mut weights, &mut own);
        (self.weights, self.own, self.settled) = (weights, own, now);
        self.spikes.forget(forget.cast_signed());
        self.factor.forget(forget);
    }

    fn weights_at(&self, table: &PlasticTable, now: u64) -> Vec<f64> {
        let (mut weights, mut own) = (self.weights.clone(), self.own.clone());
        self.catch_up(table, now, &mut weights, &mut own);
        weights
    }

    fn reweigh(&mut self, weights: &[f64]) {
        self.weights.copy_from_slice(weights);
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
        for slot in (0..self.spikes.cells()).filter(|slot| self.spikes.asks(*slot)) {
            let spikes = self.spikes.of(slot);
            let steps: Vec<u64> = spikes.iter().map(|spike| spike.step.cast_unsigned()).collect();
            let traces: Vec<f64> = spikes.iter().flat_map(|spike| spike.trace.numbers()).copied().collect();
            state.cells[first_cell as usize + slot] = Past::of(&steps, &traces);
        }
        self.factor.save(first_cell as usize, &mut state.factor);
        self.membranes.save(first_cell as usize, &mut state.membranes);
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
        let asked: Vec<usize> = (0..self.spikes.cells()).filter(|slot| self.spikes.asks(*slot)).collect();
        for slot in asked {
            let past = &state.cells[first_cell as usize + slot];
            let trace = |number: usize| {
                let from = number * M::Post::COUNT;
                M::Post::of(&past.traces[from..from + M::Post::COUNT]).unwrap_or(M::Post::ZERO)
            };
            let spikes = past.steps.iter().enumerate();
            let spike = |(number, step): (usize, &u64)| Spike { step: step.cast_signed(), trace: trace(number) };
            self.spikes.set(slot, &spikes.map(spike).collect::<Vec<_>>());
        }
        self.factor.load(first_cell as usize, self.spikes.cells(), &state.factor);
        self.membranes.load(first_cell as usize, &state.membranes);
        self.settled = state.settled;
    }
}
