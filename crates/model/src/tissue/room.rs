//! Where peptides spread: voxels with their walls and regions, or well-mixed compartments.

use super::region::AXES;
use super::spec::{Region, RoomSpec, VoxelSpec};
use crate::cells::wholes;
use crate::document::{Node, join};
use crate::fields::{Fields, brief};
use crate::model::PopulationSpec;
use neuropil_core::did_you_mean;
use neuropil_engine::tissue::Room;
use neuropil_neuromod::field::{
    CLOSED, Compartments, CrankNicolson, Grid, Heterogeneous, Layer, SeparableKernel, Transport, Wall, Walls,
};
use neuropil_neuromod::release::Scatter;
use neuropil_neuromod::{NeuromodError, Peptides, Species};

/// Levels of detail, the first the default.
pub(crate) const LEVELS: [&str; 3] = ["voxels", "compartments", "mean_field"];
/// Solvers of voxels, the first the default.
pub(crate) const SOLVERS: [&str; 2] = ["separable_kernel", "crank_nicolson"];
/// What happens at a wall.
pub(crate) const WALLS: [&str; 4] = ["reflect", "absorb", "periodic", "fixed"];
/// More points than this are no longer a few terminals.
const MOST_POINTS: u32 = 4096;
/// D* Δ/dx² beyond which the fallback solver rings at steep profiles.
const RINGS: f64 = 1.0;

/// Reads the space of the section.
pub(super) fn room(
    fields: &mut Fields<'_, '_>,
    peptides: &Peptides,
    populations: &[PopulationSpec],
) -> Option<RoomSpec> {
    match fields.word("level", &LEVELS).unwrap_or(0) {
        0 => voxels(fields, peptides).map(RoomSpec::Voxels),
        1 => compartments(fields, peptides, populations),
        _ => {
            let volume = fields.required_number("volume_um3", "> 0", |volume| volume > 0.0)?;
            let of = vec![Some(0); populations.len()];
            mixed(fields, (&[volume], &[]), peptides, of)
        }
    }
}

fn voxels(fields: &mut Fields<'_, '_>, peptides: &Peptides) -> Option<VoxelSpec> {
    let reader = fields.reader;
    let grid = grid(fields);
    let origin_um = fields.point("origin_um").unwrap_or_default();
    let path = fields.path_of("release_points");
    let points = fields.whole("release_points").unwrap_or_else(|| u64::from(Scatter::default().points));
    let points = u32::try_from(points).ok().filter(|points| (1..=MOST_POINTS).contains(points));
    if points.is_none() {
        reader.fault(&path, format!("must be 1 to {MOST_POINTS}"));
    }
    let sd_um = fields.number_or("release_sd_um", Scatter::default().sd_um, ">= 0", |sd| sd >= 0.0);
    let walls = walls(fields, peptides);
    let path = fields.path_of("regions");
    let regions = fields.get("regions").and_then(|node| reader.array(node, &path)).unwrap_or_default();
    let room = grid.map(|grid| (grid, origin_um));
    let region = |(index, node): (usize, &Node)| Region::read(reader, node, &join(&path, &index.to_string()), room);
    let regions: Vec<Option<Region>> = regions.iter().enumerate().map(region).collect();
    let regions = regions.into_iter().collect::<Option<Vec<_>>>();
    let solver = fields.word("solver", &SOLVERS);
    let regions = regions?;
    if solver == Some(0) && !regions.is_empty() {
        let path = fields.path_of("solver");
        reader.fault(
            &path,
            "the separable kernel is for a tissue that is the same everywhere; `regions` need crank_nicolson",
        );
    }
    let scatter = Scatter { points: points?, sd_um };
    Some(VoxelSpec { grid: grid?, origin_um, scatter, walls: walls?, regions, fallback: solver == Some(1) })
}

fn grid(fields: &mut Fields<'_, '_>) -> Option<Grid> {
    let reader = fields.reader;
    let path = fields.path_of("shape_voxels");
    let shape = fields.require("shape_voxels").and_then(|node| reader.wholes(node, &path));
    let spacing = fields.required_point("spacing_um");
    let shape = shape.and_then(|shape| {
        let counts: Vec<usize> = shape.iter().filter_map(|&n| usize::try_from(n).ok().filter(|&n| n > 0)).collect();
        let counts = <[usize; 3]>::try_from(counts).ok();
        if counts.is_none() {
            reader.fault(&path, "expected 3 whole numbers > 0 (voxels along x, y, z)");
        }
        counts
    });
    match Grid::new(shape?, spacing?) {
        Ok(grid) => Some(grid),
        Err(fault) => {
            reader.fault(&path, fault.to_string());
            None
        }
    }
}

