//! What receiving cells show to the synapses of a table in every step: the variables that ports watch, and what the cells keep for their
//! synapses.

use super::lanes::MOST;
use super::programs::Programs;
use crate::synapse::timing::{Acted, Past};
use neuropil_equations::machine::lanes::{Bank, Input};

/// The last steps of the receiving cells of a table, in a ring of planes, one a step. Before the start of the run all cells were as they
/// are at its start.
#[derive(Debug, Clone)]
pub(super) struct Watched {
    cells: usize,
    /// Those that a synapse asks for.
    asked: Vec<usize>,
    /// How long ago each port looks, steps.
    earlier: Vec<i64>,
    /// How many numbers a cell keeps for its synapses.
    kept: usize,
    /// Planes of the ring.
    count: u64,
    /// The step of the newest plane; `None` before the start of the run is told.
    newest: Option<u64>,
    /// `[plane][number][cell]`: variables that are watched, then what the cell keeps, before its spike of that step and after it.
    planes: Vec<f64>,
    /// Which cells fire in a step.
    fires: Vec<bool>,
}

impl Watched {
    /// Of so many cells, of which some are asked for, at any of the last `count` steps; they are to be told of the start of the run first.
    pub fn new(programs: &Programs, cells: usize, asked: Vec<usize>, (earlier, count): (&[u64], u64)) -> Self {
        let kept = programs.starts.post.len();
        let earlier: Vec<i64> = earlier.iter().map(|steps| steps.cast_signed()).collect();
        let numbers = cells * (earlier.len() + 2 * kept);
        let planes = usize::try_from(count).ok().and_then(|count| count.checked_mul(numbers));
        let planes = vec![0.0; planes.expect("memory was reckoned before")];
        Self { cells, asked, earlier, kept, count, newest: None, planes, fires: vec![false; cells] }
    }

    /// How many numbers there are of a cell and step.
    fn width(&self) -> usize {
        self.earlier.len() + 2 * self.kept
    }

    /// Where a number of a step begins, which may lie before the start.
    #[inline(always)]
    fn row(&self, step: i64, number: usize) -> usize {
        let plane = usize::try_from(step.rem_euclid(self.count.cast_signed())).unwrap_or(0);
        (plane * self.width() + number) * self.cells
    }

    /// What a port shows of a cell at a step.
    #[inline(always)]
    pub fn port(&self, port: usize, step: i64, cell: usize) -> f64 {
        self.planes[self.row(step - self.earlier[port], port) + cell]
    }

    /// What a cell keeps at the end of a step, before a spike of that step.
    #[inline(always)]
    pub fn before(&self, own: usize, step: i64, cell: usize) -> f64 {
        self.planes[self.row(step, self.earlier.len() + own) + cell]
    }

    /// The same after the spike.
    #[inline(always)]
    pub fn after(&self, own: usize, step: i64, cell: usize) -> f64 {
        self.planes[self.row(step, self.earlier.len() + self.kept + own) + cell]
    }

    /// Goes on by a step; 0 is the start of the run.
    pub fn add(&mut self, programs: &Programs, acted: Acted<'_>, bank: &mut Bank) {
        let Acted { step, fired, first_id, watched, .. } = acted;
        if self.newest.is_none() {
            let starts = [watched, &self.twice(&programs.starts.post)].concat();
            self.planes.chunks_exact_mut(starts.len().max(1)).for_each(|plane| plane.copy_from_slice(&starts));
        } else {
            let first = self.row(step.cast_signed(), 0);
            self.planes[first..first + watched.len()].copy_from_slice(watched);
        }
        self.newest = Some(step);
        if self.kept == 0 || step == 0 {
            return;
        }
        self.fires.fill(false);
        fired.iter().for_each(|id| self.fires[(id - first_id) as usize] = true);
        let asked = std::mem::take(&mut self.asked);
        asked.chunks(MOST).for_each(|cells| self.keep(programs, cells, step.cast_signed(), bank));
        self.asked = asked;
    }

    /// Start values of all cells, before a spike and after it.
    fn twice(&self, starts: &[f64]) -> Vec<f64> {
        starts.iter().chain(starts).flat_map(|start| std::iter::repeat_n(*start, self.cells)).collect()
    }

