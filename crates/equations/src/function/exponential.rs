//! e^x and e^x - 1.
//!
//! x = k ln 2 + r with whole k and |r| ≤ ln 2 / 2 (Cody & Waite 1980, chapter 6), r kept in two words; the series of e^r ends
//! below half a unit in the last place.

use super::double::polynomial;

/// 1.5 x 2^52: a number added to it is rounded to a whole one.
pub(super) const ROUND: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts; a product of the first with a small whole number is exact.
pub(super) const LN_2: [f64; 2] = [0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10];
/// 1 / n! from n = 14 down to 3.
const SERIES: [f64; 12] = {
    let mut series = [1.0; 12];
    let mut factorial = 87_178_291_200.0;
    let mut place = 0;
    while place < 12 {
        series[place] = 1.0 / factorial;
        factorial /= (14 - place) as f64;
        place += 1;
    }
    series
};

/// x reduced: r + rest, and k with the bits of a rounded number around it.
struct Reduced {
    r: f64,
    rest: f64,
    k: i64,
}

#[inline(always)]
fn reduce(x: f64, low: f64) -> Reduced {
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let first = x - whole * LN_2[0];
    let second = whole * LN_2[1] - low;
    let r = first - second;
    Reduced { r, rest: (first - r) - second, k: shifted.to_bits().wrapping_sub(ROUND.to_bits()).cast_signed() }
}

/// e^r - 1 of a reduced number.
#[inline(always)]
fn series(reduced: &Reduced) -> f64 {
    let r = reduced.r;
    let square = r * r;
    let tail = square * (polynomial(&SERIES, r) * r + 0.5);
    r + (tail + (reduced.rest + reduced.rest * r))
}

/// 2^k for -1022 ≤ k ≤ 1023.
#[inline(always)]
fn power_of_two(k: i64) -> f64 {
    f64::from_bits((k.wrapping_add(1023)).cast_unsigned() << 52)
}

/// e^(x + low) 2^shift, with small |shift| and |low| below half a unit in the last place of x.
#[inline(always)]
pub(super) fn scaled(x: f64, low: f64, shift: i64) -> f64 {
    let low = if x.abs() > 800.0 { 0.0 } else { low };
    let x = if x > 711.0 { 711.0 } else { x };
    let x = if x < -748.0 { -748.0 } else { x };
    let reduced = reduce(x, low);
    let k = reduced.k.wrapping_add(shift);
    let half = k >> 1;
    (1.0 + series(&reduced)) * power_of_two(half) * power_of_two(k.wrapping_sub(half))
}

/// e^x - 1.
#[inline(always)]
pub fn expm1(x: f64) -> f64 {
    let tiny = x.abs() < 1e-20;
    let bounded = if x > 711.0 { 711.0 } else { x };
    let bounded = if bounded < -40.0 { -40.0 } else { bounded };
    let reduced = reduce(bounded, 0.0);
    let k = reduced.k;
    let half = k >> 1;
    // Beyond 2^-100 the 1 that is subtracted is lost anyway.
    let inverse = power_of_two(if k > 100 { -100 } else { k.wrapping_neg() });
    let sum = series(&reduced) + (1.0 - inverse);
    let value = sum * power_of_two(half) * power_of_two(k.wrapping_sub(half));
    if tiny { x } else { value }
}
