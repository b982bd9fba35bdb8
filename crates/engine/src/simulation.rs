//! A network with its state, advanced in chunks of steps by any number of threads.

mod frames;
mod intervene;
mod over_ranks;
mod restore;
mod run;
mod start;

mod weights;

pub(crate) use start::spikes_at_start;
pub use weights::ProjectionWeights;

use crate::block::BlockState;
use crate::error::EngineError;
use crate::intervention::{EditFault, Hands, Intervention};
use crate::learning::{Learned, Learning};
use crate::observer::Chunk;
use crate::pace::Pace;
use crate::phases::Phases;
use crate::probe::Probe;
use crate::ranks::Rank;
use crate::schedule::Fault;
use crate::snapshot::{Snapshot, SnapshotError};
use crate::tissue::Tissue;
use neuropil_core::Real;
use neuropil_network::Network;
use neuropil_network::history::History;
use start::initial_history;

/// A simulation in either precision.
pub trait Runnable: Send {
    /// Completed steps.
    fn step(&self) -> u64;
    /// Runs `steps` steps. [`Self::chunk`] then holds what happened in them.
    ///
    /// # Errors
    /// [`EngineError::NonFinite`]; the chunk holds what happened up to that step.
    fn advance(&mut self, steps: u64) -> Result<(), EngineError>;
    /// What happened in the last chunk.
    fn chunk(&self) -> &Chunk;
    /// Synaptic events delivered so far.
    fn events(&self) -> u64;
    /// A state variable of all cells of a population, as it goes into the next step; empty where the population has no such variable.
    fn observe(&self, population: usize, variable: usize) -> Vec<f64>;
    /// Edits the network, from now on or later.
    ///
    /// # Errors
    /// Why it cannot; nothing has changed then.
    fn intervene(&mut self, interventions: Vec<Intervention>) -> Result<(), EditFault>;
    /// The weights of a projection, as they are in the next step, in the order in which the design draws its synapses.
    fn weights(&self, projection: usize) -> Vec<f64>;
    /// Everything that evolves, as it is now; of one of several ranks, of its own cells.
    fn snapshot(&self) -> Snapshot;
    /// Goes on from a snapshot of the same network, taken with any number of threads.
    ///
    /// # Errors
    /// [`SnapshotError`] if it is one of another network; this simulation is then of no use.
    fn restore(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError>;
}

/// A network with its state.
pub struct Simulation<R: Real> {
    pub(crate) network: Network<R>,
    pub(crate) blocks: Vec<BlockState<R>>,
    /// One a thread of the last chunk; all are equal between chunks.
    histories: Vec<History<R>>,
    probes: Vec<Probe>,
    step: u64,
    /// The step before the present chunk.
    chunk_from: u64,
    /// Events delivered before the snapshot that this simulation started from.
    events_before: u64,
    chunk: Chunk,
    pace: Pace,
    tissue: Option<Tissue>,
    learning: Option<Learning>,
    /// What is edited of the network.
    hands: Hands<R>,
    /// How often weights that follow spikes are told, in steps.
    weights_every: Option<u64>,
    /// This rank, where there are others.
    rank: Option<Rank>,
    /// Events delivered on other ranks, as of the last chunk.
    events_elsewhere: u64,
    /// Where the time went, if that is measured.
    phases: Option<Phases>,
}

impl<R: Real> Simulation<R> {
    /// The initial state of `network`; at most one thread a block is used.
    pub fn new(network: Network<R>, probes: Vec<Probe>, threads: usize) -> Self {
        let blocks = (0..network.blocks.len()).map(|block| BlockState::new(&network, block, probes.len())).collect();
        let threads = threads.clamp(1, network.blocks.len());
        let (histories, pace) = (vec![initial_history(&network); threads], Pace::new(threads));
        Self {
            network,
            blocks,
            histories,
            probes,
            step: 0,
            chunk_from: 0,
            events_before: 0,
            chunk: Chunk::default(),
            pace,
            tissue: None,
            learning: None,
            hands: Hands::default(),
            weights_every: None,
            rank: None,
            events_elsewhere: 0,
            phases: None,
        }
    }

    /// The same, with the peptides of a tissue made of this network.
    pub fn with_tissue(mut self, tissue: Tissue) -> Self {
        self.tissue = Some(tissue);
        self.modulate();
        self.feel();
        self
    }

