//! Cells whose derivative is written down at every step: those of files, whose A, k, b and c vary with what they do.
//!
//! # Equations
//! ```text
//! x ← A^t x + k^t e⁻ + Σ_p b_p^t pre_p,   e = ψ c^tᵀ x
//! ```
//! with numbers that never change, and numbers of the step that the [`Gate`] holds. With x̃ the state at the test, Φ the step
//! and R the reset, A = Φ′((1 − z) + z R′) and k = Φ′ (R(x̃) − x̃), of the variables whose jump the gradient follows: all with
//! an attached reset, all but the membrane with a detached one.
//!
//! As intermediate cells, without a gate, they have fixed matrices: those of the start for cells that are linear, else the mean
//! over the open steps of all cells of the type in a batch ([`Means`](super::Means)).

pub use super::pattern::Pattern;
pub use super::record::{MOST_STATES, Number, Part, Record};

use super::derived::{self, Matrices};
use super::port_path::Before;
use super::{BackwardStep, FirstHop, Gate, Linear, LocalStep, Planes, Traces};
use std::sync::Arc;

/// Numbers side by side that are worked on at a time.
const BESIDE: usize = 8;

/// One cell. Cells are equal if they are of one population, whose numbers of a step stand side by side.
#[derive(Debug, Clone)]
pub struct Recorded {
    pattern: Arc<Pattern>,
    fixed: Arc<[f64]>,
    attached: bool,
    open: Arc<Linear>,
    /// Whether A, b and c of an open gate never change.
    linear: bool,
}

impl PartialEq for Recorded {
    fn eq(&self, other: &Self) -> bool {
        let same = Arc::ptr_eq(&self.pattern, &other.pattern) && self.attached == other.attached;
        same && self.fixed == other.fixed && (Arc::ptr_eq(&self.open, &other.open) || self.open == other.open)
    }
}

impl Recorded {
    /// A cell with these numbers; `start` are those of a step at its start, where it neither spikes nor is refractory.
    pub fn new(pattern: Arc<Pattern>, fixed: Arc<[f64]>, start: &[f64], attached: bool, linear: bool) -> Self {
        let open = Arc::new(Linear::from_matrices(opened(&pattern, attached, |number| match number {
            Number::Fixed(place) => fixed[place],
            Number::Recorded(place) => start[place],
        })));
        Self { pattern, fixed, attached, open, linear }
    }

    /// Which numbers there are.
    pub fn pattern(&self) -> &Arc<Pattern> {
        &self.pattern
    }

    /// Whether A, b and c of an open gate never change.
    pub fn is_linear(&self) -> bool {
        self.linear
    }

    /// Whether c never changes.
    pub fn sees_the_same(&self) -> bool {
        let seen =
            |(part, number): &(Part, Number)| !matches!((part, number), (Part::Seen { .. }, Number::Recorded(_)));
        self.pattern.entries.iter().all(seen)
    }

    /// The same cell, which as intermediate one passes nothing on: before there is a step that a mean could be of.
    #[must_use]
    pub fn without_means(&self) -> Self {
        self.with_open(Arc::new(self.opened(|_| 0.0)))
    }

    /// The matrices of the cell as intermediate one.
    pub(super) fn open(&self) -> &Arc<Linear> {
        &self.open
    }

    /// The same cell with other matrices as intermediate one.
    #[must_use]
    pub fn with_open(&self, open: Arc<Linear>) -> Self {
        Self { open, ..self.clone() }
    }

    /// The matrices of an intermediate cell of numbers that are means; `value` tells one.
    pub(super) fn opened(&self, value: impl Fn(Number) -> f64) -> Linear {
        Linear::from_matrices(opened(&self.pattern, self.attached, value))
    }

    /// One of the numbers.
    #[inline(always)]
    pub(super) fn value(&self, number: Number, record: &Record<'_>) -> f64 {
        match number {
            Number::Fixed(place) => self.fixed[place],
            Number::Recorded(place) => record.at(place),
        }
    }

