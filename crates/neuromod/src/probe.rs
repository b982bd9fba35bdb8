//! What can be watched of a chain at the end of a field step.

use crate::chain::Chain;
use crate::field::Space;
use crate::receptor::GClass;

/// A quantity of the tissue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// Concentration at cells, nM.
    Concentration {
        /// Index of the species.
        species: usize,
        /// Indices in the chain.
        cells: Vec<u32>,
    },
    /// Share of a receptor that is bound, all ligands together; 0 on cells that do not have it.
    Occupancy {
        /// Index of the receptor.
        receptor: usize,
        /// Indices in the chain.
        cells: Vec<u32>,
    },
    /// Level of a messenger.
    Messenger {
        /// Its class.
        class: GClass,
        /// Indices in the chain.
        cells: Vec<u32>,
    },
    /// Signed messenger.
    Signed {
        /// Indices in the chain.
        cells: Vec<u32>,
    },
    /// Concentration in a plane of voxels, nM; the axes that are left keep their order.
    Slice {
        /// Index of the species.
        species: usize,
        /// The axis at right angles.
        axis: usize,
        /// Which plane.
        plane: usize,
    },
    /// Concentration everywhere, nM.
    Field {
        /// Index of the species.
        species: usize,
    },
    /// Molecules released since the beginning, a row a cell type, a column a species.
    Released,
}

/// A quantity and how often it is sampled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// What.
    pub measure: Measure,
    /// Field steps from sample to sample; the first is taken at the end of step number `every`.
    pub every: u64,
}

impl Probe {
    /// The shape of a sample.
    pub fn shape(&self, chain: &Chain) -> Vec<usize> {
        match &self.measure {
            Measure::Concentration { cells, .. }
            | Measure::Occupancy { cells, .. }
            | Measure::Messenger { cells, .. }
            | Measure::Signed { cells } => vec![cells.len()],
            Measure::Slice { axis, .. } => (0..3).filter(|other| other != axis).map(|a| voxels(chain)[a]).collect(),
            Measure::Field { .. } => match chain.field().space() {
                Space::Voxels { grid, .. } => grid.shape().to_vec(),
                Space::Compartments(compartments) => vec![compartments.count()],
            },
            Measure::Released => vec![chain.peptides().cell_types.len(), chain.peptides().species.len()],
        }
    }

    /// Appends a sample, if the field step just done is one to sample; the last axis of its shape runs fastest.
    pub fn sample(&self, chain: &Chain, values: &mut Vec<f64>) {
        if !chain.steps().is_multiple_of(self.every) {
            return;
        }
        let (field, listeners) = (chain.field(), chain.listeners());
        match &self.measure {
            Measure::Concentration { species, cells } => {
                values.extend(cells.iter().map(|&cell| field.sample(*species, &chain.cells()[cell as usize].site)));
            }
            Measure::Occupancy { receptor, cells } => values.extend(cells.iter().map(|&cell| {
                let state = listeners.receptor_state(chain.peptides(), cell as usize, *receptor);
                state.map_or(0.0, |state| state[..state.len() - 1].iter().sum())
            })),
            Measure::Messenger { class, cells } => values
                .extend(cells.iter().map(|&cell| listeners.levels(chain.peptides(), cell as usize)[class.index()])),
            Measure::Signed { cells } => values.extend(cells.iter().map(|&cell| listeners.signed(cell as usize))),
            Measure::Slice { species, axis, plane } => {
                slice(field.concentration(*species), voxels(chain), (*axis, *plane), values);
            }
            Measure::Field { species } => values.extend_from_slice(field.concentration(*species)),
            Measure::Released => values.extend_from_slice(chain.totals()),
        }
    }
}

/// Voxels along each axis; one where there are compartments.
fn voxels(chain: &Chain) -> [usize; 3] {
    match chain.field().space() {
        Space::Voxels { grid, .. } => grid.shape(),
        Space::Compartments(_) => [1; 3],
    }
}

fn slice(concentration: &[f64], shape: [usize; 3], (axis, plane): (usize, usize), values: &mut Vec<f64>) {
    let within = |own: usize| if own == axis { plane..plane + 1 } else { 0..shape[own] };
    for x in within(0) {
        for y in within(1) {
            values.extend(within(2).map(|z| concentration[(x * shape[1] + y) * shape[2] + z]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Voxel (x, y, z) of 2 x 3 x 4 holds 100 x + 10 y + z. Would catch a plane of the wrong axis and a turned one.
    #[test]
    fn slices_keep_the_order_of_axes() {
        let shape = [2, 3, 4];
        let at = |x, y, z| f64::from(100 * x + 10 * y + z);
        let field: Vec<f64> = (0..2).flat_map(|x| (0..3).flat_map(move |y| (0..4).map(move |z| at(x, y, z)))).collect();
        let found = |axis, plane| {
            let mut values = Vec::new();
            slice(&field, shape, (axis, plane), &mut values);
            values
        };
        assert_eq!(found(0, 1), (0..3).flat_map(|y| (0..4).map(move |z| at(1, y, z))).collect::<Vec<_>>());
        assert_eq!(found(1, 2), (0..2).flat_map(|x| (0..4).map(move |z| at(x, 2, z))).collect::<Vec<_>>());
        assert_eq!(found(2, 3), (0..2).flat_map(|x| (0..3).map(move |y| at(x, y, 3))).collect::<Vec<_>>());
    }
}
