//! The whole chain for the cells of a tissue: release, field, receptors, messengers.
//!
//! # Order
//! Field step m covers (T_m, T_m + Δ], T_m = m Δ. Network steps report spikes to [`Chain::spiked`], which only queues.
//! [`Chain::field_step`] runs when the clock reaches T_m + Δ, after the releases of the network step that ends there:
//! 1. deposits what is stamped T_m or earlier, by cell, then time;
//! 2. advances the field by Δ;
//! 3. samples it at the cells that listen;
//! 4. advances receptors with the mean of the concentrations at T_m, after the deposits, and at T_m + Δ;
//! 5. advances messengers with the mean of the occupancies before and after;
//! 6. the levels hold over (T_m + Δ, T_m + 2Δ].
//!
//! A release stamped t thus acts on cells between Δ and 2 Δ later: never before it happened.

pub use crate::cell::Cell;
use crate::error::NeuromodError;
use crate::field::{Field, Layer, Threads};
use crate::listen::Listeners;
use crate::peptides::Peptides;
use crate::release::{Queue, Released, Sites, VesicleState, Vesicles, Where};
use neuropil_core::{Stream, StreamKey};
use rand_distr::{Distribution, Gamma};

/// The steps of network and field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Network steps in a field step.
    pub steps: u64,
    /// Length of a field step, ms.
    pub field_step_ms: f64,
}

/// A rate of release that is not due to spikes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drive {
    /// Who releases.
    pub cell: u32,
    /// What.
    pub species: u32,
    /// Molecules/ms, >= 0.
    pub rate: f64,
}

/// The chain; see the [module](self).
#[derive(Debug)]
pub struct Chain {
    peptides: Peptides,
    cells: Vec<Cell>,
    sites: Sites,
    field: Field,
    vesicles: Vec<VesicleState>,
    queue: Queue,
    drives: Vec<Drive>,
    listeners: Listeners,
    /// Molecules released in the last field step, by species.
    released: Vec<f64>,
    /// Molecules released since the beginning: a row a cell type, a column a species.
    totals: Vec<f64>,
    /// Factor of what vesicles hold of each species.
    release: Vec<f64>,
    pace: Pace,
    key: StreamKey,
    /// Field steps done.
    steps: u64,
}

/// Everything of a [`Chain`] that evolves.
#[derive(Debug, Clone, PartialEq)]
pub struct ChainState {
    /// Field steps done.
    pub steps: u64,
    /// Concentrations by species, nM.
    pub concentrations: Vec<Vec<f64>>,
    /// Vesicles by cell.
    pub vesicles: Vec<VesicleState>,
    /// Releases that wait.
    pub waiting: Vec<Released>,
    /// Drives that hold.
    pub drives: Vec<Drive>,
    /// Molecules released since the beginning: a row a cell type, a column a species.
    pub totals: Vec<f64>,
    /// What cells hear, as [`Listeners::state`] orders it.
    pub listeners: Vec<f64>,
}