    /// What some cells keep at a step, of what they kept at the one before.
    fn keep(&mut self, programs: &Programs, cells: &[usize], step: i64, bank: &mut Bank) {
        let program = &programs.cell;
        for (place, input) in program.inputs().iter().enumerate() {
            let to = bank.input(place).iter_mut().zip(cells);
            match input {
                Input::Post(own) => to.for_each(|(to, cell)| *to = self.after(*own, step - 1, *cell)),
                Input::Port(port) | Input::PortBefore(port) => {
                    let at = step - i64::from(matches!(input, Input::PortBefore(_)));
                    let port = programs.watched_port(*port);
                    to.for_each(|(to, cell)| *to = self.port(port, at, *cell));
                }
                other => unreachable!("{other:?} is not known to a receiving cell"),
            }
        }
        program.run(bank, cells.len(), None);
        let kept = self.kept;
        for own in 0..kept {
            let [before, after] = [own, kept + own].map(|number| self.row(step, self.earlier.len() + number));
            for (lane, cell) in cells.iter().enumerate() {
                self.planes[before + cell] = program.output(bank, own, lane);
                let output = if self.fires[*cell] { kept + own } else { own };
                self.planes[after + cell] = program.output(bank, output, lane);
            }
        }
    }

    /// Puts what is known of cells that are asked for to its places among that of all receiving cells.
    pub fn save(&self, first_cell: usize, membranes: &mut [Past]) {
        let Some(newest) = self.newest else { return };
        let steps: Vec<u64> = (newest.saturating_sub(self.count - 1)..=newest).collect();
        for cell in &self.asked {
            let numbers = |step: &u64| {
                let first = self.row(step.cast_signed(), 0);
                self.planes[first + cell..].iter().step_by(self.cells).take(self.width()).copied()
            };
            let traces = steps.iter().flat_map(numbers).collect();
            membranes[first_cell + cell] = Past { steps: steps.clone(), traces };
        }
    }

    /// Takes it back.
    pub fn load(&mut self, first_cell: usize, membranes: &[Past]) {
        let (width, cells) = (self.width(), self.cells);
        for cell in self.asked.clone() {
            let past = &membranes[first_cell + cell];
            let all = past.traces.chunks_exact(width.max(1));
            if let Some(oldest) = all.clone().next() {
                let own = self.planes.iter_mut().skip(cell).step_by(cells);
                own.zip(oldest.iter().cycle()).for_each(|(to, from)| *to = *from);
            }
            for (step, numbers) in past.steps.iter().zip(all) {
                let first = self.row(step.cast_signed(), 0);
                let own = self.planes[first + cell..].iter_mut().step_by(cells);
                own.zip(numbers).for_each(|(to, from)| *to = *from);
            }
            self.newest = past.steps.last().copied();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::synapse::EquationSynapse;
    use crate::synapse::TimingModel;
    use crate::synapse::from_equations::Given;
    use crate::synapse::timing::Kept;
    use neuropil_core::{Clock, Stream, StreamKey};
    use neuropil_equations::Role;
    use neuropil_equations::synapse::{Asked, Synapse};
    use std::sync::Arc;

    /// Of 1000 synapses onto 30 cells, 1.5 ms away, whose second port looks 5 ms back. Would catch a ring of other planes than are kept, and numbers that
    /// are left out.
    #[test]
    fn bytes_are_those_of_what_is_kept() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/synapses/clopath.nestml");
        let text = &std::fs::read_to_string(path).unwrap();
        let cell = neuropil_equations::read(text, Some(Role::Synapse)).unwrap().cells.remove(0);
        let watched = ["V_post".to_owned(), "V_earlier".to_owned()].into();
        let synapse = Arc::new(Synapse::new(&cell, &Asked { watched, ..Asked::default() }).unwrap());
        let parameters = vec![None; cell.parameters.len()];
        let given = Given { parameters, drawn: Vec::new(), axonal_delay_ms: 0.0, earlier_steps: vec![0, 50] };
        let clock = Clock::new(0.1).unwrap();
        let own = EquationSynapse::new(synapse, &given, clock, StreamKey::new(1, Stream::SynapseEquation, 0));
        // A synapse keeps w and x; a cell two potentials and four low passes before and after a spike, for 10 ms, twice the delay, 5 ms, and 2 steps.
        let planes = 100.0 + 30.0 + 50.0 + 2.0;
        let kept = Kept { synapses: 1000.0, cells: 30.0, max_delay: 15 };
        assert_eq!(own.remembers(15, clock), 182);
        assert_eq!(own.bytes(kept, clock), 16_000.0 + 30.0 * 8.0 * 10.0 * planes);
    }
}
