//! What a recorder is given: the header once, blocks as the simulation advances, the outcome at the end.

use crate::recording::edits::EditInfo;
pub use crate::recording::report_info::ReportInfo;
use crate::recording::tissue_info::{ArrayInfo, TissueInfo};

/// What is known before the first step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    /// The model file, verbatim.
    pub model_json: String,
    /// Version of the simulator.
    pub neuropil_version: String,
    /// Seed of every draw.
    pub seed: u64,
    /// Time step in ms.
    pub dt_ms: f64,
    /// The command line, or how the run was started.
    pub command: String,
    /// Floating-point type of the state, `f32` or `f64`.
    pub precision: String,
    /// Threads of the simulation.
    pub threads: u32,
    /// Processes that share the run; 0 is one, too.
    pub ranks: u32,
    /// Where the model file lies; paths in it are relative to its directory. Empty if there is none.
    pub model_path: String,
    /// Size of the network relative to the model file.
    pub scale: f64,
    /// Time that the run is to reach, in ms.
    pub until_ms: f64,
    /// Simulated time between checkpoints in ms; 0 without them.
    pub checkpoint_every_ms: f64,
    /// Digest of the files that the model names; 0 where it names none, or where they were not read for it.
    pub files_digest: u64,
    /// Every population, in the order of the model.
    pub populations: Vec<PopulationInfo>,
    /// Every report; their order is that of [`Block::frames`].
    pub reports: Vec<ReportInfo>,
    /// The tissue, where cells exchange peptides.
    pub tissue: Option<TissueInfo>,
    /// What is edited of the network while it runs.
    pub edits: Vec<EditInfo>,
}

impl Header {
    /// The arrays of the tissue.
    pub(crate) fn arrays(&self) -> &[ArrayInfo] {
        self.tissue.as_ref().map_or(&[], |tissue| &tissue.arrays)
    }

    /// The group of each report below [`layout::REPORT`](crate::layout::REPORT).
    pub(crate) fn report_names(&self) -> Vec<String> {
        let named = self.reports.iter().map(|info| (info.population.as_str(), info.variable.as_str()));
        crate::layout::report_names(named)
    }
}

/// A population.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PopulationInfo {
    /// Its name; not empty, without `/`.
    pub name: String,
    /// Number of nodes.
    pub size: u64,
    /// Index of its node 0 in the whole network.
    pub first_id: u64,
    /// Neuron model.
    pub model: String,
    /// Cell type; may be empty.
    pub cell_type: String,
    /// 1 excitatory, -1 inhibitory, 0 neither.
    pub sign: i8,
    /// Position of each node in µm.
    pub positions_um: Option<Vec<[f64; 3]>>,
    /// Whether its spikes are recorded; without, it has no group below `/spikes`.
    pub record_spikes: bool,
    /// The nodes whose spikes are recorded, ascending; all if `None`.
    pub recorded_cells: Option<Vec<u64>>,
}

/// The spikes of one population.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpikeBlock {
    /// Times in ms.
    pub times_ms: Vec<f64>,
    /// The node of each spike, counted from 0 in its population.
    pub node_ids: Vec<u64>,
}

/// What was recorded since the last block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// Everything before this time, in ms, has been handed over.
    pub simulated_until_ms: f64,
    /// One entry a population of the header, empty for one that was silent. Within a block the spikes may come in
    /// any order; none may be earlier than one of a block before.
    pub spikes: Vec<SpikeBlock>,
    /// One entry a report of the header: frames x nodes, row by row.
    pub frames: Vec<Vec<f64>>,
    /// One entry an array of the tissue: its frames.
    pub arrays: Vec<Vec<f64>>,
}

/// What becomes of recorded weights in the course of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WeightCourse {
    /// The run does not change them.
    #[default]
    Fixed,
    /// Those of the end take the place of the first ones.
    Last,
    /// Those of the end take the place of the first ones, which stay beside them.
    FirstAndLast,
}

/// The weights of a projection as they have become.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChangedWeights {
    /// Name of the projection, of which weights were recorded.
    pub projection: String,
    /// When.
    pub time_ms: f64,
    /// One a synapse, in the order of those that were recorded.
    pub weights: Vec<f64>,
}

/// Some synapses of a projection; the four lists have equal length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WeightBlock {
    /// Name of the projection.
    pub projection: String,
    /// Population of `sources`.
    pub source_population: String,
    /// Population of `targets`.
    pub target_population: String,
    /// Unit of `weights`; may be empty.
    pub unit: String,
    /// Receptor that the synapses reach; empty where the sign of each weight chooses.
    pub receptor: String,
    /// Whether the run changes `weights`; that of the first block counts.
    pub course: WeightCourse,
    /// Presynaptic nodes.
    pub sources: Vec<u64>,
    /// Postsynaptic nodes.
    pub targets: Vec<u64>,
    /// Weights in `unit`.
    pub weights: Vec<f64>,
    /// Delays in ms.
    pub delays_ms: Vec<f64>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Whether it reached the end of its protocol.
    pub complete: bool,
    /// Wall time in s.
    pub wall_s: f64,
    /// Processor time of all threads in s.
    pub cpu_s: f64,
    /// Time reached, in ms.
    pub simulated_until_ms: f64,
}
