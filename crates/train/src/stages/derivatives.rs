//! What cells from equations leave for rules besides z and ψ: the derivatives of their steps. A task has cells of one model.

use neuropil_plasticity::tape::Records;
use neuropil_plasticity::{Learner, Plane, Tape};

/// The table, `[trial][step][number][cell]`.
pub(super) const NAME: &str = "cells/derivatives";

/// Those of a tape; `None` of other cells.
pub(super) fn of(tape: &Tape) -> Option<&Plane> {
    tape.records.first().map(|own| &own.numbers)
}

/// Those that the cells of a learner need, of each of `groups` groups; `planes` reads the table of so many numbers a step and
/// cell.
pub(super) fn read<E>(
    learner: &Learner,
    groups: usize,
    planes: impl FnOnce(usize) -> Result<Vec<Plane>, E>,
) -> Result<Vec<Vec<Records>>, E> {
    let Some((cells, numbers)) = Tape::wanted(learner).next() else { return Ok(vec![Vec::new(); groups]) };
    let read = planes(numbers)?;
    Ok(read.into_iter().map(|numbers| vec![Records { cells: cells.clone(), numbers }]).collect())
}
