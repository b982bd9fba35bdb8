//! Synapses that follow their cells between events: each is advanced step by step, when it is asked for.

use super::lanes::{Lanes, Numbers, Scratch, give, run};
use super::sides::Sides;
use crate::delivery::PlasticTable;
use neuropil_equations::machine::lanes::{Input, Program};

impl Sides {
    /// Advances synapses up to the end of their stretches; at the end of each step they meet the spikes that come there. `programs` are those
    /// of a step, and of a step in which nothing of the cell has come yet.
    pub fn meet_by_steps(
        &self,
        table: &PlasticTable,
        programs: &[(Program, Vec<usize>); 2],
        numbers: &mut Numbers,
        scratch: &mut Scratch,
    ) {
        let [mut stepping, mut early] = [Vec::new(), Vec::new()];
        let mut called = Vec::new();
        loop {
            scratch.active.clear();
            called.clear();
            stepping.clear();
            early.clear();
            for (place, lane) in scratch.lanes.iter_mut().enumerate() {
                let spike = self.next_spike(lane);
                let call = self.heard.calls[lane.calls.clone()].first();
                match call {
                    Some(call) if call.step <= lane.stepped && spike.is_none_or(|spike| call.step < spike) => {
                        lane.now = call.step;
                        called.push((call.port, place));
                    }
                    _ if spike.is_some_and(|spike| spike <= lane.stepped) => {
                        lane.now = lane.stepped;
                        scratch.active.push(place);
                    }
                    _ if lane.stepped < lane.until => {
                        lane.stepped += 1;
                        lane.now = lane.stepped;
                        if lane.of_cell() < 1 { early.push(place) } else { stepping.push(place) }
                    }
                    _ => {}
                }
            }
            if [scratch.active.len(), called.len(), stepping.len(), early.len()] == [0; 4] {
                return;
            }
            self.spikes(table, &called, numbers, scratch);
            for (lanes, own) in [&stepping, &early].into_iter().zip(programs) {
                scratch.active.clone_from(lanes);
                self.step(table, own, numbers, scratch);
            }
        }
    }

    /// A step of the active lanes.
    fn step(
        &self,
        table: &PlasticTable,
        (program, writes): &(Program, Vec<usize>),
        numbers: &mut Numbers,
        scratch: &mut Scratch,
    ) {
        let programs = &*self.programs;
        let Scratch { bank, lanes, active, numbers: draw_numbers, steps } = scratch;
        if active.is_empty() || program.is_empty() {
            return;
        }
        let side = |input: Input, tile: &mut [f64], lanes: &Lanes<'_>| match (input, &self.watched) {
            (Input::Post(own), Some(watched)) => {
                let to = tile.iter_mut().zip(lanes.each());
                to.for_each(|(to, lane)| *to = watched.after(own, lane.of_cell() - 1, lane.cell));
            }
            (Input::Port(port), _) => self.show_port(port, 0, tile, lanes),
            (Input::PortBefore(port), _) => self.show_port(port, 1, tile, lanes),
            (Input::Delay, _) => {
                let to = tile.iter_mut().zip(lanes.each());
                to.for_each(|(to, lane)| *to = self.grid.ms(lane.dendritic + self.axonal));
            }
            (other, _) => unreachable!("{other:?} is not read between events"),
        };
        let chosen = Lanes { lanes, active };
        give((programs, program), bank, &chosen, (numbers, self.grid), &side);
        // Draws of its own, behind those of all events.
        let first_site = programs.sites * (2 + u32::try_from(programs.others.len()).unwrap_or(0));
        let draws = self.draws(table, &chosen, (draw_numbers, steps), first_site);
        run((programs, program, writes), bank, &chosen, numbers, draws);
    }

    /// What the cells of lanes keep, as it is at the synapses now: before a spike that comes there now, or after it.
    pub fn show_kept(&self, own: usize, before: bool, tile: &mut [f64], lanes: &Lanes<'_>) {
        let Some(watched) = &self.watched else { return };
        for (to, lane) in tile.iter_mut().zip(lanes.each()) {
            let (step, cell) = (lane.of_cell(), lane.cell);
            *to = if before { watched.before(own, step, cell) } else { watched.after(own, step, cell) };
        }
    }

    /// What a continuous port shows to lanes now, or so many steps of the cell ago.
    pub fn show_port(&self, port: u32, ago: i64, tile: &mut [f64], lanes: &Lanes<'_>) {
        let to = tile.iter_mut().zip(lanes.each());
        match &self.watched {
            Some(watched) if self.programs.watched[port as usize] => {
                let port = self.programs.watched_port(port);
                to.for_each(|(to, lane)| *to = watched.port(port, lane.of_cell() - ago, lane.cell));
            }
            _ => to.for_each(|(to, lane)| *to = self.heard.level(lane.now, lane.cell)),
        }
    }
}
