//! Whether the path of non-local credit grows from step to step.
//!
//! # Equations
//! For d = 1 and cells without adaptation the credit is multiplied at every step by
//! ```text
//! M = α + g Wfb n μ,     stable iff the spectral radius ρ(M) < 1
//! ```
//! and ρ(K) < 1 of K = g/(1 − α) Wfb n μ, the coupling of what lasts, suffices for real eigenvalues. With adaptation the
//! state has two numbers a node; with a delay d and synaptic currents more: M is then the matrix of one step of all of it.
//! Rules of finite reach are always stable, but their gain grows like ρ(M)^S.

use crate::path::intermediate::{IntermediateCells, Response};
use crate::rule::{Feedback, Reach, Rule, Slope};
use crate::{Error, Learner};
use nalgebra::{DMatrix, Schur};

/// The power 2^k that a spectral radius is taken from.
const SQUARINGS: u32 = 45;

/// Spectral radii of the credit path of a rule.
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

fn system(rule: &Rule, learner: &Learner) -> Result<Option<IntermediateCells>, Error> {
    if rule.slope == Slope::Exact || rule.reach == Reach::OneHop {
        return Ok(None);
    }
    match rule.feedback {
        Feedback::None => Ok(None),
        Feedback::TypeAll => IntermediateCells::by_class(learner, rule.reach).map(Some),
        Feedback::Weights | Feedback::TypeConnected | Feedback::TypeAllOthers => {
            IntermediateCells::by_cell(learner, rule.feedback).map(Some)
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

/// All eigenvalues, real and imaginary parts; none where there are numbers that are not finite, or where the iteration does
/// not converge.
pub fn eigenvalues(matrix: &DMatrix<f64>) -> Vec<[f64; 2]> {
    /// Sweeps of the iteration; two or three an eigenvalue are usual.
    const SWEEPS_EACH: usize = 100;
    if matrix.iter().any(|value| !value.is_finite()) || !matrix.is_square() {
        return Vec::new();
    }
    let schur = Schur::try_new(matrix.clone(), f64::EPSILON, SWEEPS_EACH * matrix.nrows().max(1));
    schur.map_or_else(Vec::new, |schur| schur.complex_eigenvalues().iter().map(|own| [own.re, own.im]).collect())
}

/// M: the state after a step for a unit in each number of the state before.
pub(crate) fn step_matrix(system: &IntermediateCells) -> DMatrix<f64> {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A rotation that grows by 2 has 2 e^{±iφ}; of any matrix the eigenvalues sum to the trace, multiply to the determinant,
    /// and the largest is the radius, which is found without them. Nothing of what is not finite.
    #[test]
    fn eigenvalues_are_those_of_the_matrix() {
        let angle = 0.7_f64;
        let turn = DMatrix::from_row_slice(2, 2, &[angle.cos(), -angle.sin(), angle.sin(), angle.cos()]) * 2.0;
        let mut found = eigenvalues(&turn);
        found.sort_by(|a, b| a[1].total_cmp(&b[1]));
        for ([real, imaginary], sign) in found.iter().zip([-1.0, 1.0]) {
            assert!((real - 2.0 * angle.cos()).abs() < 1e-12 && (imaginary - sign * 2.0 * angle.sin()).abs() < 1e-12);
        }
        let own = DMatrix::from_fn(7, 7, |row, column| ((row * 7 + column) as f64 * 1.7).sin());
        let found = eigenvalues(&own);
        let sum = found.iter().fold([0.0; 2], |sum, own| [sum[0] + own[0], sum[1] + own[1]]);
        assert!((sum[0] - own.trace()).abs() < 1e-12 && sum[1].abs() < 1e-12, "{sum:?}");
        let product = found.iter().fold([1.0, 0.0], |[a, b], [c, d]| [a * c - b * d, a * d + b * c]);
        assert!((product[0] - own.determinant()).abs() < 1e-10, "{product:?} {}", own.determinant());
        let largest = found.iter().map(|[real, imaginary]| real.hypot(*imaginary)).fold(0.0, f64::max);
        assert!((largest - radius(&own)).abs() < 1e-9, "{largest}");
        assert!(eigenvalues(&DMatrix::from_element(2, 2, f64::NAN)).is_empty());
    }
}
