//! A task in a free run: trials one after the other, which source cells send and a readout is to answer.
//!
//! Inputs of step j of a trial, from 0, are sent so that over a delay of one step they arrive in the step of the trial's
//! number j, as in training. Trials are functions of the seed and of their number.

use crate::document::join;
use crate::fault::Fault;
use crate::fields::{Reader, shown};
use crate::model::{KindSpec, Model, PopulationSpec};
use crate::sections::kinds::NonNegative;
use crate::sections::table::{Section, SectionTable, section};
use crate::task::{Context, Draw, KINDS, Shape, Split, Task};
use neuropil_core::Clock;
use neuropil_engine::learning::{Asked, Trials};
use neuropil_plasticity::loss;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Kinds of tasks whose inputs are spikes.
pub const SPIKING: [&str; 4] = ["evidence_accumulation", "delayed_match", "pattern_generation", "store_recall"];

/// Trials that share the numbers of a batch.
const BATCH: u64 = 256;
/// Most steps of all trials.
const MOST_STEPS: u64 = 1 << 28;

section! {
    /// What a task takes besides where a network runs free.
    pub struct PauseSection = "task" {
        /// Silence behind every trial, ms.
        pause_ms: NonNegative = 0.0;
    }
}

/// What the section `task` says.
#[derive(Clone)]
pub(crate) struct TaskSpec {
    task: Arc<dyn Task>,
    /// Steps of a trial and of the pause behind it.
    steps: usize,
    pub pause: usize,
    /// Trials that begin within the run.
    trials: u64,
}

impl std::fmt::Debug for TaskSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TaskSpec").field("steps", &self.steps).field("pause", &self.pause).finish_non_exhaustive()
    }
}

/// The tables of the section, one a kind.
pub fn tables() -> Vec<SectionTable> {
    let of = |name: &&str| {
        let mut table = crate::task::table(name)?;
        table.rows.extend(PauseSection::tables().into_iter().flat_map(|own| own.rows));
        Some(table)
    };
    SPIKING.iter().filter_map(of).collect()
}

/// Reads the section, and gives the populations of model `task_source` their inputs.
pub(crate) fn task(
    reader: &Reader<'_>,
    node: &crate::document::Node,
    populations: &mut [PopulationSpec],
    (clock, duration_ms): (Clock, f64),
) -> Option<TaskSpec> {
    let mut fields = reader.object(node, "task", "task")?;
    let kind = fields.required_word("kind", &SPIKING);
    let pause_ms = PauseSection::fields(&mut fields).map_or(0.0, |own| own.pause_ms);
    let pause = clock.steps(pause_ms).map_err(|fault| reader.fault("task.pause_ms", fault.to_string())).ok();
    let own = KINDS.iter().find(|own| kind.is_some_and(|kind| own.name == SPIKING[kind]))?;
    // Tasks that read files are not among them.
    let task = (own.read)(&mut fields, Context { clock, folder: Path::new("") });
    fields.finish();
    let (task, pause) = (task?, usize::try_from(pause?).unwrap_or(usize::MAX));
    let Shape { inputs, steps, .. } = task.shape();
    let mut first = 0;
    for own in populations.iter_mut() {
        if let KindSpec::Task { inputs } = &mut own.kind {
            *inputs = first..first + own.cells as usize;
            first = inputs.end;
        }
    }
    if first != inputs {
        let message = format!("it has {inputs} inputs, but there are {first} cells of model `task_source`");
        reader.fault("task", message);
        return None;
    }
    let length = steps.saturating_add(pause) as u64;
    let run = clock.steps(duration_ms).unwrap_or(0);
    if run.max(length) > MOST_STEPS {
        let message = format!("found {run} steps of trials of {length}, must be at most {MOST_STEPS}");
        reader.fault("simulation.duration_ms", message);
        return None;
    }
    Some(TaskSpec { task: Arc::from(task), steps, pause, trials: run.div_ceil(length) })
}

/// Sources without a task.
pub(crate) fn faults(model: &Model) -> Option<Fault> {
    let own = model.populations.iter().find(|own| matches!(own.kind, KindSpec::Task { .. }))?;
    let message = "its cells send the trials of a task: add a section `task`";
    model.task.is_none().then(|| model.document.fault(&join(&own.path, "model"), message.to_owned()))
}

impl TaskSpec {
    /// Extents of a trial.
    pub fn shape(&self) -> Shape {
        self.task.shape()
    }

    /// Has trials up to a step at least.
    pub fn reach(&mut self, step: u64) {
        self.trials = self.trials.max(step.div_ceil(self.length() as u64));
    }

    /// Steps of a trial with its pause.
    fn length(&self) -> usize {
        self.steps + self.pause
    }

    fn each(&self, seed: u64, mut trial: impl FnMut(usize, &[f64], &[f64], usize)) {
        let Shape { inputs, outputs, steps, classes } = self.shape();
        let (mut x, mut target) = (vec![0.0; steps * inputs], vec![0.0; if classes { 0 } else { steps * outputs }]);
        for number in 0..self.trials {
            x.fill(0.0);
            target.fill(0.0);
            let own = Draw { seed, split: Split::Training, update: number / BATCH, trial: (number % BATCH) as u32 };
            let label = self.task.trial(&own, &mut x, &mut target);
            trial(usize::try_from(number).unwrap_or(usize::MAX), &x, &target, label);
        }
    }

    /// The spikes (step, cell) of some inputs in all trials.
    pub fn spikes(&self, seed: u64, inputs: &Range<usize>) -> Vec<(u64, u32)> {
        let width = self.shape().inputs;
        let mut spikes = Vec::new();
        self.each(seed, |number, x, _, _| {
            for (step, x) in x.chunks_exact(width).enumerate() {
                let at = (number * self.length() + step) as u64;
                let fired = x[inputs.clone()].iter().enumerate().filter(|(_, x)| **x != 0.0);
                spikes.extend(fired.map(|(cell, _)| (at, u32::try_from(cell).unwrap_or(u32::MAX))));
            }
        });
        spikes
    }

    /// What a readout is asked in all trials; the last `last` steps count, all if it does not say, unless the task does.
    pub fn trials(&self, seed: u64, last: Option<usize>) -> Trials {
        let Shape { outputs, classes, .. } = self.shape();
        let usual = || last.map_or_else(|| loss::all_steps(self.steps), |last| loss::last_steps(self.steps, last));
        let mut weights = self.task.loss_weights().unwrap_or_else(usual);
        weights.resize(self.length(), 0.0);
        let (mut labels, mut values) = (Vec::new(), Vec::new());
        self.each(seed, |_, _, target, label| {
            if classes {
                labels.push(label);
            } else {
                values.extend_from_slice(target);
                values.resize(values.len() + self.pause * outputs, 0.0);
            }
        });
        Trials { asked: if classes { Asked::Labels(labels) } else { Asked::Values(values) }, weights }
    }

    /// Steps at a trial's end that count, of a duration.
    pub fn last(&self, reader: &Reader<'_>, path: &str, (ms, clock): (f64, Clock)) -> Option<usize> {
        let steps = clock.steps(ms).ok().and_then(|steps| usize::try_from(steps).ok());
        let last = steps.filter(|steps| (1..=self.steps).contains(steps));
        if last.is_none() {
            let most = clock.time_ms(self.steps as u64);
            reader.fault(path, format!("found {} ms, must be whole steps, at most a trial of {most} ms", shown(ms)));
        }
        last
    }
}
