//! What a model file says, checked.

mod simulation;

pub use simulation::DT_MS;

use crate::cells::{Cells, Chosen};
use crate::connectors::Rule;
use crate::document::{Document, Value, join};
use crate::fault::{Fault, Faults};
use crate::fields::{Fields, Reader};
use crate::input::{input, one_of_a_name};
use crate::interventions::{InterventionSpec, Known, interventions};
use crate::learning::{LearningSpec, PlasticSpec, learning};
use crate::population::population;
use crate::projection::projection;
use crate::record::record;
use crate::replay::{Replays, Run, replays};
use crate::tissue::watch::WatchSpec;
use crate::tissue::{TissueSpec, tissue};
use crate::trials::{self, TaskSpec};
use crate::values::PerCell;
use crate::written::FileCell;
use neuropil_core::{CellSet, Clock, Unit};
use neuropil_engine::learning::SlopeChoice;
use neuropil_network::current::Waveform;
use neuropil_network::delivery::Weights;
use neuropil_network::neuron::{Entry, ModelInfo};
use neuropil_network::position::Placement;
use neuropil_network::source::Rate;
use neuropil_network::synapse;
use neuropil_network::{Property, Sign, Window};
use simulation::{Simulation, simulation};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// A model file, checked in itself.
#[derive(Debug, Clone)]
pub struct Model {
    /// The file.
    pub document: Document,
    /// The grid of time.
    pub clock: Clock,
    /// How long to run, ms.
    pub duration_ms: f64,
    /// The seed.
    pub seed: u64,
    /// Whether state and weights are `f32`.
    pub single: bool,
    /// How weights are stored.
    pub weights: Weights,
    /// Blocks, if asked for.
    pub blocks: Option<u32>,
    pub(crate) populations: Vec<PopulationSpec>,
    pub(crate) projections: Vec<ProjectionSpec>,
    pub(crate) inputs: Vec<InputSpec>,
    pub(crate) interventions: Vec<InterventionSpec>,
    pub(crate) record: RecordSpec,
    pub(crate) peptides: Option<TissueSpec>,
    pub(crate) learning: Option<LearningSpec>,
    pub(crate) task: Option<TaskSpec>,
    /// The files of arrays that the file names.
    pub(crate) array_files: Vec<PathBuf>,
    /// What is allowed but looks wrong.
    pub warnings: Vec<Fault>,
    /// What the user should know of spikes that are replayed.
    pub notes: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct PopulationSpec {
    pub name: String,
    pub path: String,
    pub cells: u32,
    pub kind: KindSpec,
    pub cell_type: String,
    pub sign: Sign,
    pub mean_rate_hz: Option<f64>,
    pub placement: Option<Placement>,
    /// When a source is on.
    pub window: Window,
    /// The file that its positions are of, if they are of another.
    pub positions_file: Option<PathBuf>,
    /// Whether it sends recorded spikes instead of its own; its kind is then a spike train.
    pub replays: bool,
    /// Cells of it that send recorded spikes, (step, cell), instead of their own.
    pub voices: Vec<(CellSet, Vec<(u64, u32)>)>,
}

impl PopulationSpec {
    /// How the slope of a spike is had, of cells that a file writes.
    pub fn slope(&self) -> Option<&SlopeChoice> {
        match &self.kind {
            KindSpec::Neurons { source: CellSource::File(cell), .. } => Some(&cell.slope),
            _ => None,
        }
    }
}

/// Where the equations of cells are.
#[derive(Debug, Clone)]
pub(crate) enum CellSource {
    /// A model of ours.
    Built(&'static Entry),
    /// A file.
    File(Arc<FileCell>),
}

#[derive(Debug, Clone)]
pub(crate) enum KindSpec {
    Neurons {
        source: CellSource,
        /// The model with the ports that the file names.
        info: &'static ModelInfo,
        parameters: Vec<PerCell>,
        initial: Vec<(usize, PerCell)>,
    },
    Poisson(Rate),
    SpikeTrain(Vec<(u64, u32)>),
    /// Some of the inputs of a task.
    Task {
        inputs: Range<usize>,
    },
}

#[derive(Debug, Clone)]
pub(crate) struct ProjectionSpec {
    pub path: String,
    pub name: Option<String>,
    pub from: Vec<Chosen>,
    pub to: Vec<Chosen>,
    pub rule: Rule,
    pub autapses: bool,
    pub multapses: bool,
    /// The port that it reaches in each of `to`; `None` where the sign of a weight chooses.
    pub receptors: Vec<Option<usize>>,
    pub weight: Property,
    pub delay_ms: Property,
    pub synapse: Option<SynapseSpec>,
    pub plastic: Option<PlasticSpec>,
    /// The recording that its synapses stand in.
    pub file: Option<PathBuf>,
}

/// A synapse model with its values, one a parameter.
#[derive(Debug, Clone)]
pub(crate) struct SynapseSpec {
    pub entry: &'static synapse::Entry,
    pub values: Vec<f64>,
}

#[derive(Debug, Clone)]
pub(crate) struct InputSpec {
    pub path: String,
    pub name: Option<String>,
    pub to: Vec<Chosen>,
    /// When it is on.
    pub window: Window,
    pub kind: InputKind,
}

#[derive(Debug, Clone)]
pub(crate) enum InputKind {
    /// The rate of one train a cell, already times the in-degree.
    Poisson {
        rate: Rate,
        /// Trains onto each cell.
        in_degree: f64,
        weight: f64,
        /// The port of each of `to`, as those of projections.
        receptors: Vec<Option<usize>>,
    },
    Current {
        waveform: Waveform,
        /// The continuous port of each of `to`.
        ports: Vec<usize>,
    },
}

#[derive(Debug, Clone, Default)]
pub(crate) struct RecordSpec {
    /// Whose spikes are written; those of all cells if `None`.
    pub spikes: Option<Vec<Chosen>>,
    pub states: Vec<StateSpec>,
    /// Names of projections, or `*`.
    pub weights: Vec<(String, String)>,
    /// How often weights that follow spikes are written, in steps.
    pub weights_every: Option<u64>,
    /// What is recorded of the peptides.
    pub watch: WatchSpec,
}

#[derive(Debug, Clone)]
pub(crate) struct StateSpec {
    pub path: String,
    pub population: usize,
    pub variable: usize,
    pub cells: Cells,
    pub every_steps: u64,
}

impl Model {
    /// Checks everything that a file says.
    ///
    /// # Errors
    /// All faults.
    pub fn decode(document: Document) -> Result<Self, Faults> {
        Self::decode_noting(document).map(|(model, _)| model)
    }

