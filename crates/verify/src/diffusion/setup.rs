//! The tissue of a run: grid, species, walls, initial concentrations.

use super::Reader;
use super::header::{Face, Run, SpeciesSpec};
use crate::error::Error;
use neuropil_core::units::{Nm, NmPerMs, One, PerMs, Um2PerMs};
use neuropil_neuromod::field::{Field, Grid, Layer, SeparableKernel, Site, Space, Transport, Wall};
use neuropil_neuromod::{NeuromodError, Species, SpeciesParams, Uptake};

/// What every step of a run needs.
pub(super) struct Setup {
    pub grid: Grid,
    pub space: Space,
    pub transports: Vec<Transport>,
    pub species: Vec<Species>,
    /// Concentrations before any deposit, nM.
    pub initial: Vec<Vec<f64>>,
}

/// Molecules at a place and a time.
pub(super) struct Deposit {
    pub time_ms: f64,
    pub species: usize,
    pub site: Site,
    pub molecules: f64,
}

impl Reader<'_> {
    pub(super) fn setup(&self, run: &Run) -> Result<Setup, Error> {
        let spec = run.grid.as_ref().ok_or_else(|| self.wrong(run, "`grid` is missing"))?;
        let refused = |error: NeuromodError| self.wrong(run, error);
        let grid = Grid::new(spec.shape, spec.dx_um).map_err(refused)?;
        let space = Space::voxels(grid, run.tissue.volume_fraction).map_err(refused)?;
        let mut setup = Setup { grid, space, transports: Vec::new(), species: Vec::new(), initial: Vec::new() };
        for own in &run.species {
            let (species, diffusivity) = self.diffusivity(run, own)?;
            let (loss, walls) = (own.loss_per_ms, self.walls(run, own)?);
            setup.transports.push(Transport { grid, walls, diffusivity, loss });
            setup.species.push(species);
            let mut initial = vec![own.initial.uniform_nm; grid.voxels()];
            if let Some(name) = &own.initial.field {
                let field = self.numbers(name)?;
                if field.len() != grid.voxels() {
                    return Err(self.bad_array(name, format!("{} values for {} voxels", field.len(), grid.voxels())));
                }
                initial.iter_mut().zip(&field).for_each(|(c, own)| *c += own);
            }
            setup.initial.push(initial);
        }
        Ok(setup)
    }

    /// The species, and D* along each axis: ours, from the free diffusivity, where the header has one.
    fn diffusivity(&self, run: &Run, own: &SpeciesSpec) -> Result<(Species, [f64; 3]), Error> {
        let params = SpeciesParams {
            diffusivity_free: Um2PerMs(own.diffusivity_free_um2_per_ms.unwrap_or(0.0)),
            tortuosity: One(own.tortuosity.unwrap_or(1.0)),
            loss: PerMs(own.loss_per_ms),
        };
        let uptake = own.uptake.as_ref().map(|own| Uptake { vmax: NmPerMs(own.vmax_nm_per_ms), km: Nm(own.km_nm) });
        let species = Species { name: own.name.clone(), gene: String::new(), params, uptake };
        let given = own.diffusivity_effective_um2_per_ms;
        if own.diffusivity_free_um2_per_ms.is_none() {
            return Ok((species, given));
        }
        let effective = species.diffusivity_effective();
        if given.iter().any(|given| (given - effective).abs() > 1e-12 * effective) {
            let reason = format!("`{}`: effective diffusivity {given:?}, but free/tortuosity² = {effective}", own.name);
            return Err(self.wrong(run, reason));
        }
        Ok((species, [effective; 3]))
    }

    fn walls(&self, run: &Run, own: &SpeciesSpec) -> Result<[[Wall; 2]; 3], Error> {
        let faces = run.boundary.ok_or_else(|| self.wrong(run, "`boundary` is missing"))?;
        let mut walls = [[Wall::Reflect; 2]; 3];
        for (axis, side) in (0..3).flat_map(|axis| [(axis, 0), (axis, 1)]) {
            walls[axis][side] = match faces[axis][side] {
                Face::Reflect => Wall::Reflect,
                Face::Absorb => Wall::Absorb,
                Face::Periodic => Wall::Periodic,
                Face::Fixed => {
                    let value = own.fixed_value_nm.and_then(|values| values[axis][side]);
                    Wall::Fixed(value.ok_or_else(|| self.wrong(run, "a fixed face has no `fixed_value_nm`"))?)
                }
            };
        }
        Ok(walls)
    }

    /// All deposits, by time.
    pub(super) fn deposits(&self, run: &Run, setup: &Setup) -> Result<Vec<Deposit>, Error> {
        let mut all = Vec::new();
        for own in &run.deposits {
            let species = self.species(run, &own.species)?;
            let (times, molecules) = (self.numbers(&own.time_ms)?, self.numbers(&own.molecules)?);
            let points = self.points(&own.position_um)?;
            if times.len() != points.len() || molecules.len() != points.len() {
                return Err(self.bad_array(&own.molecules, "positions, times and molecules differ in number".into()));
            }
            for ((point, time_ms), molecules) in points.into_iter().zip(times).zip(molecules) {
                let site = setup.grid.site(point).map_err(|error| self.wrong(run, error))?;
                all.push(Deposit { time_ms, species, site, molecules });
            }
        }
        all.sort_by(|a, b| a.time_ms.total_cmp(&b.time_ms));
        Ok(all)
    }
}

impl Setup {
    /// A field of steps of `step_ms` that holds nothing.
    pub fn field(&self, step_ms: f64) -> Result<Field, NeuromodError> {
        let layer = |(transport, species): (&Transport, &Species)| {
            let solver = Box::new(SeparableKernel::new(transport, step_ms)?);
            Ok(Layer { name: species.name.clone(), solver, uptake: species.uptake.clone() })
        };
        let layers = self.transports.iter().zip(&self.species).map(layer).collect::<Result<_, NeuromodError>>()?;
        Ok(Field::new(self.space.clone(), layers))
    }
}
