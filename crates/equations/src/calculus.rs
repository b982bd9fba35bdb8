//! The rules of differentiation, for whatever writes operations down: expressions of a graph, lines of a program.
//!
//! Of `min`, `max`, `|x|` and `? :` the branch taken, of ties the first argument; of what is rounded, compared or drawn 0.

use crate::graph::{Binary, Unary};

/// What operations are written with.
pub(crate) trait Algebra {
    /// A number of it.
    type Value: Copy;

    /// A constant.
    fn number(&mut self, value: f64) -> Self::Value;
    /// A function of one number.
    fn unary(&mut self, op: Unary, a: Self::Value) -> Self::Value;
    /// A function of two.
    fn binary(&mut self, op: Binary, a: Self::Value, b: Self::Value) -> Self::Value;
    /// The second where the first is not 0, else the third.
    fn select(&mut self, condition: Self::Value, yes: Self::Value, no: Self::Value) -> Self::Value;
}

/// Whether a function of one number has a slope.
pub(crate) fn unary_passes(op: Unary) -> bool {
    !matches!(op, Unary::Not | Unary::BitNot | Unary::Ceil | Unary::Floor | Unary::Round | Unary::Trunc)
}

/// Whether a function of two numbers has slopes.
pub(crate) fn binary_passes(op: Binary) -> bool {
    use Binary::{Add, Div, Max, Min, Mul, Pow, Rem, Sub};
    matches!(op, Add | Sub | Mul | Div | Rem | Pow | Min | Max)
}

/// f'(a) of f(a), which is `value`; `None` where it is 0.
pub(crate) fn unary_slope<A: Algebra>(on: &mut A, op: Unary, a: A::Value, value: A::Value) -> Option<A::Value> {
    Some(match op {
        Unary::Neg => on.number(-1.0),
        Unary::Abs => {
            let [zero, minus, one] = [0.0, -1.0, 1.0].map(|number| on.number(number));
            let negative = on.binary(Binary::Lt, a, zero);
            on.select(negative, minus, one)
        }
        Unary::Exp => value,
        Unary::Expm1 => {
            let one = on.number(1.0);
            on.binary(Binary::Add, value, one)
        }
        Unary::OverExpm1 => over_expm1(on, a, value),
        Unary::Ln => {
            let one = on.number(1.0);
            on.binary(Binary::Div, one, a)
        }
        Unary::Log10 => {
            let factor = on.number(std::f64::consts::LOG10_E);
            on.binary(Binary::Div, factor, a)
        }
        Unary::Sqrt => {
            let half = on.number(0.5);
            on.binary(Binary::Div, half, value)
        }
        Unary::Sin => on.unary(Unary::Cos, a),
        Unary::Cos => {
            let sine = on.unary(Unary::Sin, a);
            on.unary(Unary::Neg, sine)
        }
        Unary::Tan => {
            let (one, squared) = (on.number(1.0), on.binary(Binary::Mul, value, value));
            on.binary(Binary::Add, one, squared)
        }
        Unary::Sinh => on.unary(Unary::Cosh, a),
        Unary::Cosh => on.unary(Unary::Sinh, a),
        Unary::Tanh => {
            let (one, squared) = (on.number(1.0), on.binary(Binary::Mul, value, value));
            on.binary(Binary::Sub, one, squared)
        }
        Unary::Erf => gauss(on, a, 1.0),
        Unary::Erfc => gauss(on, a, -1.0),
        Unary::Not | Unary::BitNot | Unary::Ceil | Unary::Floor | Unary::Round | Unary::Trunc => return None,
    })
}

/// ±2/√π exp(-a²).
fn gauss<A: Algebra>(on: &mut A, a: A::Value, sign: f64) -> A::Value {
    let square = on.binary(Binary::Mul, a, a);
    let negative = on.unary(Unary::Neg, square);
    let exponential = on.unary(Unary::Exp, negative);
    let factor = on.number(sign * std::f64::consts::FRAC_2_SQRT_PI);
    on.binary(Binary::Mul, factor, exponential)
}

