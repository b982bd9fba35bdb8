//! How far what was found is from what was expected.

use crate::Check;

/// The larger of two deviations; a NaN, once found, stays.
pub(crate) fn larger(deviation: f64, other: f64) -> f64 {
    if deviation.is_nan() || other <= deviation { deviation } else { other }
}

/// How many spikes one list has and the other has not, step and cell taken together.
pub(crate) fn spike_check(expected: &[(u64, u32)], found: &[(u64, u32)]) -> Check {
    let (mut at, mut shared) = (0, 0_u32);
    for spike in expected {
        while found.get(at).is_some_and(|own| own < spike) {
            at += 1;
        }
        if found.get(at) == Some(spike) {
            shared += 1;
            at += 1;
        }
    }
    let count = |spikes: &[(u64, u32)]| u32::try_from(spikes.len()).unwrap_or(u32::MAX);
    Check {
        what: "spikes".into(),
        deviation: f64::from(count(expected) - shared) + f64::from(count(found) - shared),
        tolerance: 0.0,
        unit: "spikes",
        detail: format!("{shared} of {} at their step, {} in excess", expected.len(), count(found) - shared),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A NaN in a trace must not hide the deviations around it.
    #[test]
    fn a_trace_with_a_nan_is_a_miss() {
        for values in [[f64::NAN, 5.0, 0.0], [5.0, f64::NAN, 0.0], [0.0, 0.0, f64::NAN]] {
            assert!(values.into_iter().fold(0.0, larger).is_nan());
        }
        assert_eq!([1.0, 3.0, 2.0].into_iter().fold(0.0, larger), 3.0);
    }

    #[test]
    fn missing_displaced_and_extra_spikes_all_count() {
        let check = spike_check(&[(1, 0), (2, 0), (2, 1)], &[(1, 0), (2, 1), (3, 0), (4, 4)]);
        assert_eq!(check.deviation, 3.0);
        assert!(!check.passed());
        assert!(spike_check(&[(1, 0), (1, 0)], &[(1, 0), (1, 0)]).passed());
    }
}
