//! Inputs with changes made from outside.

use crate::SessionError;
use neuropil_model::{Document, Faults, Model};
use std::path::Path;

/// What is changed of an input before it is checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    /// Values of the file, each as `PATH=VALUE`.
    pub set: Vec<String>,
    /// Size of the network relative to the file.
    pub scale: f64,
    /// The seed.
    pub seed: Option<u64>,
    /// Simulated time, ms.
    pub duration_ms: Option<f64>,
    /// `double` or `single`.
    pub precision: Option<String>,
    /// Further states to record, each as `POPULATION:VARIABLE[:EVERY_MS]`, with `[CELLS]` behind a population of which only
    /// these are meant.
    pub record: Vec<String>,
    /// Further concentrations to record, each as `SPECIES[:EVERY_MS[:AXIS=UM]]`.
    pub record_field: Vec<String>,
    /// Files whose spikes populations send, each as `[POPULATION=]FILE[:FROM]`.
    pub replay: Vec<String>,
}

impl Default for Changes {
    fn default() -> Self {
        Self {
            set: Vec::new(),
            scale: 1.0,
            seed: None,
            duration_ms: None,
            precision: None,
            record: Vec::new(),
            record_field: Vec::new(),
            replay: Vec::new(),
        }
    }
}

impl Changes {
    /// Refuses sizes that are none.
    ///
    /// # Errors
    /// The scale.
    pub fn check(&self) -> Result<(), SessionError> {
        if self.scale.is_finite() && self.scale > 0.0 {
            return Ok(());
        }
        Err(SessionError::option(format!("--scale {}", self.scale), "must be a number > 0"))
    }

    /// Refuses an option beside `--set` of the same value, of which one would have no effect.
    fn said_once(&self) -> Result<(), SessionError> {
        let options = [
            ("--seed", "simulation.seed", self.seed.is_some()),
            ("--duration-ms", "simulation.duration_ms", self.duration_ms.is_some()),
            ("--precision", "simulation.precision", self.precision.is_some()),
        ];
        for (option, path, _) in options.into_iter().filter(|(.., is_given)| *is_given) {
            let is_same = |set: &&String| set.split_once('=').is_some_and(|(own, _)| own.trim() == path);
            if let Some(set) = self.set.iter().find(is_same) {
                return Err(SessionError::option(
                    option,
                    format!("found beside `--set {set}`, expected one of the two"),
                ));
            }
        }
        Ok(())
    }

    /// Makes the changes of a model file, and checks what it then says.
    ///
    /// # Errors
    /// A change that has no place, as the outer error; all that is wrong with the file, as the inner one.
    pub fn model(&self, mut document: Document) -> Result<Result<Model, Faults>, SessionError> {
        self.said_once()?;
        let mut assignments = self.set.clone();
        assignments.extend(self.seed.map(|seed| format!("simulation.seed={seed}")));
        assignments.extend(self.duration_ms.map(|duration| format!("simulation.duration_ms={duration}")));
        assignments.extend(self.precision.iter().map(|precision| format!("simulation.precision={precision}")));
        for assignment in &assignments {
            document.set(assignment)?;
        }
        for what in &self.record {
            let state = state(what, |name| document.find(&format!("populations.{name}")).is_some());
            let state = state.map_err(|reason| SessionError::option(format!("--record {what}"), reason))?;
            document.append("record.states", &state)?;
        }
        for what in &self.record_field {
            let field = field(what).ok_or_else(|| {
                let form = "expected SPECIES[:EVERY_MS[:AXIS=UM]], as in NPY:100:y=200 or VIP:1000";
                SessionError::option(format!("--record-field {what}"), form)
            })?;
            document.append("record.field", &field)?;
        }
        for what in &self.replay {
            let is_name = |name: &str| document.find(&format!("populations.{name}")).is_some();
            let item = replay(what, is_name).map_err(|form| SessionError::option(format!("--replay {what}"), form))?;
            document.append("replay", &item)?;
        }
        Ok(Model::decode(document))
    }
}

/// The text of a file of JSON.
///
/// # Errors
/// Files that are no text, or too large for what people write.
pub fn read(path: &Path) -> Result<String, SessionError> {
    let wrong = |reason: String| SessionError::Unreadable { path: path.to_owned(), reason };
    let metadata = std::fs::metadata(path).map_err(|error| wrong(error.to_string()))?;
    if metadata.is_dir() {
        return Err(wrong("it is a directory, expected a model file (JSON)".into()));
    }
    let bytes = neuropil_files::bytes(path, neuropil_files::MOST_WRITTEN).map_err(|fault| wrong(fault.reason()))?;
    if bytes.starts_with(b"\x89HDF") {
        return Err(wrong("it is an HDF5 file, expected a model file (JSON)".into()));
    }
    String::from_utf8(bytes)
        .map_err(|error| wrong(format!("it is not text (byte {} is no UTF-8)", error.utf8_error().valid_up_to())))
}

