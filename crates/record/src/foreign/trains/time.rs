//! Seconds and milliseconds without noise in the last digits.

/// Seconds as ms. A decimal number of ns becomes the nearest number to the same decimal in ms: 0.0003 s is 0.3 ms.
pub(super) fn ms(seconds: f64) -> f64 {
    let plain = seconds * 1e3;
    near(plain, (seconds * 1e9).round() / 1e6, plain.abs())
}

/// `later - earlier` in ms; if both are decimal numbers of ns, the nearest number to their decimal difference.
pub(super) fn minus(later: f64, earlier: f64) -> f64 {
    let plain = later - earlier;
    near(plain, (plain * 1e6).round() / 1e6, later.abs().max(earlier.abs()))
}

/// The decimal, if it differs from `plain` by no more than rounding of numbers of size `scale`.
fn near(plain: f64, decimal: f64, scale: f64) -> f64 {
    if (plain - decimal).abs() <= 4.0 * f64::EPSILON * scale { decimal } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_stay_decimals() {
        assert_eq!(ms(0.0003), 0.3);
        assert_eq!(ms(10.0003), 10_000.3);
        assert_eq!(minus(10_000.3, 10_000.0), 0.3);
        assert_eq!(minus(ms(70.000_000_1), ms(10.0)), 60_000.000_1);
        assert_eq!((ms(f64::INFINITY), ms(-0.5)), (f64::INFINITY, -500.0));
    }

    /// Would catch rounding to ns of times that are finer.
    #[test]
    fn finer_times_are_kept() {
        let fine = 0.123_456_789_012_345;
        assert_eq!(ms(fine), fine * 1e3);
        assert_eq!(minus(fine, 0.0), fine);
    }
}
