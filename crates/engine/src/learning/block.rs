//! The plastic synapses of a block and the cells that they are on.

use super::Modulators;
use super::cell_record::Tape;
use super::classes::CellClasses;
use super::plan::{Bounds, Descent, LearningError, LearningPlan, PlasticPlan, Teacher};
use super::readout_state::ReadoutState;
use super::recent_spikes::RecentSpikes;
use super::written_record::PartRecords;
use neuropil_core::Real;
use neuropil_core::simd::vectorized;
use neuropil_network::Network;
use neuropil_network::delivery::plastic::{PlasticRows, PlasticTable};
use neuropil_network::neuron::SignRule;
use neuropil_plasticity::cell::recorded::Record;
use neuropil_plasticity::cell::{OpenSteps, Recorded};
use neuropil_plasticity::optimizer::{Adam, Epsilon, GradientDescent, Optimizer};
use neuropil_plasticity::window::{
    ClassCredit, Emission, GRADIENT, LearningCell, Nodes, StepActivity, StepRecords, Sweep, SynapseLayout, TraceFilter,
    learning_signals,
};
use neuropil_plasticity::{Dynamics, Matrix};
use std::sync::Arc;

/// What a block is told at the end of a window.
pub(crate) struct WindowCredit<'a> {
    pub recent: &'a RecentSpikes,
    /// The step before the window.
    pub first: u64,
    pub steps: usize,
    pub class_credit: &'a ClassCredit,
    pub nodes: &'a Nodes,
    pub modulators: &'a Modulators,
    /// How e is filtered, where it is.
    pub readout: Option<TraceFilter>,
}

/// What evolves in the synapses of one table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Synapses {
    /// `[synapse][number]`.
    pub state: Vec<f64>,
    /// What the spikes of a window add, zeros between windows.
    fresh: Vec<f64>,
    pub adam: Option<Adam>,
    bounds: Bounds,
}

/// A cell whose intermediate one is a mean of what cells did.
struct AveragedCell {
    place: usize,
    dynamics: Recorded,
    /// What it did in the window.
    open: OpenSteps,
}

/// What a block needs to learn.
pub(crate) struct BlockLearning {
    plan: Arc<LearningPlan>,
    layout: SynapseLayout,
    /// Global id of the first cell.
    first_id: usize,
    places: usize,
    /// The receiving cells of each port.
    cells: Vec<Vec<LearningCell>>,
    /// The cells whose intermediate ones are means.
    averaged: Vec<AveragedCell>,
    /// The place among cells that have a class, of each place.
    index_of: Vec<usize>,
    /// First global id of each population, then the number of all cells.
    first_ids: Vec<u32>,
    pub(super) emission: Emission,
    /// Spikes of each place since weights were applied, where rates are regularised.
    pub(super) fired: Vec<f64>,
    /// Σ ψ of each place over the windows that have ended, where credit returns from cell to cell.
    pub(super) slopes: Vec<f64>,
    /// L and emissions of a window, `[step][place]`.
    signals: Vec<f64>,
    emitted: Vec<f64>,
    pub(super) tables: Vec<Synapses>,
}

