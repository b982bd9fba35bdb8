//! What holds in the place of the network's own while edits are in force.
//!
//! The network stays as it was built. The overlay is a function of the edits in force: it is made anew when they change, between
//! two steps, and is the same for all threads. Without edits every list is empty, and a block asks so once a step and part.

use super::{LaidOn, TimedCut};
use neuropil_core::{CellSet, Real};
use neuropil_network::delivery::Rows;
use neuropil_network::neuron::NeuronModel;
use neuropil_network::source::{PoissonInput, SpikeSource};
use neuropil_network::{Network, Part};

/// What is edited, by what it stands for.
pub struct Overlay<R: Real> {
    /// Populations and those of their cells that send nothing; all if `None`.
    pub(crate) silent: Vec<(usize, Option<CellSet>)>,
    /// Currents beside those of the design; what they remember is with the blocks.
    pub(crate) currents: Vec<LaidOn>,
    /// Poisson inputs by their index; empty where none is edited.
    pub(crate) poisson: Vec<Option<PoissonInput>>,
    /// Sources by their population; empty where none is edited.
    pub(crate) sources: Vec<Option<Box<dyn SpikeSource>>>,
    /// Synapses by block; empty where none is edited.
    pub(crate) rows: Vec<Rows<R>>,
    /// Synapses that follow spikes and let none through.
    pub(crate) timed_cuts: Vec<TimedCut>,
    /// Cells by their population; empty where none is edited.
    pub(crate) models: Vec<Option<Box<dyn NeuronModel<R>>>>,
    /// By population, steps in which cells that were edited before did not meet their tolerance.
    pub(crate) unmet: Vec<u64>,
}

impl<R: Real> Default for Overlay<R> {
    fn default() -> Self {
        Self {
            silent: Vec::new(),
            currents: Vec::new(),
            poisson: Vec::new(),
            sources: Vec::new(),
            rows: Vec::new(),
            timed_cuts: Vec::new(),
            models: Vec::new(),
            unmet: Vec::new(),
        }
    }
}

impl<R: Real> Overlay<R> {
    /// The synapses onto a block.
    pub fn rows<'a>(&'a self, network: &'a Network<R>, block: usize) -> &'a Rows<R> {
        self.rows.get(block).unwrap_or(&network.blocks[block].rows)
    }

    /// A Poisson input.
    pub fn poisson<'a>(&'a self, network: &'a Network<R>, input: usize) -> &'a PoissonInput {
        self.poisson.get(input).and_then(Option::as_ref).unwrap_or(&network.design.poisson[input])
    }

    /// The source of a population, if it is edited.
    pub fn source(&self, population: usize) -> Option<&dyn SpikeSource> {
        self.sources.get(population)?.as_deref()
    }

    /// The cells of a population, if they are edited.
    pub fn edited_model(&self, population: usize) -> Option<&dyn NeuronModel<R>> {
        self.models.get(population)?.as_deref()
    }

    /// The cells of a population, where they have a state.
    pub fn model<'a>(&'a self, network: &'a Network<R>, population: usize) -> Option<&'a dyn NeuronModel<R>> {
        self.edited_model(population).or_else(|| network.design.populations[population].neurons())
    }

    /// Whether anything flows into a port of a population.
    pub fn has_currents(&self, network: &Network<R>, population: usize, port: usize) -> bool {
        let laid_on = self.currents.iter().map(|own| &own.current);
        network.design.currents.iter().chain(laid_on).any(|own| own.is_into(population, port))
    }

    /// Which synapses of a projection that a cell sends let nothing through; `None` where all let it.
    pub(crate) fn cuts(&self, projection: usize, source: u32) -> Option<impl Fn(u32) -> bool> {
        let own = move || self.timed_cuts.iter().filter(move |cut| cut.is_from(projection, source));
        own().next()?;
        Some(move |target| own().any(|cut| cut.is_onto(target)))
    }

    /// The cells of a part that send nothing, by their places in it.
    fn silent_slots(&self, part: &Part) -> impl Iterator<Item = usize> {
        let (population, cells) = (part.population, part.cells.clone());
        let own = self.silent.iter().filter(move |own| own.0 == population);
        own.flat_map(move |(_, only)| {
            let places = only.as_ref().map_or(cells.clone(), |only| only.places(cells.clone()));
            let first = cells.start;
            places.map(move |place| (only.as_ref().map_or(place, |only| only.at(place)) - first) as usize)
        })
    }

    /// Takes the spikes from cells that send nothing.
    pub(crate) fn hush(&self, part: &Part, fired: &mut [u8]) {
        if !self.silent.is_empty() {
            self.silent_slots(part).for_each(|slot| fired[slot] = 0);
        }
    }

    /// Takes them from ids of the part that stand from place `from` on.
    pub(crate) fn mute(&self, part: &Part, fired: &mut Vec<u32>, from: usize) {
        let own = || self.silent.iter().filter(|own| own.0 == part.population);
        if self.silent.is_empty() || own().next().is_none() {
            return;
        }
        let mut kept = from;
        for place in from..fired.len() {
            let id = fired[place];
            let cell = id - part.first_id + part.cells.start;
            if own().all(|(_, only)| only.as_ref().is_some_and(|only| !only.contains(cell))) {
                fired[kept] = id;
                kept += 1;
            }
        }
        fired.truncate(kept);
    }
}
