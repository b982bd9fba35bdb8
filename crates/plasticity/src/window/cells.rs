//! Backward over a window, cell by cell: what an arriving spike is worth, and what becomes of what synapses held before.

use super::learning_cell::LearningCell;
use super::state_map::StateMap;
use super::{CarriedCredit, ClassCredit, GRADIENT, SynapseLayout, TraceFilter};
use crate::cell::{Gate, LocalStep, Record};
use crate::rows::add_scaled;
use neuropil_core::simd::vectorized;
use std::ops::Range;

/// What all cells did in a window, `[slot][place]`; slot 0 is the step before it.
#[derive(Debug, Clone, Copy)]
pub struct WindowActivity<'a> {
    /// Steps of the window.
    pub steps: usize,
    /// Places.
    pub places: usize,
    /// ψ.
    pub psi: &'a [f64],
    /// 1 where a cell spiked.
    pub fired: &'a [u8],
    /// 1 where a cell was refractory.
    pub refractory: &'a [u8],
    /// v − E_L at the test; read where the reset of clamped cells is attached, and else it may be empty.
    pub v: &'a [f64],
    /// L of every step of the window, `[step][place]`.
    pub signals: &'a [f64],
    /// g_o: what L is multiplied by where e is not filtered.
    pub scale: f64,
    /// What cells from equations wrote down.
    pub records: &'a [WindowRecords<'a>],
}

/// What cells from equations at neighbouring places wrote down, `[slot][number][cell]`.
#[derive(Debug, Clone)]
pub struct WindowRecords<'a> {
    /// Their places.
    pub places: Range<usize>,
    /// Numbers of a cell and slot.
    pub recorded: usize,
    /// All of them.
    pub values: &'a [f64],
}

impl WindowRecords<'_> {
    #[inline(always)]
    pub(super) fn of(&self, slot: usize, place: usize) -> Record<'_> {
        let (cells, size) = (self.places.len(), self.recorded * self.places.len());
        Record::new(&self.values[slot * size..(slot + 1) * size], cells, place - self.places.start)
    }
}

/// What a cell wrote down in a slot; nothing of other cells.
#[inline(always)]
fn record_of<'a>(records: &'a [WindowRecords<'a>], slot: usize, place: usize) -> Record<'a> {
    records.iter().find(|own| own.places.contains(&place)).map_or(Record::NONE, |own| own.of(slot, place))
}

/// Credit of a window beside that of a cell's own signal.
#[derive(Debug, Clone, Copy)]
pub struct WindowCredit<'a> {
    /// Over the classes of the network.
    pub class: &'a ClassCredit,
    /// Of modulators that differ from cell to cell.
    pub carried: Option<&'a CarriedCredit>,
}

/// A sweep over some cells, for the synapses of one receptor channel. Several cells are swept together, since the steps of
/// one wait for each other.
#[derive(Debug, Clone)]
pub struct Sweep {
    pub(super) layout: SynapseLayout,
    /// How e is filtered, where it is.
    readout: Option<TraceFilter>,
    pub(super) steps: usize,
    /// What the traces of this step are worth, `[cell][state][number]`.
    worth: Vec<f64>,
    /// What ē and the stages behind it are worth in the gradient, `[cell][number]`.
    slow: Vec<f64>,
    /// The same in themselves at the end, `[number][number at the end]`.
    slow_carry: Vec<f64>,
    /// What a spike that arrives is worth, `[cell][step][number]`.
    pub(super) arriving: Vec<f64>,
    /// What becomes of the numbers of a synapse, cell by cell.
    pub(super) maps: Vec<StateMap>,
}

impl Sweep {
    /// For windows of `steps` steps.
    pub fn new(layout: SynapseLayout, readout: Option<TraceFilter>, steps: usize) -> Self {
        let filtered = layout.filtered;
        let unit = |own: usize| f64::from(u8::from(own / filtered == own % filtered));
        let mut slow_carry: Vec<f64> = (0..filtered * filtered).map(unit).collect();
        if let Some(filter) = readout {
            for _ in 0..steps {
                slow_carry.chunks_exact_mut(filtered).for_each(|own| filter.decay(own));
            }
        }
        let (worth, slow, arriving, maps) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { layout, readout, steps, worth, slow, slow_carry, arriving, maps }
    }

    /// Backward over the window, for `cells`; then [`Self::arriving`] and [`Self::carry`] speak of these.
    pub fn back(&mut self, cells: &[LearningCell], now: &WindowActivity<'_>, credit: WindowCredit<'_>) {
        debug_assert_eq!(now.steps, self.steps);
        self.begin(cells);
        vectorized(
            #[inline(always)]
            || match self.layout.width() {
                4 => self.steps::<4>(cells, now, credit),
                8 => self.steps::<8>(cells, now, credit),
                12 => self.steps::<12>(cells, now, credit),
                16 => self.steps::<16>(cells, now, credit),
                _ => self.steps::<0>(cells, now, credit),
            },
        );
        self.end(cells, now, credit);
    }

