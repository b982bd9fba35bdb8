//! The field: every species' concentrations, and their steps.

use super::uptake::flow;
use super::{Site, Solver, Space, Threads};
use crate::species::Uptake;
use neuropil_core::memory::Numbers;

/// Places that one worker takes at once.
const RUN: usize = 1 << 14;

/// One species in the field.
#[derive(Debug)]
pub struct Layer {
    /// Its name.
    pub name: String,
    /// Diffusion and loss.
    pub solver: Box<dyn Solver>,
    /// Saturable uptake, if any.
    pub uptake: Option<Uptake>,
}

/// A concentration that is no longer a number >= 0.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("concentration of `{species}` at place {place} is {value} nM")]
pub struct FieldFault {
    /// Of which species.
    pub species: String,
    /// Voxel or compartment.
    pub place: usize,
    /// The number.
    pub value: f64,
}

/// Concentrations of all species, nM.
#[derive(Debug)]
pub struct Field {
    space: Space,
    layers: Vec<Layer>,
    clouds: Vec<Cloud>,
}

/// What there is of one species.
#[derive(Debug)]
struct Cloud {
    species: usize,
    concentration: Numbers,
    /// Whether anything is there: else it needs no step.
    active: bool,
}

/// Adds molecules of one species.
#[derive(Debug)]
pub struct Deposits<'f> {
    space: &'f Space,
    cloud: &'f mut Cloud,
}

impl Deposits<'_> {
    /// Which species that is.
    pub fn species(&self) -> usize {
        self.cloud.species
    }

    /// Adds molecules at a site.
    #[inline]
    pub fn at(&mut self, site: &Site, molecules: f64) {
        self.cloud.active |= molecules != 0.0;
        self.space.deposit(&mut self.cloud.concentration, site, molecules);
    }

    /// Adds molecules in equal parts at several sites.
    pub fn spread(&mut self, sites: &[Site], molecules: f64) {
        #[expect(clippy::cast_precision_loss, reason = "few sites")]
        let part = molecules / sites.len() as f64;
        sites.iter().for_each(|site| self.at(site, part));
    }
}

impl Field {
    /// An empty field. All solvers have the same step.
    pub fn new(space: Space, layers: Vec<Layer>) -> Self {
        let cloud = |(species, layer): (usize, &Layer)| Cloud {
            species,
            concentration: Numbers::zeroed(space.places()),
            active: layer.solver.has_inflow(),
        };
        let clouds = layers.iter().enumerate().map(cloud).collect();
        Self { space, layers, clouds }
    }

    /// Puts a layer of the same step in the place of that of a species, whose concentrations stay; gives the other back.
    pub fn replace(&mut self, species: usize, layer: Layer) -> Layer {
        self.clouds[species].active |= layer.solver.has_inflow();
        std::mem::replace(&mut self.layers[species], layer)
    }

    /// Where it is.
    pub fn space(&self) -> &Space {
        &self.space
    }

    /// The species, in order.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Concentrations of a species at every place, nM.
    pub fn concentration(&self, species: usize) -> &[f64] {
        &self.clouds[species].concentration
    }

    /// Replaces the concentrations of a species.
    ///
    /// # Panics
    /// If there are not as many as places.
    pub fn set(&mut self, species: usize, concentration: &[f64]) {
        let cloud = &mut self.clouds[species];
        cloud.concentration.copy_from_slice(concentration);
        cloud.active = self.layers[species].solver.has_inflow() || concentration.iter().any(|c| *c != 0.0);
    }

    /// Adds molecules at a site.
    #[inline]
    pub fn deposit(&mut self, species: usize, site: &Site, molecules: f64) {
        Deposits { space: &self.space, cloud: &mut self.clouds[species] }.at(site, molecules);
    }

    /// Lets `add` add to each species, whose order of deposits alone decides the bits: species lie on any thread.
    pub fn deposit_each(&mut self, threads: &Threads, add: impl Fn(&mut Deposits<'_>) + Sync) {
        let Self { space, clouds, .. } = self;
        let mut workers = vec![(); clouds.len()];
        threads.each(clouds, 1, &mut workers, |own, ()| {
            own.iter_mut().for_each(|cloud| add(&mut Deposits { space, cloud }));
        });
    }

    /// The concentration at a site, nM.
    #[inline]
    pub fn sample(&self, species: usize, site: &Site) -> f64 {
        self.space.sample(&self.clouds[species].concentration, site)
    }

    /// Molecules of a species.
    pub fn amount(&self, species: usize) -> f64 {
        self.space.amount(&self.clouds[species].concentration)
    }

    /// One step of every species: half the uptake, diffusion and loss, half the uptake.
    pub fn advance(&mut self, threads: &Threads) {
        for (layer, cloud) in self.layers.iter_mut().zip(&mut self.clouds).filter(|(_, cloud)| cloud.active) {
            let concentration = &mut cloud.concentration;
            let half = 0.5 * layer.solver.step_ms();
            absorb(layer.uptake.as_ref(), concentration, half, threads);
            layer.solver.advance(concentration, threads);
            absorb(layer.uptake.as_ref(), concentration, half, threads);
        }
    }

    /// The first concentration that is negative or no finite number: of a release or a state beyond all numbers, or of an
    /// unstable step of a fallback solver. Nobody else looks.
    pub fn fault(&self) -> Option<FieldFault> {
        let faulty = |c: &f64| !(*c >= 0.0 && c.is_finite());
        self.layers.iter().zip(&self.clouds).find_map(|(layer, Cloud { concentration, .. })| {
            let place = concentration.iter().position(faulty)?;
            Some(FieldFault { species: layer.name.clone(), place, value: concentration[place] })
        })
    }
}

fn absorb(uptake: Option<&Uptake>, concentration: &mut [f64], t_ms: f64, threads: &Threads) {
    let Some(uptake) = uptake else { return };
    let run = concentration.len().div_ceil(threads.count()).max(RUN);
    let mut workers = [(); 64];
    let count = concentration.len().div_ceil(run).min(workers.len());
    let run = concentration.len().div_ceil(count.max(1));
    threads.each(concentration, run, &mut workers[..count], |own, ()| {
        own.iter_mut().for_each(|c| *c = flow(uptake, *c, t_ms));
    });
}
