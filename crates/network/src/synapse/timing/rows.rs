//! The synapses of one table: their weights, what passed along their rows, and what their cells did.

use super::factor::FactorPast;
use super::meeting::{Meeting, NEVER, Passed, Span, Spike};
use super::rule::{Numbers, Timing};
use super::state::{Past, TimedState};
use crate::delivery::{PlasticTable, Row};
use crate::synapse::third_factor::Coming;
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
    factor: FactorPast<M::Factor>,
    /// Offset of the first of the cells in the block.
    offset: usize,
    /// The last step in which all synapses were brought up to date.
    settled: u64,
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
            factor: FactorPast::NONE,
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
            let changes = self.factor.between(span.done, span.until);
            for synapse in synapses {
                let cell = usize::from(table.cells[synapse]) - self.offset;
                let (model, factor, place) = (&self.model, &self.factor, self.factor.place(cell));
                let (spikes, changes) = (self.cells[cell].spikes.as_slice(), changes.clone());
                let mut size = weights[synapse].abs();
                let meeting = Meeting { model, passed, spikes, factor, place, changes, span };
                meeting.meet(&mut size, &mut own[synapse], false);
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
    /// Something comes of the third factor of a port, at a step; before spikes that arrive after it. Changes come in their order.
    fn changed(&mut self, port: usize, step: u64, coming: Coming<'_>);
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
        let Self { model, weights, own, rows, cells, factor, .. } = self;
        for due in due {
            let dendritic = u64::from(due.delay) - self.axonal;
            let passed = &mut rows[due.row];
            let span = Span::new(passed, self.settled, dendritic, now - dendritic, self.dt_ms);
            let changes = factor.between(span.done, span.until);
            for synapse in due.synapses.clone() {
                let cell = usize::from(table.cells[synapse]) - self.offset;
                let (mut size, place) = (weights[synapse].abs(), factor.place(cell));
                let (spikes, changes) = (cells[cell].spikes.as_slice(), changes.clone());
                let meeting = Meeting { model, passed, spikes, factor, place, changes, span };
                meeting.meet(&mut size, &mut own[synapse], true);
                weights[synapse] = size.copysign(weights[synapse]);
            }
            let since_pre_ms = span.ms(span.last, span.until);
            passed.trace = model.trace_pre(passed.trace().map(|trace| (trace, since_pre_ms)));
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

    #[expect(clippy::cast_precision_loss, reason = "steps stay below 2^48")]
    fn changed(&mut self, _port: usize, step: u64, coming: Coming<'_>) {
        let Self { model, factor, dt_ms, .. } = self;
        factor.add(step, coming.places(), |place, before| {
            let before = before.map(|(trace, last)| (trace, (step - last) as f64 * *dt_ms));
            model.trace_factor(before, coming.at(place))
        });
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
        self.factor.forget(forget);
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
        self.factor.save(first_cell as usize, &mut state.factor);
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
        self.factor.load(first_cell as usize, self.cells.len(), &state.factor);
        self.settled = state.settled;
    }
}
