//! Intermediate cells of what cells from equations did: the mean of their derivatives over the steps in which the gate is open.
//!
//! # Equations
//! ```text
//! Ā = mean of A^t over cells of a type and steps with z^t = z^{t−1} = 0 and not refractory in both        (b, c, constant k likewise)
//! ```
//! Cells that are linear keep their own matrices. Nothing is remembered from batch to batch; a network that runs free takes
//! the mean over all steps since its start.

use super::recorded::{Number, Part, Pattern, Record, Recorded};
use super::{Linear, LocalStep};
use crate::stability::radius;
use crate::{Dynamics, Error, Learner, Tape};
use nalgebra::DMatrix;
use std::sync::Arc;

/// Sums over the open steps of cells of equal types and patterns, in the order of cells.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Means {
    kinds: Vec<Kind>,
}

#[derive(Debug, Clone, PartialEq)]
struct Kind {
    type_id: usize,
    pattern: Arc<Pattern>,
    /// One an entry, then how many steps there were.
    sums: Vec<f64>,
    steps: f64,
}

/// Whether any cell has matrices that are means.
pub fn has_means(learner: &Learner) -> bool {
    learner.dynamics.iter().any(|own| matches!(own, Dynamics::Recorded(own) if !own.is_linear()))
}

impl Means {
    /// Of one group of trials.
    pub fn of(learner: &Learner, tape: &Tape) -> Self {
        let mut found = Self::default();
        for (cell, (own, type_id)) in learner.dynamics.iter().zip(&learner.type_id).enumerate() {
            let Dynamics::Recorded(own) = own else { continue };
            if own.is_linear() {
                continue;
            }
            let place = found.place(*type_id, own);
            found.kinds[place].add(own, tape, cell);
        }
        found
    }

    /// The sums of another group of the same learner.
    pub fn add(&mut self, other: &Self) {
        if self.kinds.is_empty() {
            self.kinds.clone_from(&other.kinds);
            return;
        }
        for (own, other) in self.kinds.iter_mut().zip(&other.kinds) {
            own.sums.iter_mut().zip(&other.sums).for_each(|(own, other)| *own += other);
            own.steps += other.steps;
        }
    }

    /// Of no step yet, for cells and their types, whose matrices are taken to be those of the first of their kind.
    pub fn at_start<'d>(cells: impl Iterator<Item = (&'d mut Dynamics, usize)>) -> Self {
        let mut found = Self::default();
        let mut shared: Vec<Arc<Linear>> = Vec::new();
        for (own, type_id) in cells {
            let Dynamics::Recorded(cell) = own else { continue };
            if cell.is_linear() {
                continue;
            }
            let place = found.place(type_id, cell);
            match shared.get(place) {
                Some(open) => *own = Dynamics::Recorded(cell.with_open(open.clone())),
                None => shared.push(cell.open().clone()),
            }
        }
        found
    }

    /// Whether there are no such cells.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// Adds the open steps of one cell.
    pub fn add_cell(&mut self, type_id: usize, own: &Recorded, steps: &OpenSteps) {
        let place = self.place(type_id, own);
        let kind = &mut self.kinds[place];
        kind.sums.iter_mut().zip(&steps.sums).for_each(|(sum, own)| *sum += own);
        kind.steps += steps.steps;
    }

    /// Gives the cells of a learner their means as intermediate ones.
    ///
    /// # Errors
    /// [`Error::Runaway`]: means that grow from step to step.
    pub fn give(&self, learner: &mut Learner) -> Result<(), Error> {
        self.give_to(learner.dynamics.iter_mut().zip(learner.type_id.iter().copied()))
    }

    /// The same to cells and their types.
    ///
    /// # Errors
    /// [`Error::Runaway`]: means that grow from step to step.
    pub fn give_to<'d>(&self, cells: impl Iterator<Item = (&'d mut Dynamics, usize)>) -> Result<(), Error> {
        let mut known: Vec<Option<Arc<Linear>>> = vec![None; self.kinds.len()];
        for (own, type_id) in cells {
            let Dynamics::Recorded(cell) = own else { continue };
            let place = self.kinds.iter().position(|kind| kind.is(type_id, cell));
            let Some(place) = place.filter(|place| !cell.is_linear() && self.kinds[*place].steps > 0.0) else {
                continue;
            };
            let shared = match &known[place] {
                Some(known) => known.clone(),
                None => Arc::new(self.kinds[place].opened(cell)?),
            };
            *own = Dynamics::Recorded(cell.with_open(shared.clone()));
            known[place] = Some(shared);
        }
        Ok(())
    }

    /// All sums, for a checkpoint.
    pub fn numbers(&self) -> Vec<f64> {
        self.kinds.iter().flat_map(|kind| kind.sums.iter().copied().chain([kind.steps])).collect()
    }

    /// Takes back what [`Self::numbers`] gave; whether they are as many.
    pub fn restore(&mut self, numbers: &[f64]) -> bool {
        let wanted: usize = self.kinds.iter().map(|kind| kind.sums.len() + 1).sum();
        let mut rest = numbers.iter().copied();
        let all = self.kinds.iter_mut().flat_map(|kind| kind.sums.iter_mut().chain([&mut kind.steps]));
        if wanted == numbers.len() {
            all.zip(&mut rest).for_each(|(own, value)| *own = value);
        }
        wanted == numbers.len()
    }

    /// The place of the kind of a cell, which is made if there is none.
    fn place(&mut self, type_id: usize, own: &Recorded) -> usize {
        let known = self.kinds.iter().position(|kind| kind.is(type_id, own));
        known.unwrap_or_else(|| {
            let sums = vec![0.0; own.pattern().entries.len()];
            self.kinds.push(Kind { type_id, pattern: own.pattern().clone(), sums, steps: 0.0 });
            self.kinds.len() - 1
        })
    }
}

