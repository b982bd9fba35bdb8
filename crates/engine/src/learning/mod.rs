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
mod over_ranks;
mod past_nodes;
mod plan;
mod readout_state;
mod recent_spikes;
mod replayed;
mod shared_state;
mod state;
mod state_records;
mod target;
mod time_series;
mod transport;
mod window_end;
mod written_record;

pub use crate::slope::SlopeChoice;
pub use mean_slopes::MeanSlope;
pub use plan::{
    Bounds, CreditWatch, Descent, Horizon, LearningError, LearningPlan, PlasticPlan, ReadoutPlan, Teacher,
    can_run_online,
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
use crate::ranks::{ExchangeError, Rank};
use crate::trial::ResetGradient;
use class_sums::ClassSums;
use classes::CellClasses;
use neuropil_core::Real;
use neuropil_core::memory::Numbers;
use neuropil_network::Network;
use neuropil_plasticity::Matrix;
use neuropil_plasticity::window::{Nodes, SynapseLayout, SynapseNumbers};
use over_ranks::check_all_synapses;
use past_nodes::PastNodes;
use recent_spikes::{RecentSpikes, SentSpikes};
use std::sync::Arc;
use transport::CreditTransport;
use written_record::NotDerived;

/// Steps of a window where weights are applied more rarely and synapses carry what they remember; steps that are emitted in at
/// a time.
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
    /// What was in force in the steps that synapses remember.
    past: PastNodes,
    /// Most steps of a window.
    window: u64,
    /// The end of the window before.
    begun: u64,
    /// Steps of the windows that have ended since it was made.
    looked_at: u64,
    /// Loss since weights were applied.
    loss: f64,
    threads: usize,
    /// This rank, where there are others.
    rank: Option<Rank>,
}

/// The end of the window that step `step` lies before, if weights are applied every `apply` steps and windows are `window` long
/// at most.
fn end_of_window(step: u64, apply: u64, window: u64, horizon: bool) -> u64 {
    let next = (step / apply + 1) * apply;
    // Parts of an interval of equal length, where each looks at the horizon before it too.
    let from = if horizon { next - apply } else { 0 };
    if apply <= window { next } else { next.min(from + ((step - from) / window + 1) * window) }
}

/// Most steps of a window of a network whose cells write down `bytes` in each.
fn window_steps(plan: &LearningPlan, bytes: u64) -> Result<u64, LearningError> {
    let Some(Horizon { steps, tape_bytes }) = plan.horizon else { return Ok(WINDOW) };
    let most = tape_bytes / bytes.max(1);
    if most <= steps {
        return Err(LearningError::Horizon(format!(
            "found {steps} steps, in which cells write down {:.1} GB; expected less than {:.1} GB",
            steps as f64 * bytes as f64 / 1e9,
            tape_bytes as f64 / 1e9
        )));
    }
    Ok(plan.apply_steps.div_ceil(plan.apply_steps.div_ceil(most - steps)))
}

impl Learning {
    /// For a network, with spikes at time 0; on up to `threads` threads, which change no result.
    ///
    /// # Errors
    /// What the network or the plan lacks.
    pub fn new<R: Real>(network: &Network<R>, plan: LearningPlan, threads: usize) -> Result<Self, LearningError> {
        Self::on_rank(network, plan, threads, None)
    }

