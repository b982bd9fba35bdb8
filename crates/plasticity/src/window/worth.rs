//! Backward over a window, step by step and all cells of a block at once: what an arriving spike is worth in the gradient,
//! and in nothing else. Where synapses remember no longer than some steps, their gradient is the sum of that over the spikes of
//! the window and of those steps before it, and they need to carry nothing on.
//!
//! Cells do not meet in the sweep, so that a few hundred of them go through some steps while their numbers are in the cache.
//!
//! # Equations
//! ```text
//! y^t ← y^t + ψ^t c C^t,     λ^t = b_pᵀ y^t,     y^{t−1} = (A^t + k ψ⁻ c⁻ᵀ)ᵀ y^t
//! ΔG = Σ_{spikes at t} λ^t,   t from H steps before the window
//! ```
//! C^t is what e of the step is worth, with the learning signals of the window and none before it. The sum leaves out what a
//! spike of more than H steps before the window still adds to it.

use super::{LearningCell, TraceFilter, WindowRecords};
use crate::Dynamics;
use crate::cell::{LocalStep, Planes, Record, WorthStep};
use crate::rows::add_scaled;
use neuropil_core::simd::vectorized;
use std::ops::Range;

/// Cells that go through some steps together: what the sweep keeps of them fits the first cache.
const TOGETHER: usize = 512;

/// What all cells of a block did in a step, a number a place.
#[derive(Debug, Clone, Copy)]
pub struct StepActivity<'a> {
    /// ψ.
    pub psi: &'a [f64],
    /// ψ of the step before.
    pub psi_before: &'a [f64],
    /// 1 where a cell spiked in the step before.
    pub fired_before: &'a [u8],
    /// 1 where a cell is refractory.
    pub refractory: &'a [u8],
    /// v − E_L at the test of the step before; read where the reset of clamped cells is attached, and else it may be empty.
    pub tested_before: &'a [f64],
    /// L; nothing before the window.
    pub signals: Option<StepSignals<'a>>,
    /// g_o: what L is multiplied by where e is not filtered.
    pub scale: f64,
    /// What e is worth over the classes of the network, by type.
    pub class: &'a [f64],
    /// What e is worth by modulators that differ from cell to cell.
    pub carried: Option<&'a [f64]>,
    /// What cells from equations wrote down, and the slot of the step there.
    pub records: (&'a [WindowRecords<'a>], usize),
}

/// What the learning signals of a step are made of.
#[derive(Debug, Clone, Copy)]
pub enum StepSignals<'a> {
    /// L of every cell.
    Everywhere(f64),
    /// L_j = Σ_k B_jk err_k.
    Readout {
        /// B, `[readout][place]`.
        feedback: &'a [&'a [f64]],
        /// err, a number a readout.
        err: &'a [f64],
    },
}

impl StepSignals<'_> {
    /// L of some places.
    #[inline(always)]
    fn of(self, places: Range<usize>, signals: &mut [f64]) {
        match self {
            StepSignals::Everywhere(signal) => signals.fill(signal),
            StepSignals::Readout { feedback, err } => {
                signals.fill(0.0);
                feedback.iter().zip(err).for_each(|(row, err)| add_scaled(signals, *err, &row[places.clone()]));
            }
        }
    }
}

/// Neighbouring cells with equal constants.
#[derive(Debug, Clone)]
struct Run {
    places: Range<usize>,
    dynamics: Dynamics,
    type_id: usize,
    port: usize,
}

/// A sweep over the cells of a block, for the synapses of one receptor channel.
#[derive(Debug, Clone)]
pub struct WorthSweep {
    runs: Vec<Run>,
    places: usize,
    /// How e is filtered, where it is.
    filter: Option<TraceFilter>,
    /// Traced states, and numbers of the filter, of a place.
    numbers: [usize; 2],
    /// What traces are worth, run by run `[traced state][place]`.
    adjoint: Vec<f64>,
    /// What ē and the stages behind it are worth, run by run `[number][place]`.
    slow: Vec<f64>,
    /// What e of the step is worth, at the places of a run.
    credit: Vec<f64>,
}

