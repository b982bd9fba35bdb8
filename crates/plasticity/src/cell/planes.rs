//! Planes of a sweep backward over many cells and trials at once.

use super::{Gate, Record, Reset};
use crate::Tape;
use std::ops::Range;

/// Planes `[plane][cell, trial]`, of which neighbouring cells have a range.
#[derive(Debug)]
pub struct Planes<'a> {
    values: &'a mut [f64],
    /// Numbers of a plane.
    size: usize,
    range: Range<usize>,
}

impl<'a> Planes<'a> {
    /// The range of each plane of `size` numbers.
    #[inline(always)]
    pub fn new(values: &'a mut [f64], size: usize, range: Range<usize>) -> Self {
        Self { values, size, range }
    }

    /// Numbers of the range.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// Whether there are no cells.
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// The first `N` planes.
    ///
    /// # Panics
    /// There are fewer.
    #[inline(always)]
    pub fn split<const N: usize>(self) -> [&'a mut [f64]; N] {
        let mut rest = self.values;
        std::array::from_fn(|_| {
            let (first, after) = std::mem::take(&mut rest).split_at_mut(self.size);
            rest = after;
            &mut first[self.range.clone()]
        })
    }

    /// Some numbers of a plane, of this range.
    #[inline(always)]
    pub fn part(&mut self, plane: usize, range: Range<usize>) -> &mut [f64] {
        let first = plane * self.size + self.range.start;
        &mut self.values[first + range.start..first + range.end]
    }

    /// One number.
    pub fn at(&mut self, plane: usize, index: usize) -> &mut f64 {
        &mut self.values[plane * self.size + self.range.start + index]
    }
}

/// One step of a sweep backward, for neighbouring cells; slices have a number for each of the cells and trials.
#[derive(Debug, Clone)]
pub struct BackwardStep<'a> {
    /// What all cells did.
    pub tape: &'a Tape,
    /// The step.
    pub step: usize,
    /// The range of the cells in a step of the tape.
    pub range: Range<usize>,
    /// D.
    pub direct: &'a [f64],
    /// Γ.
    pub gamma: &'a [f64],
    /// What Γ is multiplied by within o: 1, or 0 where it is added behind the slope.
    pub inside: f64,
    /// What Γ is multiplied by behind the slope.
    pub behind: f64,
}

impl<'a> BackwardStep<'a> {
    /// ψ of the step.
    #[inline(always)]
    pub fn psi(&self) -> &'a [f64] {
        &self.tape.psi.step(self.step)[self.range.clone()]
    }

    /// The gate of one cell and trial at the step.
    pub fn gate(&self, index: usize) -> Gate<'a> {
        self.tape.gate(self.step, self.range.start + index)
    }

    /// What the first cell and trial wrote down at the step.
    pub fn record(&self) -> Record<'a> {
        self.tape.record(self.step, self.range.start)
    }

    /// The same at the next step; `None` at the last.
    pub fn next_record(&self) -> Option<Record<'a>> {
        (self.step + 1 < self.tape.steps()).then(|| self.tape.record(self.step + 1, self.range.start))
    }

    /// The gate at the next step; `None` at the last, after which nothing comes back.
    pub fn next_gate(&self, index: usize) -> Option<Gate<'a>> {
        (self.step + 1 < self.tape.steps()).then(|| self.tape.gate(self.step + 1, self.range.start + index))
    }
}

/// One step back of what arriving spikes are worth in the gradient, for neighbouring cells with equal constants; slices have a
/// number for each.
#[derive(Debug, Clone, Copy)]
pub struct WorthStep<'a> {
    /// ψ of the step.
    pub psi: &'a [f64],
    /// ψ of the step before.
    pub psi_before: &'a [f64],
    /// 1 where a cell spiked in the step before.
    pub fired_before: &'a [u8],
    /// 1 where a cell is refractory in the step.
    pub refractory: &'a [u8],
    /// v − E_L at the test of the step before, where the reset of clamped cells is followed; else it may be empty.
    pub tested_before: &'a [f64],
    /// What e of the step is worth.
    pub credit: &'a [f64],
    /// What the first of these cells wrote down at the step, and at the step before.
    pub records: [Record<'a>; 2],
}

impl<'a> WorthStep<'a> {
    /// The gate of a cell at the step.
    #[inline(always)]
    pub fn gate(&self, index: usize) -> Gate<'a> {
        Gate {
            psi: self.psi[index],
            z_before: f64::from(self.fired_before[index]),
            refractory: f64::from(self.refractory[index]),
            tested_before: self.tested_before.get(index..=index).unwrap_or(&[]),
            record: self.records[0].of_next(index),
        }
    }

    /// The gate at the step before, of which ψ and the record count.
    #[inline(always)]
    pub fn gate_before(&self, index: usize) -> Gate<'a> {
        Gate { record: self.records[1].of_next(index), ..Gate::open(self.psi_before[index]) }
    }

    /// What is kept of a clamped membrane of leak α, from one step to the next: (1 − R) α [1 − z⁻ + s (v_reset − v⁻) ψ⁻].
    #[inline(always)]
    pub(super) fn kept(&self, (alpha, reset): (f64, Reset), index: usize) -> f64 {
        let distance = match reset {
            Reset::Detached => 0.0,
            Reset::Attached { v_reset } => v_reset - self.tested_before[index],
        };
        let free = f64::from(1 - self.refractory[index]);
        free * alpha * (1.0 - f64::from(self.fired_before[index]) + distance * self.psi_before[index])
    }
}

/// The gates of clamped cells at one step, `[cell, trial]`.
pub(super) struct ClampedGates<'a> {
    pub(super) z: &'a [f64],
    pub(super) v: &'a [f64],
    pub(super) refractory: &'a [f64],
    refractory_next: Option<&'a [f64]>,
}

impl<'a> ClampedGates<'a> {
    #[inline(always)]
    pub(super) fn new(at: &BackwardStep<'a>) -> Self {
        let clamped = at.tape.clamped.as_ref().expect("checked: clamped cells have their planes");
        let next = (at.step + 1 < at.tape.steps()).then(|| &clamped.refractory.step(at.step + 1)[at.range.clone()]);
        Self {
            z: &at.tape.z.step(at.step)[at.range.clone()],
            v: &clamped.v.step(at.step)[at.range.clone()],
            refractory: &clamped.refractory.step(at.step)[at.range.clone()],
            refractory_next: next,
        }
    }

    /// R of the next step; after the last nothing comes back anyway.
    #[inline(always)]
    pub(super) fn refractory_next(&self, i: usize) -> f64 {
        self.refractory_next.map_or(0.0, |refractory| refractory[i])
    }

    /// s (v_reset − v).
    #[inline(always)]
    pub(super) fn distance(&self, reset: Reset, i: usize) -> f64 {
        match reset {
            Reset::Detached => 0.0,
            Reset::Attached { v_reset } => v_reset - self.v[i],
        }
    }

    /// y_v = ψ (λ + s (v_reset − v) back) + (1 − z) back, where `back` = α (1 − R⁺) y_v⁺.
    #[inline(always)]
    pub(super) fn membrane(&self, psi: f64, lambda: f64, distance: f64, back: f64, i: usize) -> f64 {
        psi * (lambda + distance * back) + (1.0 - self.z[i]) * back
    }
}
