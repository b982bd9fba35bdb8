//! Trigonometric functions of angles in radians.
//!
//! x = k π/2 + r with π/2 in three words and every product exact, so that r is right to more than the last place up to
//! |x| = 10^15; beyond, a unit in the last place of x is an angle of its own, and the value is NaN.

use super::double::{Double, ordered_sum, polynomial, product, sum};
use super::exponential::ROUND;

const HALF_PI: [f64; 3] = [std::f64::consts::FRAC_PI_2, 6.123_233_995_736_766e-17, -1.497_384_904_859_169_8e-33];
/// (-1)^n / (2 n + 1)!, from n = 8 down to 1.
const SINE: [f64; 8] = {
    let mut series = [0.0; 8];
    let mut term: f64 = 1.0;
    let mut n = 1;
    while n <= 8 {
        term /= -((2 * n * (2 * n + 1)) as f64);
        series[8 - n] = term;
        n += 1;
    }
    series
};
/// (-1)^n / (2 n)!, from n = 9 down to 2.
const COSINE: [f64; 8] = {
    let mut series = [0.0; 8];
    let mut term: f64 = -0.5;
    let mut n = 2;
    while n <= 9 {
        term /= -(((2 * n - 1) * 2 * n) as f64);
        series[9 - n] = term;
        n += 1;
    }
    series
};

/// The angle within a quarter turn around 0, and the number of quarter turns taken off.
struct Quarter {
    r: Double,
    k: u64,
}

#[inline(always)]
fn reduce(x: f64) -> Quarter {
    let x = if x.abs() < 1e15 { x } else { f64::NAN };
    let shifted = x * std::f64::consts::FRAC_2_PI + ROUND;
    let k = shifted - ROUND;
    let main = product(k, HALF_PI[0]);
    let next = product(k, HALF_PI[1]);
    let first = sum(x - main.high, -main.low);
    let second = sum(first.high, -next.high);
    let low = first.low + second.low - next.low - k * HALF_PI[2];
    Quarter { r: ordered_sum(second.high, low), k: shifted.to_bits().wrapping_sub(ROUND.to_bits()) }
}

#[inline(always)]
fn sine(r: Double) -> Double {
    let z = r.high * r.high;
    ordered_sum(r.high, r.high * z * polynomial(&SINE, z) + r.low * (1.0 - 0.5 * z))
}

#[inline(always)]
fn cosine(r: Double) -> Double {
    let square = product(r.high, r.high);
    let first = ordered_sum(1.0, -0.5 * square.high);
    let z = square.high;
    ordered_sum(first.high, first.low - 0.5 * square.low + z * z * polynomial(&COSINE, z) - r.high * r.low)
}

#[inline(always)]
fn negated_if(negative: bool, value: f64) -> f64 {
    if negative { -value } else { value }
}

/// The sine.
#[inline(always)]
pub fn sin(x: f64) -> f64 {
    let Quarter { r, k } = reduce(x);
    let value = if k & 1 == 0 { sine(r).high } else { cosine(r).high };
    if x == 0.0 { x } else { negated_if(k & 2 != 0, value) }
}

/// The cosine.
#[inline(always)]
pub fn cos(x: f64) -> f64 {
    let Quarter { r, k } = reduce(x);
    let value = if k & 1 == 0 { cosine(r).high } else { sine(r).high };
    negated_if(k.wrapping_add(1) & 2 != 0, value)
}

/// The tangent, a quotient of two words.
#[inline(always)]
pub fn tan(x: f64) -> f64 {
    let Quarter { r, k } = reduce(x);
    let (s, c) = (sine(r), cosine(r));
    let even = k & 1 == 0;
    let (top, bottom) = if even { (s, c) } else { (Double { high: -c.high, low: -c.low }, s) };
    let quotient = top.high / bottom.high;
    let back = product(quotient, bottom.high);
    let rest = ((top.high - back.high) - back.low) + (top.low - quotient * bottom.low);
    if x == 0.0 { x } else { quotient + rest / bottom.high }
}
