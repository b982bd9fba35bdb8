//! What senders and receiving cells keep of one table, and the events that they give to its synapses.

use super::heard::Heard;
use super::lanes::{Grid, Lane, Lanes, MOST, Numbers, Scratch, give, run};
use super::programs::Programs;
use super::watched::Watched;
use crate::delivery::{PlasticTable, Row};
use crate::synapse::timing::Due;
use neuropil_equations::machine::lanes::{Bank, Draws, Input, Program};
use std::ops::Range;
use std::sync::Arc;

/// No spike has passed.
pub(super) const NEVER: u64 = u64::MAX;

/// What a receiving cell did.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    /// Whether a synapse of the table asks for it.
    pub asked: bool,
    /// When it fired.
    pub steps: Vec<u64>,
    /// What it keeps, before each of its spikes and after it, end to end.
    pub traces: Vec<f64>,
}

/// What senders and receiving cells keep.
pub(super) struct Sides {
    pub programs: Arc<Programs>,
    /// Steps of the delay that lie before the synapse.
    pub axonal: u64,
    pub grid: Grid,
    /// When the last spike of each row was at its synapses.
    pub arrivals: Vec<u64>,
    /// What the presynaptic side keeps of each row, after that spike.
    pub kept: Vec<f64>,
    pub cells: Vec<Cell>,
    /// What receiving cells show in every step, where ports are variables of theirs.
    pub watched: Option<Watched>,
    /// What third factors did.
    pub heard: Heard,
    /// Offset of the first of the cells in the block.
    pub offset: usize,
    /// The last step in which all synapses were brought up to date.
    pub settled: u64,
}

impl Sides {
    /// A synapse at the beginning of a stretch of time that ends at `until`, whose last step counts for postsynaptic spikes if
    /// `closed`, and for all others too if it `settles`.
    pub fn lane(
        &self,
        table: &PlasticTable,
        synapse: usize,
        (row, list, delay): (usize, usize, u32),
        (until, closed, settles): (u64, bool, bool),
    ) -> Lane {
        let dendritic = u64::from(delay) - self.axonal;
        let arrival = self.arrivals[row];
        let last_pre = if arrival == NEVER { 0 } else { arrival };
        let after_pre = if arrival == NEVER { 0 } else { arrival + u64::from(!self.programs.pre_first) };
        let settled = if self.settled >= dendritic && self.settled > 0 { self.settled - dendritic + 1 } else { 0 };
        let cell = usize::from(table.cells[synapse]) - self.offset;
        let steps = &self.cells[cell].steps;
        let waiting = waiting(steps, dendritic, after_pre.max(settled), until + u64::from(closed));
        let before = waiting.start.checked_sub(1).map_or(0, |last| steps[last] + dendritic);
        let called = if arrival == NEVER { 0 } else { arrival };
        let calls = self.heard.between(called.max(settled), until + u64::from(settles));
        let called = calls.start.checked_sub(1).map_or(0, |last| self.heard.calls[last].step);
        let sign = if table.weights[synapse].is_sign_negative() { -1.0 } else { 1.0 };
        let last_event = last_pre.max(before).max(called);
        let stepped = last_pre.max(self.settled.saturating_sub(dendritic)).min(until);
        let now = until;
        Lane { synapse, cell, sign, row, list, last_pre, dendritic, waiting, calls, last_event, now, until, stepped }
    }

    /// Lets synapses meet the spikes of their cells and of others, each in its order; of one time those of their cells first.
    pub fn meet(&self, table: &PlasticTable, numbers: &mut Numbers, scratch: &mut Scratch) {
        if !self.programs.meets() {
            return;
        }
        if let Some(programs) = &self.programs.steps {
            return self.meet_by_steps(table, programs, numbers, scratch);
        }
        let mut called = Vec::new();
        loop {
            let Scratch { lanes, active, .. } = &mut *scratch;
            active.clear();
            called.clear();
            for (place, lane) in lanes.iter_mut().enumerate() {
                let spike = self.next_spike(lane);
                match self.heard.calls[lane.calls.clone()].first() {
                    Some(call) if spike.is_none_or(|spike| call.step < spike) => {
                        lane.now = call.step;
                        called.push((call.port, place));
                    }
                    _ => {
                        let Some(spike) = spike else { continue };
                        lane.now = spike;
                        active.push(place);
                    }
                }
            }
            if active.is_empty() && called.is_empty() {
                return;
            }
            self.spikes(table, &called, numbers, scratch);
        }
    }

    /// A spike of their cells comes to the active lanes, and one of others to those that are called, by its port.
    pub fn spikes(
        &self,
        table: &PlasticTable,
        called: &[(usize, usize)],
        numbers: &mut Numbers,
        scratch: &mut Scratch,
    ) {
        let programs = &*self.programs;
        self.one(table, (&programs.post, &programs.post_writes, None), numbers, scratch);
        for (port, (program, writes)) in programs.others.iter().enumerate() {
            scratch.active.clear();
            scratch.active.extend(called.iter().filter(|own| own.0 == port).map(|own| own.1));
            self.one(table, (program, writes, Some(port)), numbers, scratch);
        }
    }

