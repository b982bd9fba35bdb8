//! The exponential as a formula of additions and multiplications, which the compiler makes vectors of. The one of the
//! system is a call for each number, and its last bit may differ from system to system.
//!
//! e^x = 2^k e^r with k the whole number nearest to x / ln 2 and |r| ≤ ln 2 / 2 (Cody & Waite 1980, chapter 6); e^r by its
//! series, whose first term left out is below half a unit in the last place. 2^k is applied in two halves, so that
//! results may overflow to infinity or be subnormal.

/// 1.5 x 2^52: a number added to it is rounded to a whole one.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// The same for `f32`: 1.5 x 2^23.
const ROUND_SINGLE: f32 = 12_582_912.0;
/// ln 2 in two parts; a product of the first with a small whole number is exact.
const LN_2: [f64; 2] = [0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10];
const LN_2_SINGLE: [f32; 2] = [355.0 / 512.0, -2.121_944_4e-4];
/// 1 / n!, from n = 13 down.
const SERIES: [f64; 14] = {
    let mut series = [1.0; 14];
    let mut n = 13;
    let mut factorial = 6_227_020_800.0;
    let mut place = 0;
    while n > 0 {
        series[place] = 1.0 / factorial;
        factorial /= n as f64;
        n -= 1;
        place += 1;
    }
    series
};

/// e^x, to 1.1 units in the last place.
#[inline(always)]
#[expect(clippy::cast_sign_loss, reason = "exponents with their offset are positive")]
pub fn exp(x: f64) -> f64 {
    let x = if x > 710.0 { 710.0 } else { x };
    let x = if x < -746.0 { -746.0 } else { x };
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (x - k * LN_2[0]) - k * LN_2[1];
    let mut sum = SERIES[0];
    for coefficient in &SERIES[1..] {
        sum = sum * r + coefficient;
    }
    let k = shifted.to_bits().wrapping_sub(ROUND.to_bits()).cast_signed();
    let half = k >> 1;
    let power = |k: i64| f64::from_bits(((k.wrapping_add(1023)) as u64) << 52);
    sum * power(half) * power(k.wrapping_sub(half))
}

/// e^x, to 1.1 units in the last place.
#[inline(always)]
#[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "exponents are positive; series in f32")]
pub fn exp_single(x: f32) -> f32 {
    let x = if x > 89.0 { 89.0 } else { x };
    let x = if x < -105.0 { -105.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUND_SINGLE;
    let k = shifted - ROUND_SINGLE;
    let r = (x - k * LN_2_SINGLE[0]) - k * LN_2_SINGLE[1];
    let mut sum = SERIES[6] as f32;
    for coefficient in &SERIES[7..] {
        sum = sum * r + *coefficient as f32;
    }
    let k = shifted.to_bits().wrapping_sub(ROUND_SINGLE.to_bits()).cast_signed();
    let half = k >> 1;
    let power = |k: i32| f32::from_bits(((k.wrapping_add(127)) as u32) << 23);
    sum * power(half) * power(k.wrapping_sub(half))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Within 1.5 units in the last place of the system's function, over all magnitudes.
    #[test]
    fn values_are_those_of_the_system() {
        let mut x = -745.0;
        while x < 709.7 {
            let (found, expected) = (exp(x), x.exp());
            let unit = (f64::from_bits(expected.to_bits() + 1) - expected).max(f64::from_bits(1));
            assert!((found - expected).abs() <= 1.5 * unit, "exp({x}) = {found:e}, not {expected:e}");
            x += 0.013_7;
        }
        let mut x = -103.0_f32;
        while x < 88.7 {
            let (found, expected) = (exp_single(x), f64::from(x).exp());
            #[expect(clippy::cast_possible_truncation, reason = "the nearest f32")]
            let nearest = expected as f32;
            let unit = f64::from(nearest.next_up()) - f64::from(nearest);
            assert!((f64::from(found) - expected).abs() <= 1.5 * unit, "exp({x}) = {found:e}, not {expected:e}");
            x += 0.003_7;
        }
    }

    #[test]
    fn ends_and_no_numbers() {
        assert_eq!([exp(0.0), exp(-0.0), exp(f64::NEG_INFINITY), exp(-1e300)], [1.0, 1.0, 0.0, 0.0]);
        assert_eq!([exp(f64::INFINITY), exp(711.0)], [f64::INFINITY; 2]);
        assert!(exp(f64::NAN).is_nan() && exp_single(f32::NAN).is_nan());
        assert_eq!([exp_single(0.0), exp_single(-1e30), exp_single(1e30)], [1.0, 0.0, f32::INFINITY]);
        assert!(exp(-744.0) > 0.0 && exp_single(-102.0) > 0.0, "subnormal, not zero");
    }
}
