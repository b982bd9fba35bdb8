//! `neuropil check`.

use crate::args::CheckArgs;
use crate::error::CliError;
use crate::summary::{bytes_text, count_text};
use crate::{load, screen};
use neuropil_model::Faults;
use neuropil_session::{Checked, Input, Session, SessionError};
use std::path::PathBuf;

/// Checks a model file: all that `run` would refuse before its first step.
///
/// # Errors
/// The faults.
pub fn check(args: &CheckArgs) -> Result<(), CliError> {
    let checked = load::document(&args.model)?.map_err(SessionError::from).and_then(|document| {
        let input = Input::of(document, &args.model.changes())?;
        Session { scale: args.model.scale, ..Session::new(&input, PathBuf::new()) }.check(input)
    });
    match checked {
        Ok(Checked { cells, synapses, bytes, notes }) => sound(args, &notes, (cells, synapses, bytes)),
        Err(SessionError::Model(faults)) if args.json => {
            screen::print(&json(&faults).to_string())?;
            Err(CliError::Input(format!("{}: {} faults", faults.file, faults.count())))
        }
        Err(fault) => Err(fault.into()),
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
