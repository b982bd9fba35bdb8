//! The trials of a batch, cut into groups that run in lockstep.

use super::labels::{Answer, Labels};
use super::{TrialError, Workers};
use neuropil_plasticity::loss::{CrossEntropy, CrossEntropyEachStep, Judged, SquaredError, class_at, judge};
use neuropil_plasticity::{Plane, RateRegulariser};
use std::sync::Arc;

/// Trials of a group. A batch is cut by this number alone, so that sums over groups have one order.
pub const GROUP_TRIALS: usize = 16;

/// What the readout should say.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// Values for the squared error.
    Values(Plane),
    /// The right readout of each trial, for softmax cross-entropy.
    Labels(Vec<usize>),
    /// 1 of the right readout of each step, for softmax cross-entropy; a step without a 1 asks for nothing.
    Classes(Plane),
}

impl Target {
    /// Loss and error of the readout y of these trials, with the weights of steps, in a batch of `all` trials.
    ///
    /// # Errors
    /// Targets that do not fit y, labels beyond the readouts.
    pub fn judge(&self, y: &Plane, weights: &[f64], all: usize) -> Result<Judged, TrialError> {
        Ok(match self {
            Self::Values(target) => judge(&SquaredError { target: target.clone() }, y, weights, all)?,
            Self::Labels(labels) => judge(&CrossEntropy { labels: labels.clone() }, y, weights, all)?,
            Self::Classes(target) => judge(&CrossEntropyEachStep { target: target.clone() }, y, weights, all)?,
        })
    }
}

/// What is minimised.
#[derive(Debug, Clone, PartialEq)]
pub struct Objective {
    /// w_t, one a step.
    pub weights: Vec<f64>,
    /// The firing-rate regulariser.
    pub regulariser: Option<RateRegulariser>,
}

/// Trials that run in lockstep.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    /// Index of the first trial in the batch.
    pub first: usize,
    /// Input, `[step][input][trial]`.
    pub x: Arc<Plane>,
    /// Targets of these trials.
    pub target: Target,
}

/// Input and targets of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    pub(super) groups: Vec<Group>,
    trials: usize,
    steps: usize,
}

/// Targets of all trials, as files hold them.
#[derive(Debug, Clone, Copy)]
pub enum Targets<'a> {
    /// `[trial][step][readout]`.
    Values(&'a [f64], usize),
    /// One a trial.
    Labels(&'a [usize]),
}

impl Batch {
    /// From `x`, `[trial][step][input]` of the shape given, and targets.
    ///
    /// # Errors
    /// [`TrialError::Size`] where the lengths do not fit the shape.
    pub fn new(x: &[f64], shape: [usize; 3], targets: Targets) -> Result<Self, TrialError> {
        let [all, steps, inputs] = shape;
        let expect = |what: &'static str, found: usize, expected: usize| match found == expected {
            true => Ok(()),
            false => Err(TrialError::Size { what, found: found.to_string(), expected: expected.to_string() }),
        };
        expect("values of x", x.len(), all * steps * inputs)?;
        match targets {
            Targets::Values(values, outputs) => expect("values of target", values.len(), all * steps * outputs)?,
            Targets::Labels(labels) => expect("labels", labels.len(), all)?,
        }
        let group = |first: usize| {
            let trials = GROUP_TRIALS.min(all - first);
            let plane = |values: &[f64], channels: usize| {
                let at = |step, channel, trial| values[((first + trial) * steps + step) * channels + channel];
                Plane::from_fn(steps, channels, trials, at)
            };
            let target = match targets {
                Targets::Values(values, outputs) => Target::Values(plane(values, outputs)),
                Targets::Labels(labels) => Target::Labels(labels[first..first + trials].to_vec()),
            };
            Group { first, x: plane(x, inputs).into(), target }
        };
        Ok(Self { groups: (0..all).step_by(GROUP_TRIALS).map(group).collect(), trials: all, steps })
    }

    /// Draws trials of the shape given on several threads. `draw` writes x of one, `[step][input]`, 0 before, and its
    /// target, `[step][readout]` with so many readouts, 0 before; of trials that have one class it returns that. Returns the
    /// right readouts too.
    pub fn draw(
        shape: [usize; 3],
        (answer, readouts): (Answer, usize),
        workers: &Workers,
        draw: impl Fn(usize, &mut [f64], &mut [f64]) -> usize + Sync,
    ) -> (Self, Labels) {
        let [all, steps, inputs] = shape;
        let outputs = if answer == Answer::Class { 0 } else { readouts };
        let group = |number: usize| {
            let first = number * GROUP_TRIALS;
            let trials = GROUP_TRIALS.min(all - first);
            let mut planes = [inputs, outputs].map(|channels| workers.plane(steps, channels, trials));
            planes.iter_mut().for_each(|plane| plane.values_mut().fill(0.0));
            let (mut x, mut target) = (vec![0.0; steps * inputs], vec![0.0; steps * outputs]);
            let mut labels = Vec::with_capacity(trials);
            for trial in 0..trials {
                x.fill(0.0);
                target.fill(0.0);
                labels.push(draw(first + trial, &mut x, &mut target));
                for (plane, values) in planes.iter_mut().zip([&x, &target]) {
                    spread(values, plane.values_mut(), [trial, trials]);
                }
            }
            let [x, target] = planes;
            let target = match answer {
                Answer::Class => Target::Labels(labels),
                Answer::ClassEachStep => Target::Classes(target),
                Answer::Values => Target::Values(target),
            };
            Ok::<_, std::convert::Infallible>(Group { first, x: x.into(), target })
        };
        let Ok(groups) = workers.each(all.div_ceil(GROUP_TRIALS), group);
        let batch = Self { groups, trials: all, steps };
        let labels = right(batch.targets());
        (batch, labels)
    }

    /// Leaves what it holds for the next batch.
    pub fn recycle(self, workers: &Workers) {
        for group in self.groups {
            Arc::into_inner(group.x).into_iter().for_each(|plane| workers.keep(plane));
            if let Target::Values(plane) | Target::Classes(plane) = group.target {
                workers.keep(plane);
            }
        }
    }

    /// What is asked of each group, in their order.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        self.groups.iter().map(|group| &group.target)
    }

    /// Number of trials B.
    pub fn trials(&self) -> usize {
        self.trials
    }

    /// Steps of a trial T.
    pub fn steps(&self) -> usize {
        self.steps
    }
}

/// The right readouts of groups of trials, in their order.
fn right<'t>(targets: impl Iterator<Item = &'t Target>) -> Labels {
    let (mut trials, mut steps) = (Vec::new(), Vec::new());
    for target in targets {
        match target {
            Target::Labels(labels) => trials.extend_from_slice(labels),
            Target::Classes(plane) => {
                let all = plane.trials();
                let of = |trial| (0..plane.steps()).map(move |step| class_at(plane.step(step), [trial, all]));
                steps.extend((0..all).flat_map(of));
            }
            Target::Values(_) => return Labels::None,
        }
    }
    if steps.is_empty() { Labels::Trials(trials) } else { Labels::Steps(steps) }
}

/// Writes the values of one trial into a plane of zeros.
fn spread(values: &[f64], plane: &mut [f64], [trial, trials]: [usize; 2]) {
    const PIECE: usize = 8;
    for (values, plane) in values.chunks(PIECE).zip(plane.chunks_mut(PIECE * trials)) {
        if values.iter().any(|value| *value != 0.0) {
            for (value, slot) in values.iter().zip(plane.iter_mut().skip(trial).step_by(trials)) {
                *slot = *value;
            }
        }
    }
}
