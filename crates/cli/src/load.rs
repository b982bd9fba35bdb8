//! Model files with the changes of the command line.

use crate::args::ModelArgs;
use crate::error::CliError;
use neuropil_model::{Document, Faults, Model};
use std::path::Path;

/// Larger model files are refused.
const MAX_BYTES: u64 = 1 << 30;

/// Reads a model file and applies the options that change it.
///
/// # Errors
/// As faults where there are places to show, else as a message.
pub fn model(args: &ModelArgs) -> Result<Result<Model, Faults>, CliError> {
    if !(args.scale.is_finite() && args.scale > 0.0) {
        return Err(CliError::Input(format!("--scale {}: must be a number > 0", args.scale)));
    }
    let text = read(&args.model)?;
    let file = args.model.display().to_string();
    let mut document = match Document::parse(&file, text) {
        Ok(document) => document,
        Err(faults) => return Ok(Err(faults)),
    };
    let mut assignments = args.set.clone();
    assignments.extend(args.seed.map(|seed| format!("simulation.seed={seed}")));
    assignments.extend(args.duration_ms.map(|duration| format!("simulation.duration_ms={duration}")));
    assignments.extend(args.precision.iter().map(|precision| format!("simulation.precision={precision}")));
    for assignment in &assignments {
        document.set(assignment).map_err(CliError::input)?;
    }
    for what in &args.record {
        let state = state(what).ok_or_else(|| {
            CliError::Input(format!(
                "--record {what}: expected POPULATION:VARIABLE[:EVERY_MS[:CELLS]], as in exc:v_m_mv:0.1:5"
            ))
        })?;
        document.append("record.states", &state).map_err(CliError::input)?;
    }
    Ok(Model::decode(document))
}

fn read(path: &Path) -> Result<String, CliError> {
    let wrong = |reason: String| CliError::Input(format!("cannot read `{}`: {reason}", path.display()));
    let metadata = std::fs::metadata(path).map_err(|error| wrong(error.to_string()))?;
    if metadata.is_dir() {
        return Err(wrong("it is a directory, expected a model file (JSON)".into()));
    }
    if metadata.len() > MAX_BYTES {
        return Err(wrong(format!("{} bytes are too many for a model file", metadata.len())));
    }
    let bytes = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
    if bytes.starts_with(b"\x89HDF") {
        return Err(wrong("it is an HDF5 file, expected a model file (JSON)".into()));
    }
    String::from_utf8(bytes)
        .map_err(|error| wrong(format!("it is not text (byte {} is no UTF-8)", error.utf8_error().valid_up_to())))
}

/// `POPULATION:VARIABLE[:EVERY_MS[:CELLS]]` as an item of `record.states`.
fn state(what: &str) -> Option<String> {
    let mut parts = what.split(':');
    let (population, variable) = (parts.next()?, parts.next()?);
    let mut state = serde_json::json!({"population": population, "variables": variable});
    if let Some(every) = parts.next() {
        state["every_ms"] = every.parse::<f64>().ok()?.into();
    }
    if let Some(cells) = parts.next() {
        state["cells"] = cells.parse::<u64>().ok()?.into();
    }
    (parts.next().is_none() && !population.is_empty() && !variable.is_empty()).then(|| state.to_string())
}
