//! An input, lowered: all that can be told without drawing a synapse.

use crate::size::{count_text, fits};
use crate::{Input, SessionError};
use neuropil_core::Clock;
use neuropil_engine::ranks::Rank;
use neuropil_engine::{Learning, Probe, Tissue};
use neuropil_model::Model;
use neuropil_model::circuit;
use neuropil_model::lower::{Lowered, Placed};
use neuropil_network::network::Design;
use neuropil_network::{Network, NetworkError, Scalar};
use neuropil_record::{Recorded, Reported};

/// An input, lowered.
pub struct Job<R: Scalar> {
    /// Name of the input's file.
    pub file: String,
    /// The grid of time.
    pub clock: Clock,
    /// How long to run, ms.
    pub duration_ms: f64,
    /// The seed.
    pub seed: u64,
    /// Blocks, if asked for.
    pub blocks: Option<u32>,
    /// The network's design.
    pub design: Design<R>,
    /// The peptides of the network.
    pub tissue: Option<Tissue>,
    /// What to sample.
    pub probes: Vec<Probe>,
    /// How each population is recorded.
    pub recorded: Vec<Recorded>,
    /// Which probes make a report; each its own where there is none.
    pub reports: Vec<Reported>,
    /// Projections whose weights are recorded.
    pub weights: Vec<usize>,
    /// What is edited while it runs.
    pub interventions: Vec<Placed>,
    /// How often weights that follow spikes are written, in steps.
    pub weights_every: Option<u64>,
    /// Bytes that learning takes beside the network.
    pub learning_bytes: u64,
    /// How a circuit learns.
    circuit_learning: Option<Box<circuit::LoweredLearning>>,
    /// The path in the file of each projection, by name.
    paths: Vec<(String, String)>,
}

impl<R: Scalar> Job<R> {
    /// Lowers an input.
    ///
    /// # Errors
    /// All that can be told without drawing synapses.
    pub fn new(input: &Input, scale: f64) -> Result<Self, SessionError> {
        match input {
            Input::Model(model) => {
                let (cells, bytes) = model.cells_and_bytes(scale);
                fits(bytes, &format!("the parameters of {} cells", count_text(cells)))?;
                let lowered = model.design::<R>(model.seed, scale)?;
                let paths = lowered.projection_paths();
                fits(model.field_bytes(), "the field of the peptides")?;
                let tissue = model.tissue(&lowered.design)?;
                let learning_bytes = model.learning_bytes(&lowered.design);
                let Lowered { design, probes, recorded, weights, interventions, .. } = lowered;
                Ok(Self {
                    file: model.document.file.clone(),
                    clock: model.clock,
                    duration_ms: model.duration_ms,
                    seed: model.seed,
                    blocks: model.blocks,
                    design,
                    tissue,
                    probes,
                    recorded,
                    reports: Vec::new(),
                    weights,
                    interventions,
                    weights_every: model.weights_every(),
                    learning_bytes,
                    circuit_learning: None,
                    paths,
                })
            }
            Input::Circuit { circuit, document, .. } => {
                let circuit::Lowered { design, probes, recorded, reports, learning, .. } = circuit.design::<R>()?;
                let faults = design.faults();
                if !faults.is_empty() {
                    return Err(SessionError::Network(faults));
                }
                Ok(Self {
                    file: document.file.clone(),
                    clock: circuit.clock,
                    duration_ms: circuit.duration_ms,
                    seed: circuit.seed(),
                    blocks: None,
                    design,
                    tissue: None,
                    probes,
                    recorded,
                    reports,
                    weights: Vec::new(),
                    interventions: Vec::new(),
                    weights_every: None,
                    learning_bytes: learning.as_ref().map_or(0, |own| own.bytes),
                    circuit_learning: learning.map(Box::new),
                    paths: Vec::new(),
                })
            }
        }
    }
}

/// Where the faults of a network stand in its input.
pub struct Places {
    model: Option<Box<Model>>,
    circuit_learning: Option<Box<circuit::LoweredLearning>>,
    paths: Vec<(String, String)>,
}

impl Places {
    /// Of a job made from `input`.
    pub fn new<R: Scalar>(input: Input, job: &Job<R>) -> Self {
        let model = if let Input::Model(model) = input { Some(model) } else { None };
        Self { model, circuit_learning: job.circuit_learning.clone(), paths: job.paths.clone() }
    }

    /// What learns in a network of this input, on so many threads of this rank, where there are several.
    ///
    /// # Errors
    /// Cells or rules that cannot learn.
    pub fn learning<R: Scalar>(
        &self,
        network: &Network<R>,
        on: (usize, Option<Rank>),
    ) -> Result<Option<Learning>, SessionError> {
        if let Some(own) = &self.circuit_learning {
            return Ok(Some(own.learning(network, on)?));
        }
        let Some(model) = &self.model else { return Ok(None) };
        Ok(model.learning(network, &self.paths, on)?)
    }

    /// The faults, with their places.
    pub fn fault<R: Scalar>(&self, faults: Vec<NetworkError>) -> SessionError {
        match &self.model {
            Some(model) => SessionError::Model(model.place_all::<R>(&self.paths, &faults)),
            None => SessionError::Network(faults),
        }
    }
}
