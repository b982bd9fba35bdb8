//! Loops over tiles, one an operation and kind of operands; the compiler makes vectors of them.
//!
//! They count: a chain of iterators may become a function of its own, which is then compiled for the least of all processors.

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
                let size = to.len();
                let (a, c) = (&a[..size], &c[..size]);
                for i in 0..size {
                    to[i] = a[i] * b + c[i] * d;
                }
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
        Source::Tile(a) => {
            let a = &a[..to.len()];
            for i in 0..to.len() {
                to[i] = f(a[i]);
            }
        }
        Source::Number(a) => to.fill(f(a)),
    }
}

#[inline(always)]
fn two<R: Elementary>(to: &mut [R], a: Source<'_, R>, b: Source<'_, R>, f: impl Fn(R, R) -> R) {
    let size = to.len();
    match (a, b) {
        (Source::Tile(a), Source::Tile(b)) => {
            let (a, b) = (&a[..size], &b[..size]);
            for i in 0..size {
                to[i] = f(a[i], b[i]);
            }
        }
        (Source::Tile(a), Source::Number(b)) => {
            let a = &a[..size];
            for i in 0..size {
                to[i] = f(a[i], b);
            }
        }
        (Source::Number(a), Source::Tile(b)) => {
            let b = &b[..size];
            for i in 0..size {
                to[i] = f(a, b[i]);
            }
        }
        (Source::Number(a), Source::Number(b)) => to.fill(f(a, b)),
    }
}

/// The first operand is a tile.
#[inline(always)]
fn three<R: Elementary>(to: &mut [R], a: Source<'_, R>, b: Source<'_, R>, c: Source<'_, R>, f: impl Fn(R, R, R) -> R) {
    let Source::Tile(a) = a else { return };
    let size = to.len();
    let a = &a[..size];
    match (b, c) {
        (Source::Tile(b), Source::Tile(c)) => {
            let (b, c) = (&b[..size], &c[..size]);
            for i in 0..size {
                to[i] = f(a[i], b[i], c[i]);
            }
        }
        (Source::Tile(b), Source::Number(c)) => {
            let b = &b[..size];
            for i in 0..size {
                to[i] = f(a[i], b[i], c);
            }
        }
        (Source::Number(b), Source::Tile(c)) => {
            let c = &c[..size];
            for i in 0..size {
                to[i] = f(a[i], b, c[i]);
            }
        }
        (Source::Number(b), Source::Number(c)) => {
            for i in 0..size {
                to[i] = f(a[i], b, c);
            }
        }
    }
}
