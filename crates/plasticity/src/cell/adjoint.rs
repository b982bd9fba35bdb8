//! Cells backward in time: from credit at a cell's output to credit at its arrivals, for all cells and trials of a group.

use super::{BackwardStep, Dynamics, LocalStep, Planes};
use crate::rule::{Rule, Slope};
use crate::{Learner, Tape};
use std::ops::Range;

/// y of every cell at the step last swept, `[plane][cell][trial]`, and what it is worth at its arrivals.
pub(crate) struct Adjoint {
    /// Cells times trials.
    size: usize,
    channels: usize,
    state: Vec<f64>,
    /// dE/d(arrivals) of the step last swept, `[channel][cell][trial]`.
    arriving: Vec<f64>,
}

/// Neighbouring cells with the same constants, swept together.
pub(crate) struct EqualCells {
    pub(crate) cells: Range<usize>,
    dynamics: Dynamics,
    mu: f64,
}

/// Cells, those with equal constants together; `mu` is that of a cell.
pub(crate) fn equal_cells(dynamics: &[Dynamics], mu: impl Fn(usize) -> f64) -> Vec<EqualCells> {
    let mut found: Vec<EqualCells> = Vec::new();
    for (cell, own) in dynamics.iter().enumerate() {
        match found.last_mut() {
            Some(equal) if equal.dynamics == *own && equal.mu == mu(cell) => equal.cells.end = cell + 1,
            _ => found.push(EqualCells { cells: cell..cell + 1, dynamics: own.clone(), mu: mu(cell) }),
        }
    }
    found
}

/// Whether Γ goes through the slope of the learning cells; else it is added behind, times μ.
pub(crate) fn goes_through(rule: &Rule) -> bool {
    rule.slope != Slope::MuAndFirstHop
}

/// The learning cells, those with equal constants together.
pub(crate) fn learning_cells(rule: &Rule, learner: &Learner) -> Vec<EqualCells> {
    equal_cells(
        &rule.remembering(learner),
        |cell| if goes_through(rule) { 0.0 } else { learner.mu[learner.type_id[cell]] },
    )
}

/// The learning cells, each alone.
pub(crate) fn single_cells(rule: &Rule, learner: &Learner) -> Vec<EqualCells> {
    let alone = |(cell, dynamics)| EqualCells { cells: cell..cell + 1, dynamics, mu: 0.0 };
    rule.remembering(learner).into_iter().enumerate().map(alone).collect()
}

/// Credit of all cells at one step, `[cell][trial]`.
pub(crate) struct Arriving<'a> {
    /// D.
    pub(crate) direct: &'a [f64],
    /// Γ.
    pub(crate) gamma: &'a [f64],
    /// Whether Γ passes through the cell's own slope, as D does. Else it is added behind, times the cell's μ.
    pub(crate) through: bool,
}

impl Adjoint {
    /// Of `size` cells times trials.
    pub(crate) fn new(cells: &[EqualCells], channels: usize, size: usize) -> Self {
        let planes = cells.iter().map(|equal| equal.dynamics.adjoint_planes()).max().unwrap_or(0);
        Self { size, channels, state: vec![0.0; planes * size], arriving: vec![0.0; channels * size] }
    }

    /// dE/d(arrivals), `[channel][cell][trial]`, of the step last swept.
    #[inline(always)]
    pub(crate) fn arriving(&self) -> &[f64] {
        &self.arriving
    }

    /// Sweeps equal cells over one step with their true slopes and gates.
    #[inline(always)]
    pub(crate) fn cells(&mut self, equal: &EqualCells, tape: &Tape, step: usize, credit: &Arriving<'_>, trials: usize) {
        let range = equal.cells.start * trials..equal.cells.end * trials;
        let [inside, behind] = if credit.through { [1.0, 0.0] } else { [0.0, equal.mu] };
        let (direct, gamma) = (&credit.direct[range.clone()], &credit.gamma[range.clone()]);
        let at = BackwardStep { tape, step, range: range.clone(), direct, gamma, inside, behind };
        let adjoint = Planes::new(&mut self.state, self.size, range.clone());
        let arriving = Planes::new(&mut self.arriving, self.size, range.clone());
        equal.dynamics.backward(&at, adjoint, arriving);
        self.share(&equal.dynamics, range);
    }

    /// Sweeps equal intermediate cells over one step: `source` = ψ D and `gamma` = Γ of all cells.
    #[inline(always)]
    pub(crate) fn intermediate(&mut self, equal: &EqualCells, source: &[f64], gamma: &[f64], trials: usize) {
        let range = equal.cells.start * trials..equal.cells.end * trials;
        let (source, gamma) = (&source[range.clone()], &gamma[range.clone()]);
        let adjoint = Planes::new(&mut self.state, self.size, range.clone());
        let arriving = Planes::new(&mut self.arriving, self.size, range.clone());
        equal.dynamics.backward_intermediate(equal.mu, source, gamma, adjoint, arriving);
        self.share(&equal.dynamics, range);
    }

    /// Cells with one port have the same at every channel.
    #[inline(always)]
    fn share(&mut self, dynamics: &Dynamics, range: Range<usize>) {
        if self.channels > 1 && dynamics.ports() == 1 {
            let (first, others) = self.arriving.split_at_mut(self.size);
            for other in others.chunks_exact_mut(self.size) {
                other[range.clone()].copy_from_slice(&first[range.clone()]);
            }
        }
    }
}