impl BlockLearning {
    pub(super) fn new<R: Real>(
        network: &Network<R>,
        index: usize,
        plan: &Arc<LearningPlan>,
        population: &CellClasses,
        layout: SynapseLayout,
    ) -> Self {
        let block = &network.blocks[index];
        let first_id = block.parts.first().map_or(0, |part| part.first_id as usize);
        let receiving = |channel: usize| {
            let onto = |target: usize| {
                let tables = block.plastic.tables.iter().filter(|table| table.port == channel);
                tables.into_iter().any(|table| network.design.projections[table.projection].target == target)
            };
            let parts = block.parts.iter().filter(|part| onto(part.population));
            let cell = |place: usize, type_id: usize| {
                let dynamics = population.dynamics[first_id + place].clone().expect("receivers were checked");
                LearningCell { place, dynamics, type_id }
            };
            let of_part = |part: &neuropil_network::Part| {
                let type_id = population.type_of[part.population].expect("receivers are cells");
                (part.offset..part.offset + part.cells.len()).map(|place| cell(place, type_id)).collect::<Vec<_>>()
            };
            parts.flat_map(of_part).collect()
        };
        let ports = block.plastic.tables.iter().map(|table| table.port + 1).max().unwrap_or(0);
        let averaged = averaged(block, first_id, population);
        let synapses = |table: &PlasticTable| Synapses {
            state: vec![0.0; table.cells.len() * layout.width()],
            fresh: vec![0.0; table.cells.len() * layout.width()],
            adam: own_plan(plan, table).filter(|own| own.descent == Descent::Adam).map(|_| Adam::new(Epsilon::Outside)),
            bounds: bounds(network, plan, table),
        };
        Self {
            cells: (0..ports).map(receiving).collect(),
            averaged,
            index_of: population.index_of[first_id..first_id + block.cells]
                .iter()
                .map(|own| own.unwrap_or(0))
                .collect(),
            first_ids: network.design.first_ids(),
            emission: Emission::new(plan.kappa(), plan.scale(), block.cells),
            fired: vec![0.0; if plan.regulariser.is_some() { block.cells } else { 0 }],
            slopes: vec![0.0; if plan.returns().is_some() { block.cells } else { 0 }],
            signals: Vec::new(),
            emitted: Vec::new(),
            tables: block.plastic.tables.iter().map(synapses).collect(),
            places: block.cells,
            plan: Arc::clone(plan),
            layout,
            first_id,
        }
    }

    /// L of all cells in a window of `steps` steps, and what they emit.
    pub fn emit(&mut self, tape: &Tape, readout_state: &ReadoutState, err: &[f64], steps: usize) {
        let places = self.places;
        self.signals = match &self.plan.teacher {
            Teacher::ThirdFactor { .. } => err.iter().flat_map(|factor| std::iter::repeat_n(*factor, places)).collect(),
            Teacher::Readout(_, own) => {
                let weight = |place: usize, k: usize| match &own.feedback {
                    Some(feedback) => feedback[(self.first_id + place, k)],
                    None => readout_state.w_out[(k, self.first_id + place)],
                };
                learning_signals(&Matrix::from_fn(places, readout_state.w_out.rows(), weight), err)
            }
        };
        if self.plan.returns().is_none() {
            return;
        }
        self.emitted.resize(steps * places, 0.0);
        for (step, emitted) in self.emitted.chunks_exact_mut(places).enumerate() {
            let psi = &tape.psi[tape.slot(step + 1)];
            self.emission.step(psi, &self.signals[step * places..(step + 1) * places], emitted);
        }
    }

    /// What cells did whose intermediate ones are means, in a window of `steps` steps.
    pub fn average(&mut self, tape: &Tape, steps: usize) {
        let Self { averaged, places, .. } = self;
        for AveragedCell { place, dynamics, open } in averaged {
            let place = *place;
            let Some(records) = tape.records.iter().find(|own| own.places.contains(&place)) else { continue };
            let step = |slot: usize| {
                let record = Record::new(records.at(slot), records.places.len(), place - records.places.start);
                (tape.fired[slot * *places + place] == 1, record)
            };
            *open = OpenSteps::of(dynamics, step(0), (1..=steps).map(step));
        }
    }

    /// The same as it was told, with global ids.
    pub fn averaged(&self) -> impl Iterator<Item = (usize, &OpenSteps)> {
        self.averaged.iter().map(|cell| (self.first_id + cell.place, &cell.open))
    }

    /// What the cells emitted in a step of the window.
    pub fn emitted(&self, step: usize) -> &[f64] {
        &self.emitted[step * self.places..(step + 1) * self.places]
    }

    /// All synapses over a window.
    pub fn learn(&mut self, rows: &PlasticRows, tape: &Tape, window: &WindowCredit<'_>) {
        for step in 1..=window.steps {
            let fired = &tape.fired[tape.slot(step)];
            self.fired.iter_mut().zip(fired).for_each(|(sum, fired)| *sum += f64::from(*fired));
            self.slopes.iter_mut().zip(&tape.psi[tape.slot(step)]).for_each(|(sum, psi)| *sum += psi);
        }
        for channel in 0..self.cells.len() {
            if rows.tables.iter().any(|table| table.port == channel) {
                self.learn_channel((rows, tape), channel, window);
            }
        }
    }

