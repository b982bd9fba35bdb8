//! Data of a user: trials of an HDF5 file.
//!
//! # The file
//! `inputs`, `[trial][step][input]`: spikes (0 or 1, or counts) or analogue. `labels`, `[trial]`: the class of each, or
//! `[trial][step]`: that of each step, −1 where nothing is asked; or `targets`, `[trial][step][output]`. `split`, `[trial]`, optional: 0 training, 1 validation (absent: all training).
//! `loss_weights`, `[step]`, optional: how much each step counts. Other datasets are refused, groups are the user's own.
//! A file of trials or of training runs of such a task has the same in its group `data`.
//!
//! `digest` of the task says which data are meant, wherever they lie: others are refused.

use super::{Context, Draw, Shape, Split, Task};
use crate::fields::Fields;
use crate::sections::kinds::Text;
use crate::sections::table::{Section, section};
use neuropil_core::did_you_mean;
use neuropil_engine::trial::Answer;
use neuropil_record::{Arrays, Error, Table, digest_of_data, layout};
use std::path::Path;

struct Data {
    shape: Shape,
    inputs: Vec<f64>,
    labels: Vec<usize>,
    /// Values, or 1 of the class of each step.
    targets: Vec<f64>,
    /// Trials of each split.
    splits: [Vec<usize>; 2],
    /// Whether the file said which is which.
    is_split: bool,
    loss_weights: Option<Vec<f64>>,
}

section! {
    /// Trials of an HDF5 file: data of a user.
    pub struct DataSection = "task" {
        /// HDF5 file with `inputs` and `labels` or `targets`, relative to the task file; needed, but where the data are given by Python.
        file: Text, optional;
        /// By which the data are known: others are refused; default: they are taken as they are.
        digest: Text, optional;
    }
}

pub(super) fn read(fields: &mut Fields, context: Context) -> Option<Box<dyn Task>> {
    let own = DataSection::fields(fields)?;
    let path = fields.path_of("file");
    let digest_path = fields.path_of("digest");
    let Some(file) = own.file else {
        let known = "is missing: the task is known by the digest of its data; name a file that has them, a file of \
                     training runs does as well";
        match own.digest {
            Some(_) => fields.reader.fault(&path, known),
            None => fields.reader.fault(&fields.path, "`file` is missing"),
        }
        return None;
    };
    let data = match Data::read(&context.folder.join(&file)) {
        Ok(data) => data,
        Err(fault) => {
            fields.reader.fault(&path, fault.to_string());
            return None;
        }
    };
    let found = digest_of_data(&data.tables());
    match own.digest {
        Some(expected) if expected != found => {
            let message = format!("the data of `{file}` have {found}: they are not those of this task");
            fields.reader.fault(&digest_path, message);
            None
        }
        _ => Some(Box::new(data)),
    }
}

/// The digest of the trials of a file, by which a task of kind `data` knows them.
///
/// # Errors
/// Files that hold no such trials.
pub fn data_digest(path: &Path) -> Result<String, Error> {
    Ok(digest_of_data(&Data::read(path)?.tables()))
}

/// Classes above this are taken for damage.
const MOST_CLASSES: i64 = 1 << 16;
/// What is read of a file.
const DATASETS: [&str; 5] = ["inputs", "labels", "targets", "split", "loss_weights"];

/// Refuses datasets that nothing would read, and two kinds of answers.
fn check_names(arrays: &Arrays, group: &str) -> Result<(), Error> {
    let found = arrays.datasets(if group.is_empty() { "/" } else { layout::DATA })?;
    if let Some(other) = found.iter().find(|name| !DATASETS.contains(&name.as_str())) {
        let hint = did_you_mean(other, DATASETS.into_iter());
        let expected = format!("{}{hint}; what else you keep there may stand in a group", DATASETS.join(", "));
        return Err(arrays.fault(other, "of a name that is not read", &expected));
    }
    let has = |name: &str| arrays.has(&format!("{group}{name}"));
    if has("labels") && has("targets") {
        return Err(arrays.fault("labels", "beside targets", "classes (labels) or values (targets), not both"));
    }
    Ok(())
}

/// w of each step.
fn loss_weights(arrays: &Arrays, group: &str, steps: usize) -> Result<Option<Vec<f64>>, Error> {
    let name = &format!("{group}loss_weights");
    if !arrays.has(name) {
        return Ok(None);
    }
    let weights = arrays.numbers(name, &[("steps", steps)])?;
    if let Some(step) = weights.iter().position(|weight| *weight < 0.0) {
        return Err(arrays.fault(name, &format!("{} at step {step}", weights[step]), "no weight below 0"));
    }
    if weights.iter().all(|weight| *weight == 0.0) {
        return Err(arrays.fault(name, "0 at all steps", "at least one step that counts"));
    }
    Ok(Some(weights))
}

/// What trials ask for.
struct Asked {
    answer: Answer,
    outputs: usize,
    labels: Vec<usize>,
    targets: Vec<f64>,
}

