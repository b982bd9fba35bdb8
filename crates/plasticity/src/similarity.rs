//! How alike the activity of two networks is, whichever cell does what.
//!
//! # Equations
//! X and Y have a row a sample, the same samples in both, and a column a cell, of which the mean over samples is taken off.
//! ```text
//! CKA = |Yᵀ X|²/(|Xᵀ X| |Yᵀ Y|)                     linear centred kernel alignment, Frobenius norms: 1 for Y = c X Q + shift, Q orthogonal
//! Procrustes = 2 − 2 |Xᵀ Y|_*/(|X| |Y|)             squared distance of both at length 1, after the best rotation; |·|_* is the sum of singular values
//! RSA = rank correlation (Spearman) of |x_i − x_j| with |y_i − y_j| over all pairs of samples
//! ```
//! # References
//! \[Kornblith2019\] for the first, \[Kriegeskorte2008\] for the last.

use crate::{Error, Matrix};
use nalgebra::DMatrix;

/// Three measures of two networks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Similarity {
    /// CKA, from 0 to 1; NaN where all samples of a network are the same.
    pub cka: f64,
    /// Procrustes, from 0 to 2; NaN as before.
    pub procrustes: f64,
    /// RSA, from −1 to 1; NaN where all distances of a network are the same.
    pub rsa: f64,
}

/// Of two networks: as many rows, one a sample; a column a cell.
///
/// # Errors
/// [`Error::Shape`] where the samples are not as many.
pub fn similarity(one: &Matrix, other: &Matrix) -> Result<Similarity, Error> {
    if one.rows() != other.rows() {
        let (found, expected) = (format!("{} rows", other.rows()), format!("{} rows", one.rows()));
        return Err(Error::Shape { what: "samples", found, expected });
    }
    let [x, y] = [one, other].map(centred);
    let cross = y.transpose() * &x;
    let gram = |own: &DMatrix<f64>| (own.transpose() * own).norm();
    Ok(Similarity {
        cka: cross.norm_squared() / (gram(&x) * gram(&y)),
        procrustes: 2.0 - 2.0 * cross.singular_values().sum() / (x.norm() * y.norm()),
        rsa: correlation(&ranks(&distances(&x)), &ranks(&distances(&y))),
    })
}

/// With the mean of each column taken off.
fn centred(own: &Matrix) -> DMatrix<f64> {
    let mut own = own.to_nalgebra();
    for mut column in own.column_iter_mut() {
        let mean = column.mean();
        column.add_scalar_mut(-mean);
    }
    own
}

/// Between all pairs of rows.
fn distances(own: &DMatrix<f64>) -> Vec<f64> {
    let rows = own.transpose();
    let of = |i: usize| (0..i).map(move |j| (i, j));
    (0..rows.ncols()).flat_map(of).map(|(i, j)| (rows.column(i) - rows.column(j)).norm()).collect()
}

/// The rank of each value; equals share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|one, other| values[*one].total_cmp(&values[*other]));
    let (mut ranks, mut first) = (vec![0.0; values.len()], 0);
    for equals in order.chunk_by(|one, other| values[*one] == values[*other]) {
        let rank = first as f64 + (equals.len() - 1) as f64 / 2.0;
        equals.iter().for_each(|place| ranks[*place] = rank);
        first += equals.len();
    }
    ranks
}

/// Pearson's.
fn correlation(one: &[f64], other: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (a, b) = (mean(one), mean(other));
    let sum = |of: fn(f64, f64) -> f64| one.iter().zip(other).map(|(x, y)| of(x - a, y - b)).sum::<f64>();
    sum(|x, y| x * y) / (sum(|x, _| x * x) * sum(|_, y| y * y)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(rows: usize, columns: usize, of: impl Fn(usize, usize) -> f64) -> Matrix {
        let values = (0..rows * columns).map(|place| of(place / columns, place % columns)).collect();
        Matrix::new("activity", rows, columns, values).unwrap()
    }

    fn wild(row: usize, column: usize) -> f64 {
        ((row * 7 + column * 3) as f64 * 1.3).sin() + 0.2 * ((row * row + column) as f64).cos()
    }

    /// Rotated, scaled and shifted activity is the same. Would catch means that are not taken off, and sizes that count.
    #[test]
    fn a_rotation_changes_nothing() {
        let (turn, size) = (0.7_f64, 3.5);
        let turned = matrix(12, 2, |row, column| {
            let [a, b] = [wild(row, 0), wild(row, 1)];
            size * [turn.cos() * a - turn.sin() * b, turn.sin() * a + turn.cos() * b][column] + [4.0, -9.0][column]
        });
        let same = similarity(&matrix(12, 2, wild), &turned).unwrap();
        assert!((same.cka - 1.0).abs() < 1e-12 && same.procrustes.abs() < 1e-12, "{same:?}");
        assert!((same.rsa - 1.0).abs() < 1e-12, "{same:?}");
    }

    /// Codes by hand: cells that fire to other samples, orthogonal after the mean is taken off, have nothing in common; two equal cells
    /// beside two that differ have 1/√2 in common, as one of two equal directions.
    #[test]
    fn codes_by_hand() {
        let signs = |code: [[f64; 4]; 2]| matrix(4, 2, move |row, column| code[column][row]);
        let (a, b) = ([1.0, 1.0, -1.0, -1.0], [1.0, -1.0, 1.0, -1.0]);
        let c = [1.0, -1.0, -1.0, 1.0];
        let apart = similarity(&signs([a, a]), &signs([b, c])).unwrap();
        assert!(apart.cka.abs() < 1e-15 && (apart.procrustes - 2.0).abs() < 1e-15, "{apart:?}");
        let half = similarity(&signs([a, b]), &signs([a, a])).unwrap();
        assert!((half.cka - 0.5_f64.sqrt()).abs() < 1e-15, "{half:?}");
        // |Xᵀ Y|_* of rows (4, 4) and (0, 0) is 4 √2, of lengths √8 and √8.
        assert!((half.procrustes - (2.0 - 2.0 * 32.0_f64.sqrt() / 8.0)).abs() < 1e-14, "{half:?}");
    }

    /// Ranks by hand, of which two are equal, and the correlation of those of three distances.
    #[test]
    fn ranks_by_hand() {
        assert_eq!(ranks(&[0.3, 0.1, 0.3, 0.9]), [1.5, 0.0, 1.5, 3.0]);
        // Points 0, 1, 3 and 0, 3, 4 on a line: distances (1, 3, 2) and (3, 4, 1) have the ranks (0, 2, 1) and (1, 2, 0).
        let line = |places: [f64; 3]| matrix(3, 1, move |row, _| places[row]);
        let found = similarity(&line([0.0, 1.0, 3.0]), &line([0.0, 3.0, 4.0])).unwrap();
        assert!((found.rsa - 0.5).abs() < 1e-15, "{found:?}");
    }

    #[test]
    fn other_samples_are_refused() {
        let told = similarity(&matrix(3, 2, wild), &matrix(4, 2, wild)).unwrap_err().to_string();
        assert!(told.contains("samples") && told.contains("4 rows"), "{told}");
    }

    /// A network that does the same whatever comes has no similarity.
    #[test]
    fn a_constant_network_has_none() {
        let none = similarity(&matrix(3, 2, |_, _| 1.0), &matrix(3, 2, wild)).unwrap();
        assert!(none.cka.is_nan() && none.procrustes.is_nan() && none.rsa.is_nan());
    }
}