    fn follows(&self, membrane: bool) -> bool {
        self.attached || !membrane
    }

    /// `to[i] += factor from[i]` with a number of neighbouring cells.
    #[inline(always)]
    fn add(&self, number: Number, record: &Record<'_>, first: usize, from: &[f64], to: &mut [f64]) {
        match number {
            Number::Fixed(place) => {
                let factor = self.fixed[place];
                to.iter_mut().zip(from).for_each(|(to, from)| *to += factor * from);
            }
            Number::Recorded(place) => {
                let factors = record.beside(place, first, from.len());
                to.iter_mut().zip(from).zip(factors).for_each(|((to, from), factor)| *to += factor * from);
            }
        }
    }
}

/// The matrices of an intermediate cell: without spikes, and with jumps by constants only.
fn opened(pattern: &Pattern, attached: bool, value: impl Fn(Number) -> f64) -> Matrices {
    let zeros = || vec![0.0; pattern.states];
    let mut open =
        Matrices { a: vec![zeros(); pattern.states], k: zeros(), b: vec![zeros(); pattern.ports], c: zeros() };
    for (part, number) in &pattern.entries {
        match *part {
            Part::Transition { to, from } => open.a[from][to] += value(*number),
            Part::Jump { to, membrane, constant } if constant && (attached || !membrane) => {
                open.k[to] += value(*number);
            }
            Part::Jump { .. } => {}
            Part::Arrival { to, port } => open.b[port][to] += value(*number),
            Part::Seen { from } => open.c[from] += value(*number),
        }
    }
    open
}