    /// The same for a share of a network that was joined with those of other ranks, each of which calls it.
    ///
    /// # Errors
    /// As [`Self::new`]; ranks that cannot hand over what they have.
    pub fn on_rank<R: Real>(
        network: &Network<R>,
        plan: LearningPlan,
        threads: usize,
        rank: Option<Rank>,
    ) -> Result<Self, LearningError> {
        plan.check(network)?;
        check_all_synapses(network, &plan, rank.as_ref())?;
        if plan.horizon.is_some() && plan.regulariser.is_some() {
            let reason = "synapses that carry nothing know no sum of their eligibility: loss.rate_strength must be 0";
            return Err(LearningError::Horizon(reason.into()));
        }
        if plan.horizon.is_some() && network.max_delay > u32::from(u16::MAX) {
            let reason = format!("found delays of {} steps, expected {} at most", network.max_delay, u16::MAX);
            return Err(LearningError::Horizon(reason));
        }
        let mut population = CellClasses::of(network, &plan, rank.as_ref())?;
        let own = network.blocks.iter().map(|block| block.plastic.tables.iter().map(|table| &table.weights[..]));
        let sums = population.sums(network, threads, own, rank.as_ref())?;
        let nodes = population.nodes(&sums, &plan)?;
        let wanted = SynapseNumbers { states: population.traced, slow: plan.filter(), sum: plan.regulariser.is_some() };
        let window = window_steps(&plan, population.bytes_a_step(network, &plan))?;
        let layout = match plan.horizon {
            None => SynapseLayout::new(wanted, nodes.states()),
            Some(horizon) => {
                population.remember(horizon.steps, &plan)?;
                SynapseLayout::of_gradient()
            }
        };
        let readout_state = ReadoutState::new(&plan);
        let recent = RecentSpikes::new(u64::from(network.max_delay) + plan.horizon.map_or(0, |own| own.steps));
        let transport = CreditTransport::new(&plan, population.classes(), &population.index_of)?;
        let cells = match &rank {
            // What all ranks emit stands in one row.
            Some(_) => vec![population.class_of.len()],
            None => network.blocks.iter().map(|block| block.cells).collect(),
        };
        let class_sums = ClassSums::new(&cells, &population.class_of, nodes.len());
        let (plan, begun, loss) = (Arc::new(plan), 0, 0.0);
        let (sent, looked_at, past) = (SentSpikes::default(), 0, PastNodes::default());
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
            past,
            window,
            begun,
            looked_at,
            loss,
            threads,
            rank,
        })
    }

    /// What is to be said of the slopes of spikes of cells from equations.
    pub fn notes(&self) -> &[String] {
        &self.population.notes
    }

    /// What a block needs of it.
    pub(crate) fn block<R: Real>(&self, network: &Network<R>, index: usize) -> (CellRecord<R>, BlockLearning) {
        let slots = self.plan.apply_steps.min(self.window) + self.horizon();
        let steps = usize::try_from(slots).expect("it fits the memory");
        let with_v = self.plan.reset == ResetGradient::Attached;
        let CellClasses { learns, derived, .. } = &self.population;
        let looked = Looked { learns, derived, shape: self.plan.pseudo_derivative };
        let cell_record = CellRecord::new(network, index, &looked, (steps, with_v));
        (cell_record, BlockLearning::new(network, index, &self.plan, &self.population, self.layout))
    }

    /// The end of the window at hand.
    pub(crate) fn next(&self, step: u64) -> u64 {
        end_of_window(step, self.plan.apply_steps, self.window, self.plan.horizon.is_some())
    }

    /// Steps before a window that it looks at.
    fn horizon(&self) -> u64 {
        self.plan.horizon.map_or(0, |own| own.steps)
    }

    /// The step before all that a window looks at which begins after step `begun`.
    fn first(&self, begun: u64) -> u64 {
        begun.saturating_sub(self.horizon())
    }

    /// Takes the spikes (step, global id) of steps up to `step`.
    pub(crate) fn spiked(&mut self, spikes: &[(u64, u32)], step: u64) {
        self.recent.extend(spikes, step);
    }

    /// The sums of all weights by type, of all ranks; `own` are those of the plastic tables of each block.
    fn sums_of<'w, R: Real>(
        &self,
        network: &Network<R>,
        own: impl Iterator<Item = &'w [Numbers]>,
    ) -> Result<Vec<Matrix>, ExchangeError> {
        let own = own.map(|block| block.iter().map(|table| &table[..]));
        self.population.sums(network, self.threads, own, self.rank.as_ref())
    }

    /// Puts all weights behind those of `learned`; over ranks, on rank 0.
    pub(crate) fn snapshot_weights<R: Real>(
        &self,
        network: &Network<R>,
        blocks: &[BlockState<R>],
        learned: &mut Learned,
    ) -> Result<(), ExchangeError> {
        for projection in 0..self.plan.projections.len() {
            if self.plan.projections[projection].is_some() {
                let weights = state::by_number(network, projection, 1, |block, table| {
                    let weights: &[f64] = &blocks[block].plastic_weights()[table];
                    weights
                });
                let weights = match &self.rank {
                    None => weights,
                    Some(rank) => rank.gather(&weights)?.concat(),
                };
                if self.rank.as_ref().is_none_or(|own| own.rank == 0) {
                    learned.weights.push((self.begun, projection, weights));
                }
            }
        }
        Ok(())
    }
}

/// Refuses the first derivative that is not finite.
pub(crate) fn check_derivatives<R: Real>(network: &Network<R>, blocks: &[BlockState<R>]) -> Result<(), LearningError> {
    let faults = blocks.iter().filter_map(|block| block.cell_record().fault.as_ref());
    first_not_derived(faults).map_or(Ok(()), |own| Err(derivative_fault(network, own.clone())))
}

fn first_not_derived<'f>(all: impl Iterator<Item = &'f NotDerived>) -> Option<&'f NotDerived> {
    all.min_by_key(|own| (own.step, own.population, own.cell))
}

fn derivative_fault<R: Real>(network: &Network<R>, own: NotDerived) -> LearningError {
    let NotDerived { step, population, cell, what, value } = own;
    let population = network.design.populations[population].name.clone();
    LearningError::NoDerivative { population, cell, what, value, step }
}

/// Calls `work` for every block, on up to `threads` threads.
fn each<B: Send>(blocks: &mut [B], threads: usize, work: impl Fn(&mut B, usize) + Sync) {
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
        let distinct = |apply, horizon| {
            let ends = (0..700).map(|step| end_of_window(step, apply, WINDOW, horizon)).filter(|end| *end <= 600);
            let mut all: Vec<u64> = ends.collect();
            all.dedup();
            all
        };
        assert_eq!(distinct(100, false), [100, 200, 300, 400, 500, 600]);
        assert_eq!(distinct(300, false), [128, 256, 300, 384, 512, 600]);
        assert_eq!(distinct(300, true), [128, 256, 300, 428, 556, 600]);
    }
}
