//! Numbers that are constant or drawn, with bounds.

mod share;

use crate::rng::CounterRng;
use thiserror::Error;

/// The shape of a distribution; values have the unit of the quantity that is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// Always the same number.
    Constant(f64),
    /// Uniform in [low, high).
    Uniform {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// Gaussian.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        std: f64,
    },
    /// e to the power of a Gaussian.
    Lognormal {
        /// Mean of the logarithm.
        mu: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// Exponential with this mean.
    Exponential {
        /// Mean.
        mean: f64,
    },
    /// Gamma with mean shape x scale.
    Gamma {
        /// Shape k.
        shape: f64,
        /// Scale theta.
        scale: f64,
    },
}

/// What happens to a draw outside the bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outside {
    /// Draw again.
    Redraw,
    /// Move to the nearer bound.
    Clip,
}

/// A shape with bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distribution {
    /// The shape.
    pub shape: Shape,
    /// Smallest value allowed.
    pub min: f64,
    /// Largest value allowed.
    pub max: f64,
    /// What happens outside.
    pub outside: Outside,
}

/// A distribution that cannot be drawn from.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum BadDistribution {
    /// A parameter is not finite or has the wrong sign.
    #[error("{name} = {value}, must be {expected}")]
    Parameter {
        /// Name of the parameter.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What it must be.
        expected: &'static str,
    },
    /// Hardly a draw lies between the bounds.
    #[error(
        "a share of {share:.2e} of the draws lies between min = {min} and max = {max}, must be at least {LEAST_SHARE}: \
         draws are repeated until one does; choose other bounds, or `\"outside\": \"clip\"`"
    )]
    Rare {
        /// Lower bound.
        min: f64,
        /// Upper bound.
        max: f64,
        /// Probability of a draw between them.
        share: f64,
    },
    /// No value can lie between the bounds.
    #[error("min = {min} and max = {max} leave no room for a value of the distribution")]
    Bounds {
        /// Lower bound.
        min: f64,
        /// Upper bound.
        max: f64,
    },
}

/// Draws outside the bounds before a redrawn value is moved to the nearer bound after all.
const MAX_REDRAWS: u32 = 10_000;
/// The least probability of a draw within the bounds: so many redraws then fail with a probability of e^-30.
const LEAST_SHARE: f64 = 0.003;

impl Distribution {
    /// Always `value`.
    pub fn constant(value: f64) -> Self {
        Self::unbounded(Shape::Constant(value))
    }

    /// A shape without bounds.
    pub fn unbounded(shape: Shape) -> Self {
        Self { shape, min: f64::NEG_INFINITY, max: f64::INFINITY, outside: Outside::Redraw }
    }

    /// The value, if there is nothing to draw.
    pub fn as_constant(&self) -> Option<f64> {
        match self.shape {
            Shape::Constant(value) => Some(value.clamp(self.min, self.max)),
            _ => None,
        }
    }

    /// One draw; uses as many numbers of `rng` as it needs.
    #[inline]
    pub fn draw(&self, rng: &mut CounterRng) -> f64 {
        for _ in 0..MAX_REDRAWS {
            let value = self.draw_shape(rng);
            if (self.min..=self.max).contains(&value) {
                return value;
            }
            if self.outside == Outside::Clip {
                return value.clamp(self.min, self.max);
            }
        }
        self.draw_shape(rng).clamp(self.min, self.max)
    }

    #[inline]
    fn draw_shape(&self, rng: &mut CounterRng) -> f64 {
        use rand_distr::Distribution as _;
        match self.shape {
            Shape::Constant(value) => value,
            Shape::Uniform { low, high } => low + (high - low) * rng.unit(),
            Shape::Normal { mean, std } => {
                let standard: f64 = rand_distr::StandardNormal.sample(rng);
                mean + std * standard
            }
            Shape::Lognormal { mu, sigma } => {
                let standard: f64 = rand_distr::StandardNormal.sample(rng);
                (mu + sigma * standard).exp()
            }
            Shape::Exponential { mean } => {
                let standard: f64 = rand_distr::Exp1.sample(rng);
                mean * standard
            }
            Shape::Gamma { shape, scale } => {
                rand_distr::Gamma::new(shape, scale).map_or(f64::NAN, |gamma| gamma.sample(rng))
            }
        }
    }

