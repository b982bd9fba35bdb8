//! Backward over a window, cell by cell: what an arriving spike is worth.

use super::{CarriedCredit, ClassCredit, GRADIENT, SynapseLayout, TraceFilter};
use crate::Dynamics;
use crate::cell::{Gate, LocalStep, Record};
use crate::rows::add_scaled;
use neuropil_core::simd::vectorized;
use std::ops::Range;

/// A cell that learns.
#[derive(Debug, Clone, PartialEq)]
pub struct LearningCell {
    /// Its place in all arrays.
    pub place: usize,
    /// Its constants.
    pub dynamics: Dynamics,
    /// Its type.
    pub type_id: usize,
}

/// What all cells did in one step; arrays have a number a place.
#[derive(Debug, Clone, Copy)]
pub struct StepActivity<'a> {
    /// ψ of the step.
    pub psi: &'a [f64],
    /// ψ of the step before.
    pub psi_before: &'a [f64],
    /// 1 where a cell spiked in the step before.
    pub fired_before: &'a [u8],
    /// 1 where a cell was refractory in the step.
    pub refractory: &'a [u8],
    /// v − E_L at the test of the step before; read where the reset of clamped cells is attached.
    pub v_before: &'a [f64],
    /// Credit of e, with the [`CarriedCredit`] of its cell.
    pub credit: &'a [f64],
    /// Credit of ē; read where e is filtered.
    pub credit_slow: &'a [f64],
    /// What cells from equations wrote down.
    pub records: &'a [StepRecords<'a>],
}

/// What cells from equations at neighbouring places wrote down, `[number][cell]`.
#[derive(Debug, Clone)]
pub struct StepRecords<'a> {
    /// Their places.
    pub places: Range<usize>,
    /// In the step.
    pub now: &'a [f64],
    /// In the step before.
    pub before: &'a [f64],
}

/// What a cell wrote down in the step and in the step before; nothing of other cells.
#[inline(always)]
fn records_of<'a>(records: &[StepRecords<'a>], place: usize) -> [Record<'a>; 2] {
    match records.iter().find(|own| own.places.contains(&place)) {
        None => [Record::NONE; 2],
        Some(own) => {
            [own.now, own.before].map(|numbers| Record::new(numbers, own.places.len(), place - own.places.start))
        }
    }
}

/// A sweep over the cells of a block, for the synapses of one receptor channel.
#[derive(Debug, Clone)]
pub struct Sweep {
    layout: SynapseLayout,
    channel: usize,
    /// How e is filtered, where it is.
    readout: Option<TraceFilter>,
    /// The states that synapses of the channel have traces in, for each cell.
    traced: Vec<Vec<usize>>,
    /// What the traces of this step are worth, `[place][state][number]`.
    worth: Vec<f64>,
    /// What ē and the stages behind it are worth in the gradient, `[place][number]`, and, for all places alike, in themselves at the end,
    /// `[number][number at the end]`.
    slow: Vec<f64>,
    slow_carry: Vec<f64>,
    /// What a spike that arrives is worth, `[place][number]`.
    arriving: Vec<f64>,
}

impl Sweep {
    /// At the end of a window, for `cells` among `places` places.
    pub fn new(
        layout: SynapseLayout,
        channel: usize,
        readout: Option<TraceFilter>,
        cells: &[LearningCell],
        places: usize,
    ) -> Self {
        let plane = places * layout.width();
        let filtered = layout.filtered;
        let mut sweep = Self {
            layout,
            channel,
            readout,
            traced: cells.iter().map(|cell| cell.dynamics.traced(cell.dynamics.port(channel))).collect(),
            worth: vec![0.0; layout.states().len() * plane],
            slow: vec![0.0; places * filtered],
            slow_carry: (0..filtered * filtered)
                .map(|own| f64::from(u8::from(own / filtered == own % filtered)))
                .collect(),
            arriving: vec![0.0; plane],
        };
        for (cell, traced) in cells.iter().zip(&sweep.traced) {
            let first = cell.place * layout.states().len();
            for (state, number) in layout.states().enumerate().take(traced.len()) {
                sweep.worth[(first + state) * layout.width() + number] = 1.0;
            }
        }
        sweep
    }

    /// One step back; `class_credit` is that of the step. [`Self::arriving`] is then what its arrivals are worth.
    pub fn step(&mut self, cells: &[LearningCell], now: &StepActivity<'_>, class_credit: &[f64]) {
        vectorized(
            #[inline(always)]
            || cells.iter().enumerate().for_each(|(index, cell)| self.cell(index, cell, now, class_credit)),
        );
        if let Some(filter) = self.readout {
            self.slow_carry.chunks_exact_mut(self.layout.filtered).for_each(|own| filter.decay(own));
        }
    }

