//! The task of a network that runs free: its trials, one after the other.

use crate::fields::{Reader, shown};
use crate::task::{Draw, Shape, Split, Task};
use neuropil_core::Clock;
use neuropil_engine::learning::{Asked, Trials};
use neuropil_engine::trial::Answer;
use neuropil_plasticity::loss;
use std::ops::Range;
use std::sync::Arc;

/// Trials that share the numbers of a batch.
const BATCH: u64 = 256;
/// What the section `task` says.
#[derive(Clone)]
pub(crate) struct TaskSpec {
    pub(super) task: Arc<dyn Task>,
    /// Steps of a trial and of the pause behind it.
    pub(super) steps: usize,
    pub pause: usize,
    /// Trials that begin within the run.
    pub(super) trials: u64,
}

impl std::fmt::Debug for TaskSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TaskSpec").field("steps", &self.steps).field("pause", &self.pause).finish_non_exhaustive()
    }
}

impl TaskSpec {
    /// Extents of a trial.
    pub fn shape(&self) -> Shape {
        self.task.shape()
    }

    /// Whether it says itself how much each step counts.
    pub fn weighs_steps(&self) -> bool {
        self.task.loss_weights().is_some()
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
        let shape = self.shape();
        let (mut x, mut target) = (vec![0.0; shape.steps * shape.inputs], vec![0.0; shape.target_size()]);
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
        let Shape { outputs, answer, .. } = self.shape();
        let usual = || last.map_or_else(|| loss::all_steps(self.steps), |last| loss::last_steps(self.steps, last));
        let mut weights = self.task.loss_weights().unwrap_or_else(usual);
        weights.resize(self.length(), 0.0);
        let (mut labels, mut values) = (Vec::new(), Vec::new());
        self.each(seed, |_, _, target, label| {
            if answer == Answer::Class {
                labels.push(label);
            } else {
                values.extend_from_slice(target);
                values.resize(values.len() + self.pause * outputs, 0.0);
            }
        });
        let asked = match answer {
            Answer::Class => Asked::Labels(labels),
            Answer::ClassEachStep => Asked::Classes(values),
            Answer::Values => Asked::Values(values),
        };
        Trials { asked, weights }
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
