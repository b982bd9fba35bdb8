//! Deviations between arrays.

use crate::Check;
use neuropil_plasticity::optimizer::{Adam, Epsilon};

/// max |found − expected| / max |expected|; the largest |found| where all expected are 0. NaN if anything is.
pub(super) fn deviation(found: &[f64], expected: &[f64]) -> f64 {
    if found.len() != expected.len() {
        return f64::NAN;
    }
    let largest = |values: &mut dyn Iterator<Item = f64>| {
        values.fold(0.0, |most: f64, value| if value.abs() <= most || most.is_nan() { most } else { value.abs() })
    };
    let off = largest(&mut found.iter().zip(expected).map(|(found, expected)| found - expected));
    let scale = largest(&mut expected.iter().copied());
    if scale == 0.0 { off } else { off / scale }
}

/// Adam with its constants.
pub(super) fn adam(place: Epsilon, [beta_1, beta_2, epsilon]: [f64; 3]) -> Adam {
    let mut adam = Adam::new(place);
    (adam.beta_1, adam.beta_2, adam.epsilon) = (beta_1, beta_2, epsilon);
    adam
}

/// The worst of several deviations of one thing, and where it is.
pub(super) struct Worst {
    what: String,
    deviation: f64,
    place: String,
    /// What was compared.
    compared: Vec<String>,
}

impl Worst {
    pub fn of(what: impl Into<String>) -> Self {
        Self { what: what.into(), deviation: 0.0, place: String::new(), compared: Vec::new() }
    }

    /// Adds a comparison of arrays.
    pub fn add(&mut self, place: impl Into<String>, found: &[f64], expected: &[f64]) {
        self.include(place, deviation(found, expected));
    }

    /// Adds a deviation.
    pub fn include(&mut self, place: impl Into<String>, deviation: f64) {
        let place = place.into();
        if !self.deviation.is_nan() && (self.place.is_empty() || deviation.is_nan() || deviation > self.deviation) {
            (self.deviation, self.place) = (deviation, place.clone());
        }
        self.compared.push(place);
    }

    /// The check, with `tolerance`; nothing if nothing was compared.
    pub fn check(self, tolerance: f64) -> Option<Check> {
        if self.compared.is_empty() {
            return None;
        }
        let detail = match self.compared.as_slice() {
            [only] => only.clone(),
            _ => format!("worst: {}", self.place),
        };
        Some(Check { what: self.what, deviation: self.deviation, tolerance, unit: "", detail })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviations_are_relative_and_keep_what_is_no_number() {
        assert_eq!(deviation(&[1.0, 2.5], &[1.0, 2.0]), 0.25);
        assert_eq!(deviation(&[0.0, -0.5], &[0.0, 0.0]), 0.5);
        assert!(deviation(&[f64::NAN, 0.0], &[1.0, 1.0]).is_nan());
        assert!(deviation(&[0.0, f64::NAN, 9.0], &[1.0, 1.0, 1.0]).is_nan());
        assert!(deviation(&[1.0], &[1.0, 1.0]).is_nan(), "arrays of different length");
        let mut worst = Worst::of("x");
        worst.include("a", 1e-3);
        worst.include("b", f64::NAN);
        worst.include("c", 1.0);
        let check = worst.check(1.0).unwrap();
        assert!(!check.passed() && check.detail.ends_with(": b"), "{check:?}");
        assert_eq!(Worst::of("x").check(1.0), None);
    }
}