    /// The end of a window: traces are worth themselves.
    fn begin(&mut self, cells: &[LearningCell]) {
        let (states, width) = (self.layout.states(), self.layout.width());
        self.worth.clear();
        self.worth.resize(cells.len() * states.len() * width, 0.0);
        self.slow.clear();
        self.slow.resize(cells.len() * self.layout.filtered, 0.0);
        self.arriving.resize(cells.len() * self.steps * width, 0.0);
        for (index, cell) in cells.iter().enumerate() {
            for (state, number) in states.clone().enumerate().take(cell.traced.len()) {
                self.worth[(index * states.len() + state) * width + number] = 1.0;
            }
        }
    }

    /// All steps, of numbers as wide as `WIDTH`; 0 for what the layout says.
    #[inline(always)]
    fn steps<const WIDTH: usize>(
        &mut self,
        cells: &[LearningCell],
        now: &WindowActivity<'_>,
        credit: WindowCredit<'_>,
    ) {
        for step in (1..=self.steps).rev() {
            for (index, cell) in cells.iter().enumerate() {
                self.cell::<WIDTH>((index, cell), step, now, credit);
            }
        }
    }

    #[inline(always)]
    fn cell<const WIDTH: usize>(
        &mut self,
        (index, cell): (usize, &LearningCell),
        step: usize,
        now: &WindowActivity<'_>,
        credit: WindowCredit<'_>,
    ) {
        let width = if WIDTH == 0 { self.layout.width() } else { WIDTH };
        let of_type = &credit.class.of_step(step)[cell.type_id * width..][..width];
        let (place, at) = (cell.place, step * now.places + cell.place);
        let before = at - now.places;
        // Signals have no slot for the step before the window.
        let signal = now.signals[before];
        let mut direct = credit.carried.map_or(0.0, |own| own.of_step(step)[place]);
        match self.readout {
            None => direct += now.scale * signal,
            Some(filter) => {
                let filtered = self.layout.filtered;
                direct += filter.back(&mut self.slow[index * filtered..(index + 1) * filtered], signal);
            }
        }
        let psi = now.psi[at];
        let gate = Gate {
            psi,
            z_before: f64::from(now.fired[before]),
            refractory: f64::from(now.refractory[at]),
            tested_before: now.v.get(before..=before).unwrap_or(&[]),
            record: record_of(now.records, step, place),
        };
        let record = record_of(now.records, step - 1, place);
        let before = Gate { record, ..Gate::open(now.psi[before]) };
        let states = self.layout.states().len();
        let worth = &mut self.worth[index * states * width..][..cell.traced.len() * width];
        for (worth, state) in worth.chunks_exact_mut(width).zip(&cell.traced) {
            let slope = cell.dynamics.seen(&gate, *state) * psi;
            if slope == 0.0 {
                continue;
            }
            add_scaled(worth, slope, of_type);
            worth[GRADIENT] += slope * direct;
            if let Some(number) = self.layout.sum {
                worth[number] += slope;
            }
        }
        let arriving = &mut self.arriving[(index * self.steps + step - 1) * width..][..width];
        cell.dynamics.window(cell.port, &gate, &before, worth, arriving);
    }

    /// The last of a sweep: what e of the step before the window, which the nodes have still to see, is worth, by ψ and the
    /// records of that step; then the maps.
    fn end(&mut self, cells: &[LearningCell], now: &WindowActivity<'_>, credit: WindowCredit<'_>) {
        let (width, filtered, states) = (self.layout.width(), self.layout.filtered, self.layout.states().len());
        self.maps.resize_with(cells.len(), || StateMap::new(&self.layout));
        for (index, cell) in cells.iter().enumerate() {
            let psi = now.psi[cell.place];
            let gate = Gate { record: record_of(now.records, 0, cell.place), ..Gate::open(psi) };
            let of_type = &credit.class.of_step(0)[cell.type_id * width..(cell.type_id + 1) * width];
            let own = credit.carried.map_or(0.0, |own| own.of_step(0)[cell.place]);
            let worth = &mut self.worth[index * states * width..(index + 1) * states * width];
            for (worth, state) in worth.chunks_exact_mut(width).zip(&cell.traced) {
                let slope = cell.dynamics.seen(&gate, *state) * psi;
                add_scaled(worth, slope, of_type);
                worth[GRADIENT] += slope * own;
            }
            let map = &mut self.maps[index];
            map.set_states(&self.layout, worth);
            map.set_slow(&self.layout, &self.slow[index * filtered..(index + 1) * filtered], &self.slow_carry);
            let at_start = credit.carried.map_or(&[][..], |own| own.at_start(cell.place));
            map.set_nodes(&self.layout, &credit.class.carry, at_start);
        }
    }

    /// What a spike that arrives in a step of the window, counted from 1, adds to the numbers of a synapse onto a cell.
    #[inline(always)]
    pub fn arriving(&self, cell: usize, step: usize) -> &[f64] {
        let width = self.layout.width();
        &self.arriving[(cell * self.steps + step - 1) * width..][..width]
    }
}
