//! Synaptic memories that are products: T_pq^t = u_p^t x_q^t + w_p^t pre_q^t, of numbers of the cell and of its partner.
//!
//! # Equations
//! ```text
//! x_q^t = λ x_q^{t−1} + pre_q^t,     dE/dW[p,q] = Σ_t L_p^t T_pq^t
//! backward     Σ_t L_p^t T_pq^t = Σ_t (y_p^t + w_p^t L_p^t) pre_q^t,     y_p^t = u_p^t L_p^t + λ y_p^{t+1}
//! ```
//! u and w are those of a rule, functions of ψ: [`crate::rule`]. The backward way needs nothing in synapses; forward in time T is held in each, as it is of other rules.

use crate::cell::Threshold;
use crate::rule::{Memory, Rule};
use crate::rule_settings::{FactorState, Product, Window};
use crate::{Dynamics, Learner, Plane, Tape};

/// How u and w follow from ψ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Factored {
    /// Of `s_tllr`.
    Window(Window),
    /// Of `pp_prop`.
    Product(Product),
}

impl Factored {
    /// Of a rule whose memory is a product.
    pub(crate) fn of(rule: &Rule, learner: &Learner) -> Option<Self> {
        match rule.memory {
            Memory::Readout | Memory::Cell | Memory::Presynaptic => None,
            Memory::Window => Some(Self::Window(learner.rules.window)),
            Memory::Product => Some(Self::Product(learner.rules.product)),
        }
    }

    /// λ.
    pub(crate) fn decay(self) -> f64 {
        match self {
            Self::Window(own) => own.pre_decay,
            Self::Product(own) => own.decay,
        }
    }
}

/// u and w of some cells, forward in time, `[cell][trial]`.
#[derive(Debug, Clone)]
pub(crate) struct Factors {
    rule: Factored,
    cells: Vec<Threshold>,
    trials: usize,
    /// ψ of before, what the rule remembers, and u and w.
    pub(crate) own: FactorState,
}

impl Factors {
    /// At rest; cells of other kinds are refused before ([`Rule::cells`]).
    pub(crate) fn new(rule: Factored, dynamics: &[Dynamics], trials: usize) -> Self {
        let threshold = |own: &Dynamics| match own {
            Dynamics::Threshold(own) => *own,
            _ => unreachable!("the rule exists for threshold cells only"),
        };
        let zeros = || vec![0.0; dynamics.len() * trials];
        Self {
            rule,
            cells: dynamics.iter().map(threshold).collect(),
            trials,
            own: FactorState { state: zeros(), psi_before: zeros(), left: 1.0, lasting: zeros(), present: zeros() },
        }
    }

    /// One step on.
    pub(crate) fn step(&mut self, psi: &[f64]) {
        match self.rule {
            Factored::Window(window) => window.step(psi, &mut self.own),
            Factored::Product(product) => {
                for (cell, threshold) in self.cells.iter().enumerate() {
                    let first = cell * self.trials;
                    product.step(threshold, &psi[first..first + self.trials], &mut self.own, first);
                }
                self.own.left *= product.decay;
            }
        }
        self.own.psi_before.copy_from_slice(psi);
    }
}

/// The sweep from the last step to the first.
pub(crate) struct FactorSweep {
    decay: f64,
    /// u and w, `[step][cell][trial]`.
    planes: [Plane; 2],
    /// y.
    left: Vec<f64>,
    arriving: Vec<f64>,
}

impl FactorSweep {
    /// Of a tape; one port a cell, as threshold cells have.
    pub(crate) fn new(rule: Factored, learner: &Learner, tape: &Tape) -> Self {
        let (cells, trials) = (learner.cells(), tape.trials());
        let mut factors = Factors::new(rule, &learner.dynamics, trials);
        let mut planes = [(); 2].map(|()| Plane::zeros(tape.steps(), cells, trials));
        for step in 0..tape.steps() {
            factors.step(tape.psi.step(step));
            planes[0].step_mut(step).copy_from_slice(&factors.own.lasting);
            planes[1].step_mut(step).copy_from_slice(&factors.own.present);
        }
        let zeros = || vec![0.0; cells * trials];
        Self { decay: rule.decay(), planes, left: zeros(), arriving: zeros() }
    }

    /// What arrivals of a step are worth, of the credit of that step, `[cell][trial]`.
    #[inline(always)]
    pub(crate) fn step(&mut self, step: usize, credit: &[f64]) -> &[f64] {
        let factors = self.planes[0].step(step).iter().zip(self.planes[1].step(step));
        for (((u, w), credit), (left, out)) in
            factors.zip(credit).zip(self.left.iter_mut().zip(self.arriving.iter_mut()))
        {
            *left = u * credit + self.decay * *left;
            *out = *left + w * credit;
        }
        &self.arriving
    }
}
