//! The section `peptides`: which file says what peptides do, and the voxels in which they spread.

mod drive;
pub(crate) mod region;
pub(crate) mod room;
pub(crate) mod spec;
mod types;
pub(crate) mod watch;

use crate::document::{Document, Node};
use crate::fault::{Fault, Faults};
use crate::fields::{Fields, Reader, shown};
use crate::model::{Model, PopulationSpec};
use crate::peptides::{self, PeptideModel};
use drive::drive;
use neuropil_core::{Clock, Real};
use neuropil_engine::Tissue;
use neuropil_engine::intervention::LayerMaker;
use neuropil_engine::tissue::{TissueError, TissuePlan};
use neuropil_network::network::Design;
use neuropil_neuromod::NeuromodError;
use room::room;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use spec::TissueSpec;

/// Length of a field step where the file does not say.
const STEP_MS: f64 = 10.0;

/// Reads the section and the files that it names.
pub(crate) fn tissue(
    reader: &Reader<'_>,
    node: &Node,
    (populations, clock): (&[PopulationSpec], Clock),
) -> Option<TissueSpec> {
    let mut fields = reader.object(node, "peptides", "peptides_of_network")?;
    let read = file(&mut fields);
    let step_ms = fields.number_or("step_ms", STEP_MS, "> 0", |step| step > 0.0);
    let steps = clock.steps(step_ms).ok().filter(|steps| *steps > 0);
    if steps.is_none() {
        let dt_ms = shown(clock.dt_ms());
        reader.fault("peptides.step_ms", format!("found {}, must be a multiple of dt_ms = {dt_ms}", shown(step_ms)));
    }
    let listening = fields.boolean_or("listening", true);
    // Without the file nothing else can be judged.
    let (file, model) = read?;
    let species: Vec<&str> = model.peptides.species.iter().map(|own| own.name.as_str()).collect();
    let drive = drive(&mut fields, (&species, step_ms), populations);
    let room = room(&mut fields, &model.peptides, populations);
    fields.finish();
    let (room, steps) = (room?, steps?);
    let spec = TissueSpec { file, model, room, steps, step_ms: clock.time_ms(steps), listening, drive };
    for (index, species) in spec.model.peptides.species.iter().enumerate() {
        if let Some(fault) = spec.room.fault(index, species, spec.step_ms) {
            reader.fault("peptides", format!("`{}`: {fault}", species.name));
        }
    }
    Some(spec)
}

fn file(fields: &mut Fields<'_, '_>) -> Option<(PathBuf, PeptideModel)> {
    let reader = fields.reader;
    let path = fields.path_of("file");
    let named = fields.require("file").and_then(|node| reader.string(node, &path))?;
    let file = Path::new(&reader.document.file).parent().unwrap_or(Path::new("")).join(named);
    let file = std::fs::canonicalize(&file).or_else(|_| std::path::absolute(&file)).unwrap_or(file);
    let text = match neuropil_files::text(&file, neuropil_files::MOST_WRITTEN) {
        Ok(text) => text,
        Err(error) => {
            reader.fault(&path, error.to_string());
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

impl TissueSpec {
    /// What makes the layer of a species of another diffusivity or loss.
    pub fn layer_maker(
        &self,
        species: usize,
        [diffusivity, loss]: [Option<f64>; 2],
    ) -> Result<LayerMaker, NeuromodError> {
        let mut own = self.model.peptides.species[species].clone();
        own.params.diffusivity_free.0 = diffusivity.unwrap_or(own.params.diffusivity_free.0);
        own.params.loss.0 = loss.unwrap_or(own.params.loss.0);
        let (room, whole) = (self.room.clone(), (self.model.peptides.volume_fraction, self.step_ms));
        drop(room.layer(species, &own, whole)?);
        let make = move || room.layer(species, &own, whole).expect("it was made before");
        Ok(LayerMaker(Arc::new(make)))
    }

    /// What is allowed but looks wrong: of the file of peptides, and voxels that are coarse.
    pub fn suspicions(&self, document: &Document) -> Vec<Fault> {
        let model = &self.model;
        let file = model.document.file.as_str();
        let own = model.warnings.iter().map(|fault| format!("{file}: {}: {}", fault.path, fault.message));
        let species = model.peptides.species.iter().enumerate();
        let room = species.flat_map(|(index, species)| self.room.suspicions(index, species, self.step_ms));
        own.map(|message| document.fault("peptides.file", message))
            .chain(room.map(|(field, message)| document.fault(&format!("peptides.{field}"), message)))
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
        let whole = (spec.model.peptides.volume_fraction, spec.step_ms);
        let species = spec.model.peptides.species.iter().enumerate();
        let layers = species.map(|(index, species)| spec.room.layer(index, species, whole)).collect::<Result<_, _>>();
        let made = layers.map_err(|fault| vec![fault.into()]).and_then(|layers| {
            let (peptides, room) = (spec.model.peptides.clone(), spec.room.room(whole.0));
            let (steps, listening) = (spec.steps, spec.listening);
            Tissue::new(design, TissuePlan { peptides, room, layers, steps, listening })
        });
        let tissue = made.map_err(|faults| {
            let faults = faults.iter().map(|fault| self.document.fault(&place(fault), fault.to_string())).collect();
            Faults::new(self.document.file.as_str(), faults)
        })?;
        let wrong = |faults: Vec<(String, String)>| {
            let faults = faults.into_iter().map(|(path, message)| self.document.fault(&path, message)).collect();
            Faults::new(self.document.file.as_str(), faults)
        };
        let driven = |message: String| wrong(vec![("peptides.drive".into(), message)]);
        let drives = self.drives(spec, (design, &tissue)).map_err(driven)?;
        let tissue = tissue.with_drives(drives).map_err(|fault| driven(fault.to_string()))?;
        let unfelt = |faults: Vec<TissueError>| {
            wrong(faults.into_iter().map(|fault| ("projections".into(), fault.to_string())).collect())
        };
        let tissue = tissue.with_felt(design, self.felt()).map_err(unfelt)?;
        let probes = self.watches(design, &tissue).map_err(wrong)?;
        Ok(Some(tissue.with_probes(probes)))
    }

    /// What the file of peptides says, where the model names one.
    pub fn peptide_model(&self) -> Option<&PeptideModel> {
        self.peptides.as_ref().map(|spec| &spec.model)
    }

    /// Memory of the field, bytes: concentrations and what a step needs beside.
    pub fn field_bytes(&self) -> u64 {
        let voxels = |spec: &TissueSpec| 2 * 8 * spec.room.places() * spec.model.peptides.species.len();
        self.peptides.as_ref().map_or(0, |spec| u64::try_from(voxels(spec)).unwrap_or(u64::MAX))
    }
}

/// The field of the file that a fault is of.
fn place(fault: &TissueError) -> String {
    match fault {
        TissueError::NoPositions { population } => format!("populations.{population}"),
        TissueError::NoCompartment { .. } => "peptides.compartments".into(),
        TissueError::Outside { population, .. } => format!("populations.{population}.positions"),
        TissueError::Refused { population, .. } => format!("populations.{population}.model"),
        TissueError::Transmitter { .. } => "peptides.file".into(),
        _ => "peptides".into(),
    }
}
