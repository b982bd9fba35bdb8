//! Learning while a network runs free.
//!
//! Blocks keep what their learning cells did, ψ and spikes, for a window of steps. At its end, between two network steps,
//! when no block is at work, credit is made of the window's errors, every plastic synapse takes its gradient and its
//! traces over the window ([`window`](neuropil_plasticity::window)), and weights change if it is their time (Apply): they
//! act from the next Deliver on. Windows end where weights are applied and, if that is rarer, every [`WINDOW`] steps: on
//! steps that depend on nothing else, so that chunks, threads and checkpoints change no bit.
//!
//! ```text
//! Emit    every block: L of its cells, and what they emit
//! Carry   what cells emitted becomes modulators: sums over classes, in the order of cells, or what a carrier brings
//! Learn   every block: its synapses over the window
//! Apply   every block: its weights; then the mean weights between types, in the order of cells
//! ```

mod block;
mod cell_record;
mod class_sums;
mod classes;
mod incoming;
mod mean_slopes;
mod plan;
mod readout_state;
mod recent_spikes;
mod state;
mod target;
mod time_series;
mod transport;
mod written_record;

pub use crate::slope::SlopeChoice;
pub use mean_slopes::MeanSlope;
pub use plan::{
    Bounds, CreditWatch, Descent, LearningError, LearningPlan, PlasticPlan, ReadoutPlan, Teacher, can_run_online,
};
pub use state::{LearningState, ProjectionState};
pub use target::{Answer, Asked, Target, Trials};
pub use time_series::TimeSeries;
pub use transport::{CreditFrame, CreditNames};

pub(crate) use block::{BlockLearning, WindowCredit};
pub(crate) use cell_record::{CellRecord, Looked};
pub(crate) use readout_state::ReadoutState;
pub(crate) use transport::Modulators;
pub(crate) use written_record::Felt;

use crate::block::BlockState;
use crate::trial::ResetGradient;
use block::check_bounds;
use class_sums::ClassSums;
use classes::CellClasses;
use neuropil_core::Real;
use neuropil_network::Network;
use neuropil_plasticity::Matrix;
use neuropil_plasticity::window::{Nodes, SynapseLayout, SynapseNumbers};
use recent_spikes::{RecentSpikes, SentSpikes};
use std::sync::Arc;
use transport::CreditTransport;

/// Steps of a window where weights are applied more rarely.
pub const WINDOW: u64 = 128;

/// What came of windows that ended in a chunk.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Learned {
    /// Step and readout y of every step of the windows, row-major (step, readout).
    pub y: Vec<f64>,
    /// Readouts; 0 for a third factor.
    pub outputs: usize,
    /// The step of the first row of `y`.
    pub first_step: u64,
    /// Loss of the steps since weights were applied before, and the step.
    pub losses: Vec<(u64, f64)>,
    /// Trials that have ended.
    pub answers: Vec<Answer>,
    /// Credit on its way, and what its numbers are of.
    pub frames: Vec<CreditFrame>,
    /// Filled in where there are frames.
    pub credit: CreditNames,
    /// Step, projection and weights, by the number of synapses.
    pub weights: Vec<(u64, usize, Vec<f64>)>,
}

/// The rule that a network learns by, and what it knows of all cells.
pub struct Learning {
    pub(crate) plan: Arc<LearningPlan>,
    pub(crate) layout: SynapseLayout,
    population: CellClasses,
    nodes: Nodes,
    /// Sums of all weights by type and port, as they are since they were applied.
    sums: Vec<Matrix>,
    readout_state: ReadoutState,
    transport: CreditTransport,
    recent: RecentSpikes,
    sent: SentSpikes,
    class_sums: ClassSums,
    /// The end of the window before.
    begun: u64,
    /// Steps of the windows that have ended since it was made.
    looked_at: u64,
    /// Loss since weights were applied.
    loss: f64,
    threads: usize,
}

/// The end of the window that step `step` lies before, if weights are applied every `apply` steps.
fn end_of_window(step: u64, apply: u64) -> u64 {
    let next = (step / apply + 1) * apply;
    if apply <= WINDOW { next } else { next.min((step / WINDOW + 1) * WINDOW) }
}