    /// The same, with the (kind of object, name) pairs that the file may hold.
    pub(crate) fn decode_noting(document: Document) -> Result<(Self, Vec<(String, String)>), Faults> {
        let reader = Reader::new(&document);
        let decoded = decode_root(&reader);
        let asked = reader.asked.borrow().iter().cloned().collect();
        let sound = reader.is_sound();
        match decoded {
            Some(mut model) if sound => {
                model.warnings = model.suspicions(&document);
                Ok((model, asked))
            }
            _ => Err(reader.into_faults()),
        }
    }

    /// Files that cells are read of.
    pub(crate) fn cell_files(&self) -> Vec<PathBuf> {
        let file = |own: &PopulationSpec| match &own.kind {
            KindSpec::Neurons { source: CellSource::File(cell), .. } => cell.file.clone(),
            _ => None,
        };
        self.populations.iter().filter_map(file).collect()
    }

    /// Files that the model names and that were read.
    pub fn files(&self) -> Vec<PathBuf> {
        let file = |index: usize| match &self.document.find(&format!("replay.{index}.file"))?.0.value {
            Value::String(path) => Some(PathBuf::from(path)),
            _ => None,
        };
        let recorded = self.projections.iter().filter_map(|projection| projection.file.clone());
        let peptides = self.peptides.iter().map(|spec| spec.file.clone());
        let driven = self.peptides.iter().filter_map(|spec| spec.drive.as_ref().map(|own| own.file.clone()));
        let positions = self.populations.iter().filter_map(|own| own.positions_file.clone());
        let learning = self.learning.iter().flat_map(|spec| spec.files.iter().map(|file| file.1.clone()));
        (0..)
            .map_while(file)
            .chain(self.cell_files())
            .chain(recorded)
            .chain(peptides)
            .chain(driven)
            .chain(positions)
            .chain(learning)
            .chain(self.array_files.iter().cloned())
            .collect()
    }

