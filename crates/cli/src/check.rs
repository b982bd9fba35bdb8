//! `neuropil check`.

use crate::args::CheckArgs;
use crate::error::CliError;
use crate::summary::{bytes_text, count_text};
use crate::train::of_training;
use crate::{load, screen};
use neuropil_model::{CellFile, Document, Faults};
use neuropil_session::{Changes, Checked, Input, Session, SessionError};
use neuropil_train::{Setup, TrainError};
use std::path::{Path, PathBuf};

/// Checks a model file: all that `run` would refuse before its first step; or a task, or cells.
///
/// # Errors
/// The faults.
pub fn check(args: &CheckArgs) -> Result<(), CliError> {
    if args.model.model.extension().is_some_and(|extension| extension == "nestml") {
        return cells(args);
    }
    if args.strict_units {
        let message = "--strict-units is for files of cells, such as models/cells/adex.nestml";
        return Err(CliError::Input(format!("{}: {message}", args.model.model.display())));
    }
    let document = load::document(&args.model)?;
    if let Ok(document) = &document
        && Setup::is_one(document)
    {
        return task(args, document.clone());
    }
    match checked(args, document)? {
        Ok(checked) => sound(args, &checked),
        Err(faults) => refused(args, faults),
    }
}

/// What a run would be; faults with places apart from others.
fn checked(args: &CheckArgs, document: Result<Document, Faults>) -> Result<Result<Checked, Faults>, CliError> {
    let document = match document {
        Ok(document) => document,
        Err(faults) => return Ok(Err(faults)),
    };
    let input = match Input::of(document, &args.model.changes()) {
        Err(SessionError::Model(faults)) => return Ok(Err(faults)),
        other => other?,
    };
    match (Session { scale: args.model.scale, ..Session::new(&input, PathBuf::new()) }).check(input) {
        Err(SessionError::Model(faults)) => Ok(Err(faults)),
        other => Ok(Ok(other?)),
    }
}

fn refused(args: &CheckArgs, faults: Faults) -> Result<(), CliError> {
    if args.json {
        screen::print(&json(&faults).to_string())?;
        return Err(CliError::Input(format!("{}: {} faults", faults.file, faults.count())));
    }
    Err(faults.into())
}

/// Checks a file of cells written as equations, and says what was understood.
fn cells(args: &CheckArgs) -> Result<(), CliError> {
    if args.model.changes() != Changes::default() {
        let message = "is a file of cells: --set, --scale, --seed and the like change model files";
        return Err(CliError::Input(format!("{} {message}", args.model.model.display())));
    }
    let text = CellFile::text_of(&args.model.model).map_err(CliError::Input)?;
    let file = match CellFile::parse(&args.model.model.display().to_string(), text, None, args.strict_units) {
        Ok(file) => file,
        Err(faults) => return refused(args, faults),
    };
    if args.json {
        let models = file.cells.iter().zip(file.described()).map(|(cell, own)| match own {
            Some(own) => serde_json::json!({
                "name": cell.name, "parameters": own.parameters, "ports": own.ports, "states": own.states,
                "equations": own.equations, "solved": own.solved, "step": own.step, "output": own.output,
                "learning": own.learning,
            }),
            None => serde_json::json!({"name": cell.name}),
        });
        let models: Vec<_> = models.collect();
        let sound = serde_json::json!({"file": file.file, "faults": [], "models": models, "notes": file.warnings});
        return screen::print(&sound.to_string());
    }
    file.warnings.iter().for_each(|warning| screen::note(warning));
    screen::print(&format!("{}: sound\n{}", file.file, file.describe()))
}

/// Checks a task: all that `train` would refuse of it before the first update.
fn task(args: &CheckArgs, mut document: Document) -> Result<(), CliError> {
    if args.model.changes() != (Changes { set: args.model.set.clone(), ..Changes::default() }) {
        let message = "is a task file: --set changes it, --scale, --seed and the like change model files";
        return Err(CliError::Input(format!("{} {message}", args.model.model.display())));
    }
    for change in &args.model.set {
        document.set(change).map_err(CliError::input)?;
    }
    let setup = match Setup::decode(&document, args.model.model.parent().unwrap_or(Path::new(""))) {
        Err(TrainError::Task(faults)) => return refused(args, faults),
        other => other.map_err(CliError::input)?,
    };
    // Runs differ in nothing but what they draw.
    let notes = setup.begins(1).map_err(of_training)?;
    let (shape, updates) = (setup.task.shape(), setup.settings.updates);
    if args.json {
        let sound = serde_json::json!({
            "file": setup.file, "faults": [], "inputs": shape.inputs, "outputs": shape.outputs, "steps": shape.steps,
            "batch": setup.settings.training.batch, "updates": updates, "notes": notes,
        });
        return screen::print(&sound.to_string());
    }
    notes.iter().for_each(|note| screen::note(&format!("note: {note}")));
    screen::print(&format!(
        "{}: sound; {updates} updates of {} trials, each of {} steps with {} inputs and {} outputs",
        setup.file, setup.settings.training.batch, shape.steps, shape.inputs, shape.outputs
    ))
}

fn sound(args: &CheckArgs, checked: &Checked) -> Result<(), CliError> {
    let Checked { cells, synapses, synapses_are_expected, bytes, notes } = checked;
    notes.iter().filter(|_| !args.json).for_each(|note| screen::note(note));
    if args.json {
        let sound = serde_json::json!({
            "file": args.model.model, "faults": [], "cells": cells, "synapses": synapses,
            "synapses_are_expected": synapses_are_expected, "expected_bytes": bytes, "notes": notes,
        });
        return screen::print(&sound.to_string());
    }
    screen::print(&format!(
        "{}: sound; {} cells, {}{} synapses, about {} of memory",
        args.model.model.display(),
        count_text(*cells),
        if *synapses_are_expected { "about " } else { "" },
        count_text(*synapses),
        bytes_text(*bytes)
    ))
}

fn json(faults: &Faults) -> serde_json::Value {
    let each = faults.faults.iter().map(|fault| {
        serde_json::json!({
            "path": fault.path,
            "line": fault.place.as_ref().map(|place| place.line),
            "column": fault.place.as_ref().map(|place| place.column),
            "message": fault.message,
        })
    });
    serde_json::json!({"file": faults.file, "faults": each.collect::<Vec<_>>(), "more": faults.more})
}
