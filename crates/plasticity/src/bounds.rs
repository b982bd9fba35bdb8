//! What keeps weights where they belong: Dale's law, masks, weight decay.
//!
//! Signs are of the presynaptic cell: 1, −1, or 0 for a cell that may send both.

use crate::Matrix;

/// Projection on Dale's law, w ← s max(s w, 0); columns without sign are free.
pub fn clamp_to_sign(weights: &mut Matrix, sign: &[i8]) {
    each_signed(weights, sign, |magnitude| magnitude.max(0.0));
}

/// |w| ← max(s w − by, floor), sign kept: the shrinking of \[Liu2022\]'s program (floor 1e−12). Columns without sign are
/// free.
pub fn shrink(weights: &mut Matrix, sign: &[i8], by: f64, floor: f64) {
    each_signed(weights, sign, |magnitude| (magnitude - by).max(floor));
}

fn each_signed(weights: &mut Matrix, sign: &[i8], bound: impl Fn(f64) -> f64) {
    for post in 0..weights.rows() {
        for (weight, sign) in weights.row_mut(post).iter_mut().zip(sign).filter(|(_, sign)| **sign != 0) {
            let sign = f64::from(*sign);
            *weight = sign * bound(sign * *weight);
        }
    }
}

/// Sets what the mask (1 or 0) excludes to 0.
pub fn apply_mask(weights: &mut Matrix, mask: &Matrix) {
    weights
        .values_mut()
        .iter_mut()
        .zip(mask.values())
        .filter(|(_, mask)| **mask == 0.0)
        .for_each(|(own, _)| *own = 0.0);
}

/// Adds the gradient λ w of λ/2 Σ w².
pub fn add_weight_decay(gradient: &mut Matrix, weights: &Matrix, strength: f64) {
    gradient.values_mut().iter_mut().zip(weights.values()).for_each(|(own, weight)| *own += strength * weight);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights() -> Matrix {
        Matrix::new("w", 2, 3, vec![0.5, 0.5, 0.5, -0.25, -0.25, -0.25]).unwrap()
    }

    /// Columns excitatory, inhibitory, free. Would catch signs by row.
    #[test]
    fn signs_are_of_columns() {
        let mut clamped = weights();
        clamp_to_sign(&mut clamped, &[1, -1, 0]);
        assert_eq!(clamped.values(), [0.5, 0.0, 0.5, 0.0, -0.25, -0.25]);
        let mut shrunk = weights();
        shrink(&mut shrunk, &[1, -1, 0], 0.125, 1e-12);
        assert_eq!(shrunk.values(), [0.375, -1e-12, 0.5, 1e-12, -0.125, -0.25]);
    }

    #[test]
    fn masks_and_decay() {
        let mut masked = weights();
        apply_mask(&mut masked, &Matrix::new("mask", 2, 3, vec![1.0, 0.0, 1.0, 0.0, 1.0, 1.0]).unwrap());
        assert_eq!(masked.values(), [0.5, 0.0, 0.5, 0.0, -0.25, -0.25]);
        let mut gradient = Matrix::zeros(2, 3);
        add_weight_decay(&mut gradient, &weights(), 2.0);
        assert_eq!(gradient.values(), [1.0, 1.0, 1.0, -0.5, -0.5, -0.5]);
    }
}
