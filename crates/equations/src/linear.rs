//! What is linear over a step, exactly: x(h) = P x(0) + Q c of dx/dt = A x + c with constant c.
//!
//! # Equations
//! ```text
//! P = e^(A h)      Q = ∫₀^h e^(A s) ds      exp([[A, 1], [0, 0]] h) = [[P, Q], [0, 1]]
//! ```
//! # Numerics
//! One equation: e^x and (e^x - 1)/x. Several: the exponential of the matrix above by scaling, Padé's approximation of
//! degree 13 and squaring (Higham 2005, "The scaling and squaring method for the matrix exponential revisited", SIAM J. Matrix
//! Anal. Appl. 26). Nothing is divided by a difference of eigenvalues, so that equal and nearly equal time constants are
//! ordinary cases, and so is a singular A. Sums have one order and no fused multiply-add: the bits do not depend on the processor.

use crate::function::{exp, expm1};

/// P and Q of some equations and one interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Propagator {
    /// How many equations.
    size: usize,
    /// P, row by row.
    state: Vec<f64>,
    /// Q, row by row.
    input: Vec<f64>,
}

impl Propagator {
    /// Of A (row by row, in 1/ms) over `h` ms.
    ///
    /// # Panics
    /// If `matrix` is not square.
    pub fn new(matrix: &[Vec<f64>], h: f64) -> Self {
        let size = matrix.len();
        assert!(matrix.iter().all(|row| row.len() == size), "A is square");
        if let [row] = matrix {
            let rate = row[0];
            let input = if rate == 0.0 { h } else { expm1(rate * h) / rate };
            return Self { size, state: vec![exp(rate * h)], input: vec![input] };
        }
        let order = 2 * size;
        let mut whole = Square::zero(order);
        for (row, own) in matrix.iter().enumerate() {
            for (column, rate) in own.iter().enumerate() {
                *whole.at(row, column) = rate * h;
            }
            *whole.at(row, size + row) = h;
        }
        let result = exponential(&whole);
        let part = |first: usize| {
            let row = |row: usize| result.entries[row * order + first..row * order + first + size].to_vec();
            (0..size).flat_map(row).collect()
        };
        Self { size, state: part(0), input: part(size) }
    }

    /// What x_column(0) adds to x_row(h).
    pub fn state(&self, row: usize, column: usize) -> f64 {
        self.state[row * self.size + column]
    }

    /// What c_column adds to x_row(h).
    pub fn input(&self, row: usize, column: usize) -> f64 {
        self.input[row * self.size + column]
    }
}

/// A square matrix, row by row.
#[derive(Debug, Clone)]
struct Square {
    order: usize,
    entries: Vec<f64>,
}

impl Square {
    fn zero(order: usize) -> Self {
        Self { order, entries: vec![0.0; order * order] }
    }

    fn at(&mut self, row: usize, column: usize) -> &mut f64 {
        &mut self.entries[row * self.order + column]
    }

    fn times(&self, other: &Self) -> Self {
        let order = self.order;
        let mut product = Self::zero(order);
        for (own, left) in product.entries.chunks_exact_mut(order).zip(self.entries.chunks_exact(order)) {
            for (factor, right) in left.iter().zip(other.entries.chunks_exact(order)) {
                if *factor != 0.0 {
                    own.iter_mut().zip(right).for_each(|(sum, entry)| *sum += factor * entry);
                }
            }
        }
        product
    }

    /// Σ of matrices with factors, and `identity` on the diagonal.
    fn combined(terms: &[(f64, &Self)], identity: f64) -> Self {
        let order = terms[0].1.order;
        let mut sum = Self::zero(order);
        for (factor, matrix) in terms {
            sum.entries.iter_mut().zip(&matrix.entries).for_each(|(own, entry)| *own += factor * entry);
        }
        (0..order).for_each(|place| *sum.at(place, place) += identity);
        sum
    }

