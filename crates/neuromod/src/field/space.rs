//! Where concentrations live: voxels or compartments.

use super::compartments::Compartments;
use super::grid::{Grid, Site};
use crate::error::NeuromodError;
use crate::species::MOLECULES_PER_NM_UM3;

/// The places of a field, and the extracellular fluid that each holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Space {
    /// Voxels; the volume fraction is the same everywhere, or one a voxel.
    Voxels {
        /// The grid.
        grid: Grid,
        /// Volume fraction: one value, or one a voxel.
        volume_fraction: Vec<f64>,
    },
    /// Well-mixed compartments.
    Compartments(Compartments),
}

impl Space {
    /// Voxels of a tissue that is the same everywhere.
    ///
    /// # Errors
    /// A volume fraction that is not between 0 and 1.
    pub fn voxels(grid: Grid, volume_fraction: f64) -> Result<Self, NeuromodError> {
        Self::uneven_voxels(grid, vec![volume_fraction])
    }

    /// Voxels with a volume fraction each.
    ///
    /// # Errors
    /// Another number of values than voxels, or one that is not between 0 and 1.
    pub fn uneven_voxels(grid: Grid, volume_fraction: Vec<f64>) -> Result<Self, NeuromodError> {
        let name = "volume_fraction";
        if ![1, grid.voxels()].contains(&volume_fraction.len()) {
            let reason = format!("{} values for {} voxels", volume_fraction.len(), grid.voxels());
            return Err(NeuromodError::Property { name, reason });
        }
        match volume_fraction.iter().find(|value| !(**value > 0.0 && **value <= 1.0)) {
            Some(value) => {
                Err(NeuromodError::Property { name, reason: format!("found {value}, must be above 0, at most 1") })
            }
            None => Ok(Self::Voxels { grid, volume_fraction }),
        }
    }

    /// How many places there are.
    pub fn places(&self) -> usize {
        match self {
            Space::Voxels { grid, .. } => grid.voxels(),
            Space::Compartments(compartments) => compartments.count(),
        }
    }

    /// Molecules that are 1 nM in a place.
    #[inline]
    pub fn molecules_per_nm(&self, place: usize) -> f64 {
        let fluid = match self {
            Space::Voxels { grid, volume_fraction } => {
                grid.voxel_volume() * volume_fraction.get(place).unwrap_or(&volume_fraction[0])
            }
            Space::Compartments(compartments) => compartments.fluid_um3(place),
        };
        MOLECULES_PER_NM_UM3 * fluid
    }

    /// The places of a site and their weights, which add up to 1.
    #[inline]
    pub fn neighbours(&self, site: &Site) -> [(usize, f64); 8] {
        match self {
            Space::Voxels { grid, .. } => site.neighbours(grid.strides()),
            Space::Compartments(_) => site.neighbours([0; 3]),
        }
    }

    /// Adds molecules at a site; the amount in the space rises by as many.
    #[inline]
    pub fn deposit(&self, concentration: &mut [f64], site: &Site, molecules: f64) {
        if let Space::Voxels { grid, volume_fraction } = self
            && let [volume_fraction] = volume_fraction[..]
        {
            let scaled = molecules / (MOLECULES_PER_NM_UM3 * grid.voxel_volume() * volume_fraction);
            for (place, weight) in site.neighbours(grid.strides()) {
                concentration[place] += weight * scaled;
            }
            return;
        }
        for (place, weight) in self.neighbours(site) {
            concentration[place] += weight * molecules / self.molecules_per_nm(place);
        }
    }

    /// The concentration at a site, with the weights of [`Self::deposit`].
    #[inline]
    pub fn sample(&self, concentration: &[f64], site: &Site) -> f64 {
        self.neighbours(site).iter().map(|&(place, weight)| weight * concentration[place]).sum()
    }

    /// All molecules.
    pub fn amount(&self, concentration: &[f64]) -> f64 {
        concentration.iter().enumerate().map(|(place, c)| c * self.molecules_per_nm(place)).sum()
    }
}