impl Learning {
    /// For a network, with spikes at time 0; on up to `threads` threads, which change no result.
    ///
    /// # Errors
    /// What the network or the plan lacks.
    pub fn new<R: Real>(network: &Network<R>, plan: LearningPlan, threads: usize) -> Result<Self, LearningError> {
        plan.check(network)?;
        check_bounds(network, &plan)?;
        let most = network.blocks.iter().map(|block| block.plastic.len()).max().unwrap_or(0);
        if u32::try_from(most).is_err() {
            let (found, expected) = (most.to_string(), "fewer than 2^32, in more blocks".into());
            return Err(LearningError::Size { what: "plastic synapses of a block", found, expected });
        }
        let population = CellClasses::of(network, &plan)?;
        let sums = population.weights_of(network);
        let nodes = population.nodes(&sums, &plan)?;
        let wanted = SynapseNumbers { states: population.traced, slow: plan.filter(), sum: plan.regulariser.is_some() };
        let layout = SynapseLayout::new(wanted, nodes.states());
        let readout_state = ReadoutState::new(&plan);
        let recent = RecentSpikes::new(u64::from(network.max_delay));
        let transport = CreditTransport::new(&plan, population.classes(), &population.index_of)?;
        let class_sums = ClassSums::new(network, &population.class_of, nodes.len());
        let (plan, begun, loss) = (Arc::new(plan), 0, 0.0);
        let (sent, looked_at) = (SentSpikes::default(), 0);
        Ok(Self {
            plan,
            layout,
            population,
            nodes,
            sums,
            readout_state,
            transport,
            recent,
            sent,
            class_sums,
            begun,
            looked_at,
            loss,
            threads,
        })
    }

    /// What is to be said of the slopes of spikes of cells from equations.
    pub fn notes(&self) -> &[String] {
        &self.population.notes
    }

    /// What a block needs of it.
    pub(crate) fn block<R: Real>(&self, network: &Network<R>, index: usize) -> (CellRecord<R>, BlockLearning) {
        let steps = usize::try_from(self.plan.apply_steps.min(WINDOW)).expect("a window is short");
        let with_v = self.plan.reset == ResetGradient::Attached;
        let CellClasses { learns, derived, .. } = &self.population;
        let looked = Looked { learns, derived, shape: self.plan.pseudo_derivative };
        let cell_record = CellRecord::new(network, index, &looked, (steps, with_v));
        (cell_record, BlockLearning::new(network, index, &self.plan, &self.population, self.layout))
    }

    /// The end of the window at hand.
    pub(crate) fn next(&self, step: u64) -> u64 {
        end_of_window(step, self.plan.apply_steps)
    }

    /// Takes the spikes (step, global id) of steps up to `step`.
    pub(crate) fn spiked(&mut self, spikes: &[(u64, u32)], step: u64) {
        self.recent.extend(spikes, step);
    }

    /// Ends a window.
    pub(crate) fn learn<R: Real>(
        &mut self,
        network: &Network<R>,
        blocks: &mut [BlockState<R>],
        step: u64,
        learned: &mut Learned,
    ) -> Result<(), LearningError> {
        let steps = usize::try_from(step - self.begun).expect("a window is short");
        check_derivatives(network, blocks)?;
        let read = self.readout_state.window(&self.plan, &self.recent, self.begun, steps)?;
        self.loss += read.loss;
        if learned.y.is_empty() {
            learned.first_step = self.begun + 1;
            learned.outputs = self.readout_state.y.len();
        }
        learned.y.extend_from_slice(&read.y);
        learned.answers.extend(read.answers);
        each(blocks, self.threads, |own, _| own.emit(&self.readout_state, &read.err, steps));
        self.average(blocks, steps)?;
        let modulators = self.carry(blocks, steps, &mut learned.frames);
        if !learned.frames.is_empty() && learned.credit.classes.is_empty() {
            learned.credit = self.credit_names();
        }
        let readout = self.plan.filter();
        let silence = vec![0.0; steps * self.nodes.len()];
        let sums = if let Modulators::AtOnce(sums) = &modulators { sums } else { &silence };
        let class_credit = self.nodes.sweep(&self.layout, sums, steps, readout);
        self.sent.sort(&self.recent, self.begun, self.population.class_of.len());
        let (nodes, modulators) = (&self.nodes, &modulators);
        let window = WindowCredit { sent: &self.sent, steps, class_credit: &class_credit, nodes, modulators, readout };
        each(blocks, self.threads, |own, _| own.learn(&window));
        self.readout_state.learn(&self.plan, &self.recent, self.begun, &read.err);
        self.looked_at += step - self.begun;
        self.begun = step;
        self.recent.forget(step);
        if step.is_multiple_of(self.plan.apply_steps) {
            self.apply(network, blocks)?;
            learned.losses.push((step, std::mem::take(&mut self.loss)));
        }
        if self.plan.snapshot_steps.is_some_and(|every| step.is_multiple_of(every)) {
            self.snapshot_weights(network, blocks, learned);
        }
        Ok(())
    }

