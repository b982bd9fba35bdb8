//! The plastic synapses of a block and the cells that they are on.

use super::Modulators;
use super::cell_record::Tape;
use super::classes::CellClasses;
use super::incoming::{Incoming, first_synapses};
use super::plan::{Bounds, Descent, LearningError, LearningPlan, PlasticPlan, Teacher};
use super::readout_state::ReadoutState;
use super::recent_spikes::{RecentSpikes, SentSpikes};
use super::replayed::{self, Replayed, Signals, Stretch, StretchCredit, Told};
use super::written_record::window_records;
use neuropil_core::Real;
use neuropil_core::memory::Numbers;
use neuropil_network::Network;
use neuropil_network::delivery::plastic::{PlasticRows, PlasticTable};
use neuropil_network::neuron::SignRule;
use neuropil_plasticity::cell::recorded::Record;
use neuropil_plasticity::cell::{OpenSteps, Recorded};
use neuropil_plasticity::optimizer::{Adam, Epsilon, GradientDescent, Optimizer};
use neuropil_plasticity::window::{
    self, CarriedCredit, ClassCredit, Emission, LearningCell, NodesOverTime, SynapseLayout, TraceFilter,
    WindowActivity, learning_signals,
};
use neuropil_plasticity::{Dynamics, Matrix};
use std::sync::Arc;

/// Synapses that change at a time.
const PART: usize = 1 << 12;

/// What a block is told at the end of a window.
pub(crate) struct WindowCredit<'a> {
    /// The spikes that may arrive in it.
    pub sent: &'a SentSpikes,
    /// The same by step, for synapses that are replayed.
    pub recent: &'a RecentSpikes,
    /// The first global id of each population, then the number of all cells.
    pub first_ids: &'a [u32],
    /// The steps that it looks at; those before it where synapses are replayed.
    pub stretch: Stretch,
    /// err of each step of the window, `[step][readout]`.
    pub err: &'a [f64],
    pub readout_state: &'a ReadoutState,
    pub class_credit: &'a ClassCredit,
    pub nodes: NodesOverTime<'a>,
    pub modulators: &'a Modulators,
    /// How e is filtered, where it is.
    pub readout: Option<TraceFilter>,
}

/// The plastic synapses of a block, as they learn.
pub(super) enum Synapses {
    /// Each carries its numbers from window to window, by port.
    Carried(Vec<Incoming>),
    /// They carry nothing, and their spikes are replayed, by port.
    Replayed(Vec<Replayed>),
}

