//! Softmax cross-entropy: l = −log π_c, π = softmax(y), ∂l/∂y_k = π_k − 1[k = c].

use super::Loss;
use crate::{Error, Plane};

/// Classification: one label a trial.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossEntropy {
    /// c, the right readout of each trial.
    pub labels: Vec<usize>,
}

/// The loss of one trial, which it returns, and its err; `y` and `err` are `[readout][trial]`.
pub(super) fn of_trial(label: usize, [trial, trials]: [usize; 2], y: &[f64], scale: f64, err: &mut [f64]) -> f64 {
    let own = || y.iter().skip(trial).step_by(trials);
    let largest = own().fold(f64::NEG_INFINITY, |largest, y| largest.max(*y));
    let sum: f64 = own().map(|y| (y - largest).exp()).sum();
    for (k, y) in own().enumerate() {
        let right = f64::from(u8::from(k == label));
        err[k * trials + trial] = scale * ((y - largest).exp() / sum - right);
    }
    scale * (sum.ln() + largest - y[label * trials + trial])
}

impl Loss for CrossEntropy {
    fn step(&self, _: usize, y: &[f64], scale: f64, err: &mut [f64], lost: &mut [f64]) {
        let trials = lost.len();
        for (trial, (label, lost)) in self.labels.iter().zip(lost).enumerate() {
            *lost += of_trial(*label, [trial, trials], y, scale, err);
        }
    }

    fn asked(&self, _: usize, scale: f64, asked: &mut [f64]) {
        let trials = self.labels.len();
        self.labels.iter().enumerate().for_each(|(trial, label)| asked[label * trials + trial] = -scale);
    }

    fn check(&self, y: &Plane) -> Result<(), Error> {
        if self.labels.len() != y.trials() {
            let (found, expected) = (self.labels.len().to_string(), y.trials().to_string());
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