    /// The largest sum of sizes of a column.
    fn norm(&self) -> f64 {
        let column =
            |column: usize| self.entries.iter().skip(column).step_by(self.order).map(|entry| entry.abs()).sum();
        (0..self.order).map(column).fold(0.0, f64::max)
    }

    /// X of (this) X = `right`, by elimination with the largest pivot of a column.
    fn solve(mut self, mut right: Self) -> Self {
        let order = self.order;
        for pivot in 0..order {
            let size = |row: usize| self.entries[row * order + pivot].abs();
            let best = (pivot..order).fold(pivot, |best, row| if size(row) > size(best) { row } else { best });
            for column in 0..order {
                self.entries.swap(pivot * order + column, best * order + column);
                right.entries.swap(pivot * order + column, best * order + column);
            }
            for row in pivot + 1..order {
                let factor = *self.at(row, pivot) / *self.at(pivot, pivot);
                if factor != 0.0 {
                    for column in 0..order {
                        *self.at(row, column) -= factor * self.entries[pivot * order + column];
                        *right.at(row, column) -= factor * right.entries[pivot * order + column];
                    }
                }
            }
        }
        for row in (0..order).rev() {
            for column in 0..order {
                let known: f64 =
                    (row + 1..order).map(|k| self.entries[row * order + k] * right.entries[k * order + column]).sum();
                *right.at(row, column) =
                    (right.entries[row * order + column] - known) / self.entries[row * order + row];
            }
        }
        right
    }
}

/// The coefficients of Padé's numerator of degree 13, from the constant up.
const PADE: [f64; 14] = [
    64_764_752_532_480_000.0,
    32_382_376_266_240_000.0,
    7_771_770_303_897_600.0,
    1_187_353_796_428_800.0,
    129_060_195_264_000.0,
    10_559_470_521_600.0,
    670_442_572_800.0,
    33_522_128_640.0,
    1_323_241_920.0,
    40_840_800.0,
    960_960.0,
    16_380.0,
    182.0,
    1.0,
];
/// The norm up to which that approximation is good to rounding.
const LARGEST_NORM: f64 = 5.371_920_351_148_152;

