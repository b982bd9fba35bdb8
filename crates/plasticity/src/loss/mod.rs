//! Losses: what the readout should have said, and err = ∂E/∂y.
//!
//! ```text
//! E = 1/B Σ_b Σ_t w_t l(b, t),     err_k^t = w_t/B ∂l/∂y_k
//! ```
//! Per-step weights w_t cover all cases: all steps 1; the last step 1; 1/L on a window of the last L steps. B is the size
//! of the whole batch, of which a group of trials is a part: losses, errors and gradients of groups add up.

mod cross_entropy;
mod each_step;
mod squared;

use crate::{Error, Plane};
pub use cross_entropy::CrossEntropy;
pub use each_step::{CrossEntropyEachStep, class_at};
pub use squared::SquaredError;

/// A loss of one group of trials.
pub trait Loss {
    /// Adds w/B l of one step to each trial's loss and writes err; `y` and `err` are `[readout][trial]`.
    fn step(&self, step: usize, y: &[f64], scale: f64, err: &mut [f64], lost: &mut [f64]);

    /// Writes −w/B y* of one step, `[readout][trial]`, of which all was 0: what the readout should say, whatever it says.
    fn asked(&self, step: usize, scale: f64, asked: &mut [f64]);

    /// An error if targets do not fit readouts, steps and trials.
    fn check(&self, y: &Plane) -> Result<(), Error>;
}

/// What a loss says of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The group's part of E.
    pub loss: f64,
    /// That of each trial.
    pub lost: Vec<f64>,
    /// err, `[step][readout][trial]`.
    pub err: Plane,
    /// −w_t/B y*, `[step][readout][trial]`.
    pub asked: Plane,
}

/// Loss and error of y, `[step][readout][trial]`, with per-step weights, in a batch of `batch` trials in all.
pub fn judge(loss: &dyn Loss, y: &Plane, weights: &[f64], batch: usize) -> Result<Judged, Error> {
    loss.check(y)?;
    if weights.len() != y.steps() {
        let (found, expected) = (weights.len().to_string(), y.steps().to_string());
        return Err(Error::Shape { what: "loss_weight", found, expected });
    }
    if let Some(index) = weights.iter().position(|weight| !weight.is_finite()) {
        return Err(Error::Value { what: "loss_weight", index, value: weights[index], expected: "finite" });
    }
    let mut err = Plane::zeros(y.steps(), y.channels(), y.trials());
    let mut asked = Plane::zeros(y.steps(), y.channels(), y.trials());
    let mut lost = vec![0.0; y.trials()];
    for (step, weight) in weights.iter().enumerate().filter(|(_, weight)| **weight != 0.0) {
        loss.step(step, y.step(step), weight / batch as f64, err.step_mut(step), &mut lost);
        loss.asked(step, weight / batch as f64, asked.step_mut(step));
    }
    Ok(Judged { loss: lost.iter().sum(), lost, err, asked })
}

/// w_t: every step 1.
pub fn all_steps(steps: usize) -> Vec<f64> {
    vec![1.0; steps]
}

/// w_t: 1/L on the last L steps (`last` = 1: the last step alone).
pub fn last_steps(steps: usize, last: usize) -> Vec<f64> {
    let from = steps.saturating_sub(last);
    (0..steps).map(|step| if step < from { 0.0 } else { 1.0 / (steps - from) as f64 }).collect()
}
