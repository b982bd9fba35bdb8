//! Model files with the changes of the command line.

use crate::args::ModelArgs;
use crate::error::CliError;
use crate::summary::{bytes_text, count_text};
use neuropil_model::lower::Lowered;
use neuropil_model::{Document, Faults, Model};
use neuropil_network::Scalar;
use std::path::{Path, PathBuf};

/// Larger model files are refused.
const MAX_BYTES: u64 = 1 << 30;

/// Applies the options that change a model file, and checks what it then says.
///
/// # Errors
/// As faults where there are places to show, else as a message.
pub fn model(args: &ModelArgs, mut document: Document) -> Result<Result<Model, Faults>, CliError> {
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
    for what in &args.replay {
        document.append("replay", &replay(what)).map_err(CliError::input)?;
    }
    Ok(Model::decode(document))
}

/// Reads a file of JSON.
///
/// # Errors
/// As faults where there are places to show, else as a message.
pub fn document(args: &ModelArgs) -> Result<Result<Document, Faults>, CliError> {
    if !(args.scale.is_finite() && args.scale > 0.0) {
        return Err(CliError::Input(format!("--scale {}: must be a number > 0", args.scale)));
    }
    let text = read(&args.model)?;
    Ok(Document::parse(&args.model.display().to_string(), text))
}

/// The design of a model, unless its cells alone need more memory than there is.
///
/// # Errors
/// As [`model`].
pub fn design<R: Scalar>(model: &Model, scale: f64) -> Result<Result<Lowered<R>, Faults>, CliError> {
    let (cells, bytes) = model.cells_and_bytes(scale);
    fits(bytes, &format!("the parameters of {} cells", count_text(cells)))?;
    Ok(model.design(model.seed, scale))
}

/// Refuses an output that is one of the inputs, also with `--force`.
///
/// # Errors
/// Which.
pub fn apart(output: &Path, inputs: &[PathBuf]) -> Result<(), CliError> {
    let Ok(place) = output.canonicalize() else { return Ok(()) };
    match inputs.iter().find(|input| input.canonicalize().is_ok_and(|input| input == place)) {
        Some(input) => {
            let (output, input) = (output.display(), input.display());
            Err(CliError::Output(format!("the output `{output}` is an input of this command (`{input}`)")))
        }
        None => Ok(()),
    }
}

/// Refuses what needs more memory than the machine has.
///
/// # Errors
/// How much is needed and how much there is.
pub fn fits(bytes: u64, what: &str) -> Result<(), CliError> {
    match memory_bytes() {
        Some(memory) if bytes > memory => Err(CliError::Input(format!(
            "{what} need about {} of memory, but there are {}; a smaller --scale or --precision single may help",
            bytes_text(bytes),
            bytes_text(memory)
        ))),
        _ => Ok(()),
    }
}

/// The memory of this machine, or what its control group leaves of it; `None` where the system does not tell.
fn memory_bytes() -> Option<u64> {
    let meminfo = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = meminfo.lines().find(|line| line.starts_with("MemTotal:"))?;
    let total = line.split_whitespace().nth(1)?.parse::<u64>().ok()?.saturating_mul(1024);
    let limit = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
        .into_iter()
        .filter_map(|path| std::fs::read_to_string(path).ok()?.trim().parse::<u64>().ok())
        .min();
    Some(limit.map_or(total, |limit| limit.min(total)))
}

pub fn read(path: &Path) -> Result<String, CliError> {
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

/// `[POPULATION=]FILE` as an item of `replay`; the path is relative to the working directory, not to the model.
fn replay(what: &str) -> String {
    let (population, file) = match what.split_once('=') {
        Some((population, file)) if !Path::new(what).exists() => (Some(population), file),
        _ => (None, what),
    };
    let path = std::path::absolute(file).map_or_else(|_| file.to_owned(), |path| path.display().to_string());
    let mut item = serde_json::json!({"file": path});
    if let Some(population) = population {
        item["population"] = population.into();
    }
    item.to_string()
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
