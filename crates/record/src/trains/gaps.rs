//! Stretches of a window in which a unit was not observed.

use super::align::Window;

/// A stretch of time without observation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// Id of the unit.
    pub unit_id: u64,
    /// Its start in s of the file.
    pub from_s: f64,
    /// Its end in s of the file.
    pub to_s: f64,
}

/// The parts of the windows that the intervals of a unit do not cover, by window. Touching intervals have no gap
/// between them.
pub(super) fn gaps(unit_id: u64, observed_s: &[[f64; 2]], windows: &[Window], gaps: &mut Vec<Gap>) {
    let mut intervals: Vec<[f64; 2]> = observed_s.to_vec();
    intervals.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let mut joined: Vec<[f64; 2]> = Vec::with_capacity(intervals.len());
    for [from, to] in intervals {
        match joined.last_mut() {
            Some(last) if from <= last[1] => last[1] = last[1].max(to),
            _ => joined.push([from, to]),
        }
    }
    for window in windows {
        let mut reached = window.from_s;
        let first = joined.partition_point(|[_, to]| *to <= window.from_s);
        for [from, to] in joined[first..].iter().copied().take_while(|[from, _]| *from < window.to_s) {
            if from > reached {
                gaps.push(Gap { unit_id, from_s: reached, to_s: from });
            }
            reached = to;
        }
        if reached < window.to_s {
            gaps.push(Gap { unit_id, from_s: reached, to_s: window.to_s });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(observed: &[[f64; 2]], from_s: f64, to_s: f64) -> Vec<(f64, f64)> {
        let mut all = Vec::new();
        gaps(7, observed, &[Window { from_s, to_s, start_ms: 0.0, trial: None }], &mut all);
        all.into_iter().map(|gap| (gap.from_s, gap.to_s)).collect()
    }

    #[test]
    fn what_no_interval_covers_is_a_gap() {
        assert_eq!(found(&[[0.0, 10.0]], 2.0, 8.0), []);
        assert_eq!(found(&[[3.0, 5.0], [0.0, 2.0]], 1.0, 6.0), [(2.0, 3.0), (5.0, 6.0)]);
        assert_eq!(found(&[[0.0, 2.0], [2.0, 6.0]], 1.0, 6.0), []);
        assert_eq!(found(&[[0.0, 9.0], [1.0, 2.0]], 0.0, 9.0), []);
        assert_eq!(found(&[], 1.0, 6.0), [(1.0, 6.0)]);
        assert_eq!(found(&[[7.0, 8.0], [0.0, 1.0]], 1.0, 6.0), [(1.0, 6.0)]);
    }
}
