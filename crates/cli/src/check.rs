//! `neuropil check`.

use crate::args::CheckArgs;
use crate::error::CliError;
use crate::summary::{bytes_text, count_text, expected_size};
use crate::{load, screen};
use neuropil_model::circuit::is_circuit;
use neuropil_model::{Document, Faults, Model};
use neuropil_network::Scalar;
use neuropil_session::{Input, Job};

/// Checks a model file as far as can be without drawing synapses.
///
/// # Errors
/// The faults.
pub fn check(args: &CheckArgs) -> Result<(), CliError> {
    let checked = match load::document(&args.model)? {
        Err(faults) => Err(faults),
        Ok(document) if is_circuit(&document) => return circuit(args, document),
        Ok(document) => match load::model(&args.model, document)? {
            Err(faults) => Err(faults),
            Ok(model) => {
                let size = if model.single { size::<f32>(&model, args) } else { size::<f64>(&model, args) }?;
                size.map(|size| (model, size))
            }
        },
    };
    match checked {
        Ok((model, size)) => {
            let notes = Input::Model(Box::new(model)).notes();
            sound(args, &notes, size)
        }
        Err(faults) => {
            if args.json {
                screen::print(&json(&faults).to_string())?;
                return Err(CliError::Input(format!("{}: {} faults", faults.file, faults.count())));
            }
            Err(CliError::input(faults))
        }
    }
}

fn sound(args: &CheckArgs, notes: &[String], (cells, synapses, bytes): (u64, u64, u64)) -> Result<(), CliError> {
    notes.iter().filter(|_| !args.json).for_each(|note| screen::note(note));
    if args.json {
        let sound = serde_json::json!({
            "file": args.model.model, "faults": [], "cells": cells, "expected_synapses": synapses, "expected_bytes": bytes,
            "notes": notes,
        });
        return screen::print(&sound.to_string());
    }
    screen::print(&format!(
        "{}: sound; {} cells, about {} synapses, about {} of memory",
        args.model.model.display(),
        count_text(cells),
        count_text(synapses),
        bytes_text(bytes)
    ))
}

fn circuit(args: &CheckArgs, document: Document) -> Result<(), CliError> {
    let input = Input::circuit(document, &args.model.changes(), "--duration-ms")?;
    let job = Job::<f64>::new(&input, 1.0)?;
    sound(args, &input.notes(), expected_size(&job.design))
}

fn size<R: Scalar>(model: &Model, args: &CheckArgs) -> Result<Result<(u64, u64, u64), Faults>, CliError> {
    let (cells, bytes) = model.cells_and_bytes(args.model.scale);
    load::fits(bytes, &format!("the parameters of {} cells", count_text(cells)))?;
    let lowered = match model.design::<R>(model.seed, args.model.scale) {
        Ok(lowered) => lowered,
        Err(faults) => return Ok(Err(faults)),
    };
    load::fits(model.field_bytes(), "the field of the peptides")?;
    Ok(model.tissue(&lowered.design).map(|_| expected_size(&lowered.design)))
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
