//! What a model file says, checked.

use crate::chosen::{Cells, Chosen};
use crate::connectors::Rule;
use crate::document::{Document, Value};
use crate::fault::Fault;
use crate::file_synapse::FileSynapse;
use crate::interventions::InterventionSpec;
use crate::learning::{LearningSpec, PlasticSpec};
use crate::third_factor::spec::ThirdFactorSpec;
use crate::tissue::TissueSpec;
use crate::tissue::spec::WatchSpec;
use crate::trials::TaskSpec;
use crate::values::PerCell;
use crate::written::FileCell;
use neuropil_core::{CellSet, Clock, StreamKey};
use neuropil_engine::learning::SlopeChoice;
use neuropil_network::current::Waveform;
use neuropil_network::delivery::Weights;
use neuropil_network::neuron::{Entry, ModelInfo};
use neuropil_network::position::Placement;
use neuropil_network::source::{self, Rate};
use neuropil_network::synapse;
use neuropil_network::{Property, Sign, Window};
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
    Source(SourceSpec),
    SpikeTrain(Vec<(u64, u32)>),
    /// Some of the inputs of a task.
    Task {
        inputs: Range<usize>,
    },
}

/// Cells of a source whose spikes follow from parameters.
#[derive(Debug, Clone)]
pub(crate) struct SourceSpec {
    pub entry: &'static source::Entry,
    pub parameters: Vec<PerCell>,
    /// Steps of the source before the first of the run.
    pub since: u64,
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

impl ProjectionSpec {
    /// What was guessed of its synapses.
    pub fn guesses(&self) -> Option<String> {
        let Some(SynapseSpec::File(own)) = &self.synapse else { return None };
        own.guesses().map(|guesses| format!("{}.synapse: {guesses}", self.path))
    }
}

/// Where the equations of synapses are.
#[derive(Debug, Clone)]
pub(crate) enum SynapseSpec {
    /// A model of ours, with its values, one a parameter.
    Built {
        entry: &'static synapse::Entry,
        values: Vec<f64>,
        /// What it hears beside spikes, one a port of the model.
        third_factors: Vec<ThirdFactorSpec>,
    },
    /// A file.
    File(Arc<FileSynapse>),
}

impl SynapseSpec {
    /// What the model is.
    pub fn info(&self) -> &'static synapse::SynapseInfo {
        match self {
            SynapseSpec::Built { entry, .. } => entry.info,
            SynapseSpec::File(own) => own.info,
        }
    }

    /// What it hears beside spikes, one a port of the model.
    pub fn third_factors(&self) -> &[ThirdFactorSpec] {
        match self {
            SynapseSpec::Built { third_factors, .. } => third_factors,
            SynapseSpec::File(own) => &own.third_factors,
        }
    }

    /// The synapses; `key` is their projection's stream of random numbers.
    pub fn build(&self, key: StreamKey) -> Box<dyn synapse::SynapseModel> {
        match self {
            SynapseSpec::Built { entry, values, .. } => entry.build(values),
            SynapseSpec::File(own) => own.build(key),
        }
    }
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
    /// Files that cells and synapses are read of.
    pub(crate) fn cell_files(&self) -> Vec<PathBuf> {
        let file = |own: &PopulationSpec| match &own.kind {
            KindSpec::Neurons { source: CellSource::File(cell), .. } => cell.file.clone(),
            _ => None,
        };
        let synapses = self.projections.iter().filter_map(|own| match &own.synapse {
            Some(SynapseSpec::File(own)) => own.file.clone(),
            _ => None,
        });
        self.populations.iter().filter_map(file).chain(synapses).collect()
    }

    /// Third factors of all projections.
    pub(crate) fn third_factors(&self) -> impl Iterator<Item = &ThirdFactorSpec> {
        self.projections.iter().filter_map(|own| own.synapse.as_ref()).flat_map(SynapseSpec::third_factors)
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
        let factors = self.third_factors().flat_map(|own| own.files.iter().map(|file| file.1.clone()));
        (0..)
            .map_while(file)
            .chain(self.cell_files())
            .chain(recorded)
            .chain(peptides)
            .chain(driven)
            .chain(positions)
            .chain(learning)
            .chain(factors)
            .chain(self.array_files.iter().cloned())
            .collect()
    }
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