    /// The same, with weights that learn, made of this network.
    pub fn with_learning(mut self, mut learning: Learning) -> Self {
        learning.spiked(&spikes_at_start(&self.network).into_iter().map(|id| (0, id)).collect::<Vec<_>>(), 0);
        for (index, block) in self.blocks.iter_mut().enumerate() {
            block.learn_by(learning.block(&self.network, index));
        }
        self.learning = Some(learning);
        self
    }

    /// The peptides.
    pub fn tissue(&self) -> Option<&Tissue> {
        self.tissue.as_ref()
    }

    /// From now on measures where the time goes.
    pub fn measure(&mut self) {
        self.phases = Some(Phases::default());
    }

    /// Where the time of all threads went since [`Self::measure`]; nothing without.
    pub fn phases(&self) -> Phases {
        self.phases.unwrap_or_default()
    }

    /// The network.
    pub fn network(&self) -> &Network<R> {
        &self.network
    }

    /// Gives every cell what its messengers do to it.
    fn modulate(&mut self) {
        let Self { tissue: Some(tissue), blocks, network, hands, .. } = self else { return };
        let overlay = &hands.overlay;
        if !tissue.listening() {
            return;
        }
        let mut workers = vec![(); blocks.len()];
        tissue.threads().each(blocks, 1, &mut workers, |own, ()| {
            own.iter_mut().for_each(|block| block.modulate((network, overlay), |id| tissue.modulation(id)));
        });
    }

    /// Gives synapses what they hear of the tissue, from now on.
    fn feel(&mut self) {
        let Self { tissue: Some(tissue), blocks, network, step, .. } = self else { return };
        if tissue.is_felt() {
            blocks.iter_mut().for_each(|block| block.feel(network, *step, |signal, id| tissue.level(signal, id)));
        }
    }

    /// The first cell that its messengers have made impossible, if there is one.
    fn check_cells(&self) -> Result<(), EngineError> {
        let Some(found) = self.blocks.iter().find_map(|block| block.impossible.as_ref()) else { return Ok(()) };
        Err(EngineError::Modulation {
            population: self.network.design.populations[found.population].name.clone(),
            cell: found.cell,
            reason: found.reason.to_string(),
            step: self.step,
            t_ms: self.network.design.clock.time_ms(self.step),
        })
    }

    /// Runs up to step `to`, or up to a cell that goes wrong, and the peptides along.
    fn run_with_field(&mut self, to: u64) -> Result<Vec<Option<Fault>>, EngineError> {
        // A state that was restored may have been no state of any run.
        self.check_all_cells()?;
        while self.step < to {
            let edited = self.edit(self.step + 1)?;
            let next = self.tissue.as_ref().map_or(to, |tissue| tissue.next_field_step(self.step));
            let window = self.learning.as_ref().map_or(to, |learning| learning.next(self.step));
            let known = self.chunk.spikes.len();
            let told = self.next_weights();
            let faults = self.run(next.min(window).min(edited).min(to).min(told.unwrap_or(to)))?;
            self.step = self.chunk.last_step;
            if let Some(tissue) = &mut self.tissue {
                tissue.spiked(&self.chunk.spikes[known..], self.network.design.clock.dt_ms());
            }
            if let Some(learning) = &mut self.learning {
                learning.spiked(&self.chunk.spikes[known..], self.step);
            }
            if faults.iter().any(Option::is_some) {
                return Ok(faults);
            }
            if self.step == next {
                self.field_step()?;
            }
            if self.step == window {
                self.learn()?;
            }
            if told == Some(self.step) {
                self.tell_weights()?;
            }
        }
        if let Some(learning) = &self.learning {
            // A checkpoint of this moment does not hold what was found.
            let t_ms = self.network.design.clock.time_ms(self.step);
            let found = learning.check_derivatives(&self.network, &self.blocks);
            found.map_err(|fault| EngineError::of_learning(fault, t_ms))?;
        }
        Ok(Vec::new())
    }

    /// The weights that the run begins with.
    fn first_weights(&self) -> Result<Option<Learned>, EngineError> {
        let Some(learning) = self.learning.as_ref().filter(|_| self.step == 0) else { return Ok(None) };
        let mut learned = Learned::default();
        if learning.plan.snapshot_steps.is_some() {
            learning.snapshot_weights(&self.network, &self.blocks, &mut learned)?;
        }
        Ok(Some(learned))
    }

