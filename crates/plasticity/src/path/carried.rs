//! The path of credit from modulators that a carrier has brought, swept backward.

use super::taps_of;
use crate::cell::{Adjoint, EqualCells, equal_cells};
use crate::rows::{Ring, add_scaled};
use crate::rule::{Reach, Rule};
use crate::taps::Taps;
use crate::types::{Classes, TypeMatrix};
use crate::{Dynamics, Error, Learner, Matrix, Plane};

/// The taps of a rule of finite reach.
pub(crate) fn finite_taps(rule: &Rule, learner: &Learner) -> Result<Option<Taps>, Error> {
    Ok(match rule.reach {
        Reach::OneHop => Some(Taps::one_hop(learner)),
        Reach::Lags | Reach::LagsWithoutLeak => Some(taps_of(rule, learner)?),
        _ => None,
    })
}

/// The path back from modulators that have arrived, swept from the last step to the first.
pub(crate) struct CarriedPath {
    arrived: Plane,
    hold_back: usize,
    /// Steps that have not been swept.
    left: usize,
    /// Type of each receiving cell.
    type_id: Vec<usize>,
    filter: Filter,
}

/// F, from modulators to Γ.
enum Filter {
    Taps(Taps),
    Nodes(Box<ClassCells>),
}

/// Intermediate cells of each class, once for every receiving cell: sums over the class of c and b.
struct ClassCells {
    equal: Vec<EqualCells>,
    size: Vec<f64>,
    type_of: Vec<usize>,
    /// W_ab, one a channel.
    parts: Vec<Matrix>,
    /// Its trials are (receiving cell, trial).
    adjoint: Adjoint,
    sent: Ring,
    /// Γ of each type as the receiving cells have it, `[type][cell][trial]`.
    gamma: Vec<f64>,
    /// The same times the cells of a class, `[class][cell][trial]`.
    scaled: Vec<f64>,
    silence: Vec<f64>,
    /// Receiving cells times trials.
    width: usize,
}

impl CarriedPath {
    pub(crate) fn new(rule: &Rule, learner: &Learner, arrived: Plane, hold_back: usize) -> Result<Self, Error> {
        let filter = match finite_taps(rule, learner)? {
            Some(taps) => Filter::Taps(taps),
            None => Filter::Nodes(Box::new(ClassCells::new(learner, arrived.trials()))),
        };
        Ok(Self { left: arrived.steps(), arrived, hold_back, type_id: learner.type_id.clone(), filter })
    }

    /// Γ of the step before the one last swept, `[cell][trial]`.
    #[inline(always)]
    pub(crate) fn arrive(&mut self, gamma: &mut [f64], trials: usize) {
        self.left -= 1;
        match &mut self.filter {
            Filter::Taps(taps) => {
                gamma.fill(0.0);
                let cells = self.type_id.len();
                for lag in 1..=taps.lags() {
                    let step = self.left + lag + self.hold_back;
                    if step >= self.arrived.steps() {
                        break;
                    }
                    for class in 0..taps.classes() {
                        for (cell, b) in self.type_id.iter().enumerate() {
                            let own = &mut gamma[cell * trials..(cell + 1) * trials];
                            add_scaled(own, taps.at(lag, class, *b), self.arrived.row(step, class * cells + cell));
                        }
                    }
                }
            }
            Filter::Nodes(nodes) => nodes.arrive(&self.type_id, gamma, trials),
        }
    }

    /// Takes the modulators of this step.
    #[inline(always)]
    pub(crate) fn send(&mut self) {
        if let Filter::Nodes(nodes) = &mut self.filter {
            let step = self.left + self.hold_back;
            nodes.send((step < self.arrived.steps()).then(|| self.arrived.step(step)));
        }
    }
}

impl ClassCells {
    fn new(learner: &Learner, trials: usize) -> Self {
        let classes = Classes::new(learner);
        let channels = learner.channels();
        let (nodes, width) = (classes.size.len(), learner.cells() * trials);
        let dynamics: Vec<Dynamics> = classes.example.iter().map(|cell| learner.dynamics[*cell].clone()).collect();
        let equal = equal_cells(&dynamics, |class| learner.mu[classes.type_of[class]]);
        Self {
            adjoint: Adjoint::new(&equal, channels, nodes * width),
            equal,
            size: classes.size,
            type_of: classes.type_of,
            parts: TypeMatrix::all(learner).parts(channels),
            sent: Ring::new(learner.delay, channels * nodes * width),
            gamma: vec![0.0; learner.types() * width],
            scaled: vec![0.0; nodes * width],
            silence: vec![0.0; nodes * width],
            width,
        }
    }

    #[inline(always)]
    fn arrive(&mut self, type_id: &[usize], gamma: &mut [f64], trials: usize) {
        let width = self.width;
        let k = self.sent.back(self.sent.blocks() - 1);
        self.gamma.fill(0.0);
        for (b, own) in self.gamma.chunks_exact_mut(width).enumerate() {
            for (row, k) in k.chunks_exact(width).enumerate() {
                let (channel, node) = (row / self.type_of.len(), row % self.type_of.len());
                add_scaled(own, self.parts[channel][(self.type_of[node], b)], k);
            }
        }
        for (cell, (gamma, b)) in gamma.chunks_exact_mut(trials).zip(type_id).enumerate() {
            gamma.copy_from_slice(&self.gamma[b * width + cell * trials..][..trials]);
        }
    }

    #[inline(always)]
    fn send(&mut self, arrived: Option<&[f64]>) {
        let width = self.width;
        for (node, scaled) in self.scaled.chunks_exact_mut(width).enumerate() {
            let gamma = &self.gamma[self.type_of[node] * width..][..width];
            scaled.iter_mut().zip(gamma).for_each(|(scaled, gamma)| *scaled = self.size[node] * gamma);
        }
        let source = arrived.unwrap_or(&self.silence);
        for equal in &self.equal {
            self.adjoint.intermediate(equal, source, &self.scaled, width);
        }
        self.sent.push().copy_from_slice(self.adjoint.arriving());
    }
}
