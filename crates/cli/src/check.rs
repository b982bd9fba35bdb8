//! `neuropil check`.

use crate::args::CheckArgs;
use crate::error::CliError;
use crate::load;
use crate::summary::{bytes_text, count_text};
use neuropil_model::{Faults, Model};
use neuropil_network::Scalar;

/// Checks a model file as far as can be without drawing synapses.
///
/// # Errors
/// The faults.
pub fn check(args: &CheckArgs) -> Result<(), CliError> {
    let checked = load::model(&args.model)?.and_then(|model| {
        let size = if model.single { size::<f32>(&model, args) } else { size::<f64>(&model, args) }?;
        Ok((model, size))
    });
    match checked {
        Ok((model, (cells, synapses, bytes))) => {
            if args.json {
                println!(
                    "{}",
                    serde_json::json!({"file": args.model.model, "faults": [], "cells": cells, "expected_synapses": synapses, "expected_bytes": bytes})
                );
                return Ok(());
            }
            for warning in &model.warnings {
                eprintln!("warning: {}: {}", warning.path, warning.message);
            }
            println!(
                "{}: sound; {} cells, about {} synapses, about {}",
                args.model.model.display(),
                count_text(cells),
                count_text(synapses),
                bytes_text(bytes)
            );
            Ok(())
        }
        Err(faults) => {
            if args.json {
                println!("{}", json(&faults));
                return Err(CliError::Input(format!("{} faults", faults.faults.len())));
            }
            Err(CliError::input(faults))
        }
    }
}

fn size<R: Scalar>(model: &Model, args: &CheckArgs) -> Result<(u64, u64, u64), Faults> {
    let lowered = model.design::<R>(model.seed, args.model.scale)?;
    Ok(crate::summary::expected_size(&lowered.design))
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
    serde_json::json!({"file": faults.file, "faults": each.collect::<Vec<_>>()})
}
