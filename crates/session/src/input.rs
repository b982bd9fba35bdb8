//! What is to be run, wherever it comes from: a model file, or the configuration of a SONATA circuit.

use crate::SessionError;
use crate::changes::{Changes, read};
use neuropil_model::circuit::{Circuit, CircuitError, LEARNING, is_circuit};
use neuropil_model::{Document, Model};
use std::path::{Path, PathBuf};

/// A checked input.
#[derive(Debug)]
pub enum Input {
    /// A model file.
    Model(Box<Model>),
    /// A circuit.
    Circuit {
        /// The circuit.
        circuit: Box<Circuit>,
        /// Its configuration.
        document: Document,
        /// Whether it is to run in single precision.
        single: bool,
    },
}

impl Input {
    /// Reads a file, with changes.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(path: &Path, changes: &Changes) -> Result<Self, SessionError> {
        changes.check()?;
        Self::of(Document::parse(&path.display().to_string(), read(path)?)?, changes)
    }

    /// Checks a document, with changes.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn of(document: Document, changes: &Changes) -> Result<Self, SessionError> {
        changes.check()?;
        if !is_circuit(&document) {
            return Ok(Input::Model(Box::new(changes.model(document)??)));
        }
        Self::circuit(document, changes, "--duration-ms")
    }

    /// Reads the circuit of a configuration; `until_option` is the option that sets the time to reach.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn circuit(document: Document, changes: &Changes, until_option: &str) -> Result<Self, SessionError> {
        let asked = [
            ("--set", !changes.set.is_empty()),
            ("--record", !changes.record.is_empty()),
            ("--record-field", !changes.record_field.is_empty()),
            ("--replay", !changes.replay.is_empty()),
            ("--scale", changes.scale != 1.0),
            ("--seed", changes.seed.is_some()),
        ];
        if let Some((option, _)) = asked.iter().find(|(_, is_asked)| *is_asked) {
            let reason = match *option {
                "--seed" => {
                    format!("nothing in it is drawn at random, --seed has no effect; learning has `{LEARNING}.seed`")
                }
                option => format!("{option} is for model files"),
            };
            return Err(SessionError::NotForCircuits { file: document.file, reason });
        }
        let circuit = Circuit::read(&document, changes.duration_ms).map_err(|error| match error {
            CircuitError::Until(fault) => SessionError::option(until_option, fault),
            error => error.into(),
        })?;
        let single = changes.precision.as_deref() == Some("single");
        if single && circuit.learns() {
            let reason = format!("networks that learn (`{LEARNING}`) run in double precision");
            return Err(SessionError::NotForCircuits { file: document.file, reason });
        }
        Ok(Input::Circuit { circuit: Box::new(circuit), document, single })
    }

    /// Whether weights change while it runs.
    pub fn learns(&self) -> bool {
        match self {
            Input::Model(model) => model.learns(),
            Input::Circuit { circuit, .. } => circuit.learns(),
        }
    }

    /// The grid of its time.
    pub fn clock(&self) -> neuropil_core::Clock {
        match self {
            Input::Model(model) => model.clock,
            Input::Circuit { circuit, .. } => circuit.clock,
        }
    }

    /// What a recording of it is called if nothing else is asked for: the name of its file, but a circuit whose file is
    /// called as all are has that of its directory.
    pub fn name(&self) -> String {
        let (file, is_circuit) = match self {
            Input::Model(model) => (&model.document.file, false),
            Input::Circuit { document, .. } => (&document.file, true),
        };
        let file = std::path::absolute(file).unwrap_or_else(|_| PathBuf::from(file));
        let stem = file.file_stem();
        let common = stem.is_some_and(|stem| ["config", "simulation_config"].iter().any(|common| stem == *common));
        let directory = file.parent().and_then(Path::file_name).filter(|_| is_circuit && common);
        directory.or(stem).unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Whether it runs in single precision.
    pub fn single(&self) -> bool {
        match self {
            Input::Model(model) => model.single,
            Input::Circuit { single, .. } => *single,
        }
    }

    /// The input as JSON, as a recording keeps it: with the text of cells that files write.
    pub fn whole_json(&self) -> String {
        match self {
            Input::Model(model) => model.whole().to_json(),
            Input::Circuit { document, .. } => document.to_json(),
        }
    }

    /// The input as JSON.
    pub fn json(&self) -> String {
        match self {
            Input::Model(model) => model.document.to_json(),
            Input::Circuit { document, .. } => document.to_json(),
        }
    }

    /// The same without the time to be reached, which a resumed run may change.
    ///
    /// # Errors
    /// A model whose `simulation` is no section.
    pub(crate) fn course(&self) -> Result<String, SessionError> {
        match self {
            Input::Model(model) => {
                let mut document = model.whole();
                document.set("simulation.duration_ms=0")?;
                Ok(document.to_json())
            }
            Input::Circuit { document, .. } => Ok(document.to_json()),
        }
    }

    /// Files that a run reads again when it goes on.
    pub(crate) fn files_read_again(&self) -> Vec<PathBuf> {
        match self {
            Input::Model(model) => model.files_beside_cells(),
            Input::Circuit { circuit, .. } => circuit.files(),
        }
    }

    /// Files that the input names.
    pub fn files(&self) -> Vec<PathBuf> {
        match self {
            Input::Model(model) => model.files(),
            Input::Circuit { circuit, .. } => circuit.files(),
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
            Input::Circuit { circuit, .. } => circuit.notes.iter().map(|note| format!("note: {note}")).collect(),
        }
    }

    /// Refuses an output that is the input or one of the files that it names, also where it may replace others.
    ///
    /// # Errors
    /// Which.
    pub fn apart(&self, output: &Path) -> Result<(), SessionError> {
        let own = match self {
            Input::Model(model) => &model.document.file,
            Input::Circuit { document, .. } => &document.file,
        };
        let mut inputs = self.files();
        inputs.push(PathBuf::from(own));
        apart(output, &inputs)
    }
}

/// Refuses an output that is one of the inputs.
///
/// # Errors
/// Which.
pub fn apart(output: &Path, inputs: &[PathBuf]) -> Result<(), SessionError> {
    let Ok(place) = output.canonicalize() else { return Ok(()) };
    match inputs.iter().find(|input| input.canonicalize().is_ok_and(|input| input == place)) {
        Some(input) => Err(SessionError::SameFile { output: output.to_owned(), input: input.clone() }),
        None => Ok(()),
    }
}
