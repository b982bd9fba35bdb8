//! `neuropil check`.

use crate::args::CheckArgs;
use crate::error::CliError;
use crate::summary::{bytes_text, count_text};
use crate::{load, screen};
use neuropil_model::{Faults, Model};
use neuropil_network::Scalar;

/// Checks a model file as far as can be without drawing synapses.
///
/// # Errors
/// The faults.
pub fn check(args: &CheckArgs) -> Result<(), CliError> {
    let checked = match load::model(&args.model)? {
        Err(faults) => Err(faults),
        Ok(model) => {
            let size = if model.single { size::<f32>(&model, args) } else { size::<f64>(&model, args) }?;
            size.map(|size| (model, size))
        }
    };
    match checked {
        Ok((model, (cells, synapses, bytes))) => {
            if args.json {
                let sound = serde_json::json!({
                    "file": args.model.model, "faults": [], "cells": cells, "expected_synapses": synapses,
                    "expected_bytes": bytes,
                });
                return screen::print(&sound.to_string());
            }
            for warning in &model.warnings {
                screen::note(&format!("warning: {}: {}", warning.path, warning.message));
            }
            screen::print(&format!(
                "{}: sound; {} cells, about {} synapses, about {} of memory",
                args.model.model.display(),
                count_text(cells),
                count_text(synapses),
                bytes_text(bytes)
            ))
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

fn size<R: Scalar>(model: &Model, args: &CheckArgs) -> Result<Result<(u64, u64, u64), Faults>, CliError> {
    let lowered = load::design::<R>(model, args.model.scale)?;
    Ok(lowered.map(|lowered| crate::summary::expected_size(&lowered.design)))
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