    /// The mean without bounds.
    pub fn unbounded_mean(&self) -> f64 {
        match self.shape {
            Shape::Constant(value) => value,
            Shape::Uniform { low, high } => 0.5 * (low + high),
            Shape::Normal { mean, .. } | Shape::Exponential { mean } => mean,
            Shape::Lognormal { mu, sigma } => (mu + 0.5 * sigma * sigma).exp(),
            Shape::Gamma { shape, scale } => shape * scale,
        }
    }

    /// The same with every value multiplied by `factor`.
    pub fn scaled(&self, factor: f64) -> Self {
        let shape = match self.shape {
            Shape::Constant(value) => Shape::Constant(value * factor),
            Shape::Uniform { low, high } => Shape::Uniform { low: low * factor, high: high * factor },
            Shape::Normal { mean, std } => Shape::Normal { mean: mean * factor, std: std * factor.abs() },
            Shape::Lognormal { mu, sigma } => Shape::Lognormal { mu: mu + factor.ln(), sigma },
            Shape::Exponential { mean } => Shape::Exponential { mean: mean * factor },
            Shape::Gamma { shape, scale } => Shape::Gamma { shape, scale: scale * factor },
        };
        Self { shape, min: self.min * factor, max: self.max * factor, outside: self.outside }
    }

    /// The smallest and the largest value that can come out.
    pub fn support(&self) -> (f64, f64) {
        let (low, high) = match self.shape {
            Shape::Constant(value) => (value, value),
            Shape::Uniform { low, high } => (low, high),
            Shape::Normal { mean, std: 0.0 } => (mean, mean),
            Shape::Normal { .. } => (f64::NEG_INFINITY, f64::INFINITY),
            Shape::Lognormal { .. } | Shape::Exponential { .. } | Shape::Gamma { .. } => (0.0, f64::INFINITY),
        };
        match self.outside {
            Outside::Redraw => (low.max(self.min), high.min(self.max)),
            Outside::Clip => (low.clamp(self.min, self.max), high.clamp(self.min, self.max)),
        }
    }

