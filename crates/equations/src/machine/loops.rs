//! Loops over tiles, one an operation and kind of operands; the compiler makes vectors of them.

use super::code::{OPERANDS, Op};
use super::scalar::{binary, snapped, unary};
use crate::function::Elementary;
use crate::graph::{Binary, Unary};

/// Where an operand's numbers are.
#[derive(Clone, Copy)]
pub(super) enum Source<'a, R> {
    /// One a cell.
    Tile(&'a [R]),
    /// The same for all.
    Number(R),
}

/// The number of a cell.
#[inline(always)]
pub(super) fn element<R: Elementary>(source: Source<'_, R>, lane: usize) -> R {
    match source {
        Source::Tile(tile) => tile[lane],
        Source::Number(number) => number,
    }
}

macro_rules! unary_loops {
    ($op:expr, $to:expr, $a:expr; $($name:ident)*) => {
        match $op { $(Unary::$name => one($to, $a, |x| unary(Unary::$name, x)),)* }
    };
}
macro_rules! binary_loops {
    ($op:expr, $to:expr, $a:expr, $b:expr; $($name:ident)*) => {
        match $op { $(Binary::$name => two($to, $a, $b, |x, y| binary(Binary::$name, x, y)),)* }
    };
}

/// Computes a tile.
#[inline(always)]
pub(super) fn compute<R: Elementary>(op: Op, to: &mut [R], [a, b, c, d]: [Source<'_, R>; OPERANDS]) {
    match op {
        Op::Unary(op) => {
            unary_loops!(op, to, a; Neg Not BitNot Abs Exp Expm1 OverExpm1 Ln Log10 Sqrt Sin Cos Tan Sinh Cosh Tanh Erf
            Erfc Ceil Floor Round Trunc)
        }
        Op::Binary(op) => {
            binary_loops!(op, to, a, b; Add Sub Mul Div Rem Pow Min Max Lt Le Eq Ne And Or BitAnd BitOr BitXor ShiftLeft
            ShiftRight)
        }
        Op::Select => three(to, a, b, c, |on, yes, no| if on != R::ZERO { yes } else { no }),
        Op::MultiplyAdd => three(to, a, b, c, |a, b, c| a * b + c),
        Op::MultiplySubtract => three(to, a, b, c, |a, b, c| a * b - c),
        Op::SubtractProduct => three(to, a, b, c, |a, b, c| c - a * b),
        Op::Products => {
            if let (Source::Tile(a), Source::Number(b), Source::Tile(c), Source::Number(d)) = (a, b, c, d) {
                to.iter_mut().zip(a).zip(c).for_each(|((to, a), c)| *to = *a * b + *c * d);
            }
        }
        Op::Snap => two(to, a, b, snapped),
        Op::Fill => {
            if let Source::Number(number) = a {
                to.fill(number);
            }
        }
        Op::Plane(_) | Op::Column(_) | Op::Current(_) | Op::Arrivals(_) | Op::Random { .. } | Op::Given(_) => {}
    }
}

#[inline(always)]
fn one<R: Elementary>(to: &mut [R], a: Source<'_, R>, f: impl Fn(R) -> R) {
    match a {
        Source::Tile(a) => to.iter_mut().zip(a).for_each(|(to, a)| *to = f(*a)),
        Source::Number(a) => to.fill(f(a)),
    }
}

#[inline(always)]
fn two<R: Elementary>(to: &mut [R], a: Source<'_, R>, b: Source<'_, R>, f: impl Fn(R, R) -> R) {
    match (a, b) {
        (Source::Tile(a), Source::Tile(b)) => to.iter_mut().zip(a).zip(b).for_each(|((to, a), b)| *to = f(*a, *b)),
        (Source::Tile(a), Source::Number(b)) => to.iter_mut().zip(a).for_each(|(to, a)| *to = f(*a, b)),
        (Source::Number(a), Source::Tile(b)) => to.iter_mut().zip(b).for_each(|(to, b)| *to = f(a, *b)),
        (Source::Number(a), Source::Number(b)) => to.fill(f(a, b)),
    }
}

/// The first operand is a tile.
#[inline(always)]
fn three<R: Elementary>(to: &mut [R], a: Source<'_, R>, b: Source<'_, R>, c: Source<'_, R>, f: impl Fn(R, R, R) -> R) {
    let Source::Tile(a) = a else { return };
    let own = to.iter_mut().zip(a);
    match (b, c) {
        (Source::Tile(b), Source::Tile(c)) => own.zip(b).zip(c).for_each(|(((to, a), b), c)| *to = f(*a, *b, *c)),
        (Source::Tile(b), Source::Number(c)) => own.zip(b).for_each(|((to, a), b)| *to = f(*a, *b, c)),
        (Source::Number(b), Source::Tile(c)) => own.zip(c).for_each(|((to, a), c)| *to = f(*a, b, *c)),
        (Source::Number(b), Source::Number(c)) => own.for_each(|(to, a)| *to = f(*a, b, c)),
    }
}
