//! μ: the constant that stands for ψ in intermediate cells.
//!
//! # Equations
//! ```text
//! adaptive  μ_c ← (1 − r) μ_c + r <ψ_m^t> over m of type c, steps and trials, once a batch
//! ```
//! The mean is the unbiased choice if ψ and the credit that passes are uncorrelated. \[Liu2022\] uses one constant, 0.25,
//! and names an adaptive one as future work.

use crate::Tape;
use crate::credit::mean_of;

/// Mean ψ of each of `types` types over the groups of a batch.
pub fn mean_psi(groups: &[Tape], type_id: &[usize]) -> Vec<f64> {
    mean_by_type(&mean_of(groups.iter().map(|tape| &tape.psi)), type_id)
}

/// Mean over the cells of each type.
pub fn mean_by_type(by_cell: &[f64], type_id: &[usize]) -> Vec<f64> {
    let types = type_id.iter().max().map_or(0, |last| last + 1);
    let mut means = vec![(0.0, 0.0); types];
    for (psi, a) in by_cell.iter().zip(type_id) {
        means[*a].0 += psi;
        means[*a].1 += 1.0;
    }
    means.into_iter().map(|(sum, cells): (f64, f64)| sum / cells.max(1.0)).collect()
}

/// μ that follows the mean ψ of its type.
#[derive(Debug, Clone, PartialEq)]
pub struct AdaptiveMu {
    rate: f64,
    values: Vec<f64>,
}

impl AdaptiveMu {
    /// r, and the first values; empty: the first mean is taken as it is.
    pub fn new(rate: f64, start: Vec<f64>) -> Self {
        Self { rate, values: start }
    }

    /// Takes the mean ψ of each type over a batch.
    pub fn update(&mut self, mean_psi: &[f64]) {
        if self.values.is_empty() {
            self.values = mean_psi.to_vec();
            return;
        }
        for (own, mean) in self.values.iter_mut().zip(mean_psi) {
            *own = (1.0 - self.rate) * *own + self.rate * mean;
        }
    }

    /// μ of each type; empty before the first update without a start.
    pub fn values(&self) -> &[f64] {
        &self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Plane;

    /// Two groups of unequal size, a type of two cells and one of one; by hand. Would catch means of means.
    #[test]
    fn means_by_type_and_their_running_mean() {
        let group = |trials, psi: [f64; 3]| Tape {
            x: Plane::zeros(2, 0, trials).into(),
            z: Plane::zeros(2, 3, trials),
            psi: Plane::from_fn(2, 3, trials, |_, cell, _| psi[cell]),
            clamped: None,
            records: Vec::new(),
        };
        let groups = [group(1, [0.4, 0.1, 0.2]), group(3, [0.0, 0.5, 0.6])];
        let mean = mean_psi(&groups, &[0, 1, 0]);
        assert!((mean[0] - 0.3).abs() < 1e-15 && (mean[1] - 0.4).abs() < 1e-15, "{mean:?}");
        let mut mu = AdaptiveMu::new(0.1, Vec::new());
        mu.update(&mean);
        mu.update(&[1.0, 0.0]);
        assert!((mu.values()[0] - 0.37).abs() < 1e-15 && (mu.values()[1] - 0.36).abs() < 1e-15);
        let mut mu = AdaptiveMu::new(0.05, vec![0.25, 0.25]);
        mu.update(&[1.0, 0.25]);
        assert!((mu.values()[0] - 0.2875).abs() < 1e-15 && (mu.values()[1] - 0.25).abs() < 1e-15);
    }
}
