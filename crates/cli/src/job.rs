//! What is to be run, wherever it comes from: a model file, or the configuration of a SONATA circuit.

use crate::args::ModelArgs;
use crate::error::CliError;
use crate::load;
use neuropil_core::Clock;
use neuropil_engine::{Probe, Tissue};
use neuropil_model::circuit::{self, Circuit, CircuitError, is_circuit};
use neuropil_model::lower::Lowered;
use neuropil_model::{Document, Model};
use neuropil_network::network::Design;
use neuropil_network::{NetworkError, Scalar};
use neuropil_record::{Recorded, Reported};
use std::path::{Path, PathBuf};

/// A checked input.
pub enum Input {
    /// A model file.
    Model(Box<Model>),
    /// A circuit and its configuration.
    Circuit(Box<Circuit>, Document),
}

impl Input {
    /// Reads what the command line names.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(args: &ModelArgs) -> Result<Self, CliError> {
        let document = load::document(args)?.map_err(CliError::input)?;
        if !is_circuit(&document) {
            return Ok(Input::Model(Box::new(load::model(args, document)?.map_err(CliError::input)?)));
        }
        Self::circuit(args, document, "--duration-ms")
    }

    /// Reads the circuit of a configuration; `until_option` is the option that sets the time to reach.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn circuit(args: &ModelArgs, document: Document, until_option: &str) -> Result<Self, CliError> {
        let asked = [
            ("--set", !args.set.is_empty()),
            ("--record", !args.record.is_empty()),
            ("--replay", !args.replay.is_empty()),
            ("--scale", args.scale != 1.0),
            ("--seed", args.seed.is_some()),
        ];
        if let Some((option, _)) = asked.iter().find(|(_, is_asked)| *is_asked) {
            let reason = match *option {
                "--seed" => "nothing in it is drawn at random, --seed has no effect".to_owned(),
                option => format!("{option} is for model files"),
            };
            return Err(CliError::Input(format!("`{}` is a SONATA circuit: {reason}", document.file)));
        }
        let circuit = Circuit::read(&document, args.duration_ms).map_err(|error| match error {
            CircuitError::Until(fault) => CliError::Input(format!("{until_option}: {fault}")),
            error => CliError::input(error),
        })?;
        Ok(Input::Circuit(Box::new(circuit), document))
    }

    /// What a recording of it is called if nothing else is asked for: the name of its file, but a circuit whose file is
    /// called as all are has that of its directory.
    pub fn name(&self) -> String {
        let (file, is_circuit) = match self {
            Input::Model(model) => (&model.document.file, false),
            Input::Circuit(_, document) => (&document.file, true),
        };
        let file = std::path::absolute(file).unwrap_or_else(|_| PathBuf::from(file));
        let stem = file.file_stem();
        let common = stem.is_some_and(|stem| ["config", "simulation_config"].iter().any(|common| stem == *common));
        let directory = file.parent().and_then(Path::file_name).filter(|_| is_circuit && common);
        directory.or(stem).unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Whether it runs in single precision.
    pub fn single(&self, args: &ModelArgs) -> bool {
        match self {
            Input::Model(model) => model.single,
            Input::Circuit(..) => args.precision.as_deref() == Some("single"),
        }
    }

    /// The input as JSON, as a recording keeps it.
    pub fn json(&self) -> String {
        match self {
            Input::Model(model) => model.document.to_json(),
            Input::Circuit(_, document) => document.to_json(),
        }
    }

    /// Files that the input names.
    pub fn files(&self) -> Vec<PathBuf> {
        match self {
            Input::Model(model) => model.files(),
            Input::Circuit(circuit, _) => circuit.files(),
        }
    }

    /// What is allowed but worth a word.
    pub fn notes(&self) -> Vec<String> {
        match self {
            Input::Model(model) => {
                let warnings = model.warnings.iter();
                let warnings = warnings.map(|warning| format!("warning: {}: {}", warning.path, warning.message));
                warnings.chain(model.notes.iter().map(|note| format!("note: {note}"))).collect()
            }
            Input::Circuit(circuit, _) => circuit.notes.iter().map(|note| format!("note: {note}")).collect(),
        }
    }
}

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
    /// The path in the file of each projection, by name.
    paths: Vec<(String, String)>,
}

impl<R: Scalar> Job<R> {
    /// Lowers an input.
    ///
    /// # Errors
    /// All that can be told without drawing synapses.
    pub fn new(input: &Input, scale: f64) -> Result<Self, CliError> {
        match input {
            Input::Model(model) => {
                let lowered = load::design::<R>(model, scale)?.map_err(CliError::input)?;
                let paths = lowered.projection_paths();
                load::fits(model.field_bytes(), "the field of the peptides")?;
                let tissue = model.tissue(&lowered.design).map_err(CliError::input)?;
                let Lowered { design, probes, recorded, weights, .. } = lowered;
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
                    paths,
                })
            }
            Input::Circuit(circuit, document) => {
                let circuit::Lowered { design, probes, recorded, reports } =
                    circuit.design::<R>().map_err(CliError::input)?;
                let faults = design.faults();
                if !faults.is_empty() {
                    return Err(CliError::Input(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")));
                }
                Ok(Self {
                    file: document.file.clone(),
                    clock: circuit.clock,
                    duration_ms: circuit.duration_ms,
                    seed: 0,
                    blocks: None,
                    design,
                    tissue: None,
                    probes,
                    recorded,
                    reports,
                    weights: Vec::new(),
                    paths: Vec::new(),
                })
            }
        }
    }
}

/// Where the faults of a network stand in its input.
pub struct Places {
    model: Option<Box<Model>>,
    paths: Vec<(String, String)>,
}

impl Places {
    /// Of a job made from `input`.
    pub fn new<R: Scalar>(input: Input, job: &Job<R>) -> Self {
        let model = if let Input::Model(model) = input { Some(model) } else { None };
        Self { model, paths: job.paths.clone() }
    }

    /// The faults as a message.
    pub fn message<R: Scalar>(&self, faults: &[NetworkError]) -> CliError {
        match &self.model {
            Some(model) => CliError::input(model.place_all::<R>(&self.paths, faults)),
            None => CliError::Input(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
        }
    }
}
