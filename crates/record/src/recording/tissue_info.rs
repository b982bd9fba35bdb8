//! What a recording tells of the peptides of a run, and which of their quantities it holds.

use crate::recording::recorded::Recorded;
use crate::recording::report_info::ReportInfo;
use neuropil_core::Real;
use neuropil_engine::Tissue;
use neuropil_network::network::Design;
use neuropil_neuromod::field::Space;
use neuropil_neuromod::probe::{Measure, Probe};

/// The tissue of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TissueInfo {
    /// Names of the species.
    pub species: Vec<String>,
    /// Names of the cell types.
    pub cell_types: Vec<String>,
    /// The voxels; none where there are compartments.
    pub voxels: Option<Voxels>,
    /// Length of a field step in ms.
    pub step_ms: f64,
    /// What is recorded; their order is that of [`Block::arrays`](crate::Block::arrays).
    pub arrays: Vec<ArrayInfo>,
}

/// The voxels of a field.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Voxels {
    /// Voxels along x, y, z.
    pub shape: [u64; 3],
    /// Their edges in um.
    pub spacing_um: [f64; 3],
    /// The near corner of the first in the coordinates of the cells, um.
    pub origin_um: [f64; 3],
}

/// An array that is recorded at a fixed interval.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArrayInfo {
    /// `field`, `slice` or `released`.
    pub measure: String,
    /// The species; empty for `released`.
    pub species: String,
    /// Axis at right angles to a slice, and its plane.
    pub slice: Option<(Axis, u64)>,
    /// Unit of the values.
    pub unit: String,
    /// Shape of a frame.
    pub shape: Vec<usize>,
    /// Time between frames in ms; the first is at this time.
    pub every_ms: f64,
}

/// An axis of space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// The slowest of a field.
    X,
    /// The middle one.
    Y,
    /// The fastest.
    Z,
}

impl Axis {
    /// In their order.
    pub const ALL: [Axis; 3] = [Axis::X, Axis::Y, Axis::Z];

    /// The name in files.
    pub fn name(self) -> &'static str {
        ["x", "y", "z"][self as usize]
    }
}

impl TissueInfo {
    /// The group of each array: measure and species, those of one name after the first numbered.
    pub fn array_names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for info in &self.arrays {
            let base = match info.species.as_str() {
                "" => info.measure.clone(),
                species => format!("{}.{}", info.measure, species.replace('/', "_")),
            };
            let numbered = (1_u32..).map(|n| if n == 1 { base.clone() } else { format!("{base}.{n}") });
            names.extend(numbered.into_iter().find(|name| !names.contains(name)));
        }
        names
    }
}

/// How the probes of a tissue are recorded.
#[derive(Clone, Debug, Default)]
pub struct TissueRecording {
    pub(crate) info: TissueInfo,
    /// Reports of those that sample cells.
    pub(crate) reports: Vec<ReportInfo>,
    /// Whether each probe samples cells.
    pub(crate) of_cells: Vec<bool>,
}

impl TissueRecording {
    /// Of a tissue of `design`, whose populations are recorded as `recorded` says. `origin_um` is the corner of the grid.
    pub fn new<R: Real>(design: &Design<R>, recorded: &[Recorded], tissue: &Tissue) -> Self {
        let chain = tissue.chain();
        let peptides = chain.peptides();
        let step_ms = chain.pace().field_step_ms;
        let voxels = match chain.field().space() {
            Space::Voxels { grid, .. } => Some(Voxels {
                shape: grid.shape().map(|n| n as u64),
                spacing_um: grid.dx(),
                origin_um: tissue.origin_um(),
            }),
            Space::Compartments(_) => None,
        };
        let mut plan = Self {
            info: TissueInfo {
                species: peptides.species.iter().map(|own| own.name.clone()).collect(),
                cell_types: peptides.cell_types.iter().map(|own| own.name.clone()).collect(),
                voxels,
                step_ms,
                arrays: Vec::new(),
            },
            ..Self::default()
        };
        let cells = Cells { first_ids: design.first_ids(), recorded, tissue };
        for probe in tissue.probes() {
            let report = cells.report(probe, step_ms);
            plan.of_cells.push(report.is_some());
            match report {
                Some(report) => plan.reports.push(report),
                None => plan.info.arrays.push(array(probe, tissue, step_ms)),
            }
        }
        plan
    }
}

/// Which cell is which.
struct Cells<'a> {
    first_ids: Vec<u32>,
    recorded: &'a [Recorded],
    tissue: &'a Tissue,
}

impl Cells<'_> {
    fn report(&self, probe: &Probe, step_ms: f64) -> Option<ReportInfo> {
        let peptides = self.tissue.chain().peptides();
        let (variable, unit, cells) = match &probe.measure {
            Measure::Concentration { species, cells } => {
                (format!("concentration.{}", peptides.species[*species].name), "nM", cells)
            }
            Measure::Occupancy { receptor, cells } => {
                (format!("occupancy.{}", peptides.receptors[*receptor].name), "", cells)
            }
            Measure::Messenger { class, cells } => (format!("messenger.{}", class.name()), "", cells),
            Measure::Signed { cells } => ("signed_messenger".into(), "", cells),
            _ => return None,
        };
        let id = |cell: &u32| self.tissue.ids()[*cell as usize];
        let population = self.first_ids.partition_point(|first| *first <= id(cells.first().unwrap_or(&0))) - 1;
        let own = &self.recorded[population];
        let every_ms = every_ms(probe, step_ms);
        Some(ReportInfo {
            population: own.population.clone(),
            variable: variable.replace('/', "_"),
            unit: unit.into(),
            node_ids: cells.iter().map(|cell| own.id(id(cell) - self.first_ids[population])).collect(),
            first_ms: every_ms,
            every_ms,
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "fewer than 2^53 steps")]
fn every_ms(probe: &Probe, step_ms: f64) -> f64 {
    probe.every as f64 * step_ms
}

fn array(probe: &Probe, tissue: &Tissue, step_ms: f64) -> ArrayInfo {
    let chain = tissue.chain();
    let name = |species: &usize| chain.peptides().species[*species].name.clone();
    let (measure, species, slice, unit) = match &probe.measure {
        Measure::Slice { species, axis, plane } => {
            ("slice", name(species), Some((Axis::ALL[*axis], *plane as u64)), "nM")
        }
        Measure::Field { species } => ("field", name(species), None, "nM"),
        _ => ("released", String::new(), None, "molecules"),
    };
    ArrayInfo {
        measure: measure.into(),
        species,
        slice,
        unit: unit.into(),
        shape: probe.shape(chain),
        every_ms: every_ms(probe, step_ms),
    }
}
