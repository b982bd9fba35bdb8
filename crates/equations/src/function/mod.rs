//! Elementary functions as formulae of + - * / and the patterns of bits, for both types of numbers.
//!
//! The functions of a system differ in their last bits from system to system, and are a call for each number. These are the
//! same everywhere, and a loop over them becomes vectors inside [`neuropil_core::simd::vectorized`]. There is no fused
//! multiply-add. Those of `f32` are those of `f64`, rounded once, but for the exponential, which has its own series.
//!
//! Largest errors that were met at 250,000 points of each function (tests/oracles/functions.py), in units in the last place: exp
//! 1.07, expm1 1.42, ln 0.76, log10 0.50, powers 0.80, tanh 2.5, sinh 1.9, cosh 1.2, sin and cos 0.74, tan 0.84, erf 2.2, erfc 3.5.

mod double;
mod error_function;
mod exponential;
mod hyperbolic;
mod logarithm;
mod power;
mod trigonometric;

#[cfg(test)]
mod tests;

pub use error_function::{erf, erfc};
pub use exponential::expm1;
pub use hyperbolic::{cosh, sinh, tanh};
pub use logarithm::{ln, log10};
use neuropil_core::Real;
pub use neuropil_core::exp::exp;
pub use power::power;
pub use trigonometric::{cos, sin, tan};

/// A function of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Function {
    /// e^x.
    Exp,
    /// e^x - 1.
    Expm1,
    /// The natural logarithm.
    Ln,
    /// The logarithm to base 10.
    Log10,
    /// The hyperbolic tangent.
    Tanh,
    /// The hyperbolic sine.
    Sinh,
    /// The hyperbolic cosine.
    Cosh,
    /// The sine.
    Sin,
    /// The cosine.
    Cos,
    /// The tangent.
    Tan,
    /// The error function.
    Erf,
    /// Its complement.
    Erfc,
}

/// A number that all functions take.
pub trait Elementary: Real {
    /// `function` of this number.
    fn apply(self, function: Function) -> Self;
    /// This number to the power of another.
    fn raised(self, exponent: Self) -> Self;
    /// The square root.
    fn root(self) -> Self;
    /// The absolute value.
    fn size(self) -> Self;
    /// The largest whole number that is not above.
    fn rounded_down(self) -> Self;
    /// The smallest whole number that is not below.
    fn rounded_up(self) -> Self;
    /// The nearest whole number; halves go away from zero.
    fn rounded(self) -> Self;
    /// What is left of a division whose quotient is cut to a whole number.
    fn remainder(self, divisor: Self) -> Self;
}

/// `function` of an `f64`.
#[inline(always)]
pub fn apply(function: Function, x: f64) -> f64 {
    match function {
        Function::Exp => exp(x),
        Function::Expm1 => expm1(x),
        Function::Ln => ln(x),
        Function::Log10 => log10(x),
        Function::Tanh => tanh(x),
        Function::Sinh => sinh(x),
        Function::Cosh => cosh(x),
        Function::Sin => sin(x),
        Function::Cos => cos(x),
        Function::Tan => tan(x),
        Function::Erf => erf(x),
        Function::Erfc => erfc(x),
    }
}

macro_rules! elementary {
    ($type:ty) => {
        impl Elementary for $type {
            #[inline(always)]
            fn apply(self, function: Function) -> Self {
                match function {
                    Function::Exp => Real::exp(self),
                    other => Self::from_f64(apply(other, self.to_f64())),
                }
            }
            #[inline(always)]
            fn raised(self, exponent: Self) -> Self {
                Self::from_f64(power(self.to_f64(), exponent.to_f64()))
            }
            #[inline(always)]
            fn root(self) -> Self {
                self.sqrt()
            }
            #[inline(always)]
            fn size(self) -> Self {
                self.abs()
            }
            #[inline(always)]
            fn rounded_down(self) -> Self {
                self.floor()
            }
            #[inline(always)]
            fn rounded_up(self) -> Self {
                self.ceil()
            }
            #[inline(always)]
            fn rounded(self) -> Self {
                // The system's function is a call; these are instructions.
                let size = self.abs();
                let down = size.floor();
                let nearest = if size - down >= 0.5 { down + 1.0 } else { down };
                nearest.copysign(self)
            }
            #[inline(always)]
            fn remainder(self, divisor: Self) -> Self {
                self % divisor
            }
        }
    };
}

elementary!(f32);
elementary!(f64);
