//! x^y = e^(y ln x), the logarithm and the product in two words.

use super::double::{ordered_sum, product};
use super::exponential::scaled;
use super::logarithm::ln_double;

/// x^y; of a negative x only whole y have a value, as IEEE 754 says of `pow`.
#[inline(always)]
pub fn power(x: f64, y: f64) -> f64 {
    let size = x.abs();
    // Beyond 2^65 every power but those of 1 is 0 or infinite.
    let bounded = if y > 3.7e19 { 3.7e19 } else { y };
    let bounded = if bounded < -3.7e19 { -3.7e19 } else { bounded };
    let logarithm = ln_double(size);
    let main = product(bounded, logarithm.high);
    let exponent = ordered_sum(main.high, main.low + bounded * logarithm.low);
    let value = scaled(exponent.high, exponent.low, 0);
    // No `&&`: every condition is computed, and the compiler makes selects of them.
    let whole = y.floor() == y;
    let half = y * 0.5;
    let odd = whole & (half.floor() != half);
    let grows = y > 0.0;
    let at_infinity = if grows { f64::INFINITY } else { 0.0 };
    let at_zero = if grows { 0.0 } else { f64::INFINITY };
    let value = if size == f64::INFINITY { at_infinity } else { value };
    let value = if size == 0.0 { at_zero } else { value };
    let value = if (x < 0.0) & (size < f64::INFINITY) & !whole { f64::NAN } else { value };
    let value = if x.is_sign_negative() & odd { -value } else { value };
    let value = if x.is_nan() | y.is_nan() { f64::NAN } else { value };
    if (y == 0.0) | (x == 1.0) { 1.0 } else { value }
}
