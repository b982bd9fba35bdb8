//! Clipping of the global norm: g ← g min(1, c/|g|), |g| over all weights and biases.

use crate::Gradient;

/// |g|.
pub fn norm(gradient: &Gradient) -> f64 {
    let parts = [gradient.w_in.values(), gradient.w_rec.values(), gradient.w_out.values(), &gradient.b];
    parts.iter().flat_map(|part| part.iter()).map(|value| value * value).sum::<f64>().sqrt()
}

/// Scales a gradient down to norm `most` if it is longer; tells its norm before.
pub fn clip(gradient: &mut Gradient, most: f64) -> f64 {
    let before = norm(gradient);
    if before > most {
        let factor = most / before;
        let Gradient { w_in, w_rec, w_out, b } = gradient;
        for part in [w_in.values_mut(), w_rec.values_mut(), w_out.values_mut(), b] {
            part.iter_mut().for_each(|value| *value *= factor);
        }
    }
    before
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Matrix;

    /// |(1, 2, 4, 10)| = 11. Would catch a norm by matrix, or one without the bias.
    #[test]
    fn the_norm_is_over_everything() {
        let one = |value| Matrix::from_fn(1, 1, |_, _| value);
        let mut gradient = Gradient { w_in: one(1.0), w_rec: one(-2.0), w_out: one(4.0), b: vec![10.0] };
        assert_eq!(clip(&mut gradient, 11.5), 11.0);
        assert_eq!(gradient.b, [10.0]);
        assert_eq!(clip(&mut gradient, 5.5), 11.0);
        assert!((gradient.w_rec[(0, 0)] + 1.0).abs() < 1e-15 && (gradient.b[0] - 5.0).abs() < 1e-15);
    }
}