/// (f - f² e^x)/x of f = x/(e^x - 1); near 0, where that cancels, the series -1/2 + x/6 - x³/180 + x⁵/5040.
fn over_expm1<A: Algebra>(on: &mut A, x: A::Value, value: A::Value) -> A::Value {
    let exponential = on.unary(Unary::Exp, x);
    let squared = on.binary(Binary::Mul, value, value);
    let product = on.binary(Binary::Mul, squared, exponential);
    let difference = on.binary(Binary::Sub, value, product);
    let far = on.binary(Binary::Div, difference, x);
    let square = on.binary(Binary::Mul, x, x);
    let [fifth, third, first, constant, bound] =
        [1.0 / 5040.0, -1.0 / 180.0, 1.0 / 6.0, -0.5, 0.03].map(|number| on.number(number));
    let mut near = on.binary(Binary::Mul, fifth, square);
    near = on.binary(Binary::Add, third, near);
    near = on.binary(Binary::Mul, near, square);
    near = on.binary(Binary::Add, first, near);
    near = on.binary(Binary::Mul, near, x);
    near = on.binary(Binary::Add, constant, near);
    let size = on.unary(Unary::Abs, x);
    let is_near = on.binary(Binary::Lt, size, bound);
    on.select(is_near, near, far)
}

/// An operation on two numbers, with its result.
pub(crate) struct Applied<V> {
    /// Which.
    pub op: Binary,
    /// The first number.
    pub a: V,
    /// The second.
    pub b: V,
    /// What came of them.
    pub value: V,
}

/// The derivative of f(a, b); those of a and b are `None` where they are 0, and so is the result.
pub(crate) fn binary_slope<A: Algebra>(
    on: &mut A,
    applied: &Applied<A::Value>,
    (of_a, of_b): (Option<A::Value>, Option<A::Value>),
) -> Option<A::Value> {
    if of_a.is_none() && of_b.is_none() {
        return None;
    }
    let Applied { op, a, b, value } = *applied;
    let times = |on: &mut A, slope: Option<A::Value>, factor: A::Value| {
        slope.map(|slope| on.binary(Binary::Mul, slope, factor))
    };
    let (left, right, joined) = match op {
        Binary::Add => (of_a, of_b, Binary::Add),
        Binary::Sub => (of_a, of_b, Binary::Sub),
        Binary::Mul => (times(on, of_a, b), times(on, of_b, a), Binary::Add),
        Binary::Div => {
            let left = of_a.map(|slope| on.binary(Binary::Div, slope, b));
            let right = of_b.map(|slope| {
                let quotient = on.binary(Binary::Div, value, b);
                on.binary(Binary::Mul, slope, quotient)
            });
            (left, right, Binary::Sub)
        }
        Binary::Rem => {
            let right = of_b.map(|slope| {
                let quotient = on.binary(Binary::Div, a, b);
                let whole = on.unary(Unary::Trunc, quotient);
                on.binary(Binary::Mul, slope, whole)
            });
            (of_a, right, Binary::Sub)
        }
        Binary::Pow => {
            let left = of_a.map(|slope| {
                let one = on.number(1.0);
                let lower = on.binary(Binary::Sub, b, one);
                let power = on.binary(Binary::Pow, a, lower);
                let factor = on.binary(Binary::Mul, b, power);
                on.binary(Binary::Mul, slope, factor)
            });
            let right = of_b.map(|slope| {
                let logarithm = on.unary(Unary::Ln, a);
                let factor = on.binary(Binary::Mul, value, logarithm);
                on.binary(Binary::Mul, slope, factor)
            });
            (left, right, Binary::Add)
        }
        Binary::Min | Binary::Max => {
            let (low, high) = if op == Binary::Min { (b, a) } else { (a, b) };
            let second = on.binary(Binary::Lt, low, high);
            let zero = on.number(0.0);
            return Some(on.select(second, of_b.unwrap_or(zero), of_a.unwrap_or(zero)));
        }
        _ => return None,
    };
    match (left, right) {
        (Some(left), Some(right)) => Some(on.binary(joined, left, right)),
        (Some(left), None) => Some(left),
        (None, Some(right)) if joined == Binary::Sub => Some(on.unary(Unary::Neg, right)),
        (None, right) => right,
    }
}