    fn learn(&mut self) -> Result<(), EngineError> {
        let Self { learning: Some(learning), blocks, network, chunk, step, .. } = self else { return Ok(()) };
        let t_ms = network.design.clock.time_ms(*step);
        let learned = chunk.learned.get_or_insert_default();
        learning.learn(network, blocks, *step, learned).map_err(|fault| EngineError::of_learning(fault, t_ms))
    }

    fn field_step(&mut self) -> Result<(), EngineError> {
        let Some(tissue) = &mut self.tissue else { return Ok(()) };
        tissue.field_step();
        if let Some(fault) = tissue.fault() {
            return Err(EngineError::Field {
                fault,
                step: self.step,
                t_ms: self.network.design.clock.time_ms(self.step),
            });
        }
        tissue.sample(&mut self.chunk.samples);
        self.modulate();
        self.feel();
        self.check_all_cells()
    }

    fn non_finite(&self, (step, fault): Fault) -> EngineError {
        let population = &self.network.design.populations[fault.population];
        EngineError::NonFinite {
            population: population.name.clone(),
            cell: fault.cell,
            variable: population.neurons().map_or("", |model| model.info().variables[fault.variable].symbol),
            value: fault.value,
            step,
            t_ms: self.network.design.clock.time_ms(step),
        }
    }
}

impl<R: Real> Runnable for Simulation<R> {
    fn step(&self) -> u64 {
        self.step
    }

    fn advance(&mut self, steps: u64) -> Result<(), EngineError> {
        let from = self.step;
        self.chunk.spikes.clear();
        (self.chunk.last_step, self.chunk_from) = (from, from);
        self.chunk.learned = self.first_weights()?;
        self.tell_first_weights()?;
        self.chunk.frames.resize(self.probes.len(), Vec::new());
        self.chunk.frames.iter_mut().for_each(Vec::clear);
        self.chunk.samples.resize(self.tissue.as_ref().map_or(0, |tissue| tissue.probes().len()), Vec::new());
        self.chunk.samples.iter_mut().for_each(Vec::clear);
        let outcome = self.run_with_field(from + steps);
        self.collect_frames(from)?;
        match outcome?.into_iter().flatten().next() {
            Some(fault) => Err(self.non_finite(fault)),
            None => Ok(()),
        }
    }

    fn chunk(&self) -> &Chunk {
        &self.chunk
    }

    fn events(&self) -> u64 {
        self.events_before + self.own_events() + self.events_elsewhere
    }

    fn observe(&self, population: usize, variable: usize) -> Vec<f64> {
        let Some(own) = self.network.design.populations.get(population) else { return Vec::new() };
        if own.neurons().is_none_or(|model| variable >= model.info().observables().count()) {
            return Vec::new();
        }
        let all = Probe { population, variable, cells: (0..own.cells).collect(), every_steps: 1 };
        let mut values = Vec::with_capacity(all.cells.len());
        let ground = (&self.network, &self.hands.overlay);
        let edits = self.hands.awaited_states(population, self.step);
        for block in &self.blocks {
            if edits.is_empty() {
                block.observe(ground, &all, self.step, &mut values);
            } else {
                block.observe_written(ground, &all, (&edits, self.step), &mut values);
            }
        }
        values
    }

    fn intervene(&mut self, interventions: Vec<Intervention>) -> Result<(), EditFault> {
        self.hands.add_all(&self.network.design, self.step, interventions)
    }

    fn weights(&self, projection: usize) -> Vec<f64> {
        self.weights_now(projection)
    }

    fn snapshot(&self) -> Snapshot {
        let mut snapshot = Snapshot::empty(&self.network);
        snapshot.step = self.step;
        snapshot.events = self.events_before;
        self.blocks.iter().for_each(|block| block.save(&self.network, &mut snapshot));
        snapshot.past = self.histories[0].past(self.step);
        snapshot.peptides = self.tissue.as_ref().map(Tissue::state);
        snapshot.learning = self.learning.as_ref().map(|own| own.state(&self.network, &self.blocks, self.step));
        snapshot
    }

    fn restore(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        snapshot.check(&self.network)?;
        self.restore_tissue(snapshot)?;
        let mut history = initial_history(&self.network);
        history.restore(snapshot.step, &snapshot.past)?;
        self.histories.fill(history);
        self.blocks.iter_mut().for_each(|block| block.load(&self.network, snapshot));
        self.restore_learning(snapshot)?;
        self.step = snapshot.step;
        self.restore_edits(snapshot)?;
        self.events_before = snapshot.events;
        self.blocks.iter_mut().for_each(|block| block.impossible = None);
        self.modulate();
        Ok(())
    }
}
