//! Peptides in a network: which of its cells release and hear them, and what that does to the cells.
//!
//! Spikes of a field step's network steps are queued in the chain ([`Chain::spiked`]) once they were sent; the field
//! advances between two network steps, when no block is at work, and cells then have new parameters until the next field
//! step. Cells of types that hear nothing are left alone.

mod edit;
mod felt;
mod room;

pub use felt::Felt;
pub use room::Room;

use edit::Aside;
use neuropil_core::Real;
use neuropil_network::network::Design;
use neuropil_network::neuron::{Modulation, Refusal};
use neuropil_neuromod::chain::{Cell, Chain, ChainState, Pace};
use neuropil_neuromod::field::{Field, Layer, Space, Threads};
use neuropil_neuromod::probe::Probe;
use neuropil_neuromod::receptor::CellEffect;
use neuropil_neuromod::release::Sites;
use neuropil_neuromod::{Drive, NeuromodError, Peptides};
use room::{mixed, placed};

/// What makes a tissue of a network.
#[derive(Debug)]
pub struct TissuePlan {
    /// The chemistry. Populations whose `cell_type` it names take part.
    pub peptides: Peptides,
    /// Where they spread.
    pub room: Room,
    /// Diffusion of each species, solved for a field step.
    pub layers: Vec<Layer>,
    /// Network steps in a field step.
    pub steps: u64,
    /// Whether messengers act on the cells.
    pub listening: bool,
}

/// Rates of release without spikes, from a field step on.
#[derive(Debug, Clone, PartialEq)]
pub struct DriveChange {
    /// The field step, from 0 on.
    pub field_step: u64,
    /// All that hold from then on.
    pub drives: Vec<Drive>,
}

/// Why a network cannot have peptides.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TissueError {
    /// No population has a type of the chemistry.
    #[error("no population has a cell_type that the peptides name: found {found}, expected one of {known}")]
    NoCells {
        /// Types of the populations.
        found: String,
        /// Types of the chemistry.
        known: String,
    },
    /// Cells that take part are nowhere.
    #[error("population `{population}`: its cells take part in the exchange of peptides and need positions")]
    NoPositions {
        /// The population.
        population: String,
    },
    /// Cells that take part are in no compartment.
    #[error("population `{population}`: its cells take part in the exchange of peptides and are in no compartment")]
    NoCompartment {
        /// The population.
        population: String,
    },
    /// A cell lies beyond the field.
    #[error(
        "population `{population}`, cell {cell}: at {position_um:?} um, outside of the field from {low_um:?} to \
         {high_um:?} um ({outside} cells in all)"
    )]
    Outside {
        /// The population.
        population: String,
        /// The first such cell.
        cell: usize,
        /// Where it is.
        position_um: [f64; 3],
        /// The near corner of the grid.
        low_um: [f64; 3],
        /// The far corner.
        high_um: [f64; 3],
        /// How many cells of the population lie outside.
        outside: usize,
    },
    /// Cells do not take what their type's messengers would do to them.
    #[error("population `{population}`, cell {cell} of type `{cell_type}`: {refusal}; set its sizes to 0 in `effects`")]
    Refused {
        /// The population.
        population: String,
        /// The first such cell.
        cell: usize,
        /// Its type.
        cell_type: String,
        /// What it does not take.
        refusal: Refusal,
    },
    /// Messengers would change what a cell releases, which synapses do not take.
    #[error("cell type `{cell_type}`: release_gi = {size}, but synapses of a network have no such effect: set it to 0")]
    Transmitter {
        /// The type.
        cell_type: String,
        /// The size of the effect.
        size: f64,
    },
    /// Synapses are to hear something that does not reach their cells.
    #[error("the synapses of `{projection}` hear {what}, but {reason}")]
    Unfelt {
        /// The projection.
        projection: String,
        /// What they are to hear.
        what: String,
        /// Why they cannot.
        reason: String,
    },
    /// The chain cannot be made.
    #[error(transparent)]
    Chain(#[from] NeuromodError),
}

/// The peptides of a network, their state, and which cell is which.
#[derive(Debug)]
pub struct Tissue {
    chain: Chain,
    /// The index in the chain of each global id, or [`NOBODY`].
    cell_of: Vec<u32>,
    /// The global id of each cell of the chain.
    ids: Vec<u32>,
    listening: bool,
    origin_um: [f64; 3],
    /// In the order of their field steps.
    drives: Vec<DriveChange>,
    threads: Threads,
    probes: Vec<Probe>,
    /// What synapses hear of it at their cells, by the number of the signal.
    felt: Vec<Felt>,
    /// Spikes of the step at hand, by cell of the chain.
    fired: Vec<u32>,
    /// What edits have put aside.
    aside: Aside,
}

