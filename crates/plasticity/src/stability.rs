//! Whether the way of non-local credit grows from step to step.
//!
//! # Equations
//! For d = 1 and cells without adaptation the credit is multiplied at every step by
//! ```text
//! M = α + g Wfb n μ,     stable iff the spectral radius ρ(M) < 1
//! ```
//! and ρ(K) < 1 of K = g/(1 − α) Wfb n μ, the coupling of what lasts, suffices for real eigenvalues. With adaptation the
//! state has two numbers a node; with a delay d and synaptic currents more: M is then the matrix of one step of all of it.
//! Rules of finite reach are always stable, but their gain grows like ρ(M)^S.

use crate::form::response::{Response, System};
use crate::rule::{Feedback, Reach, Rule, Slope};
use crate::{Error, Learner};
use nalgebra::DMatrix;

/// The power 2^k that a spectral radius is taken from.
const SQUARINGS: u32 = 45;

/// Spectral radii of the way of a rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stability {
    /// ρ(K): what a lasting unit of credit comes back as after one round.
    pub coupling: f64,
    /// ρ(M): what credit is multiplied by at every step, in the long run.
    pub step: f64,
}

impl Stability {
    /// Of a rule with μ; `None` if nothing is fed back more than once, or not by constant slopes.
    pub fn of(rule: &Rule, learner: &Learner) -> Result<Option<Self>, Error> {
        learner.check()?;
        rule.check(learner)?;
        let Some(system) = system(rule, learner)? else { return Ok(None) };
        Ok(Some(Self { coupling: radius(&system.lasting()), step: radius(&step_matrix(&system)) }))
    }

    /// An error if credit grows without bound.
    pub fn check(&self) -> Result<(), Error> {
        if self.step < 1.0 { Ok(()) } else { Err(Error::Unstable { radius: self.step }) }
    }
}

/// The factor, at most 1, that all μ must be multiplied by so that ρ(K) ≤ `margin` (0.8 to 0.9).
pub fn cap(rule: &Rule, learner: &Learner, margin: f64) -> Result<f64, Error> {
    learner.check()?;
    rule.check(learner)?;
    let coupling = system(rule, learner)?.map_or(0.0, |system| radius(&system.lasting()));
    Ok(if coupling > margin { margin / coupling } else { 1.0 })
}

fn system(rule: &Rule, learner: &Learner) -> Result<Option<System>, Error> {
    if rule.slope == Slope::Exact || rule.reach == Reach::OneHop {
        return Ok(None);
    }
    match rule.feedback {
        Feedback::None => Ok(None),
        Feedback::TypeAll => System::by_class(learner, rule.reach).map(Some),
        Feedback::Weights | Feedback::TypeConnected | Feedback::TypeAllOthers => {
            System::by_cell(learner, rule.feedback).map(Some)
        }
    }
}

/// The largest |eigenvalue|: lim |Mᵏ|^{1/k}, by squaring. Needs no eigenvalue, hence cannot fail to converge where they are
/// defective, as those of delays are.
pub fn radius(matrix: &DMatrix<f64>) -> f64 {
    let mut power = matrix.clone();
    let mut logarithm = 0.0;
    let mut share = 1.0;
    for _ in 0..SQUARINGS {
        let norm = power.norm();
        if norm == 0.0 || !norm.is_finite() {
            return norm;
        }
        logarithm += share * norm.ln();
        power /= norm;
        power = &power * &power;
        share *= 0.5;
    }
    logarithm.exp()
}

/// M: the state after a step for a unit in each number of the state before.
pub(crate) fn step_matrix(system: &System) -> DMatrix<f64> {
    let mut response = Response::new(system, 1);
    let size = response.state(system).len();
    let mut matrix = DMatrix::zeros(size, size);
    for column in 0..size {
        let unit: Vec<f64> = (0..size).map(|row| f64::from(u8::from(row == column))).collect();
        response.set_state(system, &unit);
        response.emit_nodes(system);
        response.propagate(system);
        matrix.column_mut(column).copy_from_slice(&response.state(system));
    }
    matrix
}