    fn learn_channel(&mut self, (rows, tape): (&PlasticRows, &Tape), channel: usize, window: &WindowCredit<'_>) {
        let (width, places, scale) = (self.layout.width(), self.places, self.plan.scale());
        let cells = &self.cells[channel];
        let mut sweep = Sweep::new(self.layout, channel, window.readout, cells, places);
        let carried = match window.modulators {
            Modulators::AtOnce(_) => None,
            Modulators::Carried(own) => {
                let of = |place: usize, step, node| own.at(step, node, self.index_of[place]);
                Some(window.nodes.bring(cells, places, window.steps, of))
            }
        };
        let nothing = vec![0.0; places];
        let mut scaled = vec![0.0; places];
        for step in (1..=window.steps).rev() {
            let (now, before) = (tape.slot(step), tape.slot(step - 1));
            let signals = &self.signals[(step - 1) * places..step * places];
            let (scale, credit_slow) = if window.readout.is_some() { (0.0, signals) } else { (scale, &nothing[..]) };
            scaled.iter_mut().zip(signals).for_each(|(own, signal)| *own = scale * signal);
            if let Some(carried) = &carried {
                scaled.iter_mut().zip(carried.of_step(step)).for_each(|(own, worth)| *own += worth);
            }
            let records = step_records(&tape.records, [step, step - 1]);
            let activity = StepActivity {
                psi: &tape.psi[now.clone()],
                psi_before: &tape.psi[before.clone()],
                fired_before: &tape.fired[before.clone()],
                refractory: &tape.refractory[now],
                v_before: if tape.v.is_empty() { &nothing } else { &tape.v[before] },
                credit: &scaled,
                credit_slow,
                records: &records,
            };
            sweep.step(cells, &activity, window.class_credit.of_step(step));
            let tables = rows.tables.iter().zip(&mut self.tables).filter(|(table, _)| table.port == channel);
            for (table, synapses) in tables {
                let ids = self.first_ids[table.source]..self.first_ids[table.source + 1];
                for (slot, delay) in table.delays.iter().enumerate() {
                    let sent = (window.first + step as u64).checked_sub(u64::from(*delay));
                    let fired = window.recent.fired(sent);
                    let (from, to) =
                        (fired.partition_point(|id| *id < ids.start), fired.partition_point(|id| *id < ids.end));
                    for id in &fired[from..to] {
                        arrive(&sweep, table, table.row(id - ids.start, slot), &mut synapses.fresh, width);
                    }
                }
            }
        }
        let class_credit = (window.class_credit, carried.as_ref());
        let start = (&tape.psi[tape.slot(0)], &step_records(&tape.records, [0, 0])[..]);
        sweep.end(cells, start, class_credit);
        let tables = rows.tables.iter().zip(&mut self.tables).filter(|(table, _)| table.port == channel);
        for (table, Synapses { state, fresh, .. }) in tables {
            vectorized(
                #[inline(always)]
                || {
                    let numbers = state.chunks_exact_mut(width).zip(fresh.chunks_exact_mut(width));
                    for (cell, (state, fresh)) in table.cells.iter().zip(numbers) {
                        sweep.carry(usize::from(*cell), class_credit, state, fresh);
                        fresh.fill(0.0);
                    }
                },
            );
        }
    }

    /// Gradients become weights.
    pub fn apply(&mut self, rows: &PlasticRows, weights: &mut [Vec<f64>]) {
        let width = self.layout.width();
        let regulariser = self.regulariser();
        for ((table, synapses), weights) in rows.tables.iter().zip(&mut self.tables).zip(weights) {
            let Some(plan) = own_plan(&self.plan, table) else { continue };
            let mut gradient: Vec<f64> =
                synapses.state.chunks_exact_mut(width).map(|own| std::mem::take(&mut own[GRADIENT])).collect();
            if let Some(number) = self.layout.sum() {
                let sums = synapses.state.chunks_exact_mut(width).map(|own| std::mem::take(&mut own[number]));
                let own = gradient.iter_mut().zip(&table.cells).zip(sums);
                own.for_each(|((gradient, cell), sum)| *gradient += regulariser[usize::from(*cell)] * sum);
            }
            match &mut synapses.adam {
                Some(adam) => adam.step(plan.rate, weights, &gradient),
                None => GradientDescent.step(plan.rate, weights, &gradient),
            }
            let Bounds { low, high } = synapses.bounds;
            weights.iter_mut().for_each(|weight| *weight = weight.max(low).min(high));
        }
    }
}