impl Asked {
    /// The class of each trial; or of each step, where there are so many.
    fn labels(arrays: &Arrays, name: &str, [trials, steps]: [usize; 2]) -> Result<Self, Error> {
        let (shape, _) = arrays.i64(name)?;
        let readouts =
            |found: &[i64]| found.iter().max().map_or(0, |last| usize::try_from(*last + 1).unwrap_or(0)).max(2);
        if shape.len() != 2 {
            let found = arrays.wholes(name, &[("trials", trials)], 0..MOST_CLASSES, "a class, from 0")?;
            let outputs = readouts(&found);
            let labels = found.into_iter().filter_map(|label| usize::try_from(label).ok()).collect();
            return Ok(Self { answer: Answer::Class, outputs, labels, targets: Vec::new() });
        }
        let extents = [("trials", trials), ("steps", steps)];
        let found = arrays.wholes(name, &extents, -1..MOST_CLASSES, "a class, from 0, or -1 where nothing is asked")?;
        if found.iter().all(|label| *label < 0) {
            return Err(arrays.fault(name, "-1 at all steps", "at least one step that asks for a class"));
        }
        let outputs = readouts(&found);
        let mut targets = vec![0.0; found.len() * outputs];
        for (asked, label) in targets.chunks_exact_mut(outputs).zip(found) {
            usize::try_from(label).into_iter().for_each(|label| asked[label] = 1.0);
        }
        Ok(Self { answer: Answer::ClassEachStep, outputs, labels: Vec::new(), targets })
    }

    /// Values at every step.
    fn values(arrays: &Arrays, name: &str, [trials, steps]: [usize; 2]) -> Result<Self, Error> {
        let (shape, _) = arrays.f64(name)?;
        let outputs = shape.get(2).copied().unwrap_or(1);
        let targets = arrays.numbers(name, &[("trials", trials), ("steps", steps), ("outputs", outputs)])?;
        Ok(Self { answer: Answer::Values, outputs, labels: Vec::new(), targets })
    }
}

impl Data {
    fn read(path: &Path) -> Result<Self, Error> {
        let arrays = Arrays::open(path)?;
        let kept = format!("{}/", layout::DATA);
        let is_kept = !arrays.has("inputs") && arrays.has(&format!("{kept}inputs"));
        let group = if is_kept { kept } else { String::new() };
        check_names(&arrays, &group)?;
        let named = |name: &str| format!("{group}{name}");
        let (shape, _) = arrays.f64(&named("inputs"))?;
        let &[trials, steps, channels] = shape.as_slice() else {
            return Err(arrays.fault("inputs", &format!("of shape {shape:?}"), "[trial, step, input]"));
        };
        if trials * steps * channels == 0 {
            return Err(arrays.fault("inputs", &format!("of shape {shape:?}"), "trials, steps and inputs"));
        }
        let extents = [("trials", trials), ("steps", steps), ("inputs", channels)];
        let inputs = arrays.numbers(&named("inputs"), &extents)?;
        let Asked { answer, outputs, labels, targets } = match arrays.has(&named("labels")) {
            true => Asked::labels(&arrays, &named("labels"), [trials, steps])?,
            false => Asked::values(&arrays, &named("targets"), [trials, steps])?,
        };
        let is_split = arrays.has(&named("split"));
        let split = match is_split {
            true => arrays.wholes(&named("split"), &[("trials", trials)], 0..2, "0 (training) or 1 (validation)")?,
            false => vec![0; trials],
        };
        let of = |wanted: i64| (0..trials).filter(|trial| split[*trial] == wanted).collect::<Vec<_>>();
        let splits = [of(0), of(1)];
        if splits[0].is_empty() {
            return Err(arrays.fault("split", "without a 0", "at least one trial to learn from (0)"));
        }
        let shape = Shape { inputs: channels, outputs, steps, answer };
        let loss_weights = loss_weights(&arrays, &group, steps)?;
        Ok(Self { shape, inputs, labels, targets, splits, is_split, loss_weights })
    }

    /// What it was read of, in one order.
    #[expect(clippy::cast_precision_loss, reason = "classes are few")]
    fn tables(&self) -> Vec<Table> {
        let Shape { inputs, outputs, steps, answer } = self.shape;
        let trials = self.splits[0].len() + self.splits[1].len();
        let table = |name: &str, shape: &[usize], values: Vec<f64>| Table {
            object: name.into(),
            shape: shape.to_vec(),
            values,
        };
        let mut all = vec![table("inputs", &[trials, steps, inputs], self.inputs.clone())];
        all.push(match answer {
            Answer::Class => table("labels", &[trials], self.labels.iter().map(|label| *label as f64).collect()),
            Answer::ClassEachStep => {
                let class = |asked: &[f64]| asked.iter().position(|asked| *asked != 0.0);
                let label = |asked: &[f64]| class(asked).map_or(-1.0, |label| label as f64);
                table("labels", &[trials, steps], self.targets.chunks_exact(outputs).map(label).collect())
            }
            Answer::Values => table("targets", &[trials, steps, outputs], self.targets.clone()),
        });
        if self.is_split {
            let mut split = vec![0.0; trials];
            self.splits[1].iter().for_each(|trial| split[*trial] = 1.0);
            all.push(table("split", &[trials], split));
        }
        all.extend(self.loss_weights.iter().map(|own| table("loss_weights", &[steps], own.clone())));
        all
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

    fn data(&self) -> Vec<Table> {
        self.tables()
    }

    fn loss_weights(&self) -> Option<Vec<f64>> {
        self.loss_weights.clone()
    }
}
