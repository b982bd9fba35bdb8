//! The share of draws that lies within the bounds.

use super::{Distribution, Shape};
use std::f64::consts::SQRT_2;

impl Distribution {
    /// Probability that a draw of the shape lies between the bounds, for parameters that are sound.
    pub(super) fn share_within(&self) -> f64 {
        let (min, max) = (self.min, self.max);
        let is_within = |value: f64| f64::from(u8::from((min..=max).contains(&value)));
        let normal = |mean: f64, std: f64, low: f64, high: f64| match std {
            0.0 => f64::from(u8::from((low..=high).contains(&mean))),
            _ => of_normal((low - mean) / std, (high - mean) / std),
        };
        let log = |bound: f64| if bound > 0.0 { bound.ln() } else { f64::NEG_INFINITY };
        match self.shape {
            Shape::Constant(value) => is_within(value),
            Shape::Uniform { low, high } if low == high => is_within(low),
            Shape::Uniform { low, high } => (max.min(high) - min.max(low)).max(0.0) / (high - low),
            Shape::Normal { mean, std } => normal(mean, std, min, max),
            Shape::Lognormal { .. } if max <= 0.0 => 0.0,
            Shape::Lognormal { mu, sigma } => normal(mu, sigma, log(min), log(max)),
            Shape::Exponential { mean } => (-min.max(0.0) / mean).exp() - (-max.max(0.0) / mean).exp(),
            Shape::Gamma { shape, scale } => {
                lower_gamma(shape, max.max(0.0) / scale) - lower_gamma(shape, min.max(0.0) / scale)
            }
        }
    }
}

/// Probability of a standard normal number between two, by the tail on which both lie.
fn of_normal(low: f64, high: f64) -> f64 {
    let above = |z: f64| 0.5 * libm::erfc(z / SQRT_2);
    if low > 0.0 { above(low) - above(high) } else { above(-high) - above(-low) }
}

/// P(k, x), the regularised lower incomplete gamma function: x^k e^-x Σ x^n / Γ(k + n + 1).
fn lower_gamma(k: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    // So far above the mean, nothing is left.
    if x > k + 40.0 * k.sqrt() + 100.0 {
        return 1.0;
    }
    let mut term = (k * x.ln() - x - libm::lgamma(k + 1.0)).exp();
    let (mut sum, mut n) = (term, 0.0);
    while term > sum * f64::EPSILON {
        n += 1.0;
        term *= x / (k + n);
        sum += term;
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::{BadDistribution, Outside};
    use crate::rng::{Stream, StreamKey};

    fn shapes() -> [Shape; 5] {
        [
            Shape::Uniform { low: -1.0, high: 3.0 },
            Shape::Normal { mean: 1.0, std: 2.0 },
            Shape::Lognormal { mu: 0.2, sigma: 0.5 },
            Shape::Exponential { mean: 1.5 },
            Shape::Gamma { shape: 2.5, scale: 0.7 },
        ]
    }

    /// The share is that of 100,000 draws, within five standard errors, for bounds of both sides and of one.
    #[test]
    fn shares_are_those_of_draws() {
        let draws = 100_000_u32;
        for shape in shapes() {
            for (min, max) in [(0.5, 2.0), (f64::NEG_INFINITY, 1.0), (1.5, f64::INFINITY), (-2.0, 0.25)] {
                let own = Distribution { shape, min, max, outside: Outside::Redraw };
                let free = Distribution::unbounded(shape);
                let key = StreamKey::new(8, Stream::Parameter, 0);
                let within = (0..draws).filter(|i| (min..=max).contains(&free.draw(&mut key.at(*i, 0)))).count();
                let (found, expected) = (own.share_within(), within as f64 / f64::from(draws));
                let error = 5.0 * (found * (1.0 - found) / f64::from(draws)).sqrt() + 1e-9;
                assert!((found - expected).abs() <= error, "{shape:?} in {min}..{max}: {found}, of draws {expected}");
            }
        }
    }

    /// 1 - e^-x (1 + x) of a gamma of shape 2, and the tail of a normal number beyond 6, 9.866e-10 (Abramowitz & Stegun 26.2).
    #[test]
    fn shares_by_hand() {
        for x in [0.01_f64, 1.0, 30.0] {
            let expected = 1.0 - (-x).exp() * (1.0 + x);
            assert!((lower_gamma(2.0, x) - expected).abs() < 1e-14, "{x}");
        }
        assert!((of_normal(6.0, f64::INFINITY) / 9.865_876_450_377e-10 - 1.0).abs() < 1e-11);
        assert!((of_normal(f64::NEG_INFINITY, -6.0) / 9.865_876_450_377e-10 - 1.0).abs() < 1e-11);
        assert_eq!(of_normal(f64::NEG_INFINITY, f64::INFINITY), 1.0);
    }

    /// Bounds beyond reach gave every draw the nearer bound.
    #[test]
    fn bounds_beyond_reach_are_refused() {
        let far = |shape, min, max| Distribution { shape, min, max, outside: Outside::Redraw };
        let normal = Shape::Normal { mean: 0.0, std: 1.0 };
        let fault = far(normal, 10.0, f64::INFINITY).check();
        assert!(matches!(fault, Err(BadDistribution::Rare { min: 10.0, share, .. }) if share < 1e-22), "{fault:?}");
        assert!(far(Shape::Gamma { shape: 2.0, scale: 1.0 }, 40.0, 50.0).check().is_err());
        assert!(far(Shape::Exponential { mean: 1.0 }, 20.0, f64::INFINITY).check().is_err());
        assert_eq!(far(normal, 2.5, f64::INFINITY).check(), Ok(()), "6 of 1,000 draws");
        let clipped = Distribution { outside: Outside::Clip, ..far(normal, 10.0, f64::INFINITY) };
        assert_eq!(clipped.check(), Ok(()), "said so, moved so");
    }
}
