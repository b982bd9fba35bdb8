//! The two floating-point types of state and weights.

use std::fmt::{Debug, Display};
use std::ops::{Add, AddAssign, BitAnd, BitOr, Div, Mul, MulAssign, Neg, Sub, SubAssign};

/// `f64` (default; the only one for tests and learning) or `f32` (large free runs).
///
/// There is deliberately no fused multiply-add: results must not depend on the processor.
pub trait Real:
    Copy
    + Debug
    + Default
    + Display
    + Send
    + Sync
    + PartialOrd
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + 'static
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// Bytes of one number.
    const BYTES: usize;
    /// The pattern of bits of a number.
    type Bits: Copy + Default + PartialEq + BitAnd<Output = Self::Bits> + BitOr<Output = Self::Bits>;
    /// The pattern of bits of infinity.
    const INFINITY_BITS: Self::Bits;
    /// The pattern of bits of this number.
    fn bits(self) -> Self::Bits;
    /// The nearest number of this type.
    fn from_f64(value: f64) -> Self;
    /// The same number.
    fn from_f32(value: f32) -> Self;
    /// The same whole number.
    fn from_u16(value: u16) -> Self;
    /// The same number as `f64`.
    fn to_f64(self) -> f64;
    /// Writes the number into the first [`Self::BYTES`] of `bytes`.
    fn store(self, bytes: &mut [u8]);
    /// The number that [`Self::store`] wrote.
    fn load(bytes: &[u8]) -> Self;
    /// Hyperbolic tangent.
    fn tanh(self) -> Self;
    /// e to the power of `self`.
    fn exp(self) -> Self;
    /// Whether the number is neither infinite nor NaN.
    fn is_finite(self) -> bool;
}

macro_rules! real {
    ($type:ty, $pattern:ty, $bytes:literal, $exp:path) => {
        impl Real for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const BYTES: usize = $bytes;
            type Bits = $pattern;
            const INFINITY_BITS: $pattern = <$type>::INFINITY.to_bits();
            #[inline(always)]
            fn bits(self) -> $pattern {
                self.to_bits()
            }
            #[allow(clippy::cast_possible_truncation, reason = "rounding to f32 is the purpose")]
            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $type
            }
            #[inline(always)]
            fn from_f32(value: f32) -> Self {
                value.into()
            }
            #[inline(always)]
            fn from_u16(value: u16) -> Self {
                value.into()
            }
            #[inline(always)]
            fn store(self, bytes: &mut [u8]) {
                bytes[..$bytes].copy_from_slice(&self.to_le_bytes());
            }
            #[inline(always)]
            fn load(bytes: &[u8]) -> Self {
                let mut own = [0; $bytes];
                own.copy_from_slice(&bytes[..$bytes]);
                Self::from_le_bytes(own)
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn tanh(self) -> Self {
                <$type>::tanh(self)
            }
            #[inline(always)]
            fn exp(self) -> Self {
                $exp(self)
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                <$type>::is_finite(self)
            }
        }
    };
}

real!(f32, u32, 4, crate::exp::exp_single);
real!(f64, u64, 8, crate::exp::exp);