impl WorthSweep {
    /// For these cells, in the order of their places, of a block of `places`.
    pub fn new(cells: &[LearningCell], places: usize, filter: Option<TraceFilter>) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        for LearningCell { place, dynamics, type_id, port, .. } in cells {
            match runs.last_mut() {
                Some(run)
                    if (run.places.end, run.type_id, run.port) == (*place, *type_id, *port)
                        && run.places.len() < TOGETHER
                        && run.dynamics == *dynamics =>
                {
                    run.places.end += 1;
                }
                _ => runs.push(Run {
                    places: *place..*place + 1,
                    dynamics: dynamics.clone(),
                    type_id: *type_id,
                    port: *port,
                }),
            }
        }
        let states = cells.iter().map(|cell| cell.traced.len()).max().unwrap_or(0);
        let numbers = [states, filter.map_or(0, TraceFilter::numbers)];
        let [adjoint, slow] = numbers.map(|own| vec![0.0; own * places]);
        Self { runs, places, filter, numbers, adjoint, slow, credit: vec![0.0; TOGETHER] }
    }

    /// The end of a window: nothing is worth anything yet.
    pub fn begin(&mut self) {
        self.adjoint.fill(0.0);
        self.slow.fill(0.0);
    }

    /// Some steps back, given in the order of time: what a spike that arrives in each is worth, `[step][place]`. Places without
    /// such synapses keep what they had.
    pub fn back(&mut self, steps: &[StepActivity<'_>], worth: &mut [f64]) {
        vectorized(
            #[inline(always)]
            || {
                for run in 0..self.runs.len() {
                    for (at, arriving) in steps.iter().zip(worth.chunks_exact_mut(self.places.max(1))).rev() {
                        self.step(run, at, arriving);
                    }
                }
            },
        );
    }

    #[inline(always)]
    fn step(&mut self, run: usize, at: &StepActivity<'_>, arriving: &mut [f64]) {
        let Self { runs, filter, numbers: [states, numbers], adjoint, slow, credit, .. } = self;
        let Run { places, dynamics, type_id, port } = &runs[run];
        let own = places.clone();
        let [adjoint, slow] =
            [(adjoint, *states), (slow, *numbers)].map(|(all, count)| &mut all[count * own.start..count * own.end]);
        let credit = &mut credit[..own.len()];
        worth_of_eligibility((at, own.clone()), *filter, slow, credit);
        let class = at.class[*type_id];
        credit.iter_mut().for_each(|credit| *credit += class);
        let (records, slot) = at.records;
        let record = |slot: usize| {
            let found = records.iter().find(|records| records.places.contains(&own.start));
            found.map_or(Record::NONE, |records| records.of(slot, own.start))
        };
        let step = WorthStep {
            psi: &at.psi[own.clone()],
            psi_before: &at.psi_before[own.clone()],
            fired_before: &at.fired_before[own.clone()],
            refractory: &at.refractory[own.clone()],
            tested_before: at.tested_before.get(own.clone()).unwrap_or(&[]),
            credit,
            records: [record(slot), record(slot - 1)],
        };
        let adjoint = Planes::new(adjoint, own.len(), 0..own.len());
        dynamics.worth(*port, &step, adjoint, &mut arriving[own]);
    }
}

/// What e of a step is worth at some places, beside the classes; `slow` is what ē and the stages behind it are worth there.
#[inline(always)]
fn worth_of_eligibility(
    (at, places): (&StepActivity<'_>, Range<usize>),
    filter: Option<TraceFilter>,
    slow: &mut [f64],
    credit: &mut [f64],
) {
    match at.signals {
        None => credit.fill(0.0),
        Some(signals) => signals.of(places.clone(), credit),
    }
    match filter {
        Some(filter) => filter.back_planes(slow, credit),
        None => credit.iter_mut().for_each(|credit| *credit *= at.scale),
    }
    if let Some(carried) = at.carried {
        credit.iter_mut().zip(&carried[places]).for_each(|(credit, carried)| *credit += carried);
    }
}
