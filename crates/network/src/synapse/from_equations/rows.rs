//! The synapses of one table.

use super::heard::Heard;
use super::lanes::{Grid, Lane, Lanes, MOST, Numbers, Scratch, give, run};
use super::programs::Programs;
use super::sides::{Cell, NEVER, Sides};
use super::watched::Watched;
use crate::delivery::{PlasticTable, Row};
use crate::synapse::third_factor::Coming;
use crate::synapse::timing::{Acted, Due, Past, Seat, TimedState, TimedSynapses};
use neuropil_equations::machine::lanes::Input;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The synapses of one table.
pub(super) struct EquationRows {
    sides: Sides,
    numbers: Numbers,
    /// What was transmitted last, where that is not the weight.
    sent: Vec<f64>,
    scratch: Scratch,
    /// What the presynaptic side keeps of the rows of a call, before their spikes and after them.
    due: Vec<f64>,
}

impl EquationRows {
    /// Synapses that nothing has reached yet; `earlier` says how long ago ports look, and `remembered` how many steps of their cells are kept.
    pub fn new(
        programs: Arc<Programs>,
        table: &PlasticTable,
        Seat { offset, cells, clock, .. }: Seat,
        (axonal, (earlier, remembered)): (u64, (&[u64], u64)),
    ) -> Self {
        let watched = programs.watches().then(|| {
            let asked: BTreeSet<usize> = table.cells.iter().map(|cell| usize::from(*cell) - offset).collect();
            Watched::new(&programs, cells, asked.into_iter().collect(), (earlier, remembered))
        });
        let mut cells = vec![Cell::default(); cells];
        if programs.hears_post && !(programs.post.is_empty() && programs.starts.post.is_empty()) {
            table.cells.iter().for_each(|cell| cells[usize::from(*cell) - offset].asked = true);
        }
        let synapses = table.weights.len();
        let mut scratch = Scratch { bank: programs.bank(), ..Scratch::default() };
        let numbers = Numbers::at_rest(&programs, &mut scratch.bank, &table.weights, &table.numbers);
        let sent = if programs.sends_weight { Vec::new() } else { vec![0.0; synapses] };
        let arrivals = vec![NEVER; table.rows()];
        let kept = programs.starts.pre.repeat(table.rows());
        let (grid, heard) = (Grid { dt_ms: clock.dt_ms() }, Heard::default());
        let sides = Sides { programs, axonal, grid, arrivals, kept, cells, watched, heard, offset, settled: 0 };
        Self { sides, numbers, sent, scratch, due: Vec::new() }
    }
}

impl EquationRows {
    /// Presynaptic spikes at distinct rows.
    fn pass(&mut self, table: &PlasticTable, due: &[Due], now: u64) {
        let mut before = std::mem::take(&mut self.due);
        self.sides.before_and_after(due, now, &mut self.scratch.bank, &mut before);
        let mut list = 0;
        let mut next = due.first().map_or(0, |due| due.synapses.start);
        while list < due.len() {
            self.scratch.lanes.clear();
            while list < due.len() && self.scratch.lanes.len() < MOST {
                let own = &due[list];
                let end = own.synapses.end.min(next + MOST - self.scratch.lanes.len());
                let until = now - (u64::from(own.delay) - self.sides.axonal);
                let closed = !self.sides.programs.pre_first;
                for synapse in next..end {
                    let lane = self.sides.lane(table, synapse, (own.row, list, own.delay), (until, closed, false));
                    self.scratch.lanes.push(lane);
                }
                next = end;
                if end == own.synapses.end {
                    list += 1;
                    next = due.get(list).map_or(0, |due| due.synapses.start);
                }
            }
            self.transmit(table, &before, now);
        }
        let width = self.sides.programs.starts.pre.len();
        for (place, own) in due.iter().enumerate() {
            self.sides.arrivals[own.row] = now - (u64::from(own.delay) - self.sides.axonal);
            let after = (2 * place + 1) * width;
            self.sides.kept[own.row * width..][..width].copy_from_slice(&before[after..after + width]);
        }
        self.due = before;
    }

