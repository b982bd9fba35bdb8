//! Whether two rules differ, by runs of the same seeds.
//!
//! # Equations
//! ```text
//! d_s = x_s − y_s,     p = share of the 2ⁿ patterns of signs σ with |Σ σ_s d_s| ≥ |Σ d_s|                      (two-sided, exact)
//! Holm: p_(i) ← max over j ≤ i of min(1, (m − j + 1) p_(j)), p_(1) ≤ p_(2) ≤ ... of m comparisons
//! ```
//! Rules of one seed begin with the same weights and see the same trials, so that differences are paired. The interval of the mean is of seeds drawn
//! with replacement. Tests: `sign_flips_by_hand`, `holm_by_hand`.

use neuropil_core::{Stream, StreamKey};

/// Most differences of which all patterns of signs are counted.
const EXACT: usize = 20;
/// Random patterns where there are more.
const PATTERNS: u32 = 100_000;
/// Draws of seeds for an interval.
const RESAMPLES: u32 = 10_000;
/// Of two sums that are as large, rounding must not make one larger.
const ROUNDING: f64 = 1e-12;

/// Random numbers of a statistic, the same for the same data.
fn draws(owner: u32) -> StreamKey {
    StreamKey::new(0, Stream::Control, owner)
}

/// p of paired differences; 1 where there are none.
pub fn sign_flip(differences: &[f64]) -> f64 {
    let n = differences.len();
    let size: f64 = differences.iter().map(|own| own.abs()).sum();
    let least = differences.iter().sum::<f64>().abs() - ROUNDING * size;
    let sum = |is_negative: &dyn Fn(usize) -> bool| -> f64 {
        differences.iter().enumerate().map(|(seed, own)| if is_negative(seed) { -own } else { *own }).sum()
    };
    if n <= EXACT {
        let all = 1_u32 << n;
        let as_large = (0..all).filter(|pattern| sum(&|seed| pattern >> seed & 1 == 1).abs() >= least).count();
        return as_large as f64 / f64::from(all);
    }
    let key = draws(2);
    let as_large = |pattern: &u32| {
        let mut rng = key.at(*pattern, 0);
        let signs: Vec<bool> = (0..n).map(|_| rng.below(2) == 1).collect();
        sum(&|seed| signs[seed]).abs() >= least
    };
    // The pattern that was found is one of them.
    let found = 1 + (0..PATTERNS).filter(as_large).count();
    found as f64 / f64::from(PATTERNS + 1)
}

/// The interval that holds 95 % of the means of differences drawn with replacement; NaN where there are none.
pub fn interval(differences: &[f64]) -> [f64; 2] {
    let n = u32::try_from(differences.len()).unwrap_or(u32::MAX);
    if n == 0 {
        return [f64::NAN; 2];
    }
    let key = draws(3);
    let mean = |number: u32| {
        let mut rng = key.at(number, 0);
        (0..n).map(|_| differences[rng.below(n) as usize]).sum::<f64>() / f64::from(n)
    };
    let mut means: Vec<f64> = (0..RESAMPLES).map(mean).collect();
    means.sort_by(f64::total_cmp);
    let at = |share: usize| means[RESAMPLES as usize * share / 1000];
    [at(25), at(975)]
}

/// p of a family of comparisons, corrected for their number.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut corrected = vec![0.0; p.len()];
    let mut largest: f64 = 0.0;
    for (rank, place) in order.into_iter().enumerate() {
        largest = largest.max((p[place] * (p.len() - rank) as f64).min(1.0));
        corrected[place] = largest;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counted by hand; all of one sign give 2/2ⁿ. Would catch one-sided counts, and sums that rounding makes smaller than themselves.
    #[test]
    fn sign_flips_by_hand() {
        assert_eq!(sign_flip(&[3.0, 1.0, -2.0, 4.0]), 6.0 / 16.0);
        for n in [1, 5, 6, 10] {
            let same: Vec<f64> = (1..=n).map(|own| 0.1 * f64::from(own)).collect();
            assert_eq!(sign_flip(&same), 2.0 / 2.0_f64.powi(n));
        }
        assert_eq!((sign_flip(&[]), sign_flip(&[0.0, 0.0])), (1.0, 1.0));
        // Equal numbers of both signs are no difference; 25 of one sign are hardly chance.
        let even: Vec<f64> = (0..24).map(|own| if own % 2 == 0 { 1.0 } else { -1.0 }).collect();
        assert_eq!(sign_flip(&even), 1.0);
        assert_eq!(sign_flip(&[1.0; 25]), 1.0 / 100_001.0);
    }

    /// The exact count and random patterns agree within five standard errors.
    #[test]
    fn random_patterns_are_the_exact_count() {
        let few = [0.9, -0.2, 0.4, 0.1, -0.3, 0.5, 0.2, -0.1];
        let exact = sign_flip(&few);
        // Differences of 0 double every pattern.
        let many = [&few[..], &[0.0; 13]].concat();
        let error = (exact * (1.0 - exact) / f64::from(PATTERNS)).sqrt();
        assert!((sign_flip(&many) - exact).abs() < 5.0 * error, "{exact}");
    }

    #[test]
    fn holm_by_hand() {
        let found = holm(&[0.04, 0.01, 0.03, 0.5]);
        let expected = [0.09, 0.04, 0.09, 0.5];
        assert!(found.iter().zip(expected).all(|(own, expected)| (own - expected).abs() < 1e-15), "{found:?}");
        assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
    }

    /// Of many differences the interval is the mean ± 1.96 standard errors, and the same again; of one, that one.
    #[test]
    fn intervals_are_those_of_the_mean() {
        let many: Vec<f64> = (0..400).map(|own| f64::from(own * 37 % 400) / 400.0).collect();
        let [low, high] = interval(&many);
        let error = 1.96 / 12.0_f64.sqrt() / 20.0;
        assert!((low - (0.49875 - error)).abs() < 0.1 * error && (high - (0.49875 + error)).abs() < 0.1 * error);
        assert_eq!(interval(&many), [low, high]);
        assert_eq!(interval(&[0.25]), [0.25, 0.25]);
        assert!(interval(&[])[0].is_nan());
    }
}
