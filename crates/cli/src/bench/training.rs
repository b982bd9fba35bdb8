//! An update of training: where its time goes.

use super::probe;
use crate::args::BenchArgs;
use crate::error::CliError;
use crate::screen;
use crate::summary::peak_bytes;
use crate::train::of_training;
use neuropil_core::simd::vector_bits;
use neuropil_model::Document;
use neuropil_record::GradientFile;
use neuropil_train::{Costs, Setup, Trainer};
use serde_json::{Value, json};
use std::path::Path;

/// Updates before those that are measured.
const WARM_UP: u32 = 2;
/// Seed of weights and trials.
const SEED: u64 = 1;

/// A shipped task: its name here, what it is, its file.
const TASKS: &[(&str, &str, &str)] = &[
    (
        "mdgl_evidence",
        "training: evidence accumulation of Liu et al. 2021, 100 spiking cells, 64 trials of 2,000 steps",
        neuropil_shipped::tasks::EVIDENCE_MDGL,
    ),
    (
        "eprop_evidence",
        "training: evidence accumulation of Bellec et al. 2020; --set training.batch=1 for single trials",
        neuropil_shipped::tasks::EVIDENCE_EPROP,
    ),
    (
        "eprop_regression",
        "training: pattern generation of Bellec et al. 2020, single trials of 1,000 steps",
        neuropil_shipped::tasks::PATTERN_GENERATION,
    ),
    (
        "delayed_xor",
        "training: delayed XOR of Liu et al. 2022, 120 rate cells, 32 trials of 900 steps",
        neuropil_shipped::tasks::DELAYED_XOR,
    ),
];

/// Names of the tasks, and what they are.
pub fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    TASKS.iter().map(|(name, about, _)| (*name, *about))
}

/// The task of that name or file; `None` if it is no task.
///
/// # Errors
/// A file that cannot be read, or is no JSON.
pub fn document(args: &BenchArgs) -> Result<Option<Document>, CliError> {
    let name = args.network.as_deref().unwrap_or_default();
    let text = match TASKS.iter().find(|(known, ..)| *known == name) {
        Some((_, _, text)) => (*text).to_owned(),
        None if Path::new(name).is_file() => crate::load::read(Path::new(name))?,
        None => return Ok(None),
    };
    let mut document = Document::parse(name, text).map_err(CliError::input)?;
    if !Setup::is_one(&document) {
        return Ok(None);
    }
    for assignment in &args.set {
        document.set(assignment).map_err(CliError::input)?;
    }
    Ok(Some(document))
}

/// Measures updates of a task.
///
/// # Errors
/// Faults of the task or of the run; an export that cannot be written.
pub fn bench(args: &BenchArgs, document: &Document) -> Result<(), CliError> {
    let of_networks =
        [args.scale.is_some(), args.seconds.is_some(), args.warm_up_ms.is_some(), args.precision.is_some()];
    super::refuse(["--scale", "--seconds", "--warm-up-ms", "--precision"], of_networks, "a task", "networks")?;
    let folder = Path::new(args.network.as_deref().unwrap_or_default()).parent().unwrap_or(Path::new(""));
    let setup = Setup::decode(document, folder).map_err(of_training)?;
    if args.show {
        return screen::print(&setup.json);
    }
    let rule = setup.rule(args.rule.as_deref().unwrap_or("modprop_type")).map_err(CliError::input)?;
    let threads = args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let mut trainer = Trainer::new(&setup, rule, SEED).map_err(of_training)?.with_threads(threads);
    if let Some(path) = &args.export {
        return export(&trainer, path);
    }
    let mut costs: Vec<Costs> = Vec::new();
    for update in 0..WARM_UP + args.updates.unwrap_or(5) {
        let before = *trainer.costs();
        trainer.advance().map_err(of_training)?;
        if update >= WARM_UP {
            costs.push(trainer.costs().since(&before));
        }
    }
    costs.sort_by_key(Costs::total);
    let (least, median) = (costs[0], costs[costs.len() / 2]);
    let shape = setup.task.shape();
    let (cells, first) = (trainer.learner().cells(), trainer.evaluations().first());
    let mut figures = json!({
        "task": args.network,
        "rule": rule.name,
        "vector_bits": vector_bits(),
        "threads": threads,
        "trials": setup.settings.training.batch,
        "steps": shape.steps,
        "cells": cells,
        "inputs": shape.inputs,
        "outputs": shape.outputs,
        "seconds_per_update": seconds(&least),
        "median_seconds_per_update": seconds(&median),
        "ns_per_cell_step": least.total().as_secs_f64() * 1e9 / (setup.settings.training.batch * shape.steps * cells) as f64,
        "first_loss": first.map(|own| own.loss),
        "peak_bytes": peak_bytes(),
    });
    if args.probe {
        figures["machine"] = probe::measure(threads);
    }
    screen::print(&figures.to_string())
}

/// Writes the first update, for programs that are compared with ours.
fn export(trainer: &Trainer, path: &Path) -> Result<(), CliError> {
    let (tables, [task_loss, reg_loss]) = trainer.export().map_err(of_training)?;
    let command = std::env::args().collect::<Vec<_>>().join(" ");
    let file = GradientFile { tables, numbers: vec![("task_loss", task_loss), ("reg_loss", reg_loss)], command };
    let written = file.write(path, false).map_err(CliError::output)?;
    screen::print(&json!({"output": written, "task_loss": task_loss, "reg_loss": reg_loss}).to_string())
}

fn seconds(costs: &Costs) -> Value {
    json!({
        "all": costs.total().as_secs_f64(),
        "drawing": costs.drawing.as_secs_f64(),
        "running": costs.running.as_secs_f64(),
        "gradient": costs.gradient.as_secs_f64(),
        "update": costs.update.as_secs_f64(),
    })
}