impl BlockLearning {
    /// reg of each place, by what it fired since weights were applied, and forgets that.
    fn regulariser(&mut self) -> Vec<f64> {
        let Some(own) = self.plan.regulariser else { return Vec::new() };
        let steps = usize::try_from(self.plan.apply_steps).unwrap_or(usize::MAX);
        self.fired.iter_mut().for_each(|sum| *sum /= steps as f64);
        let credit = own.credit(&self.fired, 1, steps);
        self.fired.fill(0.0);
        credit
    }
}

/// What cells from equations wrote down in two slots.
fn step_records(records: &[PartRecords], [now, before]: [usize; 2]) -> Vec<StepRecords<'_>> {
    records
        .iter()
        .map(|own| StepRecords { places: own.places.clone(), now: own.at(now), before: own.at(before) })
        .collect()
}

/// The cells of a block whose intermediate ones are means.
fn averaged<R: Real>(
    block: &neuropil_network::Block<R>,
    first_id: usize,
    population: &CellClasses,
) -> Vec<AveragedCell> {
    let places = (0..block.cells).filter(|_| population.has_means());
    let found = places.filter_map(|place| match population.dynamics.get(first_id + place) {
        Some(Some(Dynamics::Recorded(own))) if !own.is_linear() => {
            Some(AveragedCell { place, dynamics: own.clone(), open: OpenSteps::default() })
        }
        _ => None,
    });
    found.collect()
}

fn own_plan(plan: &LearningPlan, table: &PlasticTable) -> Option<PlasticPlan> {
    plan.projections.get(table.projection).copied().flatten()
}

/// Refuses weights that the first change would put elsewhere, whatever was learned.
pub(super) fn check_bounds<R: Real>(network: &Network<R>, plan: &LearningPlan) -> Result<(), LearningError> {
    for table in network.blocks.iter().flat_map(|block| &block.plastic.tables) {
        let bounds = bounds(network, plan, table);
        let beyond = table.weights.iter().find(|weight| **weight < bounds.low || **weight > bounds.high);
        if let Some(weight) = beyond {
            let projection = network.design.projections[table.projection].name.clone();
            return Err(LearningError::Beyond { projection, weight: *weight, bounds });
        }
    }
    Ok(())
}

/// Where the weights of a table stay: where their receptors have signs, on their side of 0.
fn bounds<R: Real>(network: &Network<R>, plan: &LearningPlan, table: &PlasticTable) -> Bounds {
    let free = Bounds { low: f64::NEG_INFINITY, high: f64::INFINITY };
    let Bounds { low, high } = own_plan(plan, table).map_or(free, |own| own.bounds);
    let target = network.design.projections[table.projection].target;
    let model = network.design.populations[target].neurons().expect("receivers are cells");
    match model.info().ports[table.port].sign {
        SignRule::Any => Bounds { low, high },
        SignRule::Positive => Bounds { low: low.max(0.0), high },
        SignRule::Negative | SignRule::NegativeAsSize => Bounds { low, high: high.min(0.0) },
    }
}

/// A spike reaches the synapses of a row.
#[inline(always)]
fn arrive(sweep: &Sweep, table: &PlasticTable, row: std::ops::Range<usize>, fresh: &mut [f64], width: usize) {
    vectorized(
        #[inline(always)]
        || {
            let numbers = fresh[row.start * width..row.end * width].chunks_exact_mut(width);
            for (cell, fresh) in table.cells[row.clone()].iter().zip(numbers) {
                let worth = sweep.arriving(usize::from(*cell));
                fresh.iter_mut().zip(worth).for_each(|(own, worth)| *own += worth);
            }
        },
    );
}