/// The walls of every species: each item of the list is of one axis, and of some species or of all.
fn walls(fields: &mut Fields<'_, '_>, peptides: &Peptides) -> Option<Vec<Walls>> {
    let reader = fields.reader;
    let known: Vec<&str> = peptides.species.iter().map(|own| own.name.as_str()).collect();
    let mut all = vec![CLOSED; known.len()];
    let path = fields.path_of("walls");
    let items = fields.get("walls").and_then(|node| reader.array(node, &path)).unwrap_or_default();
    for (index, node) in items.iter().enumerate() {
        let path = join(&path, &index.to_string());
        let mut own = reader.object(node, &path, "wall")?;
        let species = own.get("species").map(|node| reader.string(node, &join(&path, "species")));
        let axis = own.required_word("axis", &AXES);
        let faces = ["low", "high"].map(|side| face(&mut own, side));
        own.finish();
        let chosen = match species {
            None => 0..known.len(),
            Some(name) => {
                let name = name?;
                let Some(place) = known.iter().position(|own| *own == name) else {
                    let hint = did_you_mean(name, known.iter().copied());
                    reader.fault(&join(&path, "species"), format!("there is no species `{}`{hint}", brief(name)));
                    continue;
                };
                place..place + 1
            }
        };
        let (axis, [low, high]) = (axis?, faces);
        for walls in &mut all[chosen] {
            walls[axis] = [low?, high?];
        }
    }
    Some(all)
}

fn face(fields: &mut Fields<'_, '_>, side: &str) -> Option<Wall> {
    let key = format!("{side}_nm");
    let given = fields.get(&key).is_some();
    let wall = match fields.word(side, &WALLS).unwrap_or(0) {
        0 => Wall::Reflect,
        1 => Wall::Absorb,
        2 => Wall::Periodic,
        _ => return fields.required_number(&key, ">= 0", |value| value >= 0.0).map(Wall::Fixed),
    };
    if given {
        fields
            .reader
            .fault(&fields.path_of(&key), format!("only a wall that is `fixed` has a concentration: `{side}` is not"));
    }
    Some(wall)
}

fn compartments(fields: &mut Fields<'_, '_>, peptides: &Peptides, populations: &[PopulationSpec]) -> Option<RoomSpec> {
    let reader = fields.reader;
    let path = fields.path_of("compartments");
    let items = fields.require("compartments").and_then(|node| reader.array(node, &path))?;
    let (mut names, mut volumes, mut of) = (Vec::new(), Vec::new(), vec![None; populations.len()]);
    for (index, node) in items.iter().enumerate() {
        let path = join(&path, &index.to_string());
        let mut own = reader.object(node, &path, "compartment")?;
        let name = own.require("name").and_then(|node| reader.string(node, &join(&path, "name")));
        let volume = own.required_number("volume_um3", "> 0", |volume| volume > 0.0);
        let why = "a compartment holds whole populations";
        let chosen = wholes(&mut own, ("populations", why), populations);
        own.finish();
        for population in chosen.into_iter().flatten() {
            if of[population].is_some() {
                let message = format!("`{}` is in a compartment before already", populations[population].name);
                reader.fault(&join(&path, "populations"), message);
            }
            of[population] = u32::try_from(index).ok();
        }
        names.push(name?.to_owned());
        volumes.push(volume?);
    }
    let path = fields.path_of("exchange");
    let mut exchange = Vec::new();
    for (index, node) in
        fields.get("exchange").and_then(|node| reader.array(node, &path)).unwrap_or_default().iter().enumerate()
    {
        let path = join(&path, &index.to_string());
        let mut own = reader.object(node, &path, "exchange")?;
        let mut end = |key: &str| {
            let name = own.require(key).and_then(|node| reader.string(node, &join(&path, key)))?;
            let found = names.iter().position(|own| own == name);
            if found.is_none() {
                let hint = did_you_mean(name, names.iter().map(String::as_str));
                reader.fault(&join(&path, key), format!("there is no compartment `{}`{hint}", brief(name)));
            }
            found
        };
        let ends = (end("between"), end("and"));
        let rate = own.required_number("um3_per_ms", ">= 0", |rate| rate >= 0.0);
        own.finish();
        exchange.push((ends.0?, ends.1?, rate?));
    }
    mixed(fields, (&volumes, &exchange), peptides, of)
}

fn mixed(
    fields: &Fields<'_, '_>,
    (volumes, exchange): (&[f64], &[(usize, usize, f64)]),
    peptides: &Peptides,
    of: Vec<Option<u32>>,
) -> Option<RoomSpec> {
    match Compartments::new(volumes, peptides.volume_fraction, exchange) {
        Ok(compartments) => Some(RoomSpec::Compartments { compartments, of }),
        Err(fault) => {
            fields.reader.fault(&fields.path, fault.to_string());
            None
        }
    }
}

impl VoxelSpec {
    fn transport(&self, species: usize, of: &Species) -> Transport {
        let diffusivity = [of.diffusivity_effective(); 3];
        Transport { grid: self.grid, walls: self.walls[species], diffusivity, loss: of.params.loss.0 }
    }

