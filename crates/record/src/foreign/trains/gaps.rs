//! Stretches of a window in which a unit was not observed.

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

/// When the units of a population were observed, in s of the file.
pub(super) enum Observed {
    /// All of them from, to.
    Alike([f64; 2]),
    /// Each in intervals of its own, joined.
    Each(Vec<Vec<[f64; 2]>>),
}

impl Observed {
    /// The intervals of the unit in this row.
    fn of(&self, row: usize) -> &[[f64; 2]] {
        match self {
            Observed::Alike(interval) => std::slice::from_ref(interval),
            Observed::Each(intervals) => &intervals[row],
        }
    }

    /// The end of the last observation of any unit.
    pub fn last_s(&self) -> f64 {
        match self {
            Observed::Alike([_, to]) => *to,
            Observed::Each(intervals) => {
                intervals.iter().flatten().map(|[_, to]| *to).fold(f64::NEG_INFINITY, f64::max)
            }
        }
    }
}

/// Pairs of a unit and a stretch of time for which gaps are looked for.
pub(super) const MAX_PAIRS: usize = 1 << 26;
/// Gaps that are told.
pub(super) const MAX_GAPS: usize = 1 << 22;

/// Intervals in the order of their starts, those that overlap or touch made one.
pub(super) fn joined(intervals: impl Iterator<Item = [f64; 2]>) -> Vec<[f64; 2]> {
    let mut intervals: Vec<[f64; 2]> = intervals.collect();
    intervals.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let mut joined: Vec<[f64; 2]> = Vec::new();
    for [from, to] in intervals {
        match joined.last_mut() {
            Some(last) if from <= last[1] => last[1] = last[1].max(to),
            _ => joined.push([from, to]),
        }
    }
    joined
}

/// What of the stretches of time, which are [`joined`], was not observed, unit after unit: the units in these rows.
/// However many windows share a gap, it is there once.
///
/// # Errors
///
/// More than can be compared or told, in words.
pub(super) fn gaps(
    rows: &[usize],
    ids: &[u64],
    observed: &Observed,
    stretches: &[[f64; 2]],
) -> Result<Vec<Gap>, String> {
    if rows.len().saturating_mul(stretches.len()) > MAX_PAIRS {
        let (units, windows) = (rows.len(), stretches.len());
        return Err(format!("{units} units in {windows} windows are more than can be searched for gaps"));
    }
    let mut gaps = Vec::new();
    for &row in rows {
        uncovered(observed.of(row), stretches, |[from_s, to_s]| gaps.push(Gap { unit_id: ids[row], from_s, to_s }));
        if gaps.len() > MAX_GAPS {
            return Err(format!("the units have more than {MAX_GAPS} gaps of observation in the windows"));
        }
    }
    Ok(gaps)
}

/// Shorter gaps come of rounding, s.
const SHORTEST: f64 = 1e-9;

/// The parts of the stretches that the intervals do not cover; both are joined.
pub(super) fn uncovered(intervals: &[[f64; 2]], stretches: &[[f64; 2]], mut tell: impl FnMut([f64; 2])) {
    for &[start, end] in stretches {
        let mut reached = start;
        let first = intervals.partition_point(|[_, to]| *to <= start);
        for [from, to] in intervals[first..].iter().copied().take_while(|[from, _]| *from < end) {
            if from - reached > SHORTEST {
                tell([reached, from]);
            }
            reached = to;
        }
        if end - reached > SHORTEST {
            tell([reached, end]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(observed: &[[f64; 2]], from_s: f64, to_s: f64) -> Vec<(f64, f64)> {
        let observed = Observed::Each(vec![joined(observed.iter().copied())]);
        let all = gaps(&[0], &[7], &observed, &[[from_s, to_s]]).unwrap();
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

    /// Would catch gaps that every window tells again: 2000 windows of 2000 intervals, which overlap, have 2000 gaps.
    #[test]
    fn a_gap_that_windows_share_is_told_once() {
        let intervals = (0..2000).map(|second| [f64::from(second), f64::from(second) + 0.5]);
        let observed = Observed::Each(vec![joined(intervals)]);
        let windows = joined((0..2000).map(|start| [f64::from(start) * 1e-6, 2000.0]));
        assert_eq!(gaps(&[0], &[7], &observed, &windows).unwrap().len(), 2000);
    }

    #[test]
    fn more_gaps_than_can_be_told_are_refused() {
        let rows: Vec<usize> = (0..=MAX_GAPS).collect();
        let ids = vec![7; rows.len()];
        let refused = gaps(&rows, &ids, &Observed::Alike([0.0, 1.0]), &[[0.0, 2.0]]).unwrap_err();
        assert!(refused.contains("more than 4194304 gaps"), "{refused}");
    }
}
