//! The error function and its complement.
//!
//! |x| < 1: erf by its power series (Abramowitz & Stegun 7.1.5). Above ½, erfc(x) = e^(-x²) p(t) / (x + 4) with t = (x - 4) / (x + 4),
//! p by interpolation (tests/oracles/functions.py), and x² in two words.

use super::double::{polynomial, product, sum};
use super::exponential::scaled;

/// 2/√π (-1)^n / (n! (2 n + 1)), from n = 18 down to 1.
const SERIES: [f64; 18] = {
    let mut series = [0.0; 18];
    let mut factorial = 1.0;
    let mut n = 1;
    while n <= 18 {
        factorial *= -(n as f64);
        series[18 - n] = TWO_PER_ROOT_PI / (factorial * (2 * n + 1) as f64);
        n += 1;
    }
    series
};
const TWO_PER_ROOT_PI: f64 = std::f64::consts::FRAC_2_SQRT_PI;
const TWO_PER_ROOT_PI_REST: f64 = 1.533_545_961_316_588e-17;
/// p(t), highest power first.
const SCALED_COMPLEMENT: [f64; 22] = [
    -2.8100059032199443e-10,
    -1.1929382967929473e-08,
    2.226067536515222e-09,
    1.1886353769949517e-07,
    -7.736104170277399e-08,
    -8.418180197466572e-07,
    1.4255414338618346e-06,
    4.692194026778401e-06,
    -1.8861484796579316e-05,
    -3.6344543389153147e-06,
    0.0001768129845768232,
    -0.00045505283260269106,
    -0.000280958894305999,
    0.006112055675022296,
    -0.026370053337320936,
    0.07638151490782752,
    -0.1740109372401069,
    0.33085158787807084,
    -0.5408538313132305,
    0.7732087022652362,
    -0.9765487290808821,
    1.095995661000491,
];

/// erf(x) for |x| ≤ 1.
#[inline(always)]
fn near(x: f64) -> f64 {
    let z = x * x;
    x * TWO_PER_ROOT_PI + x * (z * polynomial(&SERIES, z) + TWO_PER_ROOT_PI_REST)
}

/// erfc(x) for x ≥ ½.
#[inline(always)]
fn far(x: f64) -> f64 {
    let x = if x > 28.0 { 28.0 } else { x };
    let square = product(x, x);
    let (top, bottom) = (sum(x, -4.0), sum(x, 4.0));
    let t = top.high / bottom.high;
    let back = product(t, bottom.high);
    let t_low = (((top.high - back.high) - back.low) + (top.low - t * bottom.low)) / bottom.high;
    // The slope takes what the rounding of t lost into account, the rest what roundings of the last terms lost: they cancel.
    let (mut value, mut slope, mut rest) = (SCALED_COMPLEMENT[0], 0.0, 0.0);
    for coefficient in &SCALED_COMPLEMENT[1..14] {
        slope = slope * t + value;
        value = value * t + coefficient;
    }
    for coefficient in &SCALED_COMPLEMENT[14..] {
        slope = slope * t + value;
        let (term, total) = (product(value, t), sum(value * t, *coefficient));
        rest = rest * t + (term.low + total.low);
        value = total.high;
    }
    let factor = (value + (rest + slope * t_low - value * (bottom.low / bottom.high))) / bottom.high;
    // Scaled by 2^60 until the end, so that small values are rounded once.
    scaled(-square.high, -square.low, 60) * factor * (1.0 / 1_152_921_504_606_846_976.0)
}

/// The error function.
#[inline(always)]
pub fn erf(x: f64) -> f64 {
    let size = x.abs();
    let near = near(if size > 1.0 { 1.0 } else { size });
    let far = 1.0 - far(if size < 0.5 { 0.5 } else { size });
    let value = if size < 1.0 { near } else { far };
    value.copysign(x)
}

/// 1 - erf(x).
#[inline(always)]
pub fn erfc(x: f64) -> f64 {
    let size = x.abs();
    let near = 1.0 - near(if size > 1.0 { 1.0 } else { x });
    let far = far(if size < 0.5 { 0.5 } else { size });
    let far = if x < 0.0 { 2.0 - far } else { far };
    if size < 0.5 { near } else { far }
}
