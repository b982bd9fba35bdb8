//! The few modes of the path between types that matter, and the taps that they alone make.
//!
//! # Equations
//! With M the matrix of one step of the intermediate cells, B what a unit of a type leaves in them and C their v,
//! ```text
//! F[s] = C M^{s−1} B  →  Re C X Λ^{s−1} (Yᴴ X)⁻¹ Yᴴ B,     M X = X Λ,  Yᴴ M = Λ Yᴴ
//! ```
//! over the modes k of largest weight |C x_k| |y_kᴴ B| / |y_kᴴ x_k| / (1 − |λ_k|), what they come to over all lags. With all of
//! them, for d = 1, F is whole; of a longer delay it is beyond lag d, and lags before a spike can arrive are 0, as they are in whole taps.

use crate::Error;
use crate::path::intermediate::{IntermediateCells, Response};
use crate::path::modes::{CLOSE, RESIDUAL, eigenvalues, eigenvectors};
use crate::stability::step_matrix;
use nalgebra::{Complex, DMatrix, DVector};

/// Eigenvalues smaller than this, relative to the largest, are those of a delay.
const NOTHING: f64 = 1e-6;

/// F[s][r, b], `[s − 1][r][b]`, of the `count` modes that weigh most; of pairs and of equal modes both, or neither is left out.
///
/// # Errors
/// [`Error::NoModes`] where eigenvectors do not tell them apart.
pub(super) fn taps(system: &IntermediateCells, count: usize, lags: usize) -> Result<Vec<f64>, Error> {
    let matrix = step_matrix(system);
    let none = |residual| Error::NoModes { residual };
    let mut values = eigenvalues(&matrix).ok_or(none(f64::INFINITY))?;
    let largest = values.iter().map(|value| value.norm()).fold(0.0, f64::max);
    values.retain(|value| value.norm() > NOTHING * largest);
    let complex = matrix.map(|value| Complex::new(value, 0.0));
    let turned: Vec<Complex<f64>> = values.iter().map(Complex::conj).collect();
    let (right, left) = (eigenvectors(&complex, &values), eigenvectors(&complex.adjoint(), &turned).adjoint());
    let growth = DMatrix::from_diagonal(&DVector::from_column_slice(&values));
    let size = matrix.norm().max(f64::MIN_POSITIVE);
    let off = (&complex * &right - &right * &growth).norm() + (&left * &complex - &growth * &left).norm();
    if off.is_nan() || off > RESIDUAL * size {
        return Err(none(off / size));
    }
    let inverse = (&left * &right).try_inverse().ok_or(none(f64::INFINITY))?;
    let (read, drive) = ends(system);
    let (read, drive) = (read * &right, inverse * left * drive);

    let near = |a: Complex<f64>, b: Complex<f64>| (a - b).norm() < CLOSE * largest;
    let residue = |k: usize| read.column(k) * drive.row(k);
    let weight = |k: usize| {
        let equal = (0..values.len()).filter(|j| near(values[*j], values[k]));
        let sum = equal.map(residue).reduce(|sum, own| sum + own).map_or(0.0, |sum| sum.norm());
        sum / (1.0 - values[k].norm()).max(NOTHING)
    };
    let mut order: Vec<(usize, f64)> = (0..values.len()).map(|k| (k, weight(k))).collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    let first = &order[..count.min(order.len())];
    let alike = |a: usize, b: usize| near(values[a], values[b]) || near(values[a], values[b].conj());
    let kept: Vec<usize> = (0..values.len()).filter(|k| first.iter().any(|(own, _)| alike(*own, *k))).collect();
    let tap = |s: i32| {
        let own = kept.iter().map(|k| residue(*k) * values[*k].powi(s));
        let zero = DMatrix::zeros(read.nrows(), drive.ncols());
        own.fold(zero, |sum, own| sum + own).transpose().iter().map(|value| value.re).collect::<Vec<f64>>()
    };
    Ok((0..).take(lags).flat_map(tap).collect())
}

/// C and B: v of each node of a unit in each number of the state, the state that a unit of each source leaves.
fn ends(system: &IntermediateCells) -> (DMatrix<Complex<f64>>, DMatrix<Complex<f64>>) {
    let mut response = Response::new(system, 1);
    let size = response.state(system).len();
    let mut read = DMatrix::zeros(system.nodes(), size);
    for column in 0..size {
        let unit: Vec<f64> = (0..size).map(|row| f64::from(u8::from(row == column))).collect();
        response.set_state(system, &unit);
        for node in 0..system.nodes() {
            read[(node, column)] = Complex::new(response.linear(node)[0], 0.0);
        }
    }
    let mut drive = DMatrix::zeros(size, system.sources());
    for source in 0..system.sources() {
        let mut response = Response::new(system, 1);
        response.emit(system, source, &[1.0]);
        response.propagate(system);
        let state = response.state(system);
        drive.column_mut(source).copy_from_slice(&state.iter().map(|own| Complex::new(*own, 0.0)).collect::<Vec<_>>());
    }
    (read, drive)
}