    #[inline(always)]
    fn cell(&mut self, index: usize, cell: &LearningCell, now: &StepActivity<'_>, class_credit: &[f64]) {
        let (place, width) = (cell.place, self.layout.width());
        let of_type = &class_credit[cell.type_id * width..(cell.type_id + 1) * width];
        let psi = now.psi[place];
        let mut direct = now.credit[place];
        if let Some(filter) = self.readout {
            let filtered = self.layout.filtered;
            direct += filter.back(&mut self.slow[place * filtered..(place + 1) * filtered], now.credit_slow[place]);
        }
        let [record, record_before] = records_of(now.records, place);
        let gate = Gate {
            psi,
            z_before: f64::from(now.fired_before[place]),
            refractory: f64::from(now.refractory[place]),
            tested_before: &now.v_before[place..=place],
            record,
        };
        let before = Gate { record: record_before, ..Gate::open(now.psi_before[place]) };
        let worth = of_place(&mut self.worth, self.layout, place);
        for (worth, state) in worth.chunks_exact_mut(width).zip(&self.traced[index]) {
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
        let worth = &mut worth[..self.traced[index].len() * width];
        let arriving = &mut self.arriving[place * width..(place + 1) * width];
        cell.dynamics.window(cell.dynamics.port(self.channel), &gate, &before, worth, arriving);
    }

    /// The last of a sweep: what e of the step before the window, which the nodes have still to see, is worth, by ψ and the
    /// records of that step.
    pub fn end(
        &mut self,
        cells: &[LearningCell],
        (psi, records): (&[f64], &[StepRecords<'_>]),
        (class_credit, carried): (&ClassCredit, Option<&CarriedCredit>),
    ) {
        let width = self.layout.width();
        for (cell, traced) in cells.iter().zip(&self.traced) {
            let psi = psi[cell.place];
            let gate = Gate { record: records_of(records, cell.place)[0], ..Gate::open(psi) };
            let of_type = &class_credit.of_step(0)[cell.type_id * width..(cell.type_id + 1) * width];
            let own = carried.map_or(0.0, |own| own.of_step(0)[cell.place]);
            let worth = of_place(&mut self.worth, self.layout, cell.place);
            for (worth, state) in worth.chunks_exact_mut(width).zip(traced) {
                let slope = cell.dynamics.seen(&gate, *state) * psi;
                add_scaled(worth, slope, of_type);
                worth[GRADIENT] += slope * own;
            }
        }
    }

    /// What a spike that arrives at a place in this step adds to the numbers of its synapse.
    #[inline(always)]
    pub fn arriving(&self, place: usize) -> &[f64] {
        let width = self.layout.width();
        &self.arriving[place * width..(place + 1) * width]
    }

    /// Takes the numbers of a synapse over the window, `fresh` being what its spikes added; after [`Self::end`].
    #[inline(always)]
    pub fn carry(
        &self,
        place: usize,
        (class_credit, carried): (&ClassCredit, Option<&CarriedCredit>),
        synapse: &mut [f64],
        fresh: &mut [f64],
    ) {
        let (layout, width) = (&self.layout, self.layout.width());
        fresh[GRADIENT] += synapse[GRADIENT];
        if let Some(number) = layout.sum {
            fresh[number] += synapse[number];
        }
        let worth = self.worth[place * layout.states().len() * width..].chunks_exact(width);
        for (number, worth) in layout.states().zip(worth) {
            add_scaled(fresh, synapse[number], worth);
        }
        if let Some(numbers) = layout.slow() {
            let filtered = layout.filtered;
            let worth = self.slow[place * filtered..].iter().zip(self.slow_carry.chunks_exact(filtered));
            for ((worth, at_end), number) in worth.zip(numbers.clone()) {
                fresh[GRADIENT] += worth * synapse[number];
                add_scaled(&mut fresh[numbers.clone()], synapse[number], at_end);
            }
        }
        for (number, row) in layout.nodes().zip(class_credit.carry.chunks_exact(width)) {
            add_scaled(fresh, synapse[number], row);
        }
        if let Some(carried) = carried {
            let worth = carried.at_start(place).iter().zip(layout.nodes());
            fresh[GRADIENT] += worth.map(|(worth, number)| worth * synapse[number]).sum::<f64>();
        }
        synapse.copy_from_slice(fresh);
    }
}

/// What the traces of a place are worth, `[state][number]`.
#[inline(always)]
fn of_place(worth: &mut [f64], layout: SynapseLayout, place: usize) -> &mut [f64] {
    let size = layout.states().len() * layout.width();
    &mut worth[place * size..(place + 1) * size]
}
