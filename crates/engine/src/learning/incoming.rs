//! The plastic synapses of a block by the cell that they are on: in this order they learn, since what becomes of them over a
//! window is said cell by cell. Weights stay in the order of rows, in which they are delivered.

use neuropil_core::Real;
use neuropil_network::Block;
use neuropil_network::delivery::plastic::PlasticRows;
use neuropil_plasticity::window::{
    CarryRoom, LANES, Lanes, LearningCell, Sent, Sweep, SynapseLayout, TraceFilter, WindowActivity, WindowCredit,
};
use std::ops::Range;

/// Cells that are swept together.
const TOGETHER: usize = 4;

/// Synapses of one port.
pub(super) struct Incoming {
    /// The cells that have some.
    pub cells: Vec<LearningCell>,
    /// Where the synapses of each cell begin; one more than cells.
    starts: Vec<usize>,
    /// Global id of the sending cell.
    sources: Vec<u32>,
    /// Steps.
    delays: Vec<u32>,
    /// Among the synapses of all tables, in their order.
    positions: Vec<u32>,
    /// Where the state of each cell begins; one more than cells.
    states: Vec<usize>,
    /// What evolves but the gradient, cell by cell `[LANES synapses][number]`.
    state: Vec<Lanes>,
    /// Numbers of a synapse in `state`.
    numbers: usize,
    room: CarryRoom,
}

/// Where the synapses of each table of a block begin among those of all, one more than tables.
pub(super) fn first_synapses(rows: &PlasticRows) -> Vec<usize> {
    let ends = rows.tables.iter().scan(0, |end, table| {
        *end += table.cells.len();
        Some(*end)
    });
    std::iter::once(0).chain(ends).collect()
}

impl Incoming {
    /// Those of a port, at rest; `cell` makes the cell at a place.
    pub fn new<R: Real>(
        block: &Block<R>,
        (port, first_ids): (usize, &[u32]),
        layout: SynapseLayout,
        cell: impl Fn(usize) -> LearningCell,
    ) -> Self {
        let rows = &block.plastic;
        let own = || rows.tables.iter().zip(first_synapses(rows)).filter(|(table, _)| table.port == port);
        let mut onto = vec![0_usize; block.cells];
        own().flat_map(|(table, _)| table.cells.iter()).for_each(|cell| onto[usize::from(*cell)] += 1);
        let mut next = vec![0; block.cells];
        let (mut cells, mut starts, mut states) = (Vec::new(), vec![0], vec![0]);
        let numbers = layout.len() - 1;
        for (place, synapses) in onto.iter().enumerate().filter(|(_, synapses)| **synapses > 0) {
            next[place] = starts[cells.len()];
            starts.push(starts[cells.len()] + synapses);
            states.push(states[cells.len()] + synapses.div_ceil(LANES) * numbers);
            cells.push(cell(place));
        }
        let (synapses, size) = (starts[cells.len()], states[cells.len()]);
        let nothing = || vec![0_u32; synapses];
        let (mut sources, mut delays, mut positions) = (nothing(), nothing(), nothing());
        for (table, first) in own() {
            for (synapse, (cell, (source, delay))) in table.cells.iter().zip(table.origins()).enumerate() {
                let at = &mut next[usize::from(*cell)];
                (sources[*at], delays[*at]) = (first_ids[table.source] + source, delay);
                positions[*at] = u32::try_from(first + synapse).expect("synapses of a block were counted");
                *at += 1;
            }
        }
        let (state, room) = (vec![[0.0; LANES]; size], CarryRoom::default());
        Self { cells, starts, sources, delays, positions, states, state, numbers, room }
    }

    /// Takes all synapses over a window; `gradient` has that of every synapse of the block.
    pub fn learn(
        &mut self,
        (layout, readout): (SynapseLayout, Option<TraceFilter>),
        (activity, credit): (&WindowActivity<'_>, WindowCredit<'_>),
        sent: Sent<'_>,
        gradient: &mut [f64],
    ) {
        let mut sweep = Sweep::new(layout, readout, activity.steps);
        for (group, cells) in self.cells.chunks(TOGETHER).enumerate() {
            sweep.back(cells, activity, credit);
            for index in 0..cells.len() {
                let cell = group * TOGETHER + index;
                let own = self.starts[cell]..self.starts[cell + 1];
                let state = &mut self.state[self.states[cell]..self.states[cell + 1]];
                let incoming = neuropil_plasticity::window::Incoming {
                    sources: &self.sources[own.clone()],
                    delays: &self.delays[own.clone()],
                };
                let positions = &self.positions[own];
                sweep.synapses(index, (incoming, sent), state, &mut self.room, |synapse, added| {
                    gradient[positions[synapse] as usize] += added;
                });
            }
        }
    }

    /// Takes out a number of every synapse; `each` is told its cell, its position and the number.
    pub fn take(&mut self, number: usize, mut each: impl FnMut(usize, usize, f64)) {
        for cell in 0..self.cells.len() {
            let place = self.cells[cell].place;
            for (index, synapse) in (self.starts[cell]..self.starts[cell + 1]).enumerate() {
                let at = self.at(cell, index, number);
                let value = std::mem::take(&mut self.state[at.0][at.1]);
                each(place, self.positions[synapse] as usize, value);
            }
        }
    }

    /// Where a number of a synapse of a cell stands; numbers count with the gradient, which is not there.
    fn at(&self, cell: usize, index: usize, number: usize) -> (usize, usize) {
        (self.states[cell] + index / LANES * self.numbers + number - 1, index % LANES)
    }

    /// Calls `each` with the position, and all numbers but the gradient, of every synapse among `positions`.
    pub fn each_state(&self, positions: &Range<usize>, mut each: impl FnMut(usize, &mut dyn Iterator<Item = f64>)) {
        for cell in 0..self.cells.len() {
            for (index, synapse) in (self.starts[cell]..self.starts[cell + 1]).enumerate() {
                let position = self.positions[synapse] as usize;
                if positions.contains(&position) {
                    let value = |number| {
                        let at = self.at(cell, index, number);
                        self.state[at.0][at.1]
                    };
                    each(position, &mut (1..=self.numbers).map(value));
                }
            }
        }
    }

    /// The inverse: takes all numbers but the gradient of every synapse among `positions`.
    pub fn set_state<'v>(&mut self, positions: &Range<usize>, of: impl Fn(usize) -> &'v [f64]) {
        for cell in 0..self.cells.len() {
            for (index, synapse) in (self.starts[cell]..self.starts[cell + 1]).enumerate() {
                let position = self.positions[synapse] as usize;
                if positions.contains(&position) {
                    for (value, number) in of(position).iter().zip(1..=self.numbers) {
                        let at = self.at(cell, index, number);
                        self.state[at.0][at.1] = *value;
                    }
                }
            }
        }
    }
}