    /// Takes means of what cells did up to the end of the window, where intermediate cells are such means.
    fn average<R: Real>(&mut self, blocks: &mut [BlockState<R>], steps: usize) -> Result<(), LearningError> {
        if !self.population.has_means() {
            return Ok(());
        }
        each(blocks, self.threads, |own, _| own.average(steps));
        self.population.average(blocks.iter().flat_map(|block| block.learning().averaged()))?;
        self.nodes = self.population.nodes(&self.sums, &self.plan)?;
        Ok(())
    }

    fn credit_names(&self) -> CreditNames {
        let watched = self.plan.watch.iter().flat_map(|own| &own.cells).copied();
        let known = watched.filter(|id| self.population.index_of[*id].is_some() && self.plan.carrier.is_some());
        CreditNames { classes: self.population.class_names.clone(), cells: known.collect() }
    }

    /// What cells emitted, as it meets the synapses.
    fn carry<R: Real>(&mut self, blocks: &[BlockState<R>], steps: usize, frames: &mut Vec<CreditFrame>) -> Modulators {
        let population = &self.population;
        if self.transport.is_everywhere() {
            let sums = self.class_sums.of(steps, |block, step| blocks[block].learning().emitted(step));
            return self.transport.at_once(self.begun, sums, frames);
        }
        let emitted = |step: usize| {
            let emitted = blocks.iter().flat_map(move |block| block.learning().emitted(step));
            let cells = population.class_of.iter().zip(&population.index_of).zip(emitted);
            cells.filter_map(|((class, index), own)| Some(((*index)?, (*class)?, *own)))
        };
        self.transport.window((self.begun, steps), emitted, frames)
    }

    /// Gradients become weights.
    fn apply<R: Real>(&mut self, network: &Network<R>, blocks: &mut [BlockState<R>]) -> Result<(), LearningError> {
        each(blocks, self.threads, |own, index| own.apply(&network.blocks[index].plastic));
        self.readout_state.apply(&self.plan);
        if !self.nodes.is_empty() {
            self.sums = self.population.sums(network, blocks.iter().map(BlockState::plastic_weights));
            self.nodes = self.population.nodes(&self.sums, &self.plan)?;
        }
        Ok(())
    }

    /// Puts all weights behind those of `learned`.
    pub(crate) fn snapshot_weights<R: Real>(
        &self,
        network: &Network<R>,
        blocks: &[BlockState<R>],
        learned: &mut Learned,
    ) {
        for projection in 0..self.plan.projections.len() {
            if self.plan.projections[projection].is_some() {
                let weights = state::by_number(network, projection, 1, |block, table| {
                    let weights: &[f64] = &blocks[block].plastic_weights()[table];
                    weights
                });
                learned.weights.push((self.begun, projection, weights));
            }
        }
    }
}

/// Refuses the first derivative that is not finite.
pub(crate) fn check_derivatives<R: Real>(network: &Network<R>, blocks: &[BlockState<R>]) -> Result<(), LearningError> {
    let faults = blocks.iter().filter_map(|block| block.cell_record().fault.as_ref());
    match faults.min_by_key(|own| (own.step, own.population, own.cell)) {
        None => Ok(()),
        Some(own) => Err(LearningError::NoDerivative {
            population: network.design.populations[own.population].name.clone(),
            cell: own.cell,
            what: own.what.clone(),
            value: own.value,
            step: own.step,
        }),
    }
}

/// Calls `work` for every block, on up to `threads` threads.
fn each<R: Real>(blocks: &mut [BlockState<R>], threads: usize, work: impl Fn(&mut BlockState<R>, usize) + Sync) {
    let share = blocks.len().div_ceil(threads.max(1));
    if share >= blocks.len() {
        blocks.iter_mut().enumerate().for_each(|(index, block)| work(block, index));
        return;
    }
    std::thread::scope(|scope| {
        for (number, own) in blocks.chunks_mut(share).enumerate() {
            let work = &work;
            scope.spawn(move || {
                (number * share..).zip(own).for_each(|(index, block)| work(block, index));
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ends of windows by hand. Would catch windows that depend on where a chunk began.
    #[test]
    fn windows_end_where_weights_are_applied_and_before_they_grow_long() {
        let ends = |apply| (0..700).map(move |step| end_of_window(step, apply)).filter(|end| *end <= 600);
        let distinct = |apply| {
            let mut all: Vec<u64> = ends(apply).collect();
            all.dedup();
            all
        };
        assert_eq!(distinct(100), [100, 200, 300, 400, 500, 600]);
        assert_eq!(distinct(300), [128, 256, 300, 384, 512, 600]);
    }
}