/// Sums over the open steps of one cell: where it neither spikes nor is refractory, as in the step before.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OpenSteps {
    sums: Vec<f64>,
    steps: f64,
}

impl OpenSteps {
    /// Of a stretch of steps, whether the cell spiked and what it wrote down; `before` is the step before them.
    pub fn of<'r>(own: &Recorded, before: (bool, Record<'r>), steps: impl Iterator<Item = (bool, Record<'r>)>) -> Self {
        let mut sums = vec![0.0; own.pattern().entries.len()];
        let steps = add_open(own, steps, is_open(own, &before), &mut sums);
        Self { sums, steps }
    }

    /// The sums, and how many steps they are over.
    pub fn numbers(&self) -> (&[f64], f64) {
        (&self.sums, self.steps)
    }

    /// The same again.
    pub fn from_numbers(sums: Vec<f64>, steps: f64) -> Self {
        Self { sums, steps }
    }
}

/// Whether a cell neither spikes nor is refractory.
fn is_open(own: &Recorded, (fired, record): &(bool, Record<'_>)) -> bool {
    !fired && own.value(own.pattern().gate, record) != 0.0
}

/// Adds the numbers of the open steps, and tells how many there are.
fn add_open<'r>(
    own: &Recorded,
    steps: impl Iterator<Item = (bool, Record<'r>)>,
    mut open_before: bool,
    sums: &mut [f64],
) -> f64 {
    let mut count = 0.0;
    for step in steps {
        let open = is_open(own, &step);
        if open && open_before {
            for (sum, (_, number)) in sums.iter_mut().zip(&own.pattern().entries) {
                *sum += own.value(*number, &step.1);
            }
            count += 1.0;
        }
        open_before = open;
    }
    count
}

impl Kind {
    fn is(&self, type_id: usize, own: &Recorded) -> bool {
        let same = Arc::ptr_eq(&self.pattern, own.pattern()) || self.pattern == *own.pattern();
        self.type_id == type_id && same
    }

    fn add(&mut self, own: &Recorded, tape: &Tape, cell: usize) {
        let trials = tape.trials();
        for trial in 0..trials {
            let place = cell * trials + trial;
            let step = |step: usize| (tape.z.step(step)[place] == 1.0, tape.gate(step, place).record);
            self.steps += add_open(own, (0..tape.steps()).map(step), true, &mut self.sums);
        }
    }

    fn opened(&self, own: &Recorded) -> Result<Linear, Error> {
        // Numbers that never change within a cell may still differ between cells: all are means, entry by entry.
        let mean = |wanted: Number| {
            let place = self.pattern.entries.iter().position(|(_, number)| *number == wanted);
            place.map_or(0.0, |place| self.sums[place] / self.steps)
        };
        let mut growth = DMatrix::zeros(self.pattern.states, self.pattern.states);
        for (part, number) in &self.pattern.entries {
            if let Part::Transition { to, from } = *part {
                growth[(to, from)] += mean(*number);
            }
        }
        let found = radius(&growth);
        if found >= 1.0 {
            return Err(Error::Runaway { kind: own.kind(), radius: found });
        }
        Ok(own.opened(mean))
    }
}
