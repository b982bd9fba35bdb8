//! The section `peptides`: which file says what peptides do, and the voxels in which they spread.

use crate::document::{Document, Node};
use crate::fault::{Fault, Faults};
use crate::fields::{Fields, Reader, shown};
use crate::model::Model;
use crate::peptides::{self, PeptideModel};
use neuropil_core::{Clock, Real};
use neuropil_engine::Tissue;
use neuropil_engine::tissue::{Plan, TissueError};
use neuropil_network::network::Design;
use neuropil_neuromod::field::{CLOSED, Grid, Layer, SeparableKernel, Transport};
use neuropil_neuromod::release::Scatter;
use neuropil_neuromod::{NeuromodError, Species};
use std::path::{Path, PathBuf};

/// Length of a field step where the file does not say.
const STEP_MS: f64 = 10.0;

/// What the section says.
#[derive(Debug, Clone)]
pub(crate) struct TissueSpec {
    /// The file of peptides, where it can be found.
    pub file: PathBuf,
    pub model: PeptideModel,
    grid: Grid,
    origin_um: [f64; 3],
    /// Network steps in a field step, and their length.
    steps: u64,
    step_ms: f64,
    scatter: Scatter,
    listening: bool,
}

/// Reads the section and the file that it names.
pub(crate) fn tissue(reader: &Reader<'_>, node: &Node, clock: Clock) -> Option<TissueSpec> {
    let mut fields = reader.object(node, "peptides", "peptides_of_network")?;
    let read = file(&mut fields);
    let grid = grid(&mut fields);
    let origin_um = fields.point("origin_um").unwrap_or_default();
    let step_ms = fields.number_or("step_ms", STEP_MS, "> 0", |step| step > 0.0);
    let steps = clock.steps(step_ms).ok().filter(|steps| *steps > 0);
    if steps.is_none() {
        let dt_ms = shown(clock.dt_ms());
        reader.fault("peptides.step_ms", format!("found {}, must be a multiple of dt_ms = {dt_ms}", shown(step_ms)));
    }
    let points = fields.whole("release_points").unwrap_or_else(|| u64::from(Scatter::default().points));
    let points = u32::try_from(points).ok().filter(|points| (1..=MOST_POINTS).contains(points));
    if points.is_none() {
        reader.fault("peptides.release_points", format!("must be 1 to {MOST_POINTS}"));
    }
    let sd_um = fields.number_or("release_sd_um", Scatter::default().sd_um, ">= 0", |sd| sd >= 0.0);
    let listening = fields.boolean_or("listening", true);
    fields.finish();
    let ((file, model), grid, steps) = (read?, grid?, steps?);
    let (scatter, step_ms) = (Scatter { points: points?, sd_um }, clock.time_ms(steps));
    let spec = TissueSpec { file, model, grid, origin_um, steps, step_ms, scatter, listening };
    for species in &spec.model.peptides.species {
        if let Err(fault) = spec.transport(species).check(step_ms) {
            reader.fault("peptides", format!("`{}`: {fault}", species.name));
        }
    }
    Some(spec)
}

/// More points than this are no longer a few terminals.
const MOST_POINTS: u32 = 4096;

fn file(fields: &mut Fields<'_, '_>) -> Option<(PathBuf, PeptideModel)> {
    let reader = fields.reader;
    let path = fields.path_of("file");
    let named = fields.require("file").and_then(|node| reader.string(node, &path))?;
    let file = Path::new(&reader.document.file).parent().unwrap_or(Path::new("")).join(named);
    let file = std::fs::canonicalize(&file).or_else(|_| std::path::absolute(&file)).unwrap_or(file);
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) => {
            reader.fault(&path, format!("cannot read `{}`: {error}", file.display()));
            return None;
        }
    };
    match Document::parse(&file.to_string_lossy(), text).and_then(peptides::decode) {
        Ok(model) => Some((file, model)),
        Err(faults) => {
            faults.faults.iter().for_each(|fault| reader.fault(&path, within(&faults, fault)));
            None
        }
    }
}

/// A fault of another file, in a line.
fn within(faults: &Faults, fault: &Fault) -> String {
    let place = fault.place.as_ref().map(|place| format!(":{}:{}", place.line, place.column)).unwrap_or_default();
    format!("{}{place}: {}: {}", faults.file, fault.path, fault.message)
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

impl TissueSpec {
    fn transport(&self, species: &Species) -> Transport {
        let diffusivity = [species.diffusivity_effective(); 3];
        Transport { grid: self.grid, walls: CLOSED, diffusivity, loss: species.params.loss.0 }
    }

    fn layer(&self, species: &Species) -> Result<Layer, NeuromodError> {
        let solver = Box::new(SeparableKernel::new(&self.transport(species), self.step_ms)?);
        Ok(Layer { name: species.name.clone(), solver, uptake: species.uptake.clone() })
    }

    /// What is allowed but looks wrong: of the file of peptides, and voxels that are coarse.
    pub fn suspicions(&self, document: &Document) -> Vec<Fault> {
        let model = &self.model;
        let file = model.document.file.as_str();
        let own = model.warnings.iter().map(|fault| format!("{file}: {}: {}", fault.path, fault.message));
        let species = model.peptides.species.iter();
        let coarse = species.filter_map(|species| self.transport(species).coarse(&species.name));
        own.map(|message| document.fault("peptides.file", message))
            .chain(coarse.map(|message| document.fault("peptides.spacing_um", message)))
            .collect()
    }
}

impl Model {
    /// The peptides of the network, at rest; none where the file has no such section. `design` is one of this model.
    ///
    /// # Errors
    /// Cells that are not in the field, or do not take what messengers do to them.
    pub fn tissue<R: Real>(&self, design: &Design<R>) -> Result<Option<Tissue>, Faults> {
        let Some(spec) = &self.peptides else { return Ok(None) };
        let layers = spec.model.peptides.species.iter().map(|species| spec.layer(species)).collect::<Result<_, _>>();
        let made = layers.map_err(|fault| vec![fault.into()]).and_then(|layers| {
            let (peptides, grid, origin_um) = (spec.model.peptides.clone(), spec.grid, spec.origin_um);
            let (scatter, steps, listening) = (spec.scatter, spec.steps, spec.listening);
            Tissue::new(design, Plan { peptides, grid, origin_um, layers, scatter, steps, listening })
        });
        made.map(Some).map_err(|faults| {
            let faults = faults.iter().map(|fault| self.document.fault(&place(fault), fault.to_string())).collect();
            Faults::new(self.document.file.as_str(), faults)
        })
    }

    /// Memory of the field, bytes: concentrations and what a step needs beside.
    pub fn field_bytes(&self) -> u64 {
        let voxels = |spec: &TissueSpec| 2 * 8 * spec.grid.voxels() * spec.model.peptides.species.len();
        self.peptides.as_ref().map_or(0, |spec| u64::try_from(voxels(spec)).unwrap_or(u64::MAX))
    }
}

/// The field of the file that a fault is of.
fn place(fault: &TissueError) -> String {
    match fault {
        TissueError::NoPositions { population } => format!("populations.{population}"),
        TissueError::Outside { population, .. } => format!("populations.{population}.positions"),
        TissueError::Refused { population, .. } => format!("populations.{population}.model"),
        TissueError::Transmitter { .. } => "peptides.file".into(),
        _ => "peptides".into(),
    }
}