const NOBODY: u32 = u32::MAX;

/// Every how many field steps its numbers are looked at.
const FIELD_CHECK: u64 = 16;

/// A population that takes part: its index, its type's.
type Member = (usize, usize);

impl Tissue {
    /// The tissue at rest.
    ///
    /// # Errors
    /// All that keeps the network from having these peptides.
    pub fn new<R: Real>(design: &Design<R>, plan: TissuePlan) -> Result<Self, Vec<TissueError>> {
        let members = members(design, &plan.peptides)?;
        let mut faults = match &plan.room {
            Room::Voxels { grid, origin_um, .. } => placed(design, (grid, *origin_um), &members),
            Room::Compartments { of_population, .. } => mixed(design, of_population, &members),
        };
        if plan.listening {
            faults.extend(members.iter().filter_map(|member| refused(design, &plan.peptides, *member)));
        }
        let chain_faults =
            |faults: Vec<NeuromodError>| -> Vec<TissueError> { faults.into_iter().map(Into::into).collect() };
        let space = match &plan.room {
            Room::Voxels { grid, volume_fraction, .. } => Space::uneven_voxels(*grid, volume_fraction.clone()),
            Room::Compartments { compartments, .. } => Ok(Space::Compartments(compartments.clone())),
        };
        let space = space.map_err(|fault| chain_faults(vec![fault]))?;
        if !faults.is_empty() {
            return Err(faults);
        }
        let first_ids = design.first_ids();
        let mut cell_of = vec![NOBODY; design.populations.iter().map(|own| own.cells as usize).sum()];
        let (mut ids, mut cells, mut sites) = (Vec::new(), Vec::new(), Sites::single(Vec::new()));
        for (population, cell_type) in members {
            let (heard, own) =
                plan.room.sites(design, &space, population).map_err(|fault| chain_faults(vec![fault]))?;
            sites.append(&own);
            for (id, site) in (first_ids[population]..).zip(heard) {
                cell_of[id as usize] = number(cells.len());
                cells.push(Cell { cell_type: number(cell_type), site });
                ids.push(id);
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a field step has few network steps")]
        let field_step_ms = plan.steps as f64 * design.clock.dt_ms();
        let pace = Pace { steps: plan.steps, field_step_ms };
        let field = Field::new(space, plan.layers);
        let chain = Chain::new(plan.peptides, field, (cells, sites), pace, design.seed).map_err(chain_faults)?;
        let (listening, threads) = (plan.listening, Threads::ONE);
        let origin_um = if let Room::Voxels { origin_um, .. } = plan.room { origin_um } else { [0.0; 3] };
        let (drives, probes, felt) = (Vec::new(), Vec::new(), Vec::new());
        let (fired, aside) = (Vec::new(), Aside::default());
        Ok(Self { chain, cell_of, ids, listening, origin_um, drives, threads, probes, felt, fired, aside })
    }

    /// The same, with rates of release that change in time; `drives` are in the order of their field steps.
    ///
    /// # Errors
    /// A rate that is negative or no number, a cell or a species that is not there.
    pub fn with_drives(mut self, drives: Vec<DriveChange>) -> Result<Self, NeuromodError> {
        for change in &drives {
            self.chain.drive(&change.drives)?;
        }
        self.chain.drive(&[])?;
        self.drives = drives;
        Ok(self)
    }

    /// The same, watched by probes.
    pub fn with_probes(mut self, probes: Vec<Probe>) -> Self {
        self.probes = probes;
        self
    }

    /// The same, with the field advanced by `threads` threads.
    ///
    /// # Errors
    /// If the system does not give them.
    pub fn with_threads(mut self, threads: usize) -> Result<Self, NeuromodError> {
        self.threads = Threads::new(threads)?;
        Ok(self)
    }

    /// The chain.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// What watches it.
    pub fn probes(&self) -> &[Probe] {
        &self.probes
    }

    /// Appends what each probe sees after the field step just done to its list.
    pub fn sample(&self, samples: &mut [Vec<f64>]) {
        self.probes.iter().zip(samples).for_each(|(probe, values)| probe.sample(&self.chain, values));
    }

    /// The corner of the field in the coordinates of the cells, um.
    pub fn origin_um(&self) -> [f64; 3] {
        self.origin_um
    }

    /// Whether messengers act on the cells.
    pub fn listening(&self) -> bool {
        self.listening
    }

    /// The global id of each cell of the chain.
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// The cell of the chain that has a global id.
    pub fn cell(&self, id: u32) -> Option<usize> {
        self.cell_of.get(id as usize).filter(|cell| **cell != NOBODY).map(|&cell| cell as usize)
    }

    /// The first step after `step` that ends a field step.
    pub(crate) fn next_field_step(&self, step: u64) -> u64 {
        let steps = self.chain.pace().steps;
        (step / steps + 1) * steps
    }

    /// Queues what the cells release at spikes (step, global id), which are in the order of steps; `dt_ms` is a step.
    pub fn spiked(&mut self, spikes: &[(u64, u32)], dt_ms: f64) {
        for spikes in spikes.chunk_by(|(a, _), (b, _)| a == b) {
            let step = spikes[0].0;
            self.fired.clear();
            let cells = spikes.iter().map(|&(_, id)| self.cell_of[id as usize]);
            self.fired.extend(cells.filter(|cell| *cell != NOBODY));
            self.fired.sort_unstable();
            #[expect(clippy::cast_precision_loss, reason = "fewer than 2^53 steps")]
            self.chain.spiked(step, step as f64 * dt_ms, &self.fired, |_, _| {});
        }
    }

    /// One field step.
    pub fn field_step(&mut self) {
        let now = self.chain.steps();
        if let Ok(change) = self.drives.binary_search_by_key(&now, |change| change.field_step) {
            let held = self.chain.drive(&self.drives[change].drives);
            debug_assert!(held.is_ok(), "drives are checked when they are given");
        }
        self.chain.field_step(&self.threads);
    }

    /// What is wrong with the field, if anything; looks at it now and then.
    pub(crate) fn fault(&self) -> Option<String> {
        if !self.chain.steps().is_multiple_of(FIELD_CHECK) {
            return None;
        }
        self.chain.field().fault().map(|fault| fault.to_string())
    }

    /// What acts on the cell of a global id; nothing on cells that hear nothing.
    pub(crate) fn modulation(&self, id: u32) -> Option<Modulation> {
        let cell = self.cell(id).filter(|_| self.listening)?;
        let peptides = self.chain.peptides();
        let cell_type = &peptides.cell_types[self.chain.cells()[cell].cell_type as usize];
        (!cell_type.expresses.is_empty()).then(|| modulation(self.chain.listeners().effect(peptides, cell)))
    }

    pub(crate) fn threads(&self) -> &Threads {
        &self.threads
    }

    pub(crate) fn state(&self) -> ChainState {
        self.chain.state()
    }

    pub(crate) fn restore(&mut self, state: &ChainState) -> Result<(), NeuromodError> {
        self.chain.restore(state)
    }
}

/// An effect in the words of the network.
fn modulation(effect: CellEffect) -> Modulation {
    let CellEffect { conductance, reversal_mv, leak, e_l_mv, v_th_mv, adaptation, gain, release: _ } = effect;
    Modulation { conductance, reversal_mv, leak, e_l_mv, v_th_mv, adaptation, gain }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("fewer than 2^32")
}

fn members<R: Real>(design: &Design<R>, peptides: &Peptides) -> Result<Vec<Member>, Vec<TissueError>> {
    let type_of = |name: &str| peptides.cell_types.iter().position(|own| own.name == name);
    let populations = design.populations.iter().enumerate();
    let members: Vec<_> = populations.filter_map(|(index, own)| Some((index, type_of(&own.cell_type)?))).collect();
    if !members.is_empty() {
        return Ok(members);
    }
    let list = |names: Vec<&str>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let found = list(design.populations.iter().map(|own| own.cell_type.as_str()).collect());
    let known = list(peptides.cell_types.iter().map(|own| own.name.as_str()).collect());
    Err(vec![TissueError::NoCells { found, known }])
}

/// What a population's cells do not take of what may happen to them. Every effect is linear in shares of 0 to 1 of three
/// messengers, so that it lies between those where each is absent or full.
fn refused<R: Real>(design: &Design<R>, peptides: &Peptides, (population, cell_type): Member) -> Option<TissueError> {
    let own = &design.populations[population];
    let cells = own.neurons()?;
    let hearing = &peptides.cell_types[cell_type];
    if hearing.expresses.is_empty() {
        return None;
    }
    let size = hearing.effects.release_gi.0;
    let cell_type = hearing.name.clone();
    if size != 0.0 {
        return Some(TissueError::Transmitter { cell_type, size });
    }
    let full = |corner: u32, class: u32| if corner & (1 << class) == 0 { 0.0 } else { f64::MAX };
    let effects = (0..8).map(|corner| hearing.effects.effect([0, 1, 2].map(|class| full(corner, class))));
    let (cell, refusal) = effects.map(modulation).find_map(|effect| cells.takes(&effect).err())?;
    Some(TissueError::Refused { population: own.name.clone(), cell, cell_type, refusal })
}