    /// The lanes meet what came before, then their presynaptic spikes.
    fn transmit(&mut self, table: &PlasticTable, before: &[f64], now: u64) {
        let Self { sides, numbers, sent, scratch, .. } = self;
        let programs = &*sides.programs;
        sides.meet(table, numbers, scratch);
        let Scratch { bank, lanes, active, .. } = scratch;
        active.clear();
        active.extend(0..lanes.len());
        for lane in lanes.iter_mut() {
            lane.now = now - lane.dendritic;
        }
        let width = programs.starts.pre.len();
        let kept = programs.starts.post.len();
        let side = |input: Input, tile: &mut [f64], lanes: &Lanes<'_>| {
            let to = tile.iter_mut().zip(lanes.each());
            // The cell's spikes before this one end where those that were waited for do.
            let last = |lane: &Lane| lane.waiting.end.checked_sub(1);
            match input {
                Input::Pre(own) => to.for_each(|(to, lane)| *to = before[2 * lane.list * width + own]),
                Input::Post(own) if programs.watches() => sides.show_kept(own, programs.pre_first, tile, lanes),
                Input::Post(own) => to.for_each(|(to, lane)| {
                    let after = |last: usize| sides.cells[lane.cell].traces[(2 * last + 1) * kept + own];
                    *to = last(lane).map_or(programs.starts.post[own], after);
                }),
                Input::SincePost => to.for_each(|(to, lane)| {
                    let step = last(lane).map_or(0, |last| sides.cells[lane.cell].steps[last]);
                    *to = sides.grid.ms(lane.now.saturating_sub(step + lane.dendritic));
                }),
                Input::Delay => to.for_each(|(to, lane)| *to = sides.grid.ms(lane.dendritic + sides.axonal)),
                Input::Port(port) => sides.show_port(port, 0, tile, lanes),
                other => unreachable!("{other:?} is not given to a presynaptic spike"),
            }
        };
        let chosen = Lanes { lanes, active };
        give((programs, &programs.pre), bank, &chosen, (numbers, sides.grid), &side);
        let draws = sides.draws(table, &chosen, (&mut scratch.numbers, &mut scratch.steps), 0);
        run((programs, &programs.pre, &programs.pre_writes), bank, &chosen, numbers, draws);
        if !programs.sends_weight {
            for (place, lane) in chosen.each().enumerate() {
                sent[lane.synapse] = programs.pre.output(bank, programs.pre_writes.len(), place) * lane.sign;
            }
        }
    }
}

impl TimedSynapses for EquationRows {
    fn weights(&self) -> &[f64] {
        if self.sides.programs.sends_weight { &self.numbers.weights } else { &self.sent }
    }

    fn arrive(&mut self, table: &PlasticTable, due: &[Due], now: u64) {
        // A cell that fires twice in a step does so one after the other.
        for distinct in due.chunk_by(|one, next| one.row != next.row) {
            self.pass(table, distinct, now);
        }
    }

    fn acted(&mut self, acted: Acted<'_>) {
        let Acted { step, fired, first_id, .. } = acted;
        let Sides { watched, programs, .. } = &mut self.sides;
        if let Some(watched) = watched {
            watched.add(programs, acted, &mut self.scratch.bank);
        }
        let mut asked = std::mem::take(&mut self.scratch.active);
        asked.clear();
        let cells = fired.iter().map(|id| (id - first_id) as usize);
        asked.extend(cells.filter(|cell| self.sides.cells[*cell].asked));
        // A cell that fires twice in a step does so one after the other.
        for distinct in asked.chunk_by(|one, next| one != next) {
            for some in distinct.chunks(MOST) {
                self.sides.fire(some, step, &mut self.scratch.bank);
            }
        }
        self.scratch.active = asked;
    }

    fn changed(&mut self, port: usize, step: u64, coming: Coming<'_>) {
        self.sides.heard.add(port, step, coming);
    }

