//! Inputs as the command line names them.

use crate::args::ModelArgs;
use crate::error::CliError;
use neuropil_model::{Document, Faults, Model};
use neuropil_session::{Changes, Input};
pub use neuropil_session::{apart, fits, read};

impl ModelArgs {
    /// What the options change of the input.
    pub fn changes(&self) -> Changes {
        Changes {
            set: self.set.clone(),
            scale: self.scale,
            seed: self.seed,
            duration_ms: self.duration_ms,
            precision: self.precision.clone(),
            record: self.record.clone(),
            record_field: self.record_field.clone(),
            replay: self.replay.clone(),
        }
    }

    /// The input with its changes, checked.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn input(&self) -> Result<Input, CliError> {
        Ok(Input::read(&self.model, &self.changes())?)
    }
}

/// Applies the options that change a model file, and checks what it then says.
///
/// # Errors
/// As faults where there are places to show, else as a message.
pub fn model(args: &ModelArgs, document: Document) -> Result<Result<Model, Faults>, CliError> {
    Ok(args.changes().model(document)?)
}

/// Reads a file of JSON.
///
/// # Errors
/// As faults where there are places to show, else as a message.
pub fn document(args: &ModelArgs) -> Result<Result<Document, Faults>, CliError> {
    args.changes().check()?;
    let text = read(&args.model)?;
    Ok(Document::parse(&args.model.display().to_string(), text))
}
