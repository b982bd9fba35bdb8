//! What a task file asks for and cannot have: refused where it stands, instead of being rounded, cut or left out.

use crate::settings::Settings;
use crate::task::{Shape, Task};
use neuropil_model::fields::Reader;

/// Larger batches are refused: 32 GiB of input, output and readout.
const MOST_NUMBERS: usize = 1 << 32;

/// Refuses cells to record that there are not, and batches beyond any memory.
pub(crate) fn sizes(reader: &Reader, task: &dyn Task, settings: &Settings, cells: usize) {
    let recorded = &settings.recorded;
    let mut asked = recorded.cells.iter().chain(recorded.synapses.iter().flatten());
    if let Some(cell) = asked.find(|cell| **cell >= cells) {
        reader.fault("record", format!("found cell {cell}, of {cells} cells, counted from 0"));
    }
    for (key, count) in [("cells", recorded.cells.len()), ("synapses", recorded.synapses.len())] {
        if recorded.trial_every == 0 && count > 0 {
            let message = "has no effect without `trial_every`: it says how often they are recorded";
            reader.fault(&format!("record.{key}"), message);
        }
    }
    let Shape { inputs, outputs, steps, .. } = task.shape();
    let held_out = settings.training.validation_trials.min(task.held_out().unwrap_or(usize::MAX));
    for (name, trials) in [("batch", settings.training.batch), ("validation_trials", held_out)] {
        let numbers = trials.saturating_mul(steps).saturating_mul(inputs.saturating_add(outputs).saturating_add(cells));
        if numbers > MOST_NUMBERS {
            let each = format!("{steps} steps, {inputs} inputs, {cells} cells and {outputs} readouts");
            let message = format!("found {trials} trials of {each}: {numbers} numbers, must be at most {MOST_NUMBERS}");
            reader.fault(&format!("training.{name}"), message);
        }
    }
}

/// Refuses what the training asks of a task that does not have it.
pub(crate) fn meets(reader: &Reader, task: &dyn Task, settings: &Settings) {
    let (asked, path) = (settings.training.validation_trials, "training.validation_trials");
    match task.held_out() {
        Some(0) if asked > 0 => {
            reader.fault(
                path,
                format!("found {asked}, but this task holds no trials out: leave it out, or set some apart"),
            );
        }
        Some(most) if asked > most => reader.fault(path, format!("found {asked}, of {most} trials that are held out")),
        _ => {}
    }
    if settings.training.stop_at_accuracy.is_some() && !task.shape().answer.has_classes() {
        let message = "has no effect: the answers of this task are values, which have no accuracy";
        reader.fault("training.stop_at_accuracy", message);
    }
    if settings.last.is_some() && task.loss_weights().is_some() {
        let message =
            "has no effect: the task says itself how much each step counts (data by `loss_weights`); leave it out";
        reader.fault("loss.last_ms", message);
    }
}
