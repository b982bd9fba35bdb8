//! What a third factor did at the synapses of a table, as far as a synapse may still ask for it.

use super::rule::Numbers;
use super::state::Past;
use std::ops::Range;

/// Changes of a factor, and what each left behind at each place: at every receiving cell, or at one place for all.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FactorPast<F> {
    places: usize,
    steps: Vec<u64>,
    /// `[change][place]`
    traces: Vec<F>,
}

impl<F: Numbers> FactorPast<F> {
    pub(super) const NONE: Self = Self { places: 1, steps: Vec::new(), traces: Vec::new() };

    /// Adds a change; `trace` makes what it leaves at a place, of what the last one left there and when that was.
    pub(super) fn add(&mut self, step: u64, places: usize, trace: impl Fn(usize, Option<(&F, u64)>) -> F) {
        self.places = places;
        let (last, first) = (self.steps.last().copied(), self.traces.len().saturating_sub(places));
        for place in 0..places {
            let before = last.map(|last| (&self.traces[first + place], last));
            let own = trace(place, before);
            self.traces.push(own);
        }
        self.steps.push(step);
    }

    /// Where changes of a cell of the part stand.
    pub(super) fn place(&self, cell: usize) -> usize {
        if self.places == 1 { 0 } else { cell }
    }

    /// Changes at `from` or later, and before `until`.
    pub(super) fn between(&self, from: u64, until: u64) -> Range<usize> {
        let first = self.steps.partition_point(|step| *step < from);
        first..first + self.steps[first..].partition_point(|step| *step < until)
    }

    #[inline(always)]
    pub(super) fn step(&self, change: usize) -> u64 {
        self.steps[change]
    }

    #[inline(always)]
    pub(super) fn trace(&self, change: usize, place: usize) -> &F {
        &self.traces[change * self.places + place]
    }

    /// Forgets changes up to a step, but for the last of them.
    pub(super) fn forget(&mut self, step: u64) {
        let past = self.steps.partition_point(|own| *own <= step).saturating_sub(1);
        self.steps.drain(..past);
        self.traces.drain(..past * self.places);
    }

    /// Puts what is kept to its place among that of all receiving cells.
    pub(super) fn save(&self, first_cell: usize, factor: &mut [Past]) {
        let cells = if factor.len() > 1 { first_cell..first_cell + self.places } else { 0..self.places };
        for (place, past) in factor.get_mut(cells).into_iter().flatten().enumerate() {
            let traces = (0..self.steps.len()).flat_map(|change| self.trace(change, place).numbers()).copied();
            *past = Past { steps: self.steps.clone(), traces: traces.collect() };
        }
    }

    /// Takes it back for so many cells.
    pub(super) fn load(&mut self, first_cell: usize, cells: usize, factor: &[Past]) {
        let own = if factor.len() > 1 { &factor[first_cell..first_cell + cells] } else { factor };
        let Some(first) = own.first() else { return };
        (self.places, self.steps) = (own.len(), first.steps.clone());
        let trace = |change: usize, past: &Past| {
            let numbers = past.traces.get(change * F::COUNT..(change + 1) * F::COUNT);
            numbers.and_then(F::of).unwrap_or(F::ZERO)
        };
        let changes = 0..self.steps.len();
        self.traces = changes.flat_map(|change| own.iter().map(move |past| trace(change, past))).collect();
    }
}
