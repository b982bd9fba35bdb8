//! Everything that evolves in a simulation, at a moment between steps.

use crate::learning::LearningState;
use crate::timed::part_of;
use neuropil_core::Real;
use neuropil_network::Network;
use neuropil_network::history::{Outbox, PastError};
use neuropil_network::neuron::State;
use neuropil_network::synapse::third_factor::{Origin, ThirdFactor};
use neuropil_network::synapse::timing::Extent;
use neuropil_network::synapse::{SenderState, TimedState};
use neuropil_neuromod::chain::ChainState;

/// The state of a [`Simulation`](crate::Simulation), by population and projection: it knows neither blocks nor threads
/// nor the precision of the run. `f64` holds every `f32`, so that no bit is lost.
///
/// Random numbers need no state: every draw is a function of the step. Of currents that remember, what they remember is state.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Snapshot {
    /// Completed steps.
    pub step: u64,
    /// Synaptic events delivered so far.
    pub events: u64,
    /// The cells of each population; `None` where they only send.
    pub populations: Vec<Option<State<f64>>>,
    /// What each current remembers of the cells of its population, in the order of the design; empty of most kinds.
    pub currents: Vec<Vec<f64>>,
    /// What currents remember that edits lay on, in the order of those in force in the last step; those that remember nothing are left out.
    pub laid_on: Vec<Vec<f64>>,
    /// The sending cells of each projection whose synapses have a state, in the order of projections.
    pub synapses: Vec<SenderState>,
    /// The synapses of each projection whose weights follow spikes, in the order of projections.
    pub timed: Vec<TimedState>,
    /// What was sent in the last steps and may still arrive, oldest first.
    pub past: Vec<Outbox<f64>>,
    /// The peptides, where there are such.
    pub peptides: Option<ChainState>,
    /// What learns, where something does.
    pub learning: Option<LearningState>,
}

/// A snapshot is not one of this network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the saved state is not one of this network: {what}: found {found}, expected {expected}")]
pub struct SnapshotError {
    /// The part of the state.
    pub what: String,
    /// What the snapshot has.
    pub found: String,
    /// What the network needs.
    pub expected: String,
}

impl From<PastError> for SnapshotError {
    fn from(PastError { what, found, expected }: PastError) -> Self {
        Self { what, found, expected }
    }
}

impl Snapshot {
    /// A snapshot without cells, to which blocks add theirs.
    pub(crate) fn empty<R: Real>(network: &Network<R>) -> Self {
        let populations = network.design.populations.iter();
        Self {
            populations: populations.map(|own| own.neurons().map(|model| State::empty(model.info()))).collect(),
            currents: vec![Vec::new(); network.design.currents.len()],
            synapses: network.design.scaled().map(|(_, model)| SenderState::empty(model.info())).collect(),
            timed: timed_extents(network).map(|(_, extent)| TimedState::empty(extent)).collect(),
            ..Self::default()
        }
    }

    /// Whether cells and projections are those of `network`.
    ///
    /// # Errors
    /// The first part that differs.
    pub(crate) fn check<R: Real>(&self, network: &Network<R>) -> Result<(), SnapshotError> {
        let populations = &network.design.populations;
        same("populations", self.populations.len(), populations.len())?;
        for (population, state) in populations.iter().zip(&self.populations) {
            let planes = |state: &State<f64>| {
                let variables: Vec<usize> = state.variables.iter().map(Vec::len).collect();
                (variables, state.counters.iter().map(Vec::len).collect::<Vec<_>>())
            };
            let cells = population.cells as usize;
            let needed = population.neurons().map(|model| {
                let info = model.info();
                (vec![cells; info.variables.len()], vec![cells; info.counters])
            });
            same(&format!("variables and counters of `{}`", population.name), state.as_ref().map(planes), needed)?;
        }
        // One cell tells whether a current remembers anything.
        let remembered =
            network.design.currents.iter().map(|own| own.memory(0..1).len() * populations[own.target].cells as usize);
        let found = self.currents.iter().map(Vec::len);
        same("numbers that currents remember", found.collect::<Vec<_>>(), remembered.collect())?;
        let found = self.synapses.iter().map(|state| (state.width, state.variables.len(), state.last_step.len()));
        let needed = network.design.scaled().map(|(index, model)| {
            let cells = populations[network.design.projections[index].source].cells as usize;
            let width = model.info().variables.len();
            (width, width * cells, cells)
        });
        same("senders of synapses with a state", found.collect::<Vec<_>>(), needed.collect())?;
        same("projections whose weights follow spikes", self.timed.len(), network.design.timed().count())?;
        for ((name, extent), state) in timed_extents(network).zip(&self.timed) {
            if let Some(found) = state.misfit(extent, self.step) {
                let (what, expected) = (format!("synapses of {name}"), "those of this network".into());
                return Err(SnapshotError { what, found, expected });
            }
        }
        Ok(())
    }
}

/// How much each projection whose weights follow spikes keeps, and its name.
fn timed_extents<R: Real>(network: &Network<R>) -> impl Iterator<Item = (&str, Extent)> {
    network.design.timed().map(|(index, model)| {
        let projection = &network.design.projections[index];
        let cells = network.design.populations[projection.target].cells as usize;
        let places = |factor: &ThirdFactor| match factor.origin {
            Origin::Felt { .. } => cells,
            // What cells showed stands beside their membranes.
            Origin::Watched { .. } => 0,
            Origin::Course(_) | Origin::Spikes { .. } => 1,
        };
        let extent = Extent {
            synapses: usize::try_from(network.numbered_synapses(index)).unwrap_or(usize::MAX),
            cells,
            places: projection.third_factors.iter().map(places).collect(),
            widths: model.widths(),
            remembered: model.remembers(network.max_delay, network.design.clock),
            asked: Vec::new(),
        };
        let asked = if extent.remembered > 0 { reached(network, index, cells) } else { Vec::new() };
        let extent = Extent { asked, ..extent };
        (projection.name.as_str(), extent)
    })
}

/// Whether a synapse of a projection reaches each cell of its target, of those that blocks here hold.
fn reached<R: Real>(network: &Network<R>, projection: usize, cells: usize) -> Vec<bool> {
    let mut reached = vec![false; cells];
    for block in &network.blocks {
        for table in block.timed.tables.iter().filter(|table| table.projection == projection) {
            let part = part_of(network, block, table);
            table.cells.iter().for_each(|cell| reached[part.cell(usize::from(*cell)) as usize] = true);
        }
    }
    reached
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, expected: T) -> Result<(), SnapshotError> {
    if found == expected {
        return Ok(());
    }
    Err(SnapshotError { what: what.into(), found: format!("{found:?}"), expected: format!("{expected:?}") })
}