    /// When the next spike of its cell comes to a synapse.
    pub fn next_spike(&self, lane: &Lane) -> Option<u64> {
        if lane.waiting.is_empty() {
            return None;
        }
        Some(self.cells[lane.cell].steps[lane.waiting.start] + lane.dendritic)
    }

    /// One event of each active lane: a spike of its cell, or of others by a port.
    fn one(
        &self,
        table: &PlasticTable,
        (program, writes, port): (&Program, &[usize], Option<usize>),
        numbers: &mut Numbers,
        scratch: &mut Scratch,
    ) {
        let programs = &*self.programs;
        let Scratch { bank, lanes, active, numbers: draw_numbers, steps } = scratch;
        if active.is_empty() {
            return;
        }
        let width = programs.starts.pre.len();
        let kept = programs.starts.post.len();
        let side = |input: Input, tile: &mut [f64], lanes: &Lanes<'_>| {
            let to = tile.iter_mut().zip(lanes.each());
            // A spike of the cell finds what it keeps as it was before, one of others as the last spike left it.
            let last = |lane: &Lane| lane.waiting.start.checked_sub(1);
            match input {
                Input::Pre(own) => to.for_each(|(to, lane)| *to = self.kept[lane.row * width + own]),
                Input::Post(own) if programs.watches() => self.show_kept(own, port.is_none(), tile, lanes),
                Input::Post(own) if port.is_none() => to.for_each(|(to, lane)| {
                    *to = self.cells[lane.cell].traces[2 * lane.waiting.start * kept + own];
                }),
                Input::Post(own) => to.for_each(|(to, lane)| {
                    let after = |last: usize| self.cells[lane.cell].traces[(2 * last + 1) * kept + own];
                    *to = last(lane).map_or(programs.starts.post[own], after);
                }),
                Input::SincePost => to.for_each(|(to, lane)| {
                    let step = last(lane).map_or(0, |last| self.cells[lane.cell].steps[last]);
                    *to = self.grid.ms(lane.now.saturating_sub(step + lane.dendritic));
                }),
                Input::Delay => to.for_each(|(to, lane)| *to = self.grid.ms(lane.dendritic + self.axonal)),
                Input::Port(port) => self.show_port(port, 0, tile, lanes),
                other => unreachable!("{other:?} is given to all events alike"),
            }
        };
        if !program.is_empty() {
            let chosen = Lanes { lanes, active };
            give((programs, program), bank, &chosen, (numbers, self.grid), &side);
            let first_site = programs.sites * (1 + port.map_or(0, |port| 1 + u32::try_from(port).unwrap_or(0)));
            let draws = self.draws(table, &chosen, (draw_numbers, steps), first_site);
            run((programs, program, writes), bank, &chosen, numbers, draws);
        }
        for lane in active.iter() {
            let own = &mut lanes[*lane];
            let met = if port.is_some() { &mut own.calls } else { &mut own.waiting };
            met.start += 1;
            own.last_event = own.now;
        }
    }

    /// Whose draws those of some lanes are.
    pub fn draws<'s>(
        &self,
        table: &PlasticTable,
        lanes: &Lanes<'_>,
        (numbers, steps): (&'s mut Vec<u32>, &'s mut Vec<u64>),
        first_site: u32,
    ) -> Option<Draws<'s>> {
        if self.programs.sites == 0 {
            return None;
        }
        numbers.clear();
        numbers.extend(lanes.each().map(|lane| table.numbers[lane.synapse]));
        steps.clear();
        steps.extend(lanes.each().map(|lane| lane.now));
        Some(Draws { key: self.programs.key, numbers, steps, first_site })
    }

    /// What the presynaptic side keeps of some rows, before spikes at `until` and after them, row by row.
    pub fn before_and_after(&self, due: &[Due], now: u64, bank: &mut Bank, all: &mut Vec<f64>) {
        let (program, width) = (&self.programs.row, self.programs.starts.pre.len());
        all.clear();
        if width == 0 {
            return;
        }
        for due in due.chunks(MOST) {
            let until = |due: &Due| now - (u64::from(due.delay) - self.axonal);
            for (place, input) in program.inputs().iter().enumerate() {
                let to = bank.input(place).iter_mut().zip(due);
                match input {
                    Input::Pre(own) => to.for_each(|(to, due)| *to = self.kept[due.row * width + own]),
                    Input::SincePre => to.for_each(|(to, due)| {
                        let arrival = self.arrivals[due.row];
                        *to = self.grid.ms(until(due) - if arrival == NEVER { 0 } else { arrival });
                    }),
                    Input::Time => to.for_each(|(to, due)| *to = self.grid.ms(until(due))),
                    Input::Delay => to.for_each(|(to, due)| *to = self.grid.ms(u64::from(due.delay))),
                    other => unreachable!("{other:?} is not known to the presynaptic side"),
                }
            }
            program.run(bank, due.len(), None);
            for lane in 0..due.len() {
                all.extend((0..2 * width).map(|output| program.output(bank, output, lane)));
            }
        }
    }

    /// Distinct cells fire.
    pub fn fire(&mut self, cells: &[usize], step: u64, bank: &mut Bank) {
        let Self { programs, grid, .. } = self;
        let (program, width) = (&programs.cell, programs.kept_of_spikes());
        if width > 0 {
            for (place, input) in program.inputs().iter().enumerate() {
                let to = bank.input(place).iter_mut().zip(cells.iter().map(|cell| &self.cells[*cell]));
                match input {
                    Input::Post(own) => to.for_each(|(to, cell)| {
                        let last = cell.traces.len().checked_sub(width);
                        *to = last.map_or(programs.starts.post[*own], |last| cell.traces[last + own]);
                    }),
                    Input::SincePost => to.for_each(|(to, cell)| {
                        *to = grid.ms(step - cell.steps.last().copied().unwrap_or(0));
                    }),
                    other => unreachable!("{other:?} is not known to a receiving cell"),
                }
            }
            program.run(bank, cells.len(), None);
        }
        for (lane, cell) in cells.iter().enumerate() {
            let own = &mut self.cells[*cell];
            own.steps.push(step);
            own.traces.extend((0..2 * width).map(|output| program.output(bank, output, lane)));
        }
    }

    /// Gives synapses all that they have not met up to `now`, but presynaptic spikes.
    pub fn catch_up(&self, table: &PlasticTable, now: u64, numbers: &mut Numbers, scratch: &mut Scratch) {
        if self.programs.meets() {
            let steps = self.programs.steps.is_some();
            let stays = |lane: &Lane| steps && lane.stepped < lane.until;
            let meets = |lane: &Lane| !(lane.waiting.is_empty() && lane.calls.is_empty()) || stays(lane);
            self.by_lanes(table, now, scratch, meets, |scratch| self.meet(table, numbers, scratch));
        }
    }

    /// The same, for weights that are told: those that move between events are what they have come to. Nothing that goes on may be
    /// made of them, since it would depend on when somebody asked.
    pub fn tell(&self, table: &PlasticTable, now: u64, numbers: &mut Numbers, scratch: &mut Scratch) {
        let Some(program) = &self.programs.weight_later else {
            return self.catch_up(table, now, numbers, scratch);
        };
        self.by_lanes(
            table,
            now,
            scratch,
            |_| true,
            |scratch| {
                self.meet(table, numbers, scratch);
                self.go_on(table, (program, now), numbers, scratch);
            },
        );
    }

    /// Does something with lanes of all synapses that are chosen, as many at once as may be.
    fn by_lanes(
        &self,
        table: &PlasticTable,
        now: u64,
        scratch: &mut Scratch,
        chosen: impl Fn(&Lane) -> bool,
        mut act: impl FnMut(&mut Scratch),
    ) {
        scratch.lanes.clear();
        for Row { number, delay, synapses, .. } in table.each_row() {
            let until = now.saturating_sub(u64::from(delay) - self.axonal);
            for synapse in synapses {
                let lane = self.lane(table, synapse, (number, 0, delay), (until, true, true));
                if chosen(&lane) {
                    scratch.lanes.push(lane);
                }
                if scratch.lanes.len() == MOST {
                    act(scratch);
                    scratch.lanes.clear();
                }
            }
        }
        act(scratch);
    }

    /// The weights of all lanes, which have met everything, at their end.
    fn go_on(
        &self,
        table: &PlasticTable,
        (program, now): (&Program, u64),
        numbers: &mut Numbers,
        scratch: &mut Scratch,
    ) {
        let programs = &*self.programs;
        let Scratch { bank, lanes, active, numbers: draw_numbers, steps } = scratch;
        active.clear();
        active.extend(0..lanes.len());
        for lane in lanes.iter_mut() {
            lane.now = now.saturating_sub(lane.dendritic).max(lane.last_event);
        }
        let side = |input: Input, tile: &mut [f64], lanes: &Lanes<'_>| match input {
            Input::Delay => {
                let to = tile.iter_mut().zip(lanes.each());
                to.for_each(|(to, lane)| *to = self.grid.ms(lane.dendritic + self.axonal));
            }
            other => unreachable!("{other:?} is not read between events"),
        };
        let chosen = Lanes { lanes, active };
        give((programs, program), bank, &chosen, (numbers, self.grid), &side);
        // Draws of its own, behind those of all events.
        let first_site = programs.sites * (2 + u32::try_from(programs.others.len()).unwrap_or(0));
        let draws = self.draws(table, &chosen, (draw_numbers, steps), first_site);
        let written: Vec<usize> = programs.weight.into_iter().collect();
        run((programs, program, &written), bank, &chosen, numbers, draws);
    }
}

/// The spikes of a cell that come from `from` on, before `end`; steps at the synapse.
#[inline(always)]
fn waiting(steps: &[u64], dendritic: u64, from: u64, end: u64) -> Range<usize> {
    let mut last = steps.len();
    while last > 0 && steps[last - 1] + dendritic >= end {
        last -= 1;
    }
    let mut first = last;
    while first > 0 && steps[first - 1] + dendritic >= from {
        first -= 1;
    }
    first..last
}
