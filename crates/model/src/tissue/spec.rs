//! What the section `peptides` says, and what is recorded of it.

use crate::chosen::Cells;
use crate::fields::shown;
use crate::peptides::PeptideModel;
use neuropil_neuromod::Species;
use neuropil_neuromod::field::{Compartments, Grid, Walls};
use neuropil_neuromod::probe::Probe;
use neuropil_neuromod::receptor::GClass;
use neuropil_neuromod::release::Scatter;
use std::path::PathBuf;

/// The part of a steady level that may be missing without a word.
const TOO_LOW: f64 = 0.05;

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

    /// What is told of species that leave so fast, or of field steps so long, that levels settle too low.
    ///
    /// What a steady drive of r releases in a step of Δ is deposited at its beginning, and its end is read. Of what leaves at the
    /// rate k (loss, and uptake far below K_m) that end settles at r Δ e^{−kΔ}/(1 − e^{−kΔ}), where r/k is right.
    pub(crate) fn coarse_steps(&self) -> Vec<String> {
        let told = |own: &Species| {
            let taken_up = own.uptake.as_ref().map_or(0.0, |uptake| uptake.vmax.0 / uptake.km.0);
            let rate = own.params.loss.0 + taken_up;
            let span = rate * self.step_ms;
            let low = if span > 0.0 { 1.0 - span / span.exp_m1() } else { 0.0 };
            (low > TOO_LOW).then(|| {
                format!(
                    "peptides.step_ms: `{}` leaves the tissue with a time constant of {:.3} ms (loss and uptake), and a field step \
                     is {} ms: under a steady drive its level at the ends of steps, which is what is recorded, settles up to {:.1} % too low \
                     (receptors take the mean over a step); a smaller `step_ms` has less of that",
                    own.name,
                    1.0 / rate,
                    shown(self.step_ms),
                    100.0 * low
                )
            })
        };
        self.model.peptides.species.iter().filter_map(told).collect()
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
