//! The tangent kernel of a network: which inputs move together when its weights move.
//!
//! # Equations
//! ```text
//! K(x, x') = Σ_k ∂ȳ_k(x)/∂W · ∂ȳ_k(x')/∂W                    ȳ = Σ_t w_t y_t, over all weights that exist
//! A(K, K') = <K, K'>/(|K| |K'|)                               alignment, Frobenius: 1 for K' = c K
//! ```
//! Where K stays that of the beginning (A near 1) a network learns as a linear one would, by what its features happen to be; where it turns, features are learned.
//! Spiking cells have the derivatives of their pseudo-derivative: K is then that of the network that a surrogate stands for, and of no other.
//!
//! # References
//! \[Jacot2018\]; \[Cortes2012\] for the centred alignment with labels.

use crate::{Error, Matrix};
use nalgebra::{DMatrix, DVector};

/// A kernel over some inputs.
#[derive(Debug, Clone, PartialEq)]
pub struct Kernel(DMatrix<f64>);

impl Kernel {
    /// Of the derivatives of each input: a row an input, which holds those of all readouts one after the other.
    pub fn of(slopes: &Matrix) -> Self {
        let slopes = slopes.to_nalgebra();
        Self(&slopes * slopes.transpose())
    }

    /// 1 where two inputs have the same label, else 0.
    pub fn of_labels(labels: &[usize]) -> Self {
        Self(DMatrix::from_fn(labels.len(), labels.len(), |i, j| f64::from(u8::from(labels[i] == labels[j]))))
    }

    /// A; NaN where a kernel is 0.
    ///
    /// # Errors
    /// [`Error::Shape`] for other numbers of inputs.
    pub fn alignment(&self, other: &Self) -> Result<f64, Error> {
        let [own, expected] = [other, self].map(|own| format!("{} inputs", own.0.nrows()));
        match own == expected {
            true => Ok(self.0.dot(&other.0) / (self.0.norm() * other.0.norm())),
            false => Err(Error::Shape { what: "kernel", found: own, expected }),
        }
    }

    /// With the mean over inputs taken off, on both sides: H K H, H = 1 − 1 1ᵀ/n.
    pub fn centred(&self) -> Self {
        let inputs = self.0.nrows();
        let row = DVector::from_fn(inputs, |i, _| self.0.row(i).mean());
        let column = DVector::from_fn(inputs, |j, _| self.0.column(j).mean());
        let mean = self.0.mean();
        Self(DMatrix::from_fn(inputs, inputs, |i, j| self.0[(i, j)] - row[i] - column[j] + mean))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slopes(of: impl Fn(usize, usize) -> f64) -> Matrix {
        Matrix::new("slopes", 3, 2, (0..6).map(|place| of(place / 2, place % 2)).collect()).unwrap()
    }

    /// Derivatives (1, 0), (0, 2), (1, 2) by hand: K = [[1, 0, 1], [0, 4, 4], [1, 4, 5]]; against c K, and against K of derivatives of the first
    /// weight alone, [[1, 0, 1], [0, 0, 0], [1, 0, 1]]: 8/√(76 · 4).
    #[test]
    fn kernels_by_hand() {
        let own = Kernel::of(&slopes(|input, weight| [[1.0, 0.0], [0.0, 2.0], [1.0, 2.0]][input][weight]));
        assert_eq!(own.0.as_slice(), [1.0, 0.0, 1.0, 0.0, 4.0, 4.0, 1.0, 4.0, 5.0]);
        let longer = Kernel::of(&slopes(|input, weight| 3.0 * [[1.0, 0.0], [0.0, 2.0], [1.0, 2.0]][input][weight]));
        assert!((own.alignment(&longer).unwrap() - 1.0).abs() < 1e-15);
        let first = Kernel::of(&slopes(|input, weight| [[1.0, 0.0], [0.0, 0.0], [1.0, 0.0]][input][weight]));
        assert!((own.alignment(&first).unwrap() - 8.0 / (76.0 * 4.0_f64).sqrt()).abs() < 1e-15);
        assert!(own.alignment(&Kernel::of_labels(&[0, 1])).is_err());
    }

    /// A kernel of labels is aligned with itself, and has 0 in the mean of each row once it is centred; a constant one is nothing then.
    #[test]
    fn labels_and_means() {
        let own = Kernel::of_labels(&[0, 2, 0, 1]);
        assert_eq!(own.0.row(0).iter().copied().collect::<Vec<_>>(), [1.0, 0.0, 1.0, 0.0]);
        let centred = own.centred();
        assert!((0..4).all(|i| centred.0.row(i).sum().abs() < 1e-15 && centred.0.column(i).sum().abs() < 1e-15));
        assert!((centred.alignment(&centred).unwrap() - 1.0).abs() < 1e-15);
        assert!(Kernel::of_labels(&[1; 4]).centred().0.norm() == 0.0);
    }
}
