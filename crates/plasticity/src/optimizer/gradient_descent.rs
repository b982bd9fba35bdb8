//! Gradient descent: w ← w − η ∂E/∂w.

use super::Optimizer;

/// Without state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GradientDescent;

impl Optimizer for GradientDescent {
    fn step(&mut self, rate: f64, weights: &mut [f64], gradient: &[f64]) {
        weights.iter_mut().zip(gradient).for_each(|(weight, gradient)| *weight -= rate * gradient);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_downhill() {
        let mut weights = [1.0, -2.0];
        GradientDescent.step(0.5, &mut weights, &[0.5, -4.0]);
        assert_eq!(weights, [0.75, 0.0]);
    }
}