    fn settle(&mut self, table: &PlasticTable, now: u64, forget: u64) {
        self.sides.catch_up(table, now, &mut self.numbers, &mut self.scratch);
        self.sides.settled = now;
        let both = 2 * self.sides.programs.kept_of_spikes();
        self.sides.heard.forget(forget);
        for cell in &mut self.sides.cells {
            // The last of them is needed: the next event goes on from it.
            let past = cell.steps.partition_point(|step| *step <= forget).saturating_sub(1);
            cell.steps.drain(..past);
            cell.traces.drain(..past * both);
        }
    }

    fn weights_at(&self, table: &PlasticTable, now: u64) -> Vec<f64> {
        let mut numbers = self.numbers.clone();
        let mut scratch = Scratch { bank: self.sides.programs.bank(), ..Scratch::default() };
        self.sides.tell(table, now, &mut numbers, &mut scratch);
        numbers.weights
    }

    fn reweigh(&mut self, weights: &[f64]) {
        self.numbers.weights.copy_from_slice(weights);
    }

    fn save(&self, table: &PlasticTable, first_cell: u32, state: &mut TimedState) {
        let own = || (0..).zip(&self.numbers.own).filter(|(place, _)| Some(*place) != self.sides.programs.weight);
        let width = self.sides.programs.own_beside_weight();
        for (index, number) in table.numbers.iter().enumerate() {
            let number = *number as usize;
            state.weights[number] = self.numbers.weights[index];
            let places = state.own[number * width..][..width].iter_mut();
            places.zip(own()).for_each(|(to, (_, values))| *to = values[index]);
        }
        let width = self.sides.programs.starts.pre.len();
        for Row { number, source, delay, .. } in table.each_row() {
            let arrival = self.sides.arrivals[number];
            if arrival != NEVER {
                let kept = &self.sides.kept[number * width..][..width];
                state.rows.insert((source, delay), Past { steps: vec![arrival], traces: kept.to_vec() });
            }
        }
        for (slot, cell) in self.sides.cells.iter().enumerate().filter(|(_, cell)| cell.asked) {
            let (steps, traces) = (cell.steps.clone(), cell.traces.clone());
            state.cells[first_cell as usize + slot] = Past { steps, traces };
        }
        let ports = self.sides.programs.others.len();
        self.sides.heard.save(ports, first_cell as usize, &mut state.factor);
        if let Some(watched) = &self.sides.watched {
            watched.save(first_cell as usize, &mut state.membranes);
        }
        state.settled = self.sides.settled;
    }

    fn load(&mut self, table: &PlasticTable, first_cell: u32, state: &TimedState) {
        let weight = self.sides.programs.weight;
        let width = self.sides.programs.own_beside_weight();
        for (index, number) in table.numbers.iter().enumerate() {
            let number = *number as usize;
            self.numbers.weights[index] = state.weights[number];
            let own = self.numbers.own.iter_mut().enumerate().filter(|(place, _)| Some(*place) != weight);
            let saved = &state.own[number * width..][..width];
            own.zip(saved).for_each(|((_, values), saved)| values[index] = *saved);
        }
        let width = self.sides.programs.starts.pre.len();
        for Row { number, source, delay, .. } in table.each_row() {
            let past = state.rows.get(&(source, delay));
            self.sides.arrivals[number] = past.map_or(NEVER, |past| past.steps[0]);
            let kept = past.map_or(&self.sides.programs.starts.pre, |past| &past.traces);
            self.sides.kept[number * width..][..width].copy_from_slice(kept);
        }
        for (slot, cell) in self.sides.cells.iter_mut().enumerate().filter(|(_, cell)| cell.asked) {
            let past = &state.cells[first_cell as usize + slot];
            (cell.steps, cell.traces) = (past.steps.clone(), past.traces.clone());
        }
        let ports = self.sides.programs.others.len();
        let cells = (first_cell as usize, self.sides.cells.len());
        self.sides.heard.load(ports, cells, &state.factor);
        if let Some(watched) = &mut self.sides.watched {
            watched.load(first_cell as usize, &state.membranes);
        }
        self.sides.settled = state.settled;
    }
}
