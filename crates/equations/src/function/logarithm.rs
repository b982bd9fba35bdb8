//! Logarithms.
//!
//! x = 2^k m with m between √½ and √2, f = m - 1, s = f / (2 + f): ln m = 2 (s + s³/3 + s⁵/5 + ...), in one word or in two.

use super::double::{Double, ordered_sum, polynomial, product, sum};
use super::exponential::{LN_2, ROUND};

/// The bits of √½, and of numbers one binade apart.
const ROOT_OF_HALF: u64 = 0x3FE6_A09E_667F_3BCD;
/// 1 / ln 10 in two words.
const PER_LN_10: Double = Double { high: std::f64::consts::LOG10_E, low: 1.098_319_650_216_765e-17 };
/// 2 / (2 n + 1), from n = 10 down to 1.
const SERIES: [f64; 10] = {
    let mut series = [0.0; 10];
    let mut place = 0;
    while place < 10 {
        series[place] = 2.0 / (21 - 2 * place) as f64;
        place += 1;
    }
    series
};
/// 1 / (2 n + 1), from n = 11 down to 3.
const TAIL: [f64; 9] = {
    let mut series = [0.0; 9];
    let mut place = 0;
    while place < 9 {
        series[place] = 1.0 / (23 - 2 * place) as f64;
        place += 1;
    }
    series
};
/// 1/3 and 1/5 in two words.
const THIRD: Double = Double { high: 1.0 / 3.0, low: 1.850_371_707_708_594e-17 };
const FIFTH: Double = Double { high: 0.2, low: -1.110_223_024_625_156_6e-17 };

/// m and k of a positive number.
struct Split {
    m: f64,
    k: f64,
}

#[inline(always)]
fn split(x: f64) -> Split {
    let subnormal = x < f64::MIN_POSITIVE;
    let scaled = if subnormal { x * 18_014_398_509_481_984.0 } else { x };
    // Counted from 2^-1023, so that all shifts are of whole numbers without sign.
    let shifted = scaled.to_bits().wrapping_sub(ROOT_OF_HALF).wrapping_add(1023 << 52);
    let binade = shifted >> 52;
    let m = f64::from_bits((shifted & 0xF_FFFF_FFFF_FFFF).wrapping_add(ROOT_OF_HALF));
    let k = f64::from_bits(ROUND.to_bits().wrapping_add(binade)) - ROUND;
    Split { m, k: k - if subnormal { 1077.0 } else { 1023.0 } }
}

/// What a logarithm is where x is not positive and finite; else `value`.
#[inline(always)]
fn at_ends(x: f64, value: f64) -> f64 {
    let value = if x < f64::INFINITY { value } else { x };
    let value = if x > 0.0 { value } else { f64::NAN };
    if x == 0.0 { f64::NEG_INFINITY } else { value }
}

/// The natural logarithm.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    let Split { m, k } = split(x);
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let rest = polynomial(&SERIES, z) * z;
    let half_square = 0.5 * f * f;
    let value = k * LN_2[0] + (f - (half_square - (s * (half_square + rest) + k * LN_2[1])));
    at_ends(x, value)
}

/// The natural logarithm of a positive, finite number, to about 2^-68 of itself.
#[inline(always)]
pub(super) fn ln_double(x: f64) -> Double {
    let Split { m, k } = split(x);
    let f = m - 1.0;
    let divisor = sum(m, 1.0);
    let s = f / divisor.high;
    let back = product(s, divisor.high);
    let s_low = ((f - back.high) - back.low - s * divisor.low) / divisor.high;
    let square = product(s, s);
    let z = ordered_sum(square.high, square.low + 2.0 * s * s_low);
    // c = z/3 + z²/5 + z³/7 + ..., the first two terms in two words.
    let third = product(z.high, THIRD.high);
    let third_low = third.low + (z.high * THIRD.low + z.low * THIRD.high);
    let fourth_power = product(z.high, z.high);
    let fifth = product(fourth_power.high, FIFTH.high);
    let fifth_low =
        fifth.low + (fourth_power.high * FIFTH.low + (fourth_power.low + 2.0 * z.high * z.low) * FIFTH.high);
    let tail = fourth_power.high * z.high * polynomial(&TAIL, z.high);
    let upper = ordered_sum(third.high, fifth.high);
    let c = ordered_sum(upper.high, upper.low + (third_low + fifth_low) + tail);
    let twice = 2.0 * s;
    let correction = product(twice, c.high);
    let correction_low = correction.low + (twice * c.low + 2.0 * s_low * c.high);
    let first = sum(k * LN_2[0], twice);
    let second = sum(first.high, correction.high);
    let low = (first.low + second.low) + (k * LN_2[1] + (2.0 * s_low + correction_low));
    ordered_sum(second.high, low)
}

/// The logarithm to base 10.
#[inline(always)]
pub fn log10(x: f64) -> f64 {
    let natural = ln_double(x);
    let main = product(natural.high, PER_LN_10.high);
    let value = main.high + (main.low + (natural.high * PER_LN_10.low + natural.low * PER_LN_10.high));
    at_ends(x, value)
}
