//! Numbers of two words: a sum or a product and what its rounding lost. No fused multiply-add.
//!
//! Dekker (1971), "A floating-point technique for extending the available precision", with parts cut by bits.

/// A number as the sum of two, the second below half a unit in the last place of the first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Double {
    pub high: f64,
    pub low: f64,
}

/// a + b.
#[inline(always)]
pub(super) fn sum(a: f64, b: f64) -> Double {
    let high = a + b;
    let of_b = high - a;
    Double { high, low: (a - (high - of_b)) + (b - of_b) }
}

/// a + b where |a| ≥ |b| or a is 0.
#[inline(always)]
pub(super) fn ordered_sum(a: f64, b: f64) -> Double {
    let high = a + b;
    Double { high, low: b - (high - a) }
}

/// a b.
#[inline(always)]
pub(super) fn product(a: f64, b: f64) -> Double {
    let (a_top, b_top) = (top(a), top(b));
    let (a_rest, b_rest) = (a - a_top, b - b_top);
    let high = a * b;
    Double { high, low: ((a_top * b_top - high) + a_top * b_rest + a_rest * b_top) + a_rest * b_rest }
}

/// The upper 26 bits of a number.
#[inline(always)]
fn top(a: f64) -> f64 {
    f64::from_bits(a.to_bits() & !0x7FF_FFFF)
}

/// Σ c_i x^(n - i) of a list that begins with the highest power.
#[inline(always)]
pub(super) fn polynomial<const N: usize>(coefficients: &[f64; N], x: f64) -> f64 {
    let mut sum = coefficients[0];
    let mut place = 1;
    while place < N {
        sum = sum * x + coefficients[place];
        place += 1;
    }
    sum
}
