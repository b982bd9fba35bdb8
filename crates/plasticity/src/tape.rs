//! What a group of trials leaves for the rules: planes `[step][channel][trial]`, O(trials x steps x cells) numbers.

use crate::cell::recorded::Pattern;
use crate::cell::{Gate, LocalStep, Record};
use crate::{Dynamics, Error, Learner};
use std::ops::Range;
use std::sync::Arc;

/// Numbers `[step][channel][trial]`; a trial is a trial. Lanes are innermost, so that loops run over them in vectors.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    steps: usize,
    channels: usize,
    trials: usize,
    values: Vec<f64>,
}

impl Plane {
    /// All zero.
    pub fn zeros(steps: usize, channels: usize, trials: usize) -> Self {
        Self { steps, channels, trials, values: vec![0.0; steps * channels * trials] }
    }

    /// Of `values`, which are replaced by any numbers of the right length: to be written before they are read.
    pub fn over(steps: usize, channels: usize, trials: usize, mut values: Vec<f64>) -> Self {
        values.resize(steps * channels * trials, 0.0);
        Self { steps, channels, trials, values }
    }

    /// From a function of step, channel and trial.
    pub fn from_fn(
        steps: usize,
        channels: usize,
        trials: usize,
        mut value: impl FnMut(usize, usize, usize) -> f64,
    ) -> Self {
        let mut plane = Self::zeros(steps, channels, trials);
        for step in 0..steps {
            for channel in 0..channels {
                for (trial, own) in plane.row_mut(step, channel).iter_mut().enumerate() {
                    *own = value(step, channel, trial);
                }
            }
        }
        plane
    }

    /// Steps.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Channels: inputs, cells or readouts.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Lanes.
    pub fn trials(&self) -> usize {
        self.trials
    }

    /// One channel at one step: a number a trial.
    #[inline(always)]
    pub fn row(&self, step: usize, channel: usize) -> &[f64] {
        let first = (step * self.channels + channel) * self.trials;
        &self.values[first..first + self.trials]
    }

    /// One channel at one step: a number a trial.
    #[inline(always)]
    pub fn row_mut(&mut self, step: usize, channel: usize) -> &mut [f64] {
        let first = (step * self.channels + channel) * self.trials;
        &mut self.values[first..first + self.trials]
    }

    /// All channels at one step, `[channel][trial]`.
    #[inline(always)]
    pub fn step(&self, step: usize) -> &[f64] {
        let size = self.channels * self.trials;
        &self.values[step * size..(step + 1) * size]
    }

    /// All channels at one step, `[channel][trial]`.
    #[inline(always)]
    pub fn step_mut(&mut self, step: usize) -> &mut [f64] {
        let size = self.channels * self.trials;
        &mut self.values[step * size..(step + 1) * size]
    }

    /// One number.
    #[inline(always)]
    pub fn at(&self, step: usize, channel: usize, trial: usize) -> f64 {
        self.values[(step * self.channels + channel) * self.trials + trial]
    }

    /// All numbers, `[step][channel][trial]`.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// All numbers, `[step][channel][trial]`.
    pub fn values_mut(&mut self) -> &mut [f64] {
        &mut self.values
    }

    /// The steps from one on.
    pub(crate) fn after(&self, step: usize) -> Self {
        let values = self.values[step * self.channels * self.trials..].to_vec();
        Self { steps: self.steps - step, values, ..*self }
    }

    /// The last step first.
    pub(crate) fn reversed(&self) -> Self {
        let steps = (0..self.steps).rev().flat_map(|step| self.step(step).iter().copied());
        Self { values: steps.collect(), ..*self }
    }

    /// What held the numbers, for [`Plane::over`].
    pub fn into_values(self) -> Vec<f64> {
        self.values
    }

    pub(crate) fn shape(&self) -> String {
        format!("{} steps x {} channels x {} trials", self.steps, self.channels, self.trials)
    }
}

/// One group of trials that ran in lockstep with fixed weights.
///
/// Step t covers (t, t + 1]: `x` enters at once, `z` of step t is read out at t and reaches other cells at t + d. All
/// state is 0 before step 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Tape {
    /// Input x, `[step][input][trial]`: spikes (0 or 1) or analogue.
    pub x: Arc<Plane>,
    /// Output z of the cells, `[step][cell][trial]`: spikes (0 or 1), a rate, or h of an RFLO cell.
    pub z: Plane,
    /// ψ, `[step][cell][trial]`: the pseudo-derivative dz/dv, 0 while a cell is refractory. For an RFLO cell the slope
    /// 1 − tanh² u at its input.
    pub psi: Plane,
    /// What cells that are clamped after a spike need besides; `None` if there is no `lif_delta` or `lif_exp`.
    pub clamped: Option<Clamped>,
    /// What cells from equations need besides, population by population.
    pub records: Vec<Records>,
}

/// What cells of equal equations wrote down: see [`crate::cell::Recorded`].
#[derive(Debug, Clone, PartialEq)]
pub struct Records {
    /// The cells.
    pub cells: Range<usize>,
    /// `[step][number, cell][trial]`.
    pub numbers: Plane,
}

/// Planes of the cells with a reset to `v_reset`; the rows of other cells are not read.
#[derive(Debug, Clone, PartialEq)]
pub struct Clamped {
    /// Membrane potential when the threshold is tested, before the reset of this step, measured from E_L (mV),
    /// `[step][cell][trial]`.
    pub v: Plane,
    /// R, `[step][cell][trial]`: 1 if the cell spiked in one of the last n_ref steps (this one not counted), else 0.
    pub refractory: Plane,
}

