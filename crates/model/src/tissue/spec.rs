//! What the section `peptides` says, and what is recorded of it.

use crate::chosen::Cells;
use crate::peptides::PeptideModel;
use neuropil_neuromod::field::{Compartments, Grid, Walls};
use neuropil_neuromod::probe::Probe;
use neuropil_neuromod::receptor::GClass;
use neuropil_neuromod::release::Scatter;
use std::path::PathBuf;

/// What the section says.
#[derive(Debug, Clone)]
pub(crate) struct TissueSpec {
    /// The file of peptides, where it can be found.
    pub file: PathBuf,
    pub model: PeptideModel,
    pub(super) room: RoomSpec,
    /// Network steps in a field step, and their length.
    pub(super) steps: u64,
    pub(super) step_ms: f64,
    pub listening: bool,
    /// Releases that are not due to spikes.
    pub drive: Option<DriveSpec>,
}

impl TissueSpec {
    /// A field step, ms.
    pub(crate) fn step_ms(&self) -> f64 {
        self.step_ms
    }

    /// Network steps in a field step.
    pub(crate) fn steps(&self) -> u64 {
        self.steps
    }
}

/// The space of a tissue.
#[derive(Debug, Clone)]
pub(crate) enum RoomSpec {
    Voxels(VoxelSpec),
    /// Volumes, exchange, and the compartment of each population.
    Compartments {
        compartments: Compartments,
        of: Vec<Option<u32>>,
    },
}

#[derive(Debug, Clone)]
pub(crate) struct VoxelSpec {
    pub grid: Grid,
    pub origin_um: [f64; 3],
    pub(super) scatter: Scatter,
    /// Walls of each species.
    pub(super) walls: Vec<Walls>,
    pub(super) regions: Vec<Region>,
    /// Whether the fallback solver is used where it need not be.
    pub(super) fallback: bool,
}

/// A box of another tissue; later ones lie over earlier ones.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Region {
    pub(super) low: [f64; 3],
    pub(super) high: [f64; 3],
    pub(super) volume_fraction: Option<f64>,
    pub(super) tortuosity: Option<f64>,
}

/// A table of drives.
#[derive(Debug, Clone)]
pub(crate) struct DriveSpec {
    /// Where it lies.
    pub file: PathBuf,
    pub(super) rows: Vec<Row>,
}

#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) line: usize,
    /// The field step in which it begins to hold.
    pub(super) step: u64,
    /// How much of that step has passed before, from 0 to below 1.
    pub(super) passed: f64,
    pub(super) population: usize,
    /// All cells where there is none.
    pub(super) cell: Option<u32>,
    pub(super) species: u32,
    pub(super) rate: f64,
}

/// A variable that peptides give to cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    Concentration(usize),
    Occupancy(usize),
    Messenger(GClass),
    Signed,
}

/// A variable of some cells of a population.
#[derive(Debug, Clone)]
pub(crate) struct HeardSpec {
    pub path: String,
    pub population: usize,
    pub what: Heard,
    pub cells: Cells,
    /// Field steps from sample to sample.
    pub every: u64,
}

/// What is recorded of a tissue.
#[derive(Debug, Clone, Default)]
pub(crate) struct WatchSpec {
    pub heard: Vec<HeardSpec>,
    pub fields: Vec<Probe>,
}
