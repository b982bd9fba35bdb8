//! Backward over a window, step by step and all cells of a block at once: what an arriving spike is worth in the gradient,
//! and in nothing else. Where synapses remember no longer than some steps, their gradient is the sum of that over the spikes of
//! the window and of those steps before it, and they need to carry nothing on.
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
use neuropil_core::simd::vectorized;
use std::ops::Range;

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
    pub signals: Option<&'a [f64]>,
    /// g_o: what L is multiplied by where e is not filtered.
    pub scale: f64,
    /// What e is worth over the classes of the network, by type.
    pub class: &'a [f64],
    /// What e is worth by modulators that differ from cell to cell.
    pub carried: Option<&'a [f64]>,
    /// What cells from equations wrote down, and the slot of the step there.
    pub records: (&'a [WindowRecords<'a>], usize),
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
    /// What traces are worth, `[traced state][place]`.
    adjoint: Vec<f64>,
    /// What ē and the stages behind it are worth, `[number][place]`.
    slow: Vec<f64>,
    /// What e of the step is worth.
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
        let numbers = filter.map_or(0, TraceFilter::numbers);
        let of = |planes: usize| vec![0.0; planes * places];
        Self { runs, places, filter, adjoint: of(states), slow: of(numbers), credit: of(1) }
    }

    /// The end of a window: nothing is worth anything yet.
    pub fn begin(&mut self) {
        self.adjoint.fill(0.0);
        self.slow.fill(0.0);
    }

    /// One step back: what a spike that arrives in it is worth at each place of `arriving`. Places without such synapses keep
    /// what they had.
    pub fn step(&mut self, at: &StepActivity<'_>, arriving: &mut [f64]) {
        vectorized(
            #[inline(always)]
            || {
                self.credit(at);
                for run in 0..self.runs.len() {
                    self.run(run, at, arriving);
                }
            },
        );
    }

    /// What e of the step is worth beside the classes.
    #[inline(always)]
    fn credit(&mut self, at: &StepActivity<'_>) {
        let credit = &mut self.credit[..self.places];
        match (at.signals, self.filter) {
            (None, _) => credit.fill(0.0),
            (Some(signals), None) => {
                credit.iter_mut().zip(signals).for_each(|(credit, signal)| *credit = at.scale * signal);
            }
            (Some(signals), Some(_)) => credit.copy_from_slice(signals),
        }
        if let Some(filter) = self.filter {
            filter.back_planes(&mut self.slow, credit);
        }
        if let Some(carried) = at.carried {
            credit.iter_mut().zip(carried).for_each(|(credit, carried)| *credit += carried);
        }
    }

    #[inline(always)]
    fn run(&mut self, run: usize, at: &StepActivity<'_>, arriving: &mut [f64]) {
        let Run { places, dynamics, type_id, port } = &self.runs[run];
        let own = places.clone();
        let class = at.class[*type_id];
        self.credit[own.clone()].iter_mut().for_each(|credit| *credit += class);
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
            credit: &self.credit[own.clone()],
            records: [record(slot), record(slot - 1)],
        };
        let adjoint = Planes::new(&mut self.adjoint, self.places, own.clone());
        dynamics.worth(*port, &step, adjoint, &mut arriving[own.clone()]);
    }
}
