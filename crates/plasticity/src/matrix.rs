//! Dense matrices, rows first.

use crate::Error;
use nalgebra::DMatrix;

/// A matrix `[row, column]`, row after row. Weights are `[post, pre]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    values: Vec<f64>,
}

impl Matrix {
    /// All zero.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self { rows, columns, values: vec![0.0; rows * columns] }
    }

    /// From values row by row; `what` names the matrix in the error.
    pub fn new(what: &'static str, rows: usize, columns: usize, values: Vec<f64>) -> Result<Self, Error> {
        if values.len() == rows * columns {
            return Ok(Self { rows, columns, values });
        }
        let (found, expected) = (values.len().to_string(), format!("{rows} x {columns}"));
        Err(Error::Shape { what, found, expected })
    }

    /// From a function of row and column.
    pub fn from_fn(rows: usize, columns: usize, mut value: impl FnMut(usize, usize) -> f64) -> Self {
        let values = (0..rows * columns).map(|i| value(i / columns, i % columns)).collect();
        Self { rows, columns, values }
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// All values, row by row.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// All values, row by row.
    pub fn values_mut(&mut self) -> &mut [f64] {
        &mut self.values
    }

    /// One row.
    #[inline(always)]
    pub fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }

    /// One row.
    #[inline(always)]
    pub fn row_mut(&mut self, row: usize) -> &mut [f64] {
        &mut self.values[row * self.columns..(row + 1) * self.columns]
    }

    /// Rows become columns.
    pub fn transposed(&self) -> Self {
        Self::from_fn(self.columns, self.rows, |row, column| self[(column, row)])
    }

    /// Adds another of the same shape.
    pub fn add(&mut self, other: &Matrix) {
        for (own, other) in self.values.iter_mut().zip(&other.values) {
            *own += other;
        }
    }

    /// The same matrix for linear algebra.
    pub fn to_nalgebra(&self) -> DMatrix<f64> {
        DMatrix::from_row_slice(self.rows, self.columns, &self.values)
    }

    /// Shape as text.
    pub(crate) fn shape(&self) -> String {
        format!("{} x {}", self.rows, self.columns)
    }
}

impl std::ops::Index<(usize, usize)> for Matrix {
    type Output = f64;
    #[inline(always)]
    fn index(&self, (row, column): (usize, usize)) -> &f64 {
        &self.values[row * self.columns + column]
    }
}

impl std::ops::IndexMut<(usize, usize)> for Matrix {
    #[inline(always)]
    fn index_mut(&mut self, (row, column): (usize, usize)) -> &mut f64 {
        &mut self.values[row * self.columns + column]
    }
}
