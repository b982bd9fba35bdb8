//! Hyperbolic functions, of e^x - 1 where they are small.

use super::exponential::{expm1, scaled};

/// The hyperbolic tangent: -t / (2 + t) with t = e^(-2|x|) - 1.
#[inline(always)]
pub fn tanh(x: f64) -> f64 {
    let t = expm1(-2.0 * x.abs());
    (-t / (2.0 + t)).copysign(x)
}

/// The hyperbolic sine.
#[inline(always)]
pub fn sinh(x: f64) -> f64 {
    let size = x.abs();
    let t = expm1(if size > 1.0 { 1.0 } else { size });
    let near = 0.5 * (t + t / (t + 1.0));
    let half = scaled(size, 0.0, -1);
    let far = half - 0.25 / half;
    let value = if size < 1.0 { near } else { far };
    value.copysign(x)
}

/// The hyperbolic cosine.
#[inline(always)]
pub fn cosh(x: f64) -> f64 {
    let half = scaled(x.abs(), 0.0, -1);
    half + 0.25 / half
}
