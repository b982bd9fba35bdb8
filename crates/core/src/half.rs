//! Numbers of 16 bits: the `binary16` of IEEE 754, for storage only.
//!
//! A sign, 5 bits of exponent, 11 of precision: from 2^−14 to 65,504 the nearest one is within a relative 2^−11 (0.05 %), below
//! within 2^−25.

use crate::Real;

/// A number of 16 bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Half(u16);

/// What [`Half::pattern`] is too small by: the difference of the two formats' offsets of exponents.
pub const UNIT: f64 = f64::from_bits((1023 + 112) << 52);

impl Half {
    /// The largest one.
    pub const MAX: f64 = 65_504.0;
    /// Bytes of one.
    pub const BYTES: usize = 2;

    /// The nearest one, ties to even; `None` beyond [`Self::MAX`] and for what is no number.
    pub fn nearest(value: f64) -> Option<Self> {
        /// Of the smallest normal number, and bits behind the point.
        const LEAST: u64 = 1023 - 14;
        const PRECISION: u64 = 10;
        let exponent = (value.to_bits() >> 52 & 0x7ff).max(LEAST);
        let quantum = f64::from_bits((exponent.min(0x7fe) - PRECISION) << 52);
        let rounded = (value / quantum).round_ties_even() * quantum;
        if rounded.is_nan() || rounded.abs() > Self::MAX {
            return None;
        }
        // Exact: at most 11 bits, within the range of f32.
        let bits = f32::from_f64(rounded / UNIT).to_bits();
        let (sign, magnitude) = (bits >> 16 & 0x8000, bits >> 13 & 0x7fff);
        u16::try_from(sign | magnitude).ok().map(Self)
    }

    /// Its bits.
    pub fn to_bits(self) -> u16 {
        self.0
    }

    /// The number of these bits.
    pub fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    /// The number divided by [`UNIT`], exactly: sign, exponent and fraction moved to where `f32` has them.
    #[inline(always)]
    pub fn pattern(self) -> f32 {
        let wide = i32::from(self.0.cast_signed()) << 13;
        f32::from_bits(wide.cast_unsigned() & 0x8fff_e000)
    }

    /// The same number.
    pub fn to_f64(self) -> f64 {
        f64::from(self.pattern()) * UNIT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every finite number of the format by its definition, (−1)^s 2^(max(e, 1) − 25) (1024 [e > 0] + f).
    fn defined(bits: u16) -> f64 {
        let (e, f) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
        let size = 2.0_f64.powi(e.max(1) - 25) * (f + if e > 0 { 1024.0 } else { 0.0 });
        if bits & 0x8000 == 0 { size } else { -size }
    }

    /// Would catch a wrong shift, offset or sign, also of the smallest numbers.
    #[test]
    fn every_number_is_what_the_format_says() {
        for bits in (0..=u16::MAX).filter(|bits| bits >> 10 & 31 != 31) {
            let expected = defined(bits);
            assert_eq!(Half::from_bits(bits).to_f64().to_bits(), expected.to_bits(), "{bits:#x}");
            assert_eq!(Half::nearest(expected), Some(Half(bits)), "{bits:#x}");
            let single = Half::from_bits(bits).pattern() * f32::from_f64(UNIT);
            assert_eq!(f64::from(single), expected, "{bits:#x}");
        }
    }

    /// Between two neighbours the nearer one is taken, in the middle the even one.
    #[test]
    fn others_become_the_nearest() {
        for bits in 0..0x7bff_u16 {
            let (low, high) = (defined(bits), defined(bits + 1));
            let middle = 0.5 * (low + high);
            let even = if bits % 2 == 0 { low } else { high };
            for (value, expected) in [(middle, even), (middle.next_down(), low), (middle.next_up(), high)] {
                assert_eq!(Half::nearest(value).unwrap().to_f64(), expected, "{value}");
                assert_eq!(Half::nearest(-value).unwrap().to_f64(), -expected, "{value}");
            }
        }
        for beyond in [65_520.0, -65_520.0, 1e300, f64::INFINITY, f64::NAN] {
            assert_eq!(Half::nearest(beyond), None, "{beyond}");
        }
        assert_eq!(Half::nearest(65_519.0).unwrap().to_f64(), Half::MAX);
        assert_eq!(Half::nearest(-0.0).unwrap().to_f64().to_bits(), (-0.0_f64).to_bits());
        assert_eq!(Half::nearest(1e-9).unwrap().to_f64(), 0.0);
    }
}
