//! Data of a user: trials of an HDF5 file.
//!
//! # The file
//! `inputs`, `[trial][step][input]`: spikes (0 or 1, or counts) or analogue. `labels`, `[trial]`: the class of each; or
//! `targets`, `[trial][step][output]`. `split`, `[trial]`, optional: 0 training, 1 validation (absent: all training).
//! `loss_weights`, `[step]`, optional: how much each step counts. Other datasets are refused, groups are the user's own.

use super::{Context, Draw, Shape, Split, Task};
use crate::fields::Fields;
use neuropil_core::did_you_mean;
use neuropil_record::{Arrays, Error};
use std::path::Path;

struct Data {
    shape: Shape,
    inputs: Vec<f64>,
    labels: Vec<usize>,
    targets: Vec<f64>,
    /// Trials of each split.
    splits: [Vec<usize>; 2],
    loss_weights: Option<Vec<f64>>,
}

pub(super) fn read(fields: &mut Fields, context: Context) -> Option<Box<dyn Task>> {
    let path = fields.path_of("file");
    let file = fields.require("file").and_then(|node| fields.reader.string(node, &path))?;
    match Data::read(&context.folder.join(file)) {
        Ok(data) => Some(Box::new(data)),
        Err(fault) => {
            fields.reader.fault(&path, fault.to_string());
            None
        }
    }
}

/// Classes above this are taken for damage.
const MOST_CLASSES: i64 = 1 << 16;
/// What is read of a file.
const DATASETS: [&str; 5] = ["inputs", "labels", "targets", "split", "loss_weights"];

/// Refuses datasets that nothing would read, and two kinds of answers.
fn check_names(arrays: &Arrays) -> Result<(), Error> {
    let found = arrays.datasets("/")?;
    if let Some(other) = found.iter().find(|name| !DATASETS.contains(&name.as_str())) {
        let hint = did_you_mean(other, DATASETS.into_iter());
        let expected = format!("{}{hint}; what else you keep there may stand in a group", DATASETS.join(", "));
        return Err(arrays.fault(other, "of a name that is not read", &expected));
    }
    if arrays.has("labels") && arrays.has("targets") {
        return Err(arrays.fault("labels", "beside targets", "classes (labels) or values (targets), not both"));
    }
    Ok(())
}

/// w of each step.
fn loss_weights(arrays: &Arrays, steps: usize) -> Result<Option<Vec<f64>>, Error> {
    const NAME: &str = "loss_weights";
    if !arrays.has(NAME) {
        return Ok(None);
    }
    let weights = arrays.numbers(NAME, &[("steps", steps)])?;
    if let Some(step) = weights.iter().position(|weight| *weight < 0.0) {
        return Err(arrays.fault(NAME, &format!("{} at step {step}", weights[step]), "no weight below 0"));
    }
    if weights.iter().all(|weight| *weight == 0.0) {
        return Err(arrays.fault(NAME, "0 at all steps", "at least one step that counts"));
    }
    Ok(Some(weights))
}

impl Data {
    fn read(path: &Path) -> Result<Self, Error> {
        let arrays = Arrays::open(path)?;
        check_names(&arrays)?;
        let (shape, _) = arrays.f64("inputs")?;
        let &[trials, steps, channels] = shape.as_slice() else {
            return Err(arrays.fault("inputs", &format!("of shape {shape:?}"), "[trial, step, input]"));
        };
        if trials * steps * channels == 0 {
            return Err(arrays.fault("inputs", &format!("of shape {shape:?}"), "trials, steps and inputs"));
        }
        let inputs = arrays.numbers("inputs", &[("trials", trials), ("steps", steps), ("inputs", channels)])?;
        let classes = arrays.has("labels");
        let (mut labels, mut targets, outputs) = (Vec::new(), Vec::new(), if classes { 0 } else { 1 });
        let outputs = if classes {
            let found = arrays.wholes("labels", &[("trials", trials)], 0..MOST_CLASSES, "a class, from 0")?;
            labels = found.into_iter().filter_map(|label| usize::try_from(label).ok()).collect();
            labels.iter().max().map_or(outputs, |last| last + 1).max(2)
        } else {
            let (shape, _) = arrays.f64("targets")?;
            let outputs = shape.get(2).copied().unwrap_or(outputs);
            targets = arrays.numbers("targets", &[("trials", trials), ("steps", steps), ("outputs", outputs)])?;
            outputs
        };
        let split = match arrays.has("split") {
            true => arrays.wholes("split", &[("trials", trials)], 0..2, "0 (training) or 1 (validation)")?,
            false => vec![0; trials],
        };
        let of = |wanted: i64| (0..trials).filter(|trial| split[*trial] == wanted).collect::<Vec<_>>();
        let splits = [of(0), of(1)];
        if splits[0].is_empty() {
            return Err(arrays.fault("split", "without a 0", "at least one trial to learn from (0)"));
        }
        let shape = Shape { inputs: channels, outputs, steps, classes };
        Ok(Self { shape, inputs, labels, targets, splits, loss_weights: loss_weights(&arrays, steps)? })
    }
}

impl Task for Data {
    fn shape(&self) -> Shape {
        self.shape
    }

    /// Training trials are drawn with replacement; validation takes them in their order.
    fn trial(&self, draw: &Draw, x: &mut [f64], target: &mut [f64]) -> usize {
        let own = &self.splits[draw.split as usize];
        let count = u32::try_from(own.len()).unwrap_or(u32::MAX);
        let trial = own[match draw.split {
            Split::Training => draw.trial().below(count),
            Split::Validation => draw.trial % count,
        } as usize];
        x.copy_from_slice(&self.inputs[trial * x.len()..(trial + 1) * x.len()]);
        target.copy_from_slice(&self.targets[trial * target.len()..(trial + 1) * target.len()]);
        self.labels.get(trial).copied().unwrap_or(0)
    }

    fn held_out(&self) -> Option<usize> {
        Some(self.splits[1].len())
    }

    fn loss_weights(&self) -> Option<Vec<f64>> {
        self.loss_weights.clone()
    }
}