fn exponential(matrix: &Square) -> Square {
    let mut halvings = 0;
    let mut factor = 1.0;
    while matrix.norm() * factor > LARGEST_NORM && halvings < 1000 {
        factor *= 0.5;
        halvings += 1;
    }
    let a = Square::combined(&[(factor, matrix)], 0.0);
    let a2 = a.times(&a);
    let a4 = a2.times(&a2);
    let a6 = a4.times(&a2);
    let c = &PADE;
    let upper = Square::combined(&[(c[13], &a6), (c[11], &a4), (c[9], &a2)], 0.0);
    let lower = Square::combined(&[(1.0, &a6.times(&upper)), (c[7], &a6), (c[5], &a4), (c[3], &a2)], c[1]);
    let odd = a.times(&lower);
    let upper = Square::combined(&[(c[12], &a6), (c[10], &a4), (c[8], &a2)], 0.0);
    let even = Square::combined(&[(1.0, &a6.times(&upper)), (c[6], &a6), (c[4], &a4), (c[2], &a2)], c[0]);
    let bottom = Square::combined(&[(1.0, &even), (-1.0, &odd)], 0.0);
    let top = Square::combined(&[(1.0, &even), (1.0, &odd)], 0.0);
    let mut result = bottom.solve(top);
    for _ in 0..halvings {
        result = result.times(&result);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
        let error = (found - expected).abs() / expected.abs().max(f64::MIN_POSITIVE);
        assert!(error <= tolerance, "{what}: {found:e}, not {expected:e} ({error:e})");
    }

    /// φ1(x) = (e^x - 1)/x and its divided difference (φ-functions of close arguments) by their series.
    fn difference_of_exponentials(a: f64, b: f64, h: f64) -> f64 {
        // (e^(a h) - e^(b h)) / (a - b) = h e^(b h) φ1((a - b) h).
        let x = (a - b) * h;
        let phi = if x == 0.0 { 1.0 } else { x.exp_m1() / x };
        h * (b * h).exp() * phi
    }

    /// dI/dt = -I/τs, dV/dt = -V/τm + I/C with τm = τs (1 + 10^-k). Formulae that divide by τm - τs lose k digits here.
    #[test]
    fn nearly_equal_time_constants_are_ordinary() {
        let (tau_syn, c_m, h) = (2.0, 250.0, 0.1);
        for k in 1..=16 {
            let tau_m = if k == 16 { tau_syn } else { tau_syn * (1.0 + 10_f64.powi(-k)) };
            let found = Propagator::new(&[vec![-1.0 / tau_syn, 0.0], vec![1.0 / c_m, -1.0 / tau_m]], h);
            let (a, b) = (-1.0 / tau_syn, -1.0 / tau_m);
            close(found.state(1, 0), difference_of_exponentials(a, b, h) / c_m, 1e-13, "I to V");
            close(found.state(0, 0), (a * h).exp(), 1e-14, "I");
            close(found.state(1, 1), (b * h).exp(), 1e-14, "V");
            close(found.input(1, 1), (b * h).exp_m1() / b, 1e-13, "current to V");
            assert_eq!(found.state(0, 1), 0.0, "nothing goes from V to I");
        }
    }

    /// dx/dt = c, dy/dt = x: a ramp and a parabola.
    #[test]
    fn a_singular_matrix_integrates() {
        let h = 0.25;
        let found = Propagator::new(&[vec![0.0, 0.0], vec![1.0, 0.0]], h);
        close(found.input(0, 0), h, 1e-15, "ramp");
        close(found.state(1, 0), h, 1e-15, "integral");
        close(found.input(1, 0), h * h / 2.0, 1e-15, "parabola");
        let one = Propagator::new(&[vec![0.0]], h);
        assert_eq!((one.state(0, 0), one.input(0, 0)), (1.0, h));
    }

    /// An alpha function: g'' = -2 g'/τ - g/τ² from g = 0, g' = e/τ is e t/τ exp(-t/τ); and an oscillator turns.
    #[test]
    fn closed_forms_of_second_order() {
        let (tau, h) = (5.0_f64, 0.1);
        let found = Propagator::new(&[vec![0.0, 1.0], vec![-1.0 / (tau * tau), -2.0 / tau]], h);
        let start = 1.0_f64.exp() / tau;
        close(found.state(0, 1) * start, 1.0_f64.exp() * h / tau * (-h / tau).exp(), 1e-13, "alpha");
        let omega = 3.0_f64;
        let turned = Propagator::new(&[vec![0.0, omega], vec![-omega, 0.0]], 20.0);
        close(turned.state(0, 0), (omega * 20.0).cos(), 1e-12, "cosine");
        close(turned.state(0, 1), (omega * 20.0).sin(), 1e-12, "sine");
    }

    /// P(2h) = P(h)², and x(h) of a random system against 10^4 small steps of its series.
    #[test]
    fn steps_compose() {
        let a: Vec<Vec<f64>> = (0..4)
            .map(|i| {
                (0..4).map(|j| f64::from((i * 7 + j * 5) % 11 - 5) * 0.1 - if i == j { 1.0 } else { 0.0 }).collect()
            })
            .collect();
        let (one, two) = (Propagator::new(&a, 0.7), Propagator::new(&a, 1.4));
        for row in 0..4 {
            for column in 0..4 {
                let squared: f64 = (0..4).map(|k| one.state(row, k) * one.state(k, column)).sum();
                assert!((squared - two.state(row, column)).abs() < 1e-14);
                // Q(2h) = Q(h) + P(h) Q(h).
                let input: f64 =
                    one.input(row, column) + (0..4).map(|k| one.state(row, k) * one.input(k, column)).sum::<f64>();
                assert!((input - two.input(row, column)).abs() < 1e-14);
            }
        }
    }
}