    /// Values that are allowed but look like slips of a unit.
    fn suspicions(&self, document: &Document) -> Vec<Fault> {
        let mut warnings: Vec<Fault> = self.peptides.iter().flat_map(|spec| spec.suspicions(document)).collect();
        for population in &self.populations {
            let KindSpec::Neurons { info, parameters, .. } = &population.kind else { continue };
            for (row, value) in info.parameters.iter().zip(parameters) {
                let PerCell::Drawn(value) = value else { continue };
                let mean = value.unbounded_mean();
                if row.symbol == "tau_m" && row.unit == Unit::Ms && mean > 0.0 && !(0.5..=1000.0).contains(&mean) {
                    let path = join(&population.path, &row.name());
                    warnings.push(
                        document.fault(
                            &path,
                            format!("{mean} ms is an unusual membrane time constant: is the unit right?"),
                        ),
                    );
                }
            }
        }
        warnings
    }
}

fn decode_root(reader: &Reader<'_>) -> Option<Model> {
    let mut root = reader.object(&reader.document.root, "", "model")?;
    let Simulation { clock, duration_ms, seed, single, weights, blocks } = simulation(reader, root.get("simulation"));
    let members = root.require("populations").and_then(|node| reader.object(node, "populations", "populations"));
    let mut populations = Vec::new();
    for member in
        members.iter().flat_map(Fields::members).filter(|member| !crate::fields::ALWAYS.contains(&member.key.as_str()))
    {
        populations.extend(population(reader, &member.key, &member.node, clock));
    }
    if let Some(members) = &members
        && populations.is_empty()
        && reader.is_sound()
    {
        reader.fault(&members.path, "there is no population");
    }
    let mut projections = Vec::new();
    let mut inputs = Vec::new();
    if let Some(items) = root.get("projections").and_then(|node| reader.array(node, "projections")) {
        for (index, item) in items.iter().enumerate() {
            projections.extend(projection(reader, item, &format!("projections.{index}"), &populations, clock));
        }
    }
    if let Some(items) = root.get("inputs").and_then(|node| reader.array(node, "inputs")) {
        for (index, item) in items.iter().enumerate() {
            inputs.extend(input(reader, item, &format!("inputs.{index}"), &populations, clock));
        }
        one_of_a_name(reader, &inputs);
    }
    let peptides = root.get("peptides").and_then(|node| tissue(reader, node, (&populations, clock)));
    let chemistry = peptides.as_ref().map(|own| &own.model.peptides);
    let listening = peptides.as_ref().is_some_and(|own| own.listening);
    let known = Known { populations: &populations, inputs: &inputs, peptides: chemistry, listening, clock };
    let interventions = root.get("interventions").map_or_else(Vec::new, |node| interventions(reader, node, known));
    let record = record(reader, root.get("record"), (&populations, peptides.as_ref()), clock);
    let run = Run { clock, duration_ms };
    let replayed = root.get("replay").map_or_else(Replays::default, |node| replays(reader, node, &populations, run));
    let task = root.get("task").and_then(|node| trials::task(reader, node, &mut populations, (clock, duration_ms)));
    let learning = root.get("learning").and_then(|node| learning(reader, node, (&populations, task.as_ref()), clock));
    root.finish();
    let mut model = Model {
        document: reader.document.clone(),
        clock,
        duration_ms,
        seed,
        single,
        weights,
        blocks,
        populations,
        projections,
        inputs,
        interventions,
        record,
        peptides,
        learning,
        task,
        array_files: Vec::new(),
        warnings: Vec::new(),
        notes: Vec::new(),
    };
    let files = replayed.files;
    if let (Some(_), Some(own)) = (&model.learning, replayed.populations.iter().find(|own| own.only.is_some())) {
        let message = "a part of a population cannot replay in a network that learns: its rules would see spikes that its cells do not send";
        reader.fault(&join(&own.path, "population"), message);
    }
    model.replay_all(replayed.populations);
    model.tell_outside();
    let replayed =
        files.iter().enumerate().filter_map(|(index, file)| Some((format!("replay.{index}"), file.clone()?)));
    let recorded = model.projections.iter().filter_map(|own| Some((own.path.clone(), own.file.clone()?)));
    let peptides = model.peptides.iter().map(|spec| ("peptides".to_owned(), spec.file.clone()));
    let places = model.populations.iter();
    let positions = places.filter_map(|own| Some((format!("{}.positions", own.path), own.positions_file.clone()?)));
    let named = replayed.chain(recorded).chain(peptides).chain(positions);
    let named = named.map(|(item, file)| (format!("{item}.file"), file));
    let learning = model.learning.iter().flat_map(|spec| spec.files.clone());
    for (place, file) in named.chain(learning).collect::<Vec<_>>() {
        // A run can be repeated from its recording, wherever that lies.
        let path = serde_json::Value::from(file.to_string_lossy());
        let _ = model.document.set(&format!("{place}={path}"));
    }
    if let Some(drive) = model.peptides.as_ref().and_then(|spec| spec.drive.as_ref()) {
        let path = serde_json::Value::from(drive.file.to_string_lossy());
        let _ = model.document.set(&format!("peptides.drive={path}"));
    }
    for own in reader.given() {
        let Some(file) = own.file else { continue };
        let path = serde_json::Value::from(file.to_string_lossy());
        // The run that goes on, or is repeated, has these numbers or is refused.
        let _ = model.document.set(&format!("{}.file={path}", own.path));
        let _ = model.document.set(&format!("{}.digest={}", own.path, own.digest));
        model.array_files.push(file);
    }
    model.weights_fault().into_iter().for_each(|(path, message)| reader.fault(path, message));
    trials::faults(&model).iter().for_each(|fault| reader.fault(&fault.path, fault.message.clone()));
    model.bound_faults().iter().for_each(|fault| reader.fault(&fault.path, fault.message.clone()));
    model.learning_faults().iter().for_each(|fault| reader.fault(&fault.path, fault.message.clone()));
    let unused = model.unused_by_rule();
    model.notes.extend(unused);
    Some(model)
}

impl PopulationSpec {
    /// Whether its cells are of a file of equations.
    pub(crate) fn is_written(&self) -> bool {
        matches!(self.kind, KindSpec::Neurons { source: CellSource::File(_), .. })
    }

    pub(crate) fn info(&self) -> Option<&'static ModelInfo> {
        match &self.kind {
            KindSpec::Neurons { info, .. } => Some(info),
            _ => None,
        }
    }
}
