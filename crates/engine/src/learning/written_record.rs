//! What cells from equations write down while a network runs free, and what of it is not finite.

use crate::trial::{Derived, Stretch, TestedPlanes};
use arrayvec::ArrayVec;
use neuropil_core::Real;
use neuropil_network::neuron::{CURRENTS, PORTS, View};
use neuropil_plasticity::window::WindowRecords;
use std::ops::Range;
use std::sync::Arc;

/// What reaches the cells of a part in a step.
#[derive(Debug, Clone)]
pub(crate) struct Felt<'a, R> {
    /// Arrivals before the test, one plane a port; one of nothing for cells whose arrivals last.
    pub arrivals: ArrayVec<&'a [R], PORTS>,
    /// Currents, one plane a continuous port; empty where there is none.
    pub currents: ArrayVec<&'a [R], CURRENTS>,
}

impl<'a, R> Felt<'a, R> {
    /// The only plane of arrivals, and of currents, of built-in cells that learn.
    pub fn only(&self) -> (&'a [R], &'a [R]) {
        (self.arrivals.first().copied().unwrap_or(&[]), self.currents.first().copied().unwrap_or(&[]))
    }
}

/// Numbers of the cells of one part over a window.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PartRecords {
    /// Index of the population.
    pub population: usize,
    /// The places of the cells in the block.
    pub places: Range<usize>,
    /// Numbers of a cell and step.
    pub recorded: usize,
    /// `[slot][number][cell]`; slot 0 is the step before the window.
    values: Vec<f64>,
}

impl PartRecords {
    /// Of so many slots, the first of which is the start of the cells.
    pub fn new(
        derived: &Derived,
        population: usize,
        (places, first_cell): (Range<usize>, usize),
        slots: usize,
    ) -> Self {
        let (recorded, cells) = (derived.recorded(), places.len());
        let mut values = vec![0.0; slots * recorded * cells];
        for cell in 0..cells {
            let start = derived.start(first_cell + cell).iter().enumerate();
            start.for_each(|(number, value)| values[number * cells + cell] = *value);
        }
        Self { population, places, recorded, values }
    }

    fn range(&self, slot: usize) -> Range<usize> {
        let size = self.recorded * self.places.len();
        slot * size..(slot + 1) * size
    }

    /// All numbers, `[slot][number][cell]`.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The numbers of a slot, `[number][cell]`.
    pub fn at(&self, slot: usize) -> &[f64] {
        &self.values[self.range(slot)]
    }

    /// The numbers of a slot, `[number][cell]`.
    pub fn at_mut(&mut self, slot: usize) -> &mut [f64] {
        let range = self.range(slot);
        &mut self.values[range]
    }

    /// The slots from `first` to `last` become the first ones.
    pub fn turn(&mut self, first: usize, last: usize) {
        let slots = self.range(first).start..self.range(last).end;
        self.values.copy_within(slots, 0);
    }
}

/// The same, as sweeps take them.
pub(crate) fn window_records(records: &[PartRecords]) -> Vec<WindowRecords<'_>> {
    let all = records.iter();
    all.map(|own| WindowRecords { places: own.places.clone(), recorded: own.recorded, values: own.values() }).collect()
}

/// A number of a derivative that is not finite.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NotDerived {
    pub step: u64,
    pub population: usize,
    /// Index in the population.
    pub cell: usize,
    pub what: String,
    pub value: f64,
}

/// The cells of one part, whose derivatives are written down.
pub(crate) struct WrittenRecord {
    derived: Arc<Derived>,
    first_cell: usize,
    /// Which of the tape's records are theirs.
    pub place: usize,
    /// Their state at the test of the step before.
    pub tested: TestedPlanes,
    currents: Vec<Vec<f64>>,
}

impl WrittenRecord {
    /// At rest; `place` is that of their records in the tape.
    pub fn new(derived: &Arc<Derived>, cells: Range<usize>, place: usize) -> Self {
        let tested = TestedPlanes::at(derived, vec![vec![0.0; cells.len()]; derived.planes()]);
        Self { derived: derived.clone(), first_cell: cells.start, place, tested, currents: Vec::new() }
    }

    /// Writes the derivative of a step down, before the cells advance; what is not finite of it. `fired` are those that did in
    /// the step before.
    pub fn write<R: Real>(
        &mut self,
        (state, fired): (&View<'_, R>, &[u8]),
        felt: &Felt<'_, R>,
        (records, slot): (&mut PartRecords, usize),
        step: u64,
    ) -> Option<NotDerived> {
        fn copy<R: Real>(to: &mut [f64], from: &[R]) {
            to.iter_mut().zip(from).for_each(|(to, from)| *to = from.to_f64());
        }
        if step == 1 {
            self.tested.planes.iter_mut().zip(&state.variables).for_each(|(to, from)| copy(to, from));
        }
        self.tested.arrivals.iter_mut().zip(&felt.arrivals).for_each(|(to, from)| copy(to, from));
        self.tested.told.iter_mut().zip(fired).for_each(|(to, fired)| *to = f64::from(*fired));
        self.currents.resize(felt.currents.len(), Vec::new());
        for (to, from) in self.currents.iter_mut().zip(&felt.currents) {
            to.resize(from.len(), 0.0);
            copy(to, from);
        }
        let currents: ArrayVec<&[f64], CURRENTS> = self.currents.iter().map(Vec::as_slice).collect();
        let stretch = Stretch { first_cell: self.first_cell, trials: 1, step };
        let (population, cells) = (records.population, records.places.len());
        let numbers = records.at_mut(slot);
        if self.derived.differentiate(&mut self.tested, numbers, &currents, stretch) {
            return None;
        }
        // What is not finite of the state itself is told by the cells.
        let (number, cell, value) = Derived::not_finite(numbers, cells)?;
        let (what, cell) = (self.derived.named(number), self.first_cell + cell);
        Some(NotDerived { step, population, cell, what, value })
    }

    /// ψ of what was written down.
    pub fn slopes(&self, numbers: &[f64], psi: &mut [f64], step: u64) {
        self.derived.slopes(numbers, Stretch { first_cell: self.first_cell, trials: 1, step }, psi);
    }
}
