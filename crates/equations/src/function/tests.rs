//! Values against mpmath's, ends, and what must hold exactly.

use super::*;

/// tests/oracles/functions.py wrote it.
const TABLE: &str = include_str!("../../../../tests/data/functions.txt");

fn bits(text: &str) -> f64 {
    f64::from_bits(u64::from_str_radix(text, 16).expect("hex digits"))
}

fn value(name: &str, x: f64, y: f64) -> f64 {
    match name {
        "exp" => exp(x),
        "expm1" => expm1(x),
        "ln" => ln(x),
        "log10" => log10(x),
        "power" => power(x, y),
        "tanh" => tanh(x),
        "sinh" => sinh(x),
        "cosh" => cosh(x),
        "sin" => sin(x),
        "cos" => cos(x),
        "tan" => tan(x),
        "erf" => erf(x),
        "erfc" => erfc(x),
        other => panic!("no function {other}"),
    }
}

/// The bounds that the module promises, in units in the last place.
fn bound(name: &str) -> f64 {
    match name {
        "exp" => 1.1,
        "ln" | "log10" => 1.5,
        "tanh" | "sinh" | "cosh" => 3.0,
        "erf" | "erfc" => 4.0,
        _ => 2.0,
    }
}

/// A wrong coefficient, a lost word of an argument or a wrong quadrant is far above these bounds.
#[test]
fn values_are_within_their_bounds() {
    let mut faults = Vec::new();
    let mut worst: Vec<(&str, f64)> = Vec::new();
    for line in TABLE.lines() {
        let parts: Vec<&str> = line.split(' ').collect();
        let (name, x, y) = (parts[0], bits(parts[1]), bits(parts[2]));
        let (high, low) = (bits(parts[3]), bits(parts[4]));
        let found = value(name, x, y);
        let unit = (high.abs().next_up() - high.abs()).max(f64::from_bits(1));
        let error = ((found - high) - low).abs() / unit;
        if worst.last().is_none_or(|last| last.0 != name) {
            worst.push((name, 0.0));
        }
        let last = worst.last_mut().expect("pushed");
        last.1 = last.1.max(error);
        if error.is_nan() || error > bound(name) {
            faults.push(format!("{name}({x:e}, {y:e}) = {found:e}, not {high:e}: {error} units"));
        }
    }
    assert!(
        faults.is_empty() && worst.len() == 13,
        "{} faults, worst {worst:?}: {:#?}",
        faults.len(),
        &faults[..faults.len().min(30)]
    );
}

/// Writes the values at the points of a file, for `functions.py worst`, which measures what the module states.
#[test]
#[ignore = "a measurement: NEUROPIL_POINTS names the file that `functions.py points` wrote"]
fn values_at_points() {
    let path = std::env::var("NEUROPIL_POINTS").expect("NEUROPIL_POINTS names a file");
    let points = std::fs::read_to_string(&path).expect("points");
    let mut values = String::new();
    for line in points.lines() {
        let parts: Vec<&str> = line.split(' ').collect();
        let found = value(parts[0], bits(parts[1]), bits(parts[2]));
        values += &format!("{line} {:016x}\n", found.to_bits());
    }
    std::fs::write(format!("{path}.values"), values).expect("written");
}

#[test]
fn ends_are_those_of_ieee() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    assert_eq!([expm1(-inf), expm1(inf), expm1(800.0), expm1(0.0)], [-1.0, inf, inf, 0.0]);
    assert!(expm1(-0.0).is_sign_negative() && expm1(nan).is_nan());
    assert_eq!([ln(0.0), ln(-0.0), ln(inf), ln(1.0), log10(1000.0)], [-inf, -inf, inf, 0.0, 3.0]);
    assert!(ln(-1.0).is_nan() && ln(nan).is_nan() && log10(-2.0).is_nan());
    assert_eq!([tanh(inf), tanh(-inf), tanh(0.0), tanh(30.0)], [1.0, -1.0, 0.0, 1.0]);
    assert_eq!([sinh(inf), sinh(-inf), cosh(-inf), cosh(0.0), sinh(0.0)], [inf, -inf, inf, 1.0, 0.0]);
    assert_eq!([sin(0.0), cos(0.0), tan(0.0)], [0.0, 1.0, 0.0]);
    assert!(sin(inf).is_nan() && cos(nan).is_nan() && tan(1e300).is_nan());
    assert_eq!([erf(inf), erf(-inf), erfc(inf), erfc(-inf), erfc(0.0), erf(0.0)], [1.0, -1.0, 0.0, 2.0, 1.0, 0.0]);
    assert!([tanh(nan), sinh(nan), cosh(nan), erf(nan), erfc(nan)].iter().all(|value| value.is_nan()));
}

/// All pairs of the numbers that powers treat apart, against the system's `pow`, which is exact for them.
#[test]
fn powers_of_special_numbers() {
    let special = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        2.0,
        -2.0,
        3.0,
        -3.0,
        0.5,
        -0.5,
        1e300,
        -1e300,
        1e-310,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
    ];
    for x in special {
        for y in special {
            let (found, expected) = (power(x, y), x.powf(y));
            let near = (found - expected).abs() <= 1e-15 * expected.abs() || found == expected;
            assert!(near || found.is_nan() && expected.is_nan(), "{x}^{y} = {found}, not {expected}");
            assert!(found.is_nan() || found.is_sign_negative() == expected.is_sign_negative(), "sign of {x}^{y}");
        }
    }
}

#[test]
fn symmetries_hold_to_the_bit() {
    for place in 0..2000 {
        let x = 0.01 * f64::from(place);
        assert_eq!([sin(-x), tan(-x), erf(-x), tanh(-x), sinh(-x)], [-sin(x), -tan(x), -erf(x), -tanh(x), -sinh(x)]);
        assert_eq!([cos(-x), cosh(-x)], [cos(x), cosh(x)]);
    }
}

/// An `f32` gets the nearest value, up to the rare case where two roundings are not one.
#[test]
fn singles_are_rounded_once() {
    let functions = [Function::Expm1, Function::Ln, Function::Tanh, Function::Sin, Function::Erfc, Function::Exp];
    for place in 1..200_000_u32 {
        let x = f32::from_bits(0x3000_0000 + place * 4099);
        if x > 20.0 {
            break;
        }
        for function in functions {
            let (found, expected) = (x.apply(function), apply(function, f64::from(x)));
            let unit = f64::from(found.abs().next_up()) - f64::from(found.abs());
            let bound = if function == Function::Exp { 1.5 } else { 0.500_001 };
            assert!((f64::from(found) - expected).abs() <= bound * unit, "{function:?}({x}) = {found}, not {expected}");
        }
    }
}