/// How the synapses of one table change.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TableDescent {
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
    pub(super) synapses: Synapses,
    /// Where those of each table begin among all of the block; one more than tables.
    pub(super) first_synapses: Vec<usize>,
    /// The gradient of each, since weights were applied.
    pub(super) gradient: Numbers,
    /// The cells whose intermediate ones are means.
    averaged: Vec<AveragedCell>,
    /// The place among cells that have a class, of each place.
    index_of: Vec<usize>,
    /// B of the cells of the block, `[readout][place]`, where it is not W_out.
    feedback: Option<Matrix>,
    pub(super) emission: Emission,
    /// Spikes of each place since weights were applied, where rates are regularised.
    pub(super) fired: Vec<f64>,
    /// Σ ψ of each place over the windows that have ended, where credit returns from cell to cell.
    pub(super) slopes: Vec<f64>,
    /// L and emissions of a window, `[step][place]`.
    signals: Vec<f64>,
    emitted: Vec<f64>,
    pub(super) tables: Vec<TableDescent>,
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
        let first_ids = network.design.first_ids();
        let cell = |place: usize, port: usize| {
            let dynamics = population.dynamics[first_id + place].clone().expect("receivers were checked");
            let part = block.parts.iter().find(|part| (part.offset..part.offset + part.cells.len()).contains(&place));
            let type_id = part.and_then(|part| population.type_of[part.population]).expect("receivers are cells");
            LearningCell::new(place, dynamics, type_id, port)
        };
        let ports = 0..block.plastic.tables.iter().map(|table| table.port + 1).max().unwrap_or(0);
        let incoming = |port| Incoming::new(block, (port, &first_ids), layout, |place| cell(place, port));
        let replayed =
            |port| Replayed::new(&block.plastic, (port, block.cells), plan.filter(), |place| cell(place, port));
        let synapses = match plan.horizon {
            None => Synapses::Carried(ports.map(incoming).collect()),
            Some(_) => Synapses::Replayed(ports.map(replayed).collect()),
        };
        let averaged = averaged(block, first_id, population);
        let descent = |table: &PlasticTable| TableDescent {
            adam: own_plan(plan, table).filter(|own| own.descent == Descent::Adam).map(|_| Adam::new(Epsilon::Outside)),
            bounds: bounds(network, plan, table),
        };
        let feedback = match &plan.teacher {
            Teacher::Readout(_, own) => own.feedback.as_ref(),
            Teacher::ThirdFactor { .. } => None,
        };
        let of_block =
            |own: &Matrix| Matrix::from_fn(own.columns(), block.cells, |k, place| own[(first_id + place, k)]);
        let first_synapses = first_synapses(&block.plastic);
        Self {
            synapses,
            gradient: Numbers::zeros(block.plastic.len()),
            first_synapses,
            feedback: feedback.map(of_block),
            averaged,
            index_of: population.index_of[first_id..first_id + block.cells]
                .iter()
                .map(|own| own.unwrap_or(0))
                .collect(),
            emission: Emission::new(plan.kappa(), plan.scale(), block.cells),
            fired: vec![0.0; if plan.regulariser.is_some() { block.cells } else { 0 }],
            slopes: vec![0.0; if plan.returns().is_some() { block.cells } else { 0 }],
            signals: Vec::new(),
            emitted: Vec::new(),
            tables: block.plastic.tables.iter().map(descent).collect(),
            places: block.cells,
            plan: Arc::clone(plan),
            layout,
            first_id,
        }
    }

    /// The rows of B, or of W_out as it is now.
    fn feedback_rows<'a>(&'a self, readout_state: &'a ReadoutState) -> Vec<&'a [f64]> {
        let own = self.first_id..self.first_id + self.places;
        let row = |k: usize| match &self.feedback {
            Some(feedback) => feedback.row(k),
            None => &readout_state.w_out.row(k)[own.clone()],
        };
        match &self.plan.teacher {
            Teacher::ThirdFactor { .. } => Vec::new(),
            Teacher::Readout(..) => (0..readout_state.w_out.rows()).map(row).collect(),
        }
    }

    /// L of all cells in some steps of a window, and what they emit; `slot` is that of the tape before the first of them.
    pub fn emit(&mut self, tape: &Tape, readout_state: &ReadoutState, err: &[f64], (slot, steps): (usize, usize)) {
        let (places, mut signals) = (self.places, std::mem::take(&mut self.signals));
        match &self.plan.teacher {
            Teacher::ThirdFactor { .. } => {
                signals.clear();
                signals.extend(err.iter().flat_map(|factor| std::iter::repeat_n(*factor, places)));
            }
            Teacher::Readout(..) => learning_signals(&self.feedback_rows(readout_state), err, &mut signals),
        }
        self.signals = signals;
        if self.plan.returns().is_none() {
            return;
        }
        self.emitted.resize(steps * places, 0.0);
        for (step, emitted) in self.emitted.chunks_exact_mut(places).enumerate() {
            let psi = &tape.psi[tape.slot(slot + step + 1)];
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
        let Stretch { before, steps, .. } = window.stretch;
        for step in before + 1..=steps {
            let fired = &tape.fired[tape.slot(step)];
            self.fired.iter_mut().zip(fired).for_each(|(sum, fired)| *sum += f64::from(*fired));
            self.slopes.iter_mut().zip(&tape.psi[tape.slot(step)]).for_each(|(sum, psi)| *sum += psi);
        }
        let mut synapses = std::mem::replace(&mut self.synapses, Synapses::Carried(Vec::new()));
        let mut gradient = std::mem::replace(&mut self.gradient, Numbers::of(Vec::new()));
        match &mut synapses {
            Synapses::Carried(incoming) => {
                incoming.iter_mut().for_each(|own| self.carry_on(own, tape, window, &mut gradient));
            }
            Synapses::Replayed(replayed) => {
                self.replay(replayed, rows, tape, window, &mut gradient);
            }
        }
        (self.synapses, self.gradient) = (synapses, gradient);
    }

    /// What modulators that differ from cell to cell are worth to some cells; none before the window.
    fn carried(&self, cells: &[LearningCell], window: &WindowCredit<'_>) -> Option<CarriedCredit> {
        let Modulators::Carried(carried) = window.modulators else { return None };
        let Stretch { before, steps, .. } = window.stretch;
        let of = |place: usize, step: usize, node| {
            step.checked_sub(before).map_or(0.0, |step| carried.at(step, node, self.index_of[place]))
        };
        Some(window.nodes.bring(cells, self.places, steps, of))
    }

    /// Synapses that carry their numbers on, over a window.
    fn carry_on(&self, own: &mut Incoming, tape: &Tape, window: &WindowCredit<'_>, gradient: &mut [f64]) {
        let records = window_records(&tape.records);
        let activity = WindowActivity {
            steps: window.stretch.steps,
            places: self.places,
            psi: &tape.psi,
            fired: &tape.fired,
            refractory: &tape.refractory,
            v: &tape.v,
            signals: &self.signals,
            scale: self.plan.scale(),
            records: &records,
        };
        let carried = self.carried(&own.cells, window);
        let credit = window::WindowCredit { class: window.class_credit, carried: carried.as_ref() };
        own.learn((self.layout, window.readout), (&activity, credit), window.sent.sent(), gradient);
    }

    /// Synapses that carry nothing, over a window and the steps before it.
    fn replay(
        &self,
        ports: &mut [Replayed],
        rows: &PlasticRows,
        tape: &Tape,
        window: &WindowCredit<'_>,
        gradient: &mut [f64],
    ) {
        let carried: Vec<_> = ports.iter().map(|own| self.carried(&own.cells, window)).collect();
        let credit = StretchCredit {
            stretch: window.stretch,
            class: window.class_credit,
            carried: &carried,
            scale: self.plan.scale(),
        };
        let signals = Signals { feedback: self.feedback_rows(window.readout_state), err: window.err };
        let told = Told { tape, signals, recent: window.recent, first_ids: window.first_ids };
        replayed::learn(ports, (rows, &self.first_synapses), &told, credit, gradient);
    }

    /// Gradients become weights.
    pub fn apply(&mut self, rows: &PlasticRows, weights: &mut [Numbers]) {
        let regulariser = self.regulariser();
        let Self { synapses, layout, gradient, tables, first_synapses, plan, .. } = self;
        if let (Some(number), Synapses::Carried(incoming)) = (layout.sum(), synapses) {
            for own in incoming {
                own.take(number, |place, synapse, sum| gradient[synapse] += regulariser[place] * sum);
            }
        }
        let own = rows.tables.iter().zip(tables).zip(weights).zip(first_synapses.windows(2));
        for (((table, TableDescent { adam, bounds }), weights), ends) in own {
            let Some(plan) = own_plan(plan, table) else { continue };
            let gradient = &mut gradient[ends[0]..ends[1]];
            if let Some(adam) = adam {
                adam.step(plan.rate, weights, gradient);
            }
            let Bounds { low, high } = *bounds;
            // All of a part while it is in the cache.
            for (weights, gradient) in weights.chunks_mut(PART).zip(gradient.chunks_mut(PART)) {
                if adam.is_none() {
                    GradientDescent.step(plan.rate, weights, gradient);
                }
                gradient.fill(0.0);
                weights.iter_mut().for_each(|weight| *weight = weight.max(low).min(high));
            }
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
