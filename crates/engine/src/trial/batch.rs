//! The trials of a batch, cut into groups that run in lockstep.

use super::TrialError;
use neuropil_plasticity::{Plane, RateRegulariser};

/// Trials of a group. A batch is cut by this number alone, so that sums over groups have one order.
pub const LANES: usize = 16;

/// What the readout should say.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// Values for the squared error.
    Values(Plane),
    /// The right readout of each trial, for softmax cross-entropy.
    Labels(Vec<usize>),
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
    /// Input, `[step][input][lane]`.
    pub x: Plane,
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
        let [trials, steps, inputs] = shape;
        let expect = |what: &'static str, found: usize, expected: usize| match found == expected {
            true => Ok(()),
            false => Err(TrialError::Size { what, found: found.to_string(), expected: expected.to_string() }),
        };
        expect("values of x", x.len(), trials * steps * inputs)?;
        match targets {
            Targets::Values(values, outputs) => expect("values of target", values.len(), trials * steps * outputs)?,
            Targets::Labels(labels) => expect("labels", labels.len(), trials)?,
        }
        let group = |first: usize| {
            let lanes = LANES.min(trials - first);
            let plane = |values: &[f64], channels: usize| {
                let at = |step, channel, lane| values[((first + lane) * steps + step) * channels + channel];
                Plane::from_fn(steps, channels, lanes, at)
            };
            let target = match targets {
                Targets::Values(values, outputs) => Target::Values(plane(values, outputs)),
                Targets::Labels(labels) => Target::Labels(labels[first..first + lanes].to_vec()),
            };
            Group { first, x: plane(x, inputs), target }
        };
        Ok(Self { groups: (0..trials).step_by(LANES).map(group).collect(), trials, steps })
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