impl Tape {
    /// An empty tape for a learner: `steps` x `trials`, to be filled.
    pub fn zeros(learner: &Learner, steps: usize, trials: usize) -> Self {
        let (inputs, cells) = (learner.inputs(), learner.cells());
        let plane = || Plane::zeros(steps, cells, trials);
        let clamped = learner.dynamics.iter().any(|cell| cell.is_clamped());
        Self {
            x: Arc::new(Plane::zeros(steps, inputs, trials)),
            z: plane(),
            psi: plane(),
            clamped: clamped.then(|| Clamped { v: plane(), refractory: plane() }),
            records: Self::wanted(learner)
                .map(|(cells, recorded)| Records {
                    numbers: Plane::zeros(steps, recorded * cells.len(), trials),
                    cells,
                })
                .collect(),
        }
    }

    /// The runs of cells that write something down, and how many numbers a step.
    pub fn wanted(learner: &Learner) -> impl Iterator<Item = (Range<usize>, usize)> {
        let mut runs: Vec<(Range<usize>, &Arc<Pattern>)> = Vec::new();
        for (cell, own) in learner.dynamics.iter().enumerate() {
            let Dynamics::Recorded(own) = own else { continue };
            match runs.last_mut() {
                Some((cells, known)) if Arc::ptr_eq(known, own.pattern()) && cells.end == cell => cells.end = cell + 1,
                _ => runs.push((cell..cell + 1, own.pattern())),
            }
        }
        runs.into_iter().map(|(cells, pattern)| (cells, pattern.recorded))
    }

    /// What a cell from equations wrote down at a step; `place` is that of the cell and trial in a step of the planes.
    pub fn record(&self, step: usize, place: usize) -> Record<'_> {
        let cell = place / self.trials();
        match self.records.iter().find(|own| own.cells.contains(&cell)) {
            Some(own) => {
                let (first, stride) = (own.cells.start * self.trials(), own.cells.len() * self.trials());
                Record::new(own.numbers.step(step), stride, place - first)
            }
            None => Record::NONE,
        }
    }

    /// Steps.
    pub fn steps(&self) -> usize {
        self.z.steps()
    }

    /// Lanes.
    pub fn trials(&self) -> usize {
        self.z.trials()
    }

    /// What a cell did at a step; `place` is that of the cell and trial in a step of the planes.
    #[inline(always)]
    pub fn gate(&self, step: usize, place: usize) -> Gate<'_> {
        let before = step.checked_sub(1);
        let tested = before.and_then(|before| Some(&self.clamped.as_ref()?.v.step(before)[place..=place]));
        Gate {
            psi: self.psi.step(step)[place],
            z_before: before.map_or(0.0, |before| self.z.step(before)[place]),
            refractory: self.clamped.as_ref().map_or(0.0, |clamped| clamped.refractory.step(step)[place]),
            tested_before: tested.unwrap_or(&[]),
            record: if self.records.is_empty() { Record::NONE } else { self.record(step, place) },
        }
    }

    /// Whether all planes fit each other and the learner.
    pub fn check(&self, learner: &Learner) -> Result<(), Error> {
        let (steps, trials, cells) = (self.steps(), self.trials(), learner.cells());
        if self.clamped.is_none() && learner.dynamics.iter().any(|cell| cell.is_clamped()) {
            let expected = format!("{steps} steps x {cells} channels x {trials} trials");
            return Err(Error::Shape { what: "tape.clamped", found: "none".into(), expected });
        }
        for (cells, recorded) in Self::wanted(learner) {
            let inside = |own: &&Records| own.cells.start <= cells.start && cells.end <= own.cells.end;
            let found = self.records.iter().find(inside).map(|own| &own.numbers);
            let fits = found.is_some_and(|plane| plane.steps == steps && plane.trials == trials);
            let each = |plane: &Plane| {
                let holder = self.records.iter().find(inside).map_or(1, |own| own.cells.len());
                plane.channels == recorded * holder
            };
            if !fits || !found.is_some_and(each) {
                let expected = format!("{steps} steps x {recorded} numbers of cells {cells:?} x {trials} trials");
                let found = found.map_or_else(|| "none".into(), Plane::shape);
                return Err(Error::Shape { what: "tape.records", found, expected });
            }
        }
        for (what, plane) in self.planes() {
            let channels = match what {
                "tape.x" => learner.inputs(),
                "tape.records" => continue,
                _ => cells,
            };
            if (plane.steps, plane.channels, plane.trials) != (steps, channels, trials) {
                let expected = format!("{steps} steps x {channels} channels x {trials} trials");
                return Err(Error::Shape { what, found: plane.shape(), expected });
            }
        }
        Ok(())
    }

    /// Whether all numbers are finite.
    pub(crate) fn check_values(&self) -> Result<(), Error> {
        for (what, plane) in self.planes() {
            if let Some(index) = plane.values.iter().position(|value| !value.is_finite()) {
                return Err(Error::Value { what, index, value: plane.values[index], expected: "finite" });
            }
        }
        Ok(())
    }

    fn planes(&self) -> impl Iterator<Item = (&'static str, &Plane)> {
        let clamped = self
            .clamped
            .iter()
            .flat_map(|own| [("tape.clamped.v", &own.v), ("tape.clamped.refractory", &own.refractory)]);
        let records = self.records.iter().map(|own| ("tape.records", &own.numbers));
        [("tape.x", &*self.x), ("tape.z", &self.z), ("tape.psi", &self.psi)].into_iter().chain(clamped).chain(records)
    }
}
