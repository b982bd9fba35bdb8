//! Intermediate cells of what cells from equations did: the mean of their derivatives over the steps in which the gate is open.
//!
//! # Equations
//! ```text
//! Ā = mean of A^t over cells of a type and steps with z^t = z^{t−1} = 0 and not refractory in both        (b, c, constant k likewise)
//! ```
//! Cells that are linear keep their own matrices. Nothing is remembered from batch to batch.

use super::recorded::{Number, Part, Pattern, Recorded};
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
            let known = found.kinds.iter().position(|kind| kind.is(*type_id, own));
            let place = known.unwrap_or_else(|| {
                let sums = vec![0.0; own.pattern().entries.len()];
                found.kinds.push(Kind { type_id: *type_id, pattern: own.pattern().clone(), sums, steps: 0.0 });
                found.kinds.len() - 1
            });
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

    /// Gives the cells of a learner their means as intermediate ones.
    ///
    /// # Errors
    /// [`Error::Runaway`]: means that grow from step to step.
    pub fn give(&self, learner: &mut Learner) -> Result<(), Error> {
        for kind in self.kinds.iter().filter(|kind| kind.steps > 0.0) {
            let mut open: Option<Arc<Linear>> = None;
            let cells = learner.dynamics.iter_mut().zip(&learner.type_id);
            for (own, type_id) in cells {
                let Dynamics::Recorded(cell) = own else { continue };
                if cell.is_linear() || !kind.is(*type_id, cell) {
                    continue;
                }
                let shared = match &open {
                    Some(known) => known.clone(),
                    None => Arc::new(kind.opened(cell)?),
                };
                *own = Dynamics::Recorded(cell.with_open(shared.clone()));
                open = Some(shared);
            }
        }
        Ok(())
    }
}

impl Kind {
    fn is(&self, type_id: usize, own: &Recorded) -> bool {
        self.type_id == type_id && self.pattern == *own.pattern()
    }

    fn add(&mut self, own: &Recorded, tape: &Tape, cell: usize) {
        let trials = tape.trials();
        for trial in 0..trials {
            let place = cell * trials + trial;
            let is_open = |step: usize| {
                let record = tape.gate(step, place).record;
                tape.z.step(step)[place] != 1.0 && own.value(self.pattern.gate, &record) != 0.0
            };
            let mut open_before = true;
            for step in 0..tape.steps() {
                let open = is_open(step);
                if open && open_before {
                    let record = tape.gate(step, place).record;
                    for (sum, (_, number)) in self.sums.iter_mut().zip(&self.pattern.entries) {
                        *sum += own.value(*number, &record);
                    }
                    self.steps += 1.0;
                }
                open_before = open;
            }
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