impl Chain {
    /// The chain at rest; `sites` are the release points of `cells`, and the field has a layer a species.
    ///
    /// # Errors
    /// Everything that cannot be simulated.
    pub fn new(
        peptides: Peptides,
        field: Field,
        (cells, sites): (Vec<Cell>, Sites),
        pace: Pace,
        seed: u64,
    ) -> Result<Self, Vec<NeuromodError>> {
        let mut faults = peptides.faults();
        let mut refuse = |name, reason| faults.push(NeuromodError::Property { name, reason });
        if field.layers().len() != peptides.species.len() {
            refuse("field", format!("{} layers for {} species", field.layers().len(), peptides.species.len()));
        }
        if sites.cells() != cells.len() {
            refuse("release sites", format!("those of {} cells, there are {}", sites.cells(), cells.len()));
        }
        if let Some(cell) = cells.iter().find(|cell| cell.cell_type as usize >= peptides.cell_types.len()) {
            refuse("cells", format!("type {} of {}", cell.cell_type, peptides.cell_types.len()));
        }
        let ms = pace.field_step_ms;
        if pace.steps == 0 || !(ms.is_finite() && ms > 0.0) {
            refuse("pace", format!("{} network steps of {ms} ms in all, must be > 0", pace.steps));
        }
        if let Some(layer) = field.layers().iter().find(|layer| (layer.solver.step_ms() - ms).abs() > 1e-9 * ms) {
            refuse("field step", format!("`{}` is solved for {} ms, not {ms} ms", layer.name, layer.solver.step_ms()));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let rested = |cell: &Cell| VesicleState::rested(&peptides.cell_types[cell.cell_type as usize].release);
        let vesicles = cells.iter().map(rested).collect();
        let listeners = Listeners::new(&peptides, &cells);
        let released = vec![0.0; peptides.species.len()];
        let totals = vec![0.0; peptides.species.len() * peptides.cell_types.len()];
        let (queue, drives, key) = (Queue::default(), Vec::new(), StreamKey::new(seed, Stream::Vesicle, 0));
        Ok(Self {
            peptides,
            cells,
            sites,
            field,
            vesicles,
            queue,
            drives,
            listeners,
            release: vec![1.0; released.len()],
            released,
            totals,
            pace,
            key,
            steps: 0,
        })
    }

    /// The spikes of network step `step`, stamped `t_ms`. Gives what every spiking cell released to `see`.
    pub fn spiked(&mut self, step: u64, t_ms: f64, fired: &[u32], mut see: impl FnMut(u32, f64)) {
        for &cell in fired {
            let own = &self.peptides.cell_types[self.cells[cell as usize].cell_type as usize];
            if own.releases.is_empty() {
                continue;
            }
            let mut rng = self.key.at(cell, step);
            match self.vesicles[cell as usize].spike(&own.release, t_ms, &mut rng) {
                Vesicles::Expected(vesicles) => {
                    see(cell, vesicles);
                    self.queue.push(Released { cell, step, vesicles, place: Where::Spread });
                }
                Vesicles::Whole(count) => {
                    see(cell, f64::from(count));
                    let points = u32::try_from(self.sites.of(cell as usize).len()).unwrap_or(u32::MAX);
                    let cv = own.release.content_cv.0;
                    let content = Gamma::new(1.0 / (cv * cv), cv * cv).ok().filter(|_| cv > 0.0);
                    for _ in 0..count {
                        let place = Where::Point(rng.below(points));
                        let vesicles = content.as_ref().map_or(1.0, |content| content.sample(&mut rng));
                        self.queue.push(Released { cell, step, vesicles, place });
                    }
                }
            }
        }
    }

    /// Replaces the rates of release that hold from the next field step on.
    ///
    /// # Errors
    /// A rate that is negative or no number, a cell or a species that is not there.
    pub fn drive(&mut self, drives: &[Drive]) -> Result<(), NeuromodError> {
        let sound = |drive: &&Drive| {
            let known = (drive.cell as usize) < self.cells.len() && (drive.species as usize) < self.released.len();
            !(known && drive.rate.is_finite() && drive.rate >= 0.0)
        };
        if let Some(Drive { cell, species, rate }) = drives.iter().find(sound) {
            let reason = format!("found {rate} molecules/ms of species {species} from cell {cell}, must be >= 0");
            return Err(NeuromodError::Property { name: "drive", reason });
        }
        self.drives.clear();
        self.drives.extend_from_slice(drives);
        Ok(())
    }

    /// One field step; see the [module](self).
    pub fn field_step(&mut self, threads: &Threads) {
        self.deposit(threads);
        self.listeners.sample_start(&self.field, threads);
        self.field.advance(threads);
        self.listeners.advance(&self.peptides, &self.field, self.pace.field_step_ms, threads);
        self.steps += 1;
    }

    fn deposit(&mut self, threads: &Threads) {
        let Self { peptides, cells, sites, field, queue, drives, released, totals, pace, release: factors, .. } = self;
        let due = queue.take(self.steps * pace.steps);
        let cell_type = |cell: u32| cells[cell as usize].cell_type as usize;
        let cargo = |cell: u32| &peptides.cell_types[cell_type(cell)].releases;
        let species = released.len();
        released.fill(0.0);
        let mut count = |cell: u32, own: usize, molecules: f64| {
            released[own] += molecules;
            totals[cell_type(cell) * species + own] += molecules;
        };
        for release in due {
            for cargo in cargo(release.cell) {
                let molecules = cargo.molecules_per_vesicle * release.vesicles * factors[cargo.species];
                count(release.cell, cargo.species, molecules);
            }
        }
        for drive in &*drives {
            count(drive.cell, drive.species as usize, drive.rate * pace.field_step_ms);
        }
        field.deposit_each(threads, |field| {
            let own = field.species();
            for release in due {
                let sites = sites.of(release.cell as usize);
                for cargo in cargo(release.cell).iter().filter(|cargo| cargo.species == own) {
                    let molecules = cargo.molecules_per_vesicle * release.vesicles * factors[own];
                    match release.place {
                        Where::Spread => field.spread(sites, molecules),
                        Where::Point(point) => field.at(&sites[point as usize], molecules),
                    }
                }
            }
            for drive in drives.iter().filter(|drive| drive.species as usize == own) {
                field.spread(sites.of(drive.cell as usize), drive.rate * pace.field_step_ms);
            }
        });
    }

    /// From now on vesicles hold so many times what the model says of each species.
    pub fn scale_release(&mut self, factors: &[f64]) {
        self.release.copy_from_slice(factors);
    }

    /// From now on a receptor of a cell type says that this share of it is bound, whatever its ligands do.
    pub fn hold(&mut self, cell_type: usize, receptor: usize, bound: f64) {
        let own = self.peptides.cell_types[cell_type].expresses.iter();
        for (place, _) in own.enumerate().filter(|(_, own)| own.receptor == receptor) {
            self.listeners.hold(cell_type, place, bound);
        }
    }

    /// Puts another layer in the place of that of a species; gives the other back.
    pub fn replace_layer(&mut self, species: usize, layer: Layer) -> Layer {
        self.field.replace(species, layer)
    }

    /// The chemistry.
    pub fn peptides(&self) -> &Peptides {
        &self.peptides
    }

    /// Its steps.
    pub fn pace(&self) -> Pace {
        self.pace
    }

    /// The cells.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The field.
    pub fn field(&self) -> &Field {
        &self.field
    }

    /// What the cells hear.
    pub fn listeners(&self) -> &Listeners {
        &self.listeners
    }

    /// The same, to set abstract signed messengers.
    pub fn listeners_mut(&mut self) -> &mut Listeners {
        &mut self.listeners
    }

    /// Molecules released in the last field step, by species.
    pub fn released(&self) -> &[f64] {
        &self.released
    }

    /// Molecules released since the beginning: a row a cell type, a column a species.
    pub fn totals(&self) -> &[f64] {
        &self.totals
    }

    /// Field steps done.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Everything that evolves, as it is now.
    pub fn state(&self) -> ChainState {
        ChainState {
            steps: self.steps,
            concentrations: (0..self.released.len()).map(|s| self.field.concentration(s).to_vec()).collect(),
            vesicles: self.vesicles.clone(),
            waiting: self.queue.waiting().to_vec(),
            drives: self.drives.clone(),
            totals: self.totals.clone(),
            listeners: self.listeners.state(),
        }
    }

    /// Goes on from a state of the same chain.
    ///
    /// # Errors
    /// If it is one of another chain; nothing has changed then.
    pub fn restore(&mut self, state: &ChainState) -> Result<(), NeuromodError> {
        let places = self.field.space().places();
        let fits = state.concentrations.len() == self.released.len()
            && state.concentrations.iter().all(|c| c.len() == places)
            && state.vesicles.len() == self.cells.len()
            && state.waiting.iter().all(|waiting| (waiting.cell as usize) < self.cells.len())
            && state.totals.len() == self.totals.len()
            && state.listeners.len() == self.listeners.state_length();
        if !fits {
            let reason = "it is of other cells, species or voxels".into();
            return Err(NeuromodError::Property { name: "snapshot", reason });
        }
        self.drive(&state.drives)?;
        self.steps = state.steps;
        state.concentrations.iter().enumerate().for_each(|(species, c)| self.field.set(species, c));
        self.vesicles.clone_from(&state.vesicles);
        self.queue = Queue::restored(state.waiting.clone());
        self.totals.clone_from(&state.totals);
        self.listeners.restore(&state.listeners);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