    /// Whether it can be drawn from.
    pub fn check(&self) -> Result<(), BadDistribution> {
        let finite = |name, value: f64| match value.is_finite() {
            true => Ok(()),
            false => Err(BadDistribution::Parameter { name, value, expected: "a finite number" }),
        };
        let above =
            |name, value: f64, strict: bool| match value.is_finite() && value >= 0.0 && !(strict && value == 0.0) {
                true => Ok(()),
                false => Err(BadDistribution::Parameter { name, value, expected: if strict { "> 0" } else { ">= 0" } }),
            };
        match self.shape {
            Shape::Constant(value) => finite("value", value)?,
            Shape::Uniform { low, high } => {
                finite("low", low)?;
                finite("high", high)?;
                if low > high {
                    return Err(BadDistribution::Bounds { min: low, max: high });
                }
            }
            Shape::Normal { mean, std } => {
                finite("mean", mean)?;
                above("std", std, false)?;
            }
            Shape::Lognormal { mu, sigma } => {
                finite("mu", mu)?;
                above("sigma", sigma, false)?;
            }
            Shape::Exponential { mean } => above("mean", mean, true)?,
            Shape::Gamma { shape, scale } => {
                above("shape", shape, true)?;
                above("scale", scale, true)?;
            }
        }
        let impossible = Err(BadDistribution::Bounds { min: self.min, max: self.max });
        // `support` needs bounds in order.
        if self.min.is_nan() || self.max.is_nan() || self.min > self.max {
            return impossible;
        }
        let (low, high) = self.support();
        if low > high {
            return impossible;
        }
        let share = if self.outside == Outside::Redraw { self.share_within() } else { 1.0 };
        if share < LEAST_SHARE {
            return Err(BadDistribution::Rare { min: self.min, max: self.max, share });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Stream, StreamKey};

    fn moments(distribution: &Distribution) -> (f64, f64) {
        let n = 40_000;
        let key = StreamKey::new(3, Stream::Parameter, 0);
        let draws: Vec<f64> = (0..n).map(|i| distribution.draw(&mut key.at(i, 0))).collect();
        let mean = draws.iter().sum::<f64>() / f64::from(n);
        (mean, draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / f64::from(n))
    }

    /// Mean within five standard errors, variance within 6 %, for every shape.
    #[test]
    fn draws_have_the_mean_and_variance_of_their_shape() {
        let cases = [
            (Shape::Constant(2.5), 2.5, 0.0),
            (Shape::Uniform { low: -1.0, high: 3.0 }, 1.0, 16.0 / 12.0),
            (Shape::Normal { mean: -58.0, std: 10.0 }, -58.0, 100.0),
            (
                Shape::Lognormal { mu: 0.2, sigma: 0.3 },
                (0.2_f64 + 0.045).exp(),
                (0.09_f64.exp() - 1.0) * (0.4_f64 + 0.09).exp(),
            ),
            (Shape::Exponential { mean: 4.0 }, 4.0, 16.0),
            (Shape::Gamma { shape: 3.0, scale: 2.0 }, 6.0, 12.0),
        ];
        for (shape, mean, variance) in cases {
            let distribution = Distribution::unbounded(shape);
            let (m, v) = moments(&distribution);
            assert!((m - mean).abs() <= 5.0 * (variance / 40_000.0).sqrt() + 1e-12, "{shape:?}: mean {m}");
            assert!((v - variance).abs() <= 0.06 * variance, "{shape:?}: variance {v}");
            assert!((distribution.unbounded_mean() - mean).abs() < 1e-12);
        }
    }

    #[test]
    fn bounds_redraw_or_clip() {
        let shape = Shape::Normal { mean: 0.0, std: 1.0 };
        let redrawn = Distribution { shape, min: 0.0, max: 9.0, outside: Outside::Redraw };
        let clipped = Distribution { outside: Outside::Clip, ..redrawn };
        // Half-normal: sqrt(2/pi); rectified normal: 1/sqrt(2 pi).
        assert!((moments(&redrawn).0 - (2.0 / std::f64::consts::PI).sqrt()).abs() < 0.02);
        assert!((moments(&clipped).0 - (0.5 / std::f64::consts::PI).sqrt()).abs() < 0.02);
    }

    #[test]
    fn impossible_distributions_are_refused() {
        let bad = Distribution { shape: Shape::Constant(1.0), min: 2.0, max: 3.0, outside: Outside::Redraw };
        assert!(bad.check().is_err());
        let reversed =
            Distribution { shape: Shape::Normal { mean: 1.0, std: 1.0 }, min: 5.0, max: 2.0, outside: Outside::Clip };
        assert!(reversed.check().is_err());
        assert!(Distribution::unbounded(Shape::Normal { mean: 0.0, std: -1.0 }).check().is_err());
        assert!(Distribution::unbounded(Shape::Normal { mean: f64::NAN, std: 1.0 }).check().is_err());
        assert!(Distribution::unbounded(Shape::Gamma { shape: 0.0, scale: 1.0 }).check().is_err());
    }

    #[test]
    fn scaling_scales_mean_and_bounds() {
        let weight =
            Distribution { shape: Shape::Normal { mean: -4.0, std: 0.4 }, min: -8.0, max: 0.0, outside: Outside::Clip };
        let scaled = weight.scaled(0.5);
        assert_eq!(scaled.shape, Shape::Normal { mean: -2.0, std: 0.2 });
        assert_eq!(scaled.support(), (-4.0, 0.0));
    }
}