/// `[POPULATION=]FILE[:FROM]` as an item of `replay`; the path is relative to the working directory, not to the model. Of
/// names that can be read in two ways, that of a file that is there is meant. `exc[CELLS]` is a part, as of [`state`].
fn replay(what: &str, is_name: impl Fn(&str) -> bool) -> Result<String, String> {
    let (population, file) = match what.split_once('=') {
        Some((population, file)) if !Path::new(what).exists() => (Some(population), file),
        _ => (None, what),
    };
    let (file, from) = match file.rsplit_once(':') {
        Some((path, from)) if !Path::new(file).exists() && Path::new(path).exists() => (path, Some(from)),
        _ => (file, None),
    };
    let path = std::path::absolute(file).map_or_else(|_| file.to_owned(), |path| path.display().to_string());
    let mut item = serde_json::json!({"file": path});
    if let Some(from) = from {
        item["from_population"] = from.into();
    }
    if let Some(name) = population {
        let part = name.strip_suffix(']').and_then(|own| own.split_once('[')).filter(|_| !is_name(name));
        item["population"] = match part {
            None => name.into(),
            Some((population, some)) => {
                let form = "expected cells behind the population, as in exc[0:100]=FILE or exc[0,3,7]=FILE";
                let cells = cells(some).ok_or(form)?;
                serde_json::json!({"population": population, "cells": cells})
            }
        };
    }
    Ok(item.to_string())
}

/// How a state is written.
const STATE: &str =
    "expected POPULATION:VARIABLE[:EVERY_MS], as in exc:v_m_mv:0.1 or, of some cells, exc[0:100]:v_m_mv:0.1";

/// `POPULATION:VARIABLE[:EVERY_MS]` as an item of `record.states`. `exc[CELLS]` are cells as model files have them: a range,
/// numbers with commas between, or a condition in braces; a name that is that of a population as a whole is one.
fn state(what: &str, is_name: impl Fn(&str) -> bool) -> Result<String, String> {
    let form = || STATE.to_owned();
    let whole = what.split_once(':').map_or(what, |(name, _)| name);
    let (population, cells, rest) = match what.split_once('[') {
        Some((name, rest)) if !is_name(whole) && name.len() < whole.len() => {
            // Lists in a condition have such brackets too.
            let (cells, rest) = rest.split_once("]:").ok_or_else(form)?;
            (name, Some(cells), rest)
        }
        _ => (whole, None, what.get(whole.len() + 1..).ok_or_else(form)?),
    };
    let mut parts = rest.split(':');
    let variable = parts.next().filter(|own| !own.is_empty() && !population.is_empty()).ok_or_else(form)?;
    let mut state = serde_json::json!({"population": population, "variables": variable});
    if let Some(every) = parts.next() {
        state["every_ms"] = every.parse::<f64>().map_err(|_| form())?.into();
    }
    if let Some(cells) = cells {
        state["cells"] = self::cells(cells).ok_or_else(form)?;
    }
    match parts.next() {
        None => Ok(state.to_string()),
        Some(first) if cells.is_none() && first.parse::<u32>().is_ok() => Err(format!(
            "found a number of cells at the end; expected them behind the population: {population}[:{first}]"
        )),
        Some(_) => Err(form()),
    }
}

/// What stands in brackets behind a population, as model files have it.
fn cells(text: &str) -> Option<serde_json::Value> {
    match text.trim() {
        "" => None,
        condition if condition.starts_with('{') => serde_json::from_str(condition).ok(),
        range if range.contains(':') => Some(range.into()),
        numbers => serde_json::from_str(&format!("[{numbers}]")).ok(),
    }
}

/// `SPECIES[:EVERY_MS[:AXIS=UM]]` as an item of `record.field`.
fn field(what: &str) -> Option<String> {
    let mut parts = what.split(':');
    let mut field = serde_json::json!({"species": parts.next().filter(|species| !species.is_empty())?});
    if let Some(every) = parts.next() {
        field["every_ms"] = every.parse::<f64>().ok()?.into();
    }
    if let Some(plane) = parts.next() {
        let (axis, at_um) = plane.split_once('=')?;
        field["slice"] = serde_json::json!({"axis": axis, "at_um": at_um.parse::<f64>().ok()?});
    }
    parts.next().is_none().then(|| field.to_string())
}
