//! Matrices that bring errors to cells: random, or as the readout begins.
//!
//! # Equations
//! ```text
//! random    B_jk fixed: N(0, 1)/√N or N(0, 1) [Bellec2020], U(−1, 1) scaled [Murray2019]
//! initial   B = s W_outᵀ of the first update, for ever: a cell that is not read gets no error [Barretto2026]
//! ```

use crate::Matrix;
use neuropil_core::{CounterRng, Stream, StreamKey};
use rand_distr::Distribution;

/// How fixed feedback is had.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Draw {
    /// N(0, 1) times a scale.
    Normal(f64),
    /// Uniform in −scale..scale.
    Uniform(f64),
    /// The readout weights as they begin, times a scale.
    Initial(f64),
}

/// Fixed feedback, cells x readouts, of a network whose readout weights begin as `w_out`, readouts x cells.
pub fn fixed(seed: u64, w_out: &Matrix, draw: Draw) -> Matrix {
    let (cells, readouts) = (w_out.columns(), w_out.rows());
    match draw {
        Draw::Initial(scale) => Matrix::from_fn(cells, readouts, |cell, k| scale * w_out[(k, cell)]),
        Draw::Normal(scale) => random(seed, [cells, readouts], |rng| {
            let standard: f64 = rand_distr::StandardNormal.sample(rng);
            scale * standard
        }),
        Draw::Uniform(scale) => random(seed, [cells, readouts], |rng| scale * (2.0 * rng.unit() - 1.0)),
    }
}

/// Random feedback, a function of the seed.
fn random(seed: u64, [cells, readouts]: [usize; 2], mut one: impl FnMut(&mut CounterRng) -> f64) -> Matrix {
    let key = StreamKey::new(seed, Stream::Feedback, 0);
    let mut feedback = Matrix::zeros(cells, readouts);
    for (cell, entity) in (0..cells).zip(0..) {
        let mut rng = key.at(entity, 0);
        feedback.row_mut(cell).fill_with(|| one(&mut rng));
    }
    feedback
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Moments of 10^5 draws within five standard errors; the same seed gives the same.
    #[test]
    fn random_feedback_has_its_moments() {
        for (draw, variance) in [(Draw::Normal(0.5), 0.25), (Draw::Uniform(3.0), 3.0)] {
            let drawn = fixed(1, &Matrix::zeros(100, 1000), draw);
            let n = 1e5_f64;
            let mean = drawn.values().iter().sum::<f64>() / n;
            let square = drawn.values().iter().map(|x| x * x).sum::<f64>() / n;
            assert!(mean.abs() < 5.0 * (variance / n).sqrt(), "{mean}");
            assert!((square / variance - 1.0).abs() < 5.0 * (2.0 / n).sqrt(), "{square}");
            assert_eq!(drawn, fixed(1, &Matrix::zeros(100, 1000), draw));
            assert_ne!(drawn, fixed(2, &Matrix::zeros(100, 1000), draw));
        }
    }

    /// Would catch a matrix that is not turned over, and one that draws.
    #[test]
    fn initial_feedback_is_the_readout_turned_over() {
        let w_out = Matrix::from_fn(2, 3, |k, j| (10 * k + j) as f64);
        let feedback = fixed(3, &w_out, Draw::Initial(2.0));
        assert_eq!(feedback.values(), [0.0, 20.0, 2.0, 22.0, 4.0, 24.0]);
        assert_eq!(feedback, fixed(4, &w_out, Draw::Initial(2.0)));
    }
}
