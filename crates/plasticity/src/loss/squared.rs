//! Half the squared error: l = 1/2 Σ_k (y_k − y*_k)², ∂l/∂y = y − y*.

use super::Loss;
use crate::{Error, Plane};

/// Regression on targets `[step][readout][trial]`.
#[derive(Debug, Clone, PartialEq)]
pub struct SquaredError {
    /// y*.
    pub target: Plane,
}

impl Loss for SquaredError {
    fn step(&self, step: usize, y: &[f64], scale: f64, err: &mut [f64], lost: &mut [f64]) {
        let trials = lost.len();
        for (slot, (y, target)) in y.iter().zip(self.target.step(step)).enumerate() {
            let off = y - target;
            err[slot] = scale * off;
            lost[slot % trials] += 0.5 * scale * off * off;
        }
    }

    fn asked(&self, step: usize, scale: f64, asked: &mut [f64]) {
        asked.iter_mut().zip(self.target.step(step)).for_each(|(asked, target)| *asked = -scale * target);
    }

    fn check(&self, y: &Plane) -> Result<(), Error> {
        if self.target.shape() != y.shape() {
            return Err(Error::Shape { what: "target", found: self.target.shape(), expected: y.shape() });
        }
        match self.target.values().iter().position(|value| !value.is_finite()) {
            Some(index) => {
                let value = self.target.values()[index];
                Err(Error::Value { what: "target", index, value, expected: "finite" })
            }
            None => Ok(()),
        }
    }
}