impl LocalStep for Recorded {
    fn kind(&self) -> &'static str {
        "cells of a file"
    }

    #[inline(always)]
    fn states(&self) -> usize {
        self.pattern.states
    }

    #[inline(always)]
    fn ports(&self) -> usize {
        self.pattern.ports
    }

    fn recorded(&self) -> usize {
        self.pattern.recorded
    }

    fn step(&self, gate: &Gate<'_>, e_before: f64, arriving: &[f64], state: &mut [f64]) {
        if gate.record.is_none() {
            return self.open.step(gate, e_before, arriving, state);
        }
        let mut next = [0.0; MOST_STATES];
        for (part, number) in &self.pattern.entries {
            match *part {
                Part::Transition { to, from } => next[to] += self.value(*number, &gate.record) * state[from],
                Part::Jump { to, membrane, .. } if self.follows(membrane) => {
                    next[to] += self.value(*number, &gate.record) * e_before;
                }
                Part::Arrival { to, port } => next[to] += self.value(*number, &gate.record) * arriving[port],
                Part::Jump { .. } | Part::Seen { .. } => {}
            }
        }
        state.copy_from_slice(&next[..state.len()]);
    }

    fn observed(&self, state: usize) -> f64 {
        self.open.observed(state)
    }

    fn seen(&self, gate: &Gate<'_>, state: usize) -> f64 {
        if gate.record.is_none() {
            return self.open.observed(state);
        }
        self.pattern.seen(state).map_or(0.0, |number| self.value(number, &gate.record))
    }

    fn trace(&self, gate: &Gate<'_>, arriving: &[f64], traces: &mut Traces) {
        if gate.record.is_none() {
            return self.open.trace(gate, arriving, traces);
        }
        let width = traces.e.len();
        for first in (0..width).step_by(BESIDE) {
            let range = first..width.min(first + BESIDE);
            let size = range.len();
            let mut next = [[0.0; BESIDE]; MOST_STATES];
            let mut linear = [0.0; BESIDE];
            let of = |plane: usize| plane * width + range.start..plane * width + range.end;
            for (part, number) in &self.pattern.entries {
                let (to, from) = match *part {
                    Part::Transition { to, from } => (to, &traces.state[of(from)]),
                    Part::Jump { to, membrane, .. } if self.follows(membrane) => (to, &traces.e[range.clone()]),
                    Part::Arrival { to, port } => (to, &arriving[of(port)]),
                    Part::Jump { .. } | Part::Seen { .. } => continue,
                };
                let factor = self.value(*number, &gate.record);
                next[to][..size].iter_mut().zip(from).for_each(|(to, from)| *to += factor * from);
            }
            for (part, number) in &self.pattern.entries {
                if let Part::Seen { from } = *part {
                    let factor = self.value(*number, &gate.record);
                    linear.iter_mut().zip(&next[from]).for_each(|(linear, own)| *linear += factor * own);
                }
            }
            for (state, own) in next.iter().enumerate().take(self.pattern.states) {
                traces.state[of(state)].copy_from_slice(&own[..size]);
            }
            for (i, linear) in range.clone().zip(linear) {
                traces.linear[i] = linear;
                traces.e[i] = gate.psi * linear;
            }
        }
    }

    fn backward(&self, at: &BackwardStep<'_>, mut adjoint: Planes<'_>, mut arriving: Planes<'_>) {
        let (now, next) = (at.record(), at.next_record());
        let (psi, size) = (at.psi(), adjoint.len());
        for first in (0..size).step_by(BESIDE) {
            let range = first..size.min(first + BESIDE);
            let width = range.len();
            let mut own = [[0.0; BESIDE]; MOST_STATES];
            let mut credit = [0.0; BESIDE];
            if let Some(next) = &next {
                for (part, number) in &self.pattern.entries {
                    match *part {
                        Part::Transition { to, from } => {
                            self.add(*number, next, first, adjoint.part(to, range.clone()), &mut own[from][..width]);
                        }
                        Part::Jump { to, membrane, .. } if self.follows(membrane) => {
                            self.add(*number, next, first, adjoint.part(to, range.clone()), &mut credit[..width]);
                        }
                        _ => {}
                    }
                }
            }
            for (credit, i) in credit.iter_mut().zip(range.clone()) {
                let output = at.direct[i] + at.inside * at.gamma[i] + *credit;
                *credit = psi[i] * output + at.behind * at.gamma[i];
            }
            for (part, number) in &self.pattern.entries {
                if let Part::Seen { from } = *part {
                    self.add(*number, &now, first, &credit[..width], &mut own[from][..width]);
                }
            }
            (0..self.pattern.ports).for_each(|port| arriving.part(port, range.clone()).fill(0.0));
            for (part, number) in &self.pattern.entries {
                if let Part::Arrival { to, port } = *part {
                    self.add(*number, &now, first, &own[to][..width], arriving.part(port, range.clone()));
                }
            }
            for (plane, own) in own.iter().enumerate().take(self.pattern.states) {
                adjoint.part(plane, range.clone()).copy_from_slice(&own[..width]);
            }
        }
    }

    fn backward_intermediate(&self, mu: f64, source: &[f64], gamma: &[f64], adjoint: Planes<'_>, arriving: Planes<'_>) {
        self.open.backward_intermediate(mu, source, gamma, adjoint, arriving);
    }

    /// By structure: what is 0 now may not be in other steps.
    fn traced(&self, port: usize) -> Vec<usize> {
        self.pattern.path(port).traced.clone()
    }

    #[inline(always)]
    fn window(&self, port: usize, gate: &Gate<'_>, before: &Gate<'_>, adjoint: &mut [f64], arriving: &mut [f64]) {
        if gate.record.is_none() || before.record.is_none() {
            return derived::window(self, port, (gate, before), adjoint, arriving);
        }
        let seen = |number: Number| self.value(number, &before.record);
        let before = Before { psi: before.psi, seen, attached: self.attached };
        self.pattern.path(port).back(|number| self.value(number, &gate.record), &before, adjoint, arriving);
    }

    fn lasting(&self, port: usize) -> f64 {
        self.open.lasting(port)
    }

    fn first_hop(&self, port: usize) -> FirstHop {
        self.open.first_hop(port)
    }
}