    fn is_uneven(&self) -> bool {
        self.fallback || !self.regions.is_empty()
    }

    /// The value of each voxel: that of the last region that holds its centre.
    #[expect(clippy::cast_precision_loss, reason = "few voxels")]
    fn by_region(&self, elsewhere: f64, value: impl Fn(&Region) -> Option<f64>) -> Vec<f64> {
        let shape = self.grid.shape();
        let at = |voxel: usize| {
            let index = [voxel / (shape[1] * shape[2]), voxel / shape[2] % shape[1], voxel % shape[2]];
            let place: [f64; 3] =
                std::array::from_fn(|axis| self.origin_um[axis] + (index[axis] as f64 + 0.5) * self.grid.dx()[axis]);
            self.regions.iter().rev().filter(|own| own.holds(place)).find_map(&value).unwrap_or(elsewhere)
        };
        (0..self.grid.voxels()).map(at).collect()
    }

    fn uneven(&self, species: usize, of: &Species, volume_fraction: f64) -> Heterogeneous {
        let tortuosity = self.by_region(of.params.tortuosity.0, |region| region.tortuosity);
        Heterogeneous {
            grid: self.grid,
            walls: self.walls[species],
            diffusivity: tortuosity.iter().map(|own| of.params.diffusivity_free.0 / (own * own)).collect(),
            volume_fraction: self.by_region(volume_fraction, |region| region.volume_fraction),
            loss: of.params.loss.0,
        }
    }
}

impl RoomSpec {
    /// Voxels or compartments.
    pub fn places(&self) -> usize {
        match self {
            Self::Voxels(voxels) => voxels.grid.voxels(),
            Self::Compartments { compartments, .. } => compartments.count(),
        }
    }

    /// What keeps a species from being solved.
    pub fn fault(&self, species: usize, of: &Species, step_ms: f64) -> Option<NeuromodError> {
        match self {
            Self::Voxels(voxels) => voxels.transport(species, of).check(step_ms).err(),
            Self::Compartments { compartments, .. } => compartments.solver(of.params.loss.0, step_ms).err(),
        }
    }

    /// What is allowed but looks wrong, with the field that it is of.
    pub fn suspicions(&self, species: usize, of: &Species, step_ms: f64) -> Vec<(&'static str, String)> {
        let Self::Voxels(voxels) = self else { return Vec::new() };
        let transport = voxels.transport(species, of);
        let coarse = transport.coarse(&of.name).map(|message| ("spacing_um", message));
        let least = voxels.regions.iter().filter_map(|region| region.tortuosity).fold(of.params.tortuosity.0, f64::min);
        let faster = (of.params.tortuosity.0 / least).powi(2);
        let ratio = (0..3).map(|axis| transport.ratio(axis, step_ms) * faster).fold(0.0, f64::max);
        let rings = (voxels.is_uneven() && ratio > RINGS).then(|| {
            let most = step_ms / ratio;
            let message = format!(
                "`{}`: D* step/dx² = {ratio:.2}: crank_nicolson rings above 1 at steep profiles, and concentrations may fall \
                 below 0, which ends the run; steps of at most {most:.3} ms do not",
                of.name
            );
            ("step_ms", message)
        });
        coarse.into_iter().chain(rings).collect()
    }

    /// The species as a layer of the field.
    pub fn layer(
        &self,
        species: usize,
        of: &Species,
        (volume_fraction, step_ms): (f64, f64),
    ) -> Result<Layer, NeuromodError> {
        let (name, uptake) = (of.name.clone(), of.uptake.clone());
        Ok(match self {
            Self::Voxels(voxels) if voxels.is_uneven() => {
                let tissue = voxels.uneven(species, of, volume_fraction);
                Layer { name, solver: Box::new(CrankNicolson::new(&tissue, step_ms)?), uptake }
            }
            Self::Voxels(voxels) => {
                let solver = SeparableKernel::new(&voxels.transport(species, of), step_ms)?;
                Layer { name, solver: Box::new(solver), uptake }
            }
            Self::Compartments { compartments, .. } => {
                Layer { name, solver: Box::new(compartments.solver(of.params.loss.0, step_ms)?), uptake }
            }
        })
    }

    /// The space for the engine.
    pub fn room(&self, volume_fraction: f64) -> Room {
        match self {
            Self::Voxels(voxels) => {
                let own = &voxels.regions;
                let uneven = own.iter().any(|region| region.volume_fraction.is_some());
                let fractions = if uneven {
                    voxels.by_region(volume_fraction, |region| region.volume_fraction)
                } else {
                    vec![volume_fraction]
                };
                let VoxelSpec { grid, origin_um, scatter, .. } = *voxels;
                Room::Voxels { grid, origin_um, scatter, volume_fraction: fractions }
            }
            Self::Compartments { compartments, of } => {
                Room::Compartments { compartments: compartments.clone(), of_population: of.clone() }
            }
        }
    }
}
