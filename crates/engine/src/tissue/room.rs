//! Where peptides spread, and where in it cells are.

use super::{Member, TissueError, number};
use neuropil_core::Real;
use neuropil_network::network::Design;
use neuropil_neuromod::NeuromodError;
use neuropil_neuromod::field::{Compartments, Grid, Site, Space};
use neuropil_neuromod::release::{Scatter, Sites};

/// Where peptides spread.
#[derive(Debug, Clone)]
pub enum Room {
    /// Voxels around cells that have positions.
    Voxels {
        /// The voxels.
        grid: Grid,
        /// The corner of the grid that is its origin, in the coordinates of the cells, um.
        origin_um: [f64; 3],
        /// Where cells release.
        scatter: Scatter,
        /// α: one value, or one a voxel.
        volume_fraction: Vec<f64>,
    },
    /// Well-mixed compartments.
    Compartments {
        /// Volumes and exchange.
        compartments: Compartments,
        /// The compartment of each population.
        of_population: Vec<Option<u32>>,
    },
}

/// Members without a place in the field.
pub(super) fn placed<R: Real>(
    design: &Design<R>,
    (grid, low_um): (&Grid, [f64; 3]),
    members: &[Member],
) -> Vec<TissueError> {
    let fault = |&(index, _): &Member| {
        let own = &design.populations[index];
        let population = own.name.clone();
        let Some(positions) = &own.positions else { return Some(TissueError::NoPositions { population }) };
        let somata = somata(design, low_um, index);
        let mut outside = (0..somata.len()).filter(|&cell| grid.site(somata[cell]).is_err());
        let cell = outside.next()?;
        let high_um = std::array::from_fn(|axis| low_um[axis] + grid.size()[axis]);
        let outside = 1 + outside.count();
        Some(TissueError::Outside { population, cell, position_um: positions[cell], low_um, high_um, outside })
    };
    members.iter().filter_map(fault).collect()
}

/// Members without a compartment.
pub(super) fn mixed<R: Real>(
    design: &Design<R>,
    of_population: &[Option<u32>],
    members: &[Member],
) -> Vec<TissueError> {
    let nowhere = members.iter().filter(|(index, _)| of_population.get(*index).copied().flatten().is_none());
    nowhere
        .map(|(index, _)| TissueError::NoCompartment { population: design.populations[*index].name.clone() })
        .collect()
}

impl Room {
    /// Where each cell of a population hears, and where it releases.
    pub(super) fn sites<R: Real>(
        &self,
        design: &Design<R>,
        space: &Space,
        population: usize,
    ) -> Result<(Vec<Site>, Sites), NeuromodError> {
        match self {
            Self::Voxels { grid, origin_um, scatter, .. } => {
                let somata = somata(design, *origin_um, population);
                let heard = somata.iter().map(|soma| grid.site(*soma)).collect::<Result<_, _>>()?;
                Ok((heard, Sites::scattered(space, &somata, *scatter, (design.seed, number(population)))?))
            }
            Self::Compartments { compartments, of_population } => {
                let own = of_population.get(population).copied().flatten();
                let site = own.and_then(|own| compartments.site(own)).ok_or_else(|| NeuromodError::Property {
                    name: "compartments",
                    reason: format!("population {population} is in none of {}", compartments.count()),
                })?;
                let sites = vec![site; design.populations[population].cells as usize];
                Ok((sites.clone(), Sites::single(sites)))
            }
        }
    }
}

/// Positions from the corner of the grid.
fn somata<R: Real>(design: &Design<R>, origin_um: [f64; 3], population: usize) -> Vec<[f64; 3]> {
    let positions = design.populations[population].positions.iter().flatten();
    positions.map(|place| std::array::from_fn(|axis| place[axis] - origin_um[axis])).collect()
}
