//! A cell whose step is a fixed matrix: what other cells are without leak, or without memory.
//!
//! # Equations
//! ```text
//! x ← A x + k e⁻ + Σ_p b_p pre_p,   e = ψ cᵀ x
//! ```

use super::derived::Matrices;
use super::{FirstHop, Gate, LocalStep};

/// Matrices of one cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    matrices: Matrices,
}

impl LocalStep for Linear {
    fn kind(&self) -> &'static str {
        "linear cells"
    }

    fn states(&self) -> usize {
        self.matrices.c.len()
    }

    fn ports(&self) -> usize {
        self.matrices.b.len()
    }

    fn step(&self, _: &Gate<'_>, e_before: f64, arriving: &[f64], state: &mut [f64]) {
        let Matrices { a, k, b, .. } = &self.matrices;
        let of = |row: usize| {
            let kept: f64 = a.iter().zip(&*state).map(|(column, value)| column[row] * value).sum();
            let arrived = b.iter().zip(arriving).map(|(column, value)| column[row] * value);
            arrived.fold(kept + k[row] * e_before, |sum, arrived| sum + arrived)
        };
        let next: Vec<f64> = (0..state.len()).map(of).collect();
        state.copy_from_slice(&next);
    }

    fn observed(&self, state: usize) -> f64 {
        self.matrices.c[state]
    }
}

impl Linear {
    /// Of these matrices.
    pub(super) fn from_matrices(matrices: Matrices) -> Self {
        Self { matrices }
    }

    /// A cell as intermediate one, with constants that do not depend on what it does.
    pub fn of(cell: &impl LocalStep) -> Self {
        Self { matrices: Matrices::of(cell, &Gate::open(1.0)) }
    }

    /// Without leak, adaptation and reset: what the test sees is forgotten from one step to the next.
    pub(crate) fn without_leak(mut self) -> Self {
        for (column, seen) in self.matrices.a.iter_mut().zip(&self.matrices.c) {
            if *seen != 0.0 {
                column.fill(0.0);
            }
        }
        self.without_reset()
    }

    /// What passes on each arrival once, as it first moves what `cell` tests, after so many steps; with as many states as
    /// `cell` has, whatever its numbers are.
    pub(crate) fn first_hops(cell: &impl LocalStep) -> Self {
        let states = cell.states();
        let row = |place: Option<usize>, value: f64| {
            let mut all = vec![0.0; states];
            if let Some(own) = place.and_then(|place| all.get_mut(place)) {
                *own = value;
            }
            all
        };
        let last = states.checked_sub(1);
        let arrival = |port: usize| {
            let FirstHop { gain, late } = cell.first_hop(port);
            row(last.and_then(|last| last.checked_sub(late)), gain)
        };
        let a = (0..states).map(|state| row(Some(state + 1), 1.0)).collect();
        let b = (0..cell.ports()).map(arrival).collect();
        Self { matrices: Matrices { a, k: vec![0.0; states], b, c: row(last, 1.0) } }
    }

    /// Without memory: every state passes on what it holds, and keeps nothing.
    pub(crate) fn without_memory(mut self) -> Self {
        self.matrices.a.iter_mut().enumerate().for_each(|(state, column)| column[state] = 0.0);
        self.without_reset()
    }

    fn without_reset(mut self) -> Self {
        self.matrices.k.fill(0.0);
        let mut kept: Vec<usize> = (0..self.ports()).flat_map(|port| self.traced(port)).collect();
        kept.sort_unstable();
        kept.dedup();
        let of = |values: &[f64]| kept.iter().map(|state| values[*state]).collect::<Vec<f64>>();
        let Matrices { a, k, b, c } = &self.matrices;
        let matrices = Matrices {
            a: kept.iter().map(|state| of(&a[*state])).collect(),
            k: of(k),
            b: b.iter().map(|column| of(column)).collect(),
            c: of(c),
        };
        Self { matrices }
    }
}
