//! How far training has moved the weights: a lazy network learns by small changes, a rich one by large ones \[Chizat2019\].
//!
//! # Equations
//! ```text
//! change = |W_t − W_0| / |W_0|, Frobenius norms, of W_in, W and W_out               rank = exp(−Σ_i p_i ln p_i),  p_i = s_i² / Σ_j s_j²,  s of W_t − W_0
//! ```
//! A change u vᵀ has rank 1, one of n equal singular values rank n. Where W_0 is 0 a change has no length, and where nothing has moved it has no
//! rank: both are NaN then. Test: `ranks_and_lengths_by_hand`.
//!
//! # References
//! \[Chizat2019\].

use neuropil_plasticity::{Learner, Matrix};

/// The rank of a change of more cells takes longer than an update.
const MOST_CELLS: usize = 600;

/// Weights before the first update: W_in, W, W_out.
#[derive(Debug, Clone)]
pub(crate) struct Beginning([Matrix; 3]);

/// What has become of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// |W_t − W_0|/|W_0| of W_in, W, W_out.
    pub relative: [f64; 3],
    /// Effective rank of W_t − W_0 of the recurrent weights; NaN with more than 600 cells.
    pub rank: f64,
}

impl Beginning {
    pub fn of(learner: &Learner) -> Self {
        Self(weights(learner).map(Clone::clone))
    }

    /// How far the weights are from there.
    pub fn change(&self, learner: &Learner) -> Change {
        let pairs = [0, 1, 2].map(|place| (weights(learner)[place], &self.0[place]));
        let recurrent = pairs[1].0.to_nalgebra() - pairs[1].1.to_nalgebra();
        Change {
            relative: pairs.map(|(now, first)| relative(now.values(), first.values())),
            rank: if recurrent.nrows() > MOST_CELLS { f64::NAN } else { rank(recurrent.singular_values().as_slice()) },
        }
    }
}

fn weights(learner: &Learner) -> [&Matrix; 3] {
    [&learner.w_in, &learner.w_rec, &learner.readout.w_out]
}

fn relative(now: &[f64], first: &[f64]) -> f64 {
    let square = |sum: f64, own: f64| sum + own * own;
    let moved = now.iter().zip(first).map(|(now, first)| now - first).fold(0.0, square);
    let length = first.iter().copied().fold(0.0, square);
    if length == 0.0 { f64::NAN } else { (moved / length).sqrt() }
}

fn rank(singular_values: &[f64]) -> f64 {
    let total: f64 = singular_values.iter().map(|own| own * own).sum();
    let shares = singular_values.iter().map(|own| own * own / total).filter(|share| *share != 0.0);
    shares.map(|share| -share * share.ln()).sum::<f64>().exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch squares that are forgotten, in either.
    #[test]
    fn ranks_and_lengths_by_hand() {
        assert_eq!(relative(&[3.0, 1.0], &[0.0, 5.0]), 1.0);
        assert_eq!(relative(&[3.0, 4.0], &[3.0, 4.0]), 0.0);
        assert!(relative(&[1.0], &[0.0]).is_nan() && relative(&[0.0], &[0.0]).is_nan());
        let outer = (0..49).map(|place| f64::from(1 + place / 7) * (f64::from(place % 7) - 2.5)).collect();
        let outer = Matrix::new("outer", 7, 7, outer).unwrap().to_nalgebra();
        assert!((rank(outer.singular_values().as_slice()) - 1.0).abs() < 1e-12);
        assert!((rank(&[2.0; 5]) - 5.0).abs() < 1e-12);
        // p = 0.8, 0.2.
        let by_hand = (-(0.8_f64 * 0.8_f64.ln() + 0.2 * 0.2_f64.ln())).exp();
        assert!((rank(&[2.0, 1.0, 0.0]) - by_hand).abs() < 1e-12);
        assert!(rank(&[0.0, 0.0]).is_nan());
    }
}
