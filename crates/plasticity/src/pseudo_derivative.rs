//! Pseudo-derivatives ψ(u) = dz/dv, u = v − A the distance to the threshold.
//!
//! # Equations
//! With s = |u| / v_th, v_th the *baseline* threshold also of adaptive cells (V_th − E_L for cells in mV):
//! ```text
//! piecewise_linear  γ/v_th max(0, 1 − s)        exponential  γ/v_th e^{−s}
//! fast_sigmoid      γ/v_th (1 + k s)^−2         arctan       γ/v_th / (1 + (π s)²)
//! relu              1 if u > 0, else 0
//! ```
//! The slope 1 − tanh² u of an RFLO cell is exact and is not chosen. Test: `heights_and_widths`.
//!
//! # References
//! \[Bellec2020\] (piecewise linear, γ = 0.3); \[Zenke2018\] (fast sigmoid).

use crate::Error;

/// Shape of the pseudo-derivative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PseudoDerivative {
    /// A triangle.
    PiecewiseLinear {
        /// γ: height times v_th.
        gamma: f64,
    },
    /// Two exponential flanks.
    Exponential {
        /// γ: height times v_th.
        gamma: f64,
    },
    /// The derivative of the fast sigmoid.
    FastSigmoid {
        /// γ: height times v_th.
        gamma: f64,
        /// k: steepness.
        k: f64,
    },
    /// The derivative of an arcus tangent.
    Arctan {
        /// γ: height times v_th.
        gamma: f64,
    },
    /// The exact derivative of a rectifier.
    Relu,
}

/// Names, as in files.
pub const NAMES: &[&str] = &["piecewise_linear", "exponential", "fast_sigmoid", "arctan", "relu"];

/// The papers that a shape comes from: keys of docs/references.bib.
pub fn references(name: &str) -> &'static [&'static str] {
    match name {
        "piecewise_linear" => &["Bellec2020"],
        "fast_sigmoid" => &["Zenke2018"],
        _ => &[],
    }
}

/// The constants that a shape has, of `gamma` and `k`.
pub fn constants(name: &str) -> &'static [&'static str] {
    match name {
        "fast_sigmoid" => &["gamma", "k"],
        "relu" => &[],
        _ => &["gamma"],
    }
}

impl PseudoDerivative {
    /// By name; of the numbers, it reads those of [`constants`].
    pub fn named(name: &str, gamma: f64, k: f64) -> Result<Self, Error> {
        Ok(match name {
            "piecewise_linear" => Self::PiecewiseLinear { gamma },
            "exponential" => Self::Exponential { gamma },
            "fast_sigmoid" => Self::FastSigmoid { gamma, k },
            "arctan" => Self::Arctan { gamma },
            "relu" => Self::Relu,
            _ => return Err(Error::UnknownPseudoDerivative { name: name.into(), known: NAMES.to_vec() }),
        })
    }

    /// ψ at a distance u = v − A for a baseline threshold v_th. The caller sets it to 0 while a cell is refractory.
    #[inline(always)]
    pub fn slope(&self, u: f64, v_th: f64) -> f64 {
        let s = u.abs() / v_th;
        match *self {
            Self::PiecewiseLinear { gamma } => gamma / v_th * (1.0 - s).max(0.0),
            Self::Exponential { gamma } => gamma / v_th * (-s).exp(),
            Self::FastSigmoid { gamma, k } => gamma / v_th / ((1.0 + k * s) * (1.0 + k * s)),
            Self::Arctan { gamma } => {
                let scaled = std::f64::consts::PI * s;
                gamma / v_th / (1.0 + scaled * scaled)
            }
            Self::Relu => f64::from(u8::from(u > 0.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Height at the threshold, value half a threshold away, symmetry; by the printed formulas at numbers worked out by
    /// hand. Would catch a sign of the exponent, a width in absolute units, and a factor 1/π.
    #[test]
    fn heights_and_widths() {
        let by_hand = [
            ("piecewise_linear", 0.5, 0.25),
            ("exponential", 0.5, 0.5 * 0.606_530_659_712_633_4),
            ("fast_sigmoid", 0.5, 0.5 / 4.0),
            ("arctan", 0.5, 0.5 / 3.467_401_100_272_339_6),
        ];
        for (name, height, half) in by_hand {
            let shape = PseudoDerivative::named(name, 0.3, 2.0).unwrap();
            for (u, expected) in [(0.0, height), (0.3, half), (-0.3, half)] {
                assert!((shape.slope(u, 0.6) - expected).abs() < 1e-15, "{name} at {u}: {}", shape.slope(u, 0.6));
            }
        }
        assert_eq!([-0.1, 0.0, 0.1].map(|u| PseudoDerivative::Relu.slope(u, 0.0)), [0.0, 0.0, 1.0]);
        let error = PseudoDerivative::named("triangle", 0.3, 0.0).unwrap_err().to_string();
        assert!(error.contains("piecewise_linear"), "{error}");
    }
}
