//! The modes of the type matrix: independent leaky traces in place of a coupled recursion.
//!
//! # Equations
//! For d = 1 and cells without adaptation lin ← M lin + g W1 e⁻, M = α − r μ + g W2 n μ = V diag(l) V⁻¹:
//! ```text
//! u_k ← l_k u_k + (V⁻¹ g W1)[k, τ(p)] e⁻,     Σ_r A_r lin_r = Re Σ_k (Aᵀ V)_k u_k
//! ```

use super::intermediate::IntermediateCells;
use crate::Error;
use nalgebra::{Complex, DMatrix, Schur};

/// Modes of a system.
pub(crate) struct Modes {
    values: Vec<Complex<f64>>,
    /// V, `[node][mode]`.
    vectors: DMatrix<Complex<f64>>,
    /// V⁻¹ g W1, `[mode][source]`.
    drive: DMatrix<Complex<f64>>,
}

/// The largest |V diag(l) V⁻¹ − M| / |M| of a basis of modes.
pub(crate) const RESIDUAL: f64 = 1e-9;
/// Iterations of the QR algorithm for each eigenvalue.
const ITERATIONS: usize = 100;
/// Eigenvalues closer than this (relative to the largest) share a space.
pub(crate) const CLOSE: f64 = 1e-7;

impl Modes {
    pub(crate) fn new(system: &IntermediateCells) -> Result<Self, Error> {
        let (matrix, drive) = system.one_step();
        let Some(values) = eigenvalues(&matrix) else { return Err(Error::NoModes { residual: f64::INFINITY }) };
        let complex = matrix.map(|value| Complex::new(value, 0.0));
        let vectors = eigenvectors(&complex, &values);
        let size = matrix.norm().max(f64::MIN_POSITIVE);
        let Some(inverse) = vectors.clone().try_inverse() else {
            return Err(Error::NoModes { residual: f64::INFINITY });
        };
        let diagonal =
            DMatrix::from_fn(
                values.len(),
                values.len(),
                |i, j| {
                    if i == j { values[i] } else { Complex::new(0.0, 0.0) }
                },
            );
        let residual = (&vectors * diagonal * &inverse - complex).norm() / size;
        if residual.is_nan() || residual > RESIDUAL {
            return Err(Error::NoModes { residual });
        }
        let drive = inverse * drive.map(|value| Complex::new(value, 0.0));
        Ok(Self { values, vectors, drive })
    }
}

/// Eigenvalues, of the matrix shifted so that none is near 0: the QR iteration compares with the diagonal.
pub(crate) fn eigenvalues(matrix: &DMatrix<f64>) -> Option<Vec<Complex<f64>>> {
    let size = matrix.nrows();
    let shift = 2.0 * matrix.norm() + f64::MIN_POSITIVE;
    let shifted = matrix + DMatrix::identity(size, size) * shift;
    let schur = Schur::try_new(shifted, f64::EPSILON, ITERATIONS * size)?;
    Some(schur.complex_eigenvalues().iter().map(|value| value - shift).collect())
}

/// A basis of eigenvectors: of each group of close eigenvalues the directions that M − l shrinks most.
pub(crate) fn eigenvectors(matrix: &DMatrix<Complex<f64>>, values: &[Complex<f64>]) -> DMatrix<Complex<f64>> {
    let size = matrix.nrows();
    let largest = values.iter().fold(f64::MIN_POSITIVE, |largest, value| largest.max(value.norm()));
    let mut vectors = DMatrix::zeros(size, values.len());
    for (k, value) in values.iter().enumerate() {
        let close = |other: &&Complex<f64>| (**other - value).norm() < CLOSE * largest;
        let rank = values[..k].iter().filter(close).count();
        let shifted = matrix - DMatrix::<Complex<f64>>::identity(size, size) * *value;
        let Some(right) = shifted.svd(false, true).v_t else { continue };
        let row = right.row(size - 1 - rank).adjoint();
        vectors.set_column(k, &row);
    }
    vectors
}

/// The traces u of the synapses onto one cell, `[mode][width]`.
pub(crate) struct ModalTrace {
    re: Vec<f64>,
    im: Vec<f64>,
    /// e of the step before.
    last: Vec<f64>,
}

impl ModalTrace {
    pub(crate) fn new(modes: &Modes, width: usize) -> Self {
        let size = modes.values.len() * width;
        Self { re: vec![0.0; size], im: vec![0.0; size], last: vec![0.0; width] }
    }

    /// One step; adds Σ_r emitted_r lin_r.
    #[inline(always)]
    pub(crate) fn step(&mut self, modes: &Modes, source: usize, e: &[f64], emitted: &[f64], sum: &mut [f64]) {
        let width = e.len();
        for (k, value) in modes.values.iter().enumerate() {
            let kick = modes.drive[(k, source)];
            let weight: Complex<f64> = emitted.iter().enumerate().map(|(r, a)| modes.vectors[(r, k)] * *a).sum();
            let range = k * width..(k + 1) * width;
            let states = self.re[range.clone()].iter_mut().zip(&mut self.im[range]);
            for ((states, last), sum) in states.zip(&self.last).zip(&mut *sum) {
                let (re, im) = (*states.0, *states.1);
                *states.0 = value.re * re - value.im * im + kick.re * last;
                *states.1 = value.re * im + value.im * re + kick.im * last;
                *sum += weight.re * *states.0 - weight.im * *states.1;
            }
        }
        self.last.copy_from_slice(e);
    }
}
