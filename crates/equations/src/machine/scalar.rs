//! Operations on single numbers: folding at build and the loops over tiles use the same ones, so that the bits agree.

use crate::function::{Elementary, Function};
use crate::graph::{Binary, Unary};
use neuropil_core::Real;

/// 1 or 0.
#[inline(always)]
fn truth<R: Real>(holds: bool) -> R {
    if holds { R::ONE } else { R::ZERO }
}

/// A function of one number.
#[inline(always)]
pub(super) fn unary<R: Elementary>(op: Unary, x: R) -> R {
    match op {
        Unary::Neg => -x,
        Unary::Not => truth(x == R::ZERO),
        Unary::BitNot => -x - R::ONE,
        Unary::Abs => x.size(),
        Unary::Exp => Real::exp(x),
        Unary::Expm1 => x.apply(Function::Expm1),
        Unary::OverExpm1 => {
            let near = R::ONE - x * R::from_f64(0.5);
            if x.size() < R::from_f64(1e-6) { near } else { x / x.apply(Function::Expm1) }
        }
        Unary::Ln => x.apply(Function::Ln),
        Unary::Log10 => x.apply(Function::Log10),
        Unary::Sqrt => x.root(),
        Unary::Sin => x.apply(Function::Sin),
        Unary::Cos => x.apply(Function::Cos),
        Unary::Tan => x.apply(Function::Tan),
        Unary::Sinh => x.apply(Function::Sinh),
        Unary::Cosh => x.apply(Function::Cosh),
        Unary::Tanh => x.apply(Function::Tanh),
        Unary::Erf => x.apply(Function::Erf),
        Unary::Erfc => x.apply(Function::Erfc),
        Unary::Ceil => x.rounded_up(),
        Unary::Floor => x.rounded_down(),
        Unary::Round => x.rounded(),
        Unary::Trunc => {
            if x < R::ZERO {
                x.rounded_up()
            } else {
                x.rounded_down()
            }
        }
    }
}

/// A function of two numbers.
#[inline(always)]
pub(super) fn binary<R: Elementary>(op: Binary, a: R, b: R) -> R {
    match op {
        Binary::Add => a + b,
        Binary::Sub => a - b,
        Binary::Mul => a * b,
        Binary::Div => a / b,
        Binary::Rem => a.remainder(b),
        Binary::Pow => a.raised(b),
        Binary::Min => {
            if b < a {
                b
            } else {
                a
            }
        }
        Binary::Max => {
            if b > a {
                b
            } else {
                a
            }
        }
        Binary::Lt => truth(a < b),
        Binary::Le => truth(a <= b),
        Binary::Eq => truth(a == b),
        Binary::Ne => truth(a != b),
        Binary::And => truth(a != R::ZERO && b != R::ZERO),
        Binary::Or => truth(a != R::ZERO || b != R::ZERO),
        Binary::BitAnd => of_bits(a, b, |a, b| a & b),
        Binary::BitOr => of_bits(a, b, |a, b| a | b),
        Binary::BitXor => of_bits(a, b, |a, b| a ^ b),
        Binary::ShiftLeft => of_bits(a, b, |a, b| a.checked_shl(u32::try_from(b).unwrap_or(64)).unwrap_or(0)),
        Binary::ShiftRight => of_bits(a, b, |a, b| a >> b.clamp(0, 63)),
    }
}

/// An operation on the bits of whole numbers.
#[inline(always)]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "integers of a model are whole numbers"
)]
fn of_bits<R: Real>(a: R, b: R, op: impl Fn(i64, i64) -> i64) -> R {
    R::from_f64(op(a.to_f64() as i64, b.to_f64() as i64) as f64)
}

/// A number that is within rounding of a multiple of `grid`, set to it; any other as it is.
#[inline(always)]
pub(super) fn snapped<R: Elementary>(x: R, grid: R) -> R {
    let multiple = (x / grid + R::from_f64(0.5)).rounded_down() * grid;
    let near = if R::BYTES == 8 { R::from_f64(1e-9) } else { grid.size() * R::from_f64(1e-3) };
    if (x - multiple).size() <= near { multiple } else { x }
}
