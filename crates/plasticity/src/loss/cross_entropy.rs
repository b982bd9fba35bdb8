//! Softmax cross-entropy: l = −log π_c, π = softmax(y), ∂l/∂y_k = π_k − 1[k = c].

use super::Loss;
use crate::{Error, Plane};

/// Classification: one label a lane.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossEntropy {
    /// c, the right readout of each lane.
    pub labels: Vec<usize>,
}

impl Loss for CrossEntropy {
    fn step(&self, _: usize, y: &[f64], scale: f64, err: &mut [f64], lost: &mut [f64]) {
        let lanes = lost.len();
        for (lane, (label, lost)) in self.labels.iter().zip(lost).enumerate() {
            let own = || y.iter().skip(lane).step_by(lanes);
            let largest = own().fold(f64::NEG_INFINITY, |largest, y| largest.max(*y));
            let sum: f64 = own().map(|y| (y - largest).exp()).sum();
            *lost += scale * (sum.ln() + largest - y[label * lanes + lane]);
            for (k, y) in own().enumerate() {
                let right = f64::from(u8::from(k == *label));
                err[k * lanes + lane] = scale * ((y - largest).exp() / sum - right);
            }
        }
    }

    fn check(&self, y: &Plane) -> Result<(), Error> {
        if self.labels.len() != y.lanes() {
            let (found, expected) = (self.labels.len().to_string(), y.lanes().to_string());
            return Err(Error::Shape { what: "labels", found, expected });
        }
        match self.labels.iter().position(|label| *label >= y.channels()) {
            Some(index) => {
                let value = self.labels[index] as f64;
                Err(Error::Value { what: "labels", index, value, expected: "below the number of readouts" })
            }
            None => Ok(()),
        }
    }
}
